"""The page of the Why view: staircase, factors by kind, worst links, and what would change it."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from bnsim.lenses.why.page import WhyPage
from bnsim.plot.theme import Theme
from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.ui.language import tr
from bnsim.ui.views.parts import AskButton, words
from bnsim.ui.views.why.rows import LinkRows
from bnsim.ui.views.why.stairs import StairBox
from bnsim.ui.views.why.tries import Tried, TryRows
from bnsim.ui.views.why.words import kinds, kinds_aloud, summaries

OTHER_STACKS = "Try other stacks"
OTHER_STACKS_TIP = (
    "BatchNorm before each activation, or none; ReLU or Identity; Residuals without skip or branch; larger weights; "
    "half the layers: forward and backward again on this mini-batch"
)
SPECTRUM = "Singular values"
SPECTRUM_TIP = "The largest of each W on the way: no direction gets more"
DOWN, UP = "From the loss to the layer", "From the input to the layer"
HEIGHT = 230
"""Pixels of the staircase in a narrow page, at least: in less, names lie over the lines."""
SHARE, UPRIGHT = 0.45, 0.8
"""What it takes of the height in view where that is more, and how high it is at most, as a share of its width."""
WIDE = 720
"""Pixels from which tables stand beside the staircase, in a column of the width below."""
BESIDE, WIDE_HEIGHT = 330, 380
SIDE_BY_SIDE = ((1, 0, 2, 1), (0, 0, 1, 2), (1, 1, 1, 1), (3, 0, 1, 1), (2, 1, 2, 1))
"""Row, column and how many of each in a wide page: staircase, sentences, kinds, links, what would change it.

A narrow page has them in this order: in a low window the staircase is seen first."""


class Section(QWidget):
    """A heading with what is below it."""

    def __init__(self, heading: str, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inside = inside
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.heading = words(heading, "heading", self)
        column.addWidget(self.heading)
        column.addWidget(inside)

    def add(self, widget: QWidget) -> None:
        """Put something below."""
        self.layout().addWidget(widget)  # type: ignore[union-attr]


class Page(QWidget):
    """One column, or two where there is room."""

    chosen = Signal(object)
    """A `Step` whose operation is to be gone to."""
    fork_asked = Signal(object)
    """A `Tried` that a fork is to try."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: WhyPage | None = None
        self._tries: tuple[Tried, ...] = ()
        self._theme: Theme | None = None
        self._wide = False
        self._in_view = 0
        self.stairs = StairBox("why", tr(DOWN), HEIGHT, self)
        self.summary = rich_text("why.summary", self)
        self.kinds = rich_text("why.kinds", self)
        self.worst = LinkRows("why.worst", self)
        self.remedies = TryRows("why.remedies", self)
        self._by_kind = Section("BY KIND OF LAYER", self.kinds, self)
        self._worst = Section("LARGEST FACTORS FIRST", self.worst, self)
        self.what_if = AskButton("why.whatIf", tr(OTHER_STACKS), tr(OTHER_STACKS_TIP), self)
        self.spectrum = AskButton("why.spectrum", tr(SPECTRUM), tr(SPECTRUM_TIP), self)
        self._requests = QWidget(self)
        requests = QVBoxLayout(self._requests)
        requests.setContentsMargins(0, 0, 0, 4)
        requests.setSpacing(4)
        for button in (self.what_if, self.spectrum):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            requests.addWidget(button)
        self._remedies = Section("WHAT WOULD CHANGE IT", self._requests, self)
        self._remedies.add(self.remedies)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(14)
        self._lay_out()
        self.stairs.plot.chosen.connect(self.chosen)
        self.worst.chosen.connect(self.chosen)
        self.remedies.fork_asked.connect(self.fork_asked)
        self.worst.pointed.connect(self.stairs.plot.point_at)

    def show_page(self, page: WhyPage, tries: tuple[Tried, ...], *, fast: bool) -> None:
        """Show an answer and what would change it, without antialiasing if `fast`."""
        self._shown, self._tries = page, tries
        self.stairs.rename(tr(UP if page.asked.tensor.name == VALUE else DOWN))
        self.stairs.plot.show_flights(page.flights)
        figure = page.figure
        if figure is not None:
            figure = replace(figure, title=tr(figure.title), verdict=tr(figure.verdict))
        self.stairs.offer(figure, fast=fast)
        self._show_words()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.stairs.set_theme(theme)
        self._show_words()

    def fit(self, in_view: int) -> None:
        """Adapt the staircase to so many pixels of the page that are in view at once."""
        self._in_view = in_view
        self._fit_stairs()

    def catch_up(self) -> None:
        """Draw the staircase if it has just become visible."""
        self.stairs.catch_up()

    def _show_words(self) -> None:
        page, theme = self._shown, self._theme
        if page is None or theme is None:
            return
        _show(self.summary, summaries(page, theme))
        _show(self.kinds, kinds(page, theme), kinds_aloud(page))
        self._by_kind.setVisible(any(why.kinds for why in page.answers))
        self.worst.show_links(page.worst, theme)
        self._worst.setVisible(bool(page.worst))
        self.remedies.show_tries(self._tries, theme)
        whole = page.asked.tensor.name == GRADIENT and not page.asked.due and bool(page.asked.links)
        self._requests.setVisible(whole)
        self._remedies.setVisible(whole or bool(self._tries))

    def _lay_out(self) -> None:
        grid, wide = self._grid, self._wide
        parts: tuple[QWidget, ...] = (self.stairs, self.summary, self._by_kind, self._worst, self._remedies)
        for part in parts:
            grid.removeWidget(part)
        places = SIDE_BY_SIDE if wide else [(k, 0, 1, 1) for k in range(len(parts))]
        for part, place in zip(parts, places, strict=True):
            grid.addWidget(part, *place, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(2, 1 if wide else 0)  # what is taller than the other column takes no room from its parts
        grid.setRowStretch(3, 10 if wide else 0)
        grid.setColumnMinimumWidth(1, BESIDE if wide else 0)
        self._fit_stairs()

    def _fit_stairs(self) -> None:
        upright = min(round(SHARE * self._in_view), round(UPRIGHT * self.width()), WIDE_HEIGHT)
        self.stairs.set_height(WIDE_HEIGHT if self._wide else max(HEIGHT, upright))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() >= WIDE) != self._wide:
            self._wide = not self._wide
            self._lay_out()
        else:
            self._fit_stairs()


def rich_text(name: str, parent: QWidget) -> QLabel:
    """A label for words and tables in colors, which can be selected and copied."""
    made = words("", "", parent)
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setMinimumWidth(1)  # cells wrap where the column is narrow
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _show(label: QLabel, text: str, aloud: str = "") -> None:
    """Show a text, if it is another one: a selection in it stays."""
    if label.text() != text:
        label.setText(text)
        label.setAccessibleName(aloud)
