"""The part of the bar on top that says in words where the run is: what was done last, what comes next, why it stopped.

Its words are fitted to its width, and never change it: it stands apart from the layout around it, which would else lay
out the whole window at each step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec.experiment import Stack
from bnsim.ui.language import tr
from bnsim.ui.model.lane_choice import next_lane, shown_lane
from bnsim.ui.transport.status import NORMAL, STYLES, Run, html, next_texts, plain, reason, shorter, status_runs

SIDE_BY_SIDE = 520
"""From this width of the display on, what comes next stands beside the position; below it in a narrower one."""
EDGES, APART = 28, 16
"""Pixels at both sides of the display, and between two texts in it."""
PAIR = 4
"""Pixels between the two parts of what comes next."""
ROUNDING = 2
"""Pixels by which Qt may lay text out wider than its pieces are."""
USUAL_TEXT = 13
"""The text size that widths are for; projector mode has a larger one."""
NOTHING_RUNS = "nothing can run yet: see the marked cards"
NOTHING_THERE = "nothing to run yet: drop a layer on the stack"
MAX_WIDTHS = 2000
"""Widths of words that are kept."""


class _Widths:
    """Widths in pixels of the words of a label, each measured once."""

    def __init__(self, label: QLabel) -> None:
        self._label = label
        self._shape = QFont()
        self._metrics: dict[int, QFontMetricsF] = {}
        self._known: dict[tuple[str, int], float] = {}

    def of(self, runs: Sequence[Run]) -> float:
        """The width of such a line, rounded up."""
        self._label.ensurePolished()
        shape = self._label.font()
        if shape != self._shape or len(self._known) > MAX_WIDTHS:
            self._shape = QFont(shape)
            self._metrics.clear()
            self._known.clear()
        return math.ceil(sum(self._of_one(run.text, run.weight) for run in runs)) + ROUNDING if runs else 0.0

    def of_text(self, text: str) -> float:
        """The width of a text of one weight."""
        return self.of((Run(text),)) if text else 0.0

    def _of_one(self, text: str, weight: int) -> float:
        width = self._known.get((text, weight))
        if width is None:
            if weight not in self._metrics:
                shape = QFont(self._shape)
                if weight != NORMAL:
                    shape.setWeight(QFont.Weight(weight))
                self._metrics[weight] = QFontMetricsF(shape)
            width = self._known[text, weight] = self._metrics[weight].horizontalAdvance(text)
        return width


class Display(QWidget):
    """The labels `status`, `next`, `next_layer` and `reason`. In a narrow one what comes next stands below."""

    _theme: Theme | None = None

    def __init__(self, parent: QWidget, text: str) -> None:
        """`text` is said until there is a position."""
        super().__init__(parent)
        self.setObjectName("transport.display")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: tuple[Update, int] | None = None
        self._narrow = False
        # Not in a layout of the display: layouts tell those around them of every new word.
        self._words = QWidget(self)
        column = QVBoxLayout(self._words)
        column.setContentsMargins(EDGES // 2, 0, EDGES // 2, 0)
        column.setSpacing(0)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(APART)
        below.setSpacing(APART)
        self._rows = (row, below)
        self.status = self._label("status", tr("Where the run is"))
        self.status.setText(tr(text))
        self.status.setTextFormat(Qt.TextFormat.RichText)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.next = self._label("next", tr("What comes next"), "muted")
        self.next_layer = self._label("nextLayer", tr("How far a step by a layer goes"), "muted")
        self._coming = QWidget(self._words)
        pair = QHBoxLayout(self._coming)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(PAIR)
        pair.addWidget(self.next)
        pair.addWidget(self.next_layer)
        row.addWidget(self.status, 1)
        row.addWidget(self._coming)
        self.reason = self._label("reason", tr("Why it stopped, or what it is about"))
        self.reason.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.reason.hide()
        column.addStretch(1)
        column.addLayout(row)
        below.addWidget(self.reason, 1)
        below.addStretch(0)
        column.addLayout(below)
        column.addStretch(1)
        self._status_widths, self._next_widths = _Widths(self.status), _Widths(self.next)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Leave the longest words out."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._fit()

    def show_sentence(self, words: str) -> None:
        """Show words in place of a position."""
        self._shown = None
        self._say(words)

    def show_position(self, update: Update, layer_id: int) -> None:
        """Show the position of the lane that holds `layer_id`, unless it is waiting."""
        self._shown = update, layer_id
        self._fit()

    def _fit(self) -> None:
        """Fit the words to the present width."""
        if self._theme is None or self._shown is None:
            return
        update, layer_id = self._shown
        if update.frame is None or update.experiment is None:
            empty = bool(update.problems) and all(problem.empty for problem in update.problems)
            self._say(NOTHING_THERE if empty else NOTHING_RUNS)
            return
        frame, experiment = update.frame, update.experiment
        lane, coming = shown_lane(frame, layer_id), next_lane(frame, layer_id)
        stack, (why, role) = experiment.stack(lane.stack_id), reason(update)
        free, beside = self._free, self._side_by_side
        if beside:
            room = free - APART - self._status_widths.of(status_runs(frame, lane, stack, STYLES[-1]))
        else:
            room = free // (2 if why else 1)
        taken = self._choose_next(next_texts(coming, experiment.stack(coming.stack_id)), room)
        self._choose_status(frame, lane, stack, free - (taken + APART if beside else 0))
        self._show_reason(why, role, free - (0 if beside else taken + APART))
        self._settle_layout()

    def _say(self, words: str) -> None:
        words = tr(words)
        self.status.setText(words)
        _explain(self.status, words)
        self._show_next("", "")
        self._show_reason("", "", self._free)
        self._settle_layout()

    @property
    def _free(self) -> int:
        """Pixels for text."""
        return self.width() - EDGES

    @property
    def _side_by_side(self) -> bool:
        scale = 1.0 if self._theme is None else self._theme.size("text") / USUAL_TEXT
        return self.width() >= SIDE_BY_SIDE * scale

    def _choose_next(self, candidates: Sequence[tuple[str, str]], room: float) -> float:
        """Show the longest words for what comes next that fit into `room`, else the shortest; how wide they are."""
        width = 0.0
        for operation, layer in candidates:
            width = self._next_widths.of_text(operation)
            width += self._next_widths.of_text(layer) + PAIR if layer else 0
            if width <= room:
                break
        self._show_next(operation, layer)
        return width

    def _choose_status(self, frame: Frame, lane: LaneFrame, stack: Stack, room: float) -> None:
        """Show as many words as fit, layer and operation always; the tooltip has all of them."""
        assert self._theme is not None
        lines = [status_runs(frame, lane, stack, style) for style in STYLES]
        fitting = (runs for runs in lines[self._narrow :] if self._status_widths.of(runs) <= room)
        self.status.setText(html(next(fitting, lines[-1]), self._theme))
        _explain(self.status, plain(lines[0]))

    def _show_next(self, operation: str, layer: str) -> None:
        """Show what comes next: the next operation, and how far a step by a layer goes."""
        self.next.setText(operation)
        self.next_layer.setText(layer)
        self.next_layer.setVisible(bool(layer))
        self._coming.setToolTip(f"{operation} {layer}".strip())
        beside = self._side_by_side
        row = self._rows[0 if beside else 1]
        if row.indexOf(self._coming) < 0:
            self._rows[beside].removeWidget(self._coming)
            row.insertWidget(1 if beside else 0, self._coming)

    def _show_reason(self, words: str, role: str, room: float) -> None:
        """Show on a line of its own why the run stopped or what it is doing, shortened to fit."""
        self.reason.setVisible(bool(words))
        metrics = self.reason.fontMetrics()
        fits = not words or metrics.horizontalAdvance(words) <= room
        # The line above says the lane, the iteration and the phase already.
        cut = "" if fits else metrics.elidedText(shorter(words), Qt.TextElideMode.ElideRight, int(room))
        self.reason.setText(words if fits else cut)
        _explain(self.reason, words)
        if self.reason.property("role") != role:
            self.reason.setProperty("role", role)
            self.reason.style().polish(self.reason)

    def _settle_layout(self) -> None:
        """Lay the words out at once, since they were measured for the widths of now."""
        for widget in (self._coming, self._words):
            layout = widget.layout()
            assert layout is not None
            layout.activate()

    def _label(self, name: str, spoken: str, role: str = "") -> QLabel:
        label = QLabel("", self._words)
        label.setObjectName(f"transport.{name}")
        label.setAccessibleName(spoken)
        if role:
            label.setProperty("role", role)
        return label

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._words.setGeometry(self.rect())
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()


def _explain(label: QLabel, words: str) -> None:
    """Say all of the words where there is room for some: in the tooltip, and to a screen reader."""
    if words != label.toolTip():
        label.setToolTip(words)
        label.setAccessibleDescription(words)
