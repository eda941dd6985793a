"""The bar on top: buttons that move the run, and its present position."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent, QTextDocumentFragment
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Pace
from bnsim.runner.updates import Update
from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec.experiment import Stack
from bnsim.ui.model.lane_choice import next_lane, shown_lane
from bnsim.ui.theme.icons import icon
from bnsim.ui.transport.status import STYLES, next_texts, reason, shorter, status_html, step_words
from bnsim.ui.widgets.wheel import ignore_wheel

PACES: tuple[Pace, ...] = (
    Pace("op", 1),
    Pace("op", 4),
    Pace("layer", 2),
    Pace("layer", 5),
    Pace("layer", 10),
    Pace("layer", 25),
    Pace("iteration", 1),
    Pace("iteration", 4),
    Pace("iteration", 15),
    Pace("iteration", 60),
    Pace("iteration", math.inf),
)
DEFAULT_PACE = 4

BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    # object name, action, words, words where there is little room
    ("transport.reset", "run.reset", "Reset", ""),
    ("transport.stepIterationBack", "run.stepIterationBack", "Iteration", "Iter"),
    ("transport.stepBack", "run.stepBack", "Layer", "Layer"),
    ("transport.stepOpBack", "run.stepOpBack", "Op", "Op"),
    ("transport.stepOp", "run.stepOp", "Op", "Op"),
    ("transport.step", "run.step", "Layer", "Layer"),
    ("transport.stepIteration", "run.stepIteration", "Iteration", "Iter"),
    ("transport.playBack", "run.playBack", "", ""),
    ("transport.play", "run.play", "Play", ""),
)
MORE = (
    "run.stepEpoch",
    "run.stepEpochBack",
    "",
    "run.toCard",
    "run.toCardBack",
    "",
    "run.toBreakpoint",
    "run.toBreakpointBack",
    "",
    "run.toStart",
    "run.toNewest",
)
"""Actions in the menu "more", which have no button."""
ICON_AFTER = ("transport.stepOp", "transport.step", "transport.stepIteration")
GAPS_AFTER = ("transport.reset", "transport.stepIteration")
ROOMY = 1480
NARROW = 1240
TIGHT = 1060
"""In a bar narrower than this, steps by operations and iterations are in the menu "more"."""
SIDE_BY_SIDE = 520
"""From this width of the display on, what comes next stands beside the position; below it in a narrower one."""
EDGES, APART = 28, 16
"""Pixels at both sides of the display, and between two texts in it."""
SPARED = ("transport.stepOpBack", "transport.stepOp", "transport.stepIterationBack", "transport.stepIteration")
GETTING_READY = "getting ready…"
USUAL_TEXT = 13
"""The text size these widths are for; projector mode has a larger one."""


class ActionTable(Protocol):
    """The window's actions by name, such as "run.step"."""

    def __getitem__(self, name: str, /) -> QAction: ...

    def image(self, name: str, /) -> str:
        """The name of the action's icon."""


class Transport(QWidget):
    """Buttons for the run actions, the pace, and the position: the instruction just executed, and the next."""

    pace_changed = Signal(object)

    def __init__(self, actions: ActionTable, pace: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self._theme: Theme | None = None
        self._playing = False
        self._shown: tuple[Update, int] | None = None
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(5)
        for name, action_name, _text, _short in BUTTONS:
            row.addWidget(self._button(name, action_name))
            if name in GAPS_AFTER:
                row.addSpacing(8)
        row.addWidget(self._more_button())
        row.addSpacing(8)
        row.addLayout(self._pace_row(DEFAULT_PACE if pace is None else pace))
        row.addSpacing(8)
        row.addWidget(self._display(), 1)

    @property
    def pace(self) -> Pace:
        return PACES[self.slider.value()]

    def slower(self) -> None:
        """Play at the next lower pace."""
        self.slider.setValue(self.slider.value() - 1)

    def faster(self) -> None:
        """Play at the next higher pace."""
        self.slider.setValue(self.slider.value() + 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for name, action_name, _text, _short in BUTTONS:
            if name != "transport.play":
                tint = "accent-text" if name == "transport.step" else "text"
                self._buttons[name].setIcon(icon(self._actions.image(action_name), theme, tint))
        self._buttons["transport.more"].setIcon(icon("more", theme))
        self._show_playing()
        self._set_words()
        self.updateGeometry()
        self._show_position()

    def show_update(self, update: Update, current_layer: int = 0) -> None:
        """Show the position in `update`: that of the lane that holds `current_layer`, unless it is waiting."""
        before, self._shown = self._shown, (update, current_layer)
        if update.playing != self._playing:
            self._playing = update.playing
            self._show_playing()
            self._set_words()
        if before is None or _status_inputs(before) != _status_inputs(self._shown):
            self._show_position()

    def show_waiting(self, prepared: float = 0.0) -> None:
        """Show that another experiment is made ready to run, and how much of it is, in place of the position."""
        self._shown = None
        words = f"{GETTING_READY} {prepared:.0%}" if prepared else GETTING_READY
        self.status.setText(words)
        self.status.setToolTip("")
        self.status.setAccessibleDescription(words)
        self._show_next("", "")
        self._tell_steps({})
        if self._theme is not None:
            self._show_reason("", "")

    def _show_playing(self) -> None:
        if self._theme is not None:
            self._buttons["transport.play"].setIcon(icon("pause" if self._playing else "play", self._theme))

    def _show_position(self) -> None:
        if self._theme is None or self._shown is None:
            return
        update, layer_id = self._shown
        if update.frame is None or update.experiment is None:
            self.status.setText("nothing can run yet: see the marked cards")
            self._show_next("", "")
            self._tell_steps({})
            self._show_reason("", "")
            return
        frame, experiment = update.frame, update.experiment
        lane, coming = shown_lane(frame, layer_id), next_lane(frame, layer_id)
        stack, (why, role) = experiment.stack(lane.stack_id), reason(update)
        if self._side_by_side:
            self.status.setText(status_html(frame, lane, stack, self._theme, STYLES[-1]))
            room = self._free - APART - self.status.sizeHint().width()
        else:
            room = self._free // (2 if why else 1)
        for words in next_texts(coming, experiment.stack(coming.stack_id)):
            self._show_next(*words)
            if self._coming.sizeHint().width() <= room:
                break
        self._show_status(frame, lane, stack, self._theme)
        self._show_reason(why, role)
        # At once: what was measured here holds for the widths that the layout gives now.
        for widget in (self._coming, self._room):
            layout = widget.layout()
            assert layout is not None
            layout.activate()
        self._tell_steps(step_words(frame, experiment, layer_id))

    @property
    def _free(self) -> int:
        """Pixels of the display for text."""
        return self._room.width() - EDGES

    @property
    def _side_by_side(self) -> bool:
        return self._room.width() >= SIDE_BY_SIDE * self._scale

    def _show_next(self, operation: str, layer: str) -> None:
        """Show what comes next: the next operation, and how far a step by a layer goes."""
        self.next.setText(operation)
        self.next_layer.setText(layer)
        self.next_layer.setVisible(bool(layer))
        self._coming.setToolTip(f"{operation} {layer}".strip())
        row = self._rows[0 if self._side_by_side else 1]
        if row.indexOf(self._coming) < 0:
            self._rows[self._side_by_side].removeWidget(self._coming)
            row.insertWidget(1 if self._side_by_side else 0, self._coming)

    def _tell_steps(self, words: Mapping[str, str]) -> None:
        """Put on the buttons what each will do from here."""
        for name, action_name, *_ in BUTTONS:
            will, button = words.get(action_name, ""), self._buttons[name]
            usual = self._actions[action_name].toolTip()
            button.setToolTip(f"{will}\n{usual}" if will else usual)
            button.setAccessibleDescription(will)

    def _show_status(self, frame: Frame, lane: LaneFrame, stack: Stack, theme: Theme) -> None:
        """Show as many words as fit, layer and operation always; the tooltip has all of them."""
        whole = QTextDocumentFragment.fromHtml(status_html(frame, lane, stack, theme)).toPlainText()
        self.status.setToolTip(whole)
        self.status.setAccessibleDescription(whole)
        free = self._free - (self._coming.sizeHint().width() + APART if self._side_by_side else 0)
        for style in STYLES[self._width() < NARROW :]:
            self.status.setText(status_html(frame, lane, stack, theme, style))
            if self.status.sizeHint().width() <= free:
                break

    def _show_reason(self, words: str, color: str) -> None:
        """Show on a line of its own why the run stopped or what it is doing, shortened to fit."""
        assert self._theme is not None
        self.reason.setVisible(bool(words))
        room, metrics = self._free, self.reason.fontMetrics()
        room -= 0 if self._side_by_side else self._coming.sizeHint().width() + APART
        fits = metrics.horizontalAdvance(words) <= room
        # The line above says the lane, the iteration and the phase already.
        self.reason.setText(words if fits else metrics.elidedText(shorter(words), Qt.TextElideMode.ElideRight, room))
        self.reason.setToolTip(words)
        self.reason.setAccessibleDescription(words)
        if self.reason.property("role") != color:
            self.reason.setProperty("role", color)
            self.reason.style().polish(self.reason)

    def _more_button(self) -> QPushButton:
        menu = QMenu(self)
        menu.setObjectName("transport.moreMenu")
        menu.aboutToShow.connect(self._fill_more)
        button = self._buttons["transport.more"] = QPushButton(self)
        button.setObjectName("transport.more")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("More ways to run")
        button.setToolTip("Epochs, to the selected card, to breakpoints, along the time line")
        button.setMenu(menu)
        self._fill_more()
        return button

    @Slot()
    def _fill_more(self) -> None:
        menu = self._buttons["transport.more"].menu()
        menu.clear()
        action_of = {name: action for name, action, *_ in BUTTONS}
        spared = [action_of[name] for name in SPARED if self._buttons[name].isHidden()]
        for name in (*spared, *([""] if spared else []), *MORE):
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()

    def _button(self, name: str, action_name: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        # Not focused by a click, so that Space after a click on a step plays, as it does everywhere.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name in ICON_AFTER:
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        if name == "transport.step":
            button.setProperty("accent", "true")
        action = self._actions[action_name]
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text().replace("&", ""))
        button.setEnabled(action.isEnabled())
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        self._buttons[name] = button
        return button

    def _pace_row(self, value: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("transport.pace")
        self.slider.setAccessibleName("Pace of playing")
        self.slider.setRange(0, len(PACES) - 1)
        self.slider.setPageStep(1)
        self.slider.setValue(min(value, len(PACES) - 1))
        self.slider.setMinimumWidth(64)
        ignore_wheel(self.slider)
        self.slider.setMaximumWidth(110)
        self.pace_label = QLabel(self)
        self.pace_label.setObjectName("transport.paceLabel")
        self.pace_label.setProperty("role", "muted")
        row.addWidget(self.slider)
        row.addWidget(self.pace_label)
        self.pace_label.setText(max((pace.text() for pace in PACES), key=len))
        self.slider.valueChanged.connect(self._pace_moved)
        return row

    def _display(self) -> QWidget:
        frame = self._room = QWidget(self)
        frame.setObjectName("transport.display")
        frame.installEventFilter(self)
        # Words are fitted to the width that the layout leaves. Did they ask for one, the two would chase each other.
        frame.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(frame)
        column.setContentsMargins(14, 0, 14, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(APART)
        below = QHBoxLayout()
        below.setSpacing(APART)
        self._rows = (row, below)
        self.status = QLabel(GETTING_READY, frame)
        self.status.setObjectName("transport.status")
        self.status.setAccessibleName("Where the run is")
        self.status.setTextFormat(Qt.TextFormat.RichText)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.next = QLabel("", frame)
        self.next.setObjectName("transport.next")
        self.next.setAccessibleName("What comes next")
        self.next.setProperty("role", "muted")
        self.next_layer = QLabel("", frame)
        self.next_layer.setObjectName("transport.nextLayer")
        self.next_layer.setAccessibleName("How far a step by a layer goes")
        self.next_layer.setProperty("role", "muted")
        self._coming = QWidget(frame)
        pair = QHBoxLayout(self._coming)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(4)
        pair.addWidget(self.next)
        pair.addWidget(self.next_layer)
        row.addWidget(self.status, 1)
        row.addWidget(self._coming)
        self.reason = QLabel("", frame)
        self.reason.setObjectName("transport.reason")
        self.reason.setAccessibleName("Why it stopped, or what it is about")
        self.reason.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.reason.hide()
        column.addStretch(1)
        column.addLayout(row)
        below.addWidget(self.reason, 1)
        below.addStretch(0)
        column.addLayout(below)
        column.addStretch(1)
        return frame

    def _pace_moved(self, value: int) -> None:
        self._name_pace()
        self.pace_changed.emit(PACES[value])

    def _name_pace(self) -> None:
        words = self.pace.text()
        self.pace_label.setText(words)
        self.slider.setToolTip(f"Play at {words} (Ctrl+Up, Ctrl+Down)")
        self.slider.setAccessibleDescription(words)

    def _set_words(self) -> None:
        roomy = self._width() >= ROOMY
        for name, _action, text, short in BUTTONS:
            words = text if roomy else short
            if name != "transport.play":
                self._buttons[name].setText(words)
        self._name_play(worded=self._width() >= NARROW)
        for name in SPARED:
            self._buttons[name].setVisible(self._width() >= TIGHT)

    def _name_play(self, *, worded: bool) -> None:
        """Make the button as wide as the longer of its two texts, so that nothing moves at start and stop."""
        play, words = self._buttons["transport.play"], ("Play", "Pause")
        widths = []
        for each in words if worded else ("",):
            play.setText(each)
            widths.append(play.sizeHint().width())
        play.setFixedWidth(max(widths))
        play.setText(words[self._playing] if worded else "")
        play.setAccessibleName(words[self._playing])

    @property
    def _scale(self) -> float:
        return 1.0 if self._theme is None else self._theme.size("text") / USUAL_TEXT

    def _width(self) -> float:
        """The width of the bar in pixels, scaled to text of the usual size."""
        return self.width() / self._scale

    def sizeHint(self) -> QSize:
        return QSize(900, round(50 * self._scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(760, round(50 * self._scale))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._room and event.type() == QEvent.Type.Resize:
            self._show_position()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_words()
        self.pace_label.setVisible(self._width() >= NARROW)
        self._fit_pace()
        self._show_position()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._buttons:
            self._fit_pace()

    def _fit_pace(self) -> None:
        # The widest text's room, kept, so that nothing moves when the pace does.
        self.pace_label.ensurePolished()
        width = max(self.pace_label.fontMetrics().horizontalAdvance(pace.text()) for pace in PACES) + 4
        self.pace_label.setFixedWidth(width)
        self._name_pace()


def _status_inputs(shown: tuple[Update, int]) -> tuple[object, ...]:
    """The parts of the update from which the words of the bar are made."""
    update, layer_id = shown
    return id(update.frame), layer_id, update.activity, update.reverse
