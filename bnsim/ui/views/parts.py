"""Widgets of the views: small plots with a title and a menu, tables of numbers, switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import whole_percent
from bnsim.ui.charts.axes import room_below
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.charts.plot import FigurePlot
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.numbers import WORKED_OUT, show_watch

BOTTOM, RANKS_BOTTOM = 37, 20
"""Pixels below the plot at least: for ticks and the name of the axis, and for the name alone."""
HEAD = 26
APART, CLOSE = (30.0, 48.0), 18.0
"""Pixels between ticks, upward and along; upward in a strip."""
SHORT = 14
"""A row's name of at most this many letters never wraps."""
FINER = {"marker": "marker-small", "line-bold": "line-normal", "line-normal": "line-small"}
"""Sizes of the theme, and those that a small plot uses instead."""


class SmallPlot(FigurePlot):
    """A plot for a narrow column: no names at the y axis, the wheel scrolls the page, a click picks a position."""

    picked = Signal(float)
    """Position along the x axis, in the figure's own numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes["left"].pixels_per_tick, self._axes["bottom"].pixels_per_tick = APART
        self._ranks = False
        self._pressed: QPointF | None = None

    def hide_ranks(self) -> None:
        """Hide the numbers of the x axis, which are only the ranks of features."""
        self._axes["left"].pixels_per_tick = CLOSE
        self._axes["bottom"].setStyle(showValues=False)
        self._ranks = True

    def _below(self, theme: Theme) -> int:
        return max(RANKS_BOTTOM if self._ranks else BOTTOM, round(room_below(theme, ticks=not self._ranks)))

    def set_theme(self, theme: Theme) -> None:
        finer = {name: theme.size(size) for name, size in FINER.items()}
        super().set_theme(replace(theme, sizes=theme.sizes | finer))

    def draw(self, figure: Figure, *, fast: bool = False) -> None:
        super().draw(replace(figure, y=replace(figure.y, label="")), fast=fast)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and (event.position() - pressed).manhattanLength() < 4:
            scene = self.mapToScene(event.position().toPoint())
            self.picked.emit(float(self.plotItem.vb.mapSceneToView(scene).x()))
        super().mouseReleaseEvent(event)


class FigureBox(FigurePanel):
    """A figure with a title and a menu; it is drawn only while it is visible."""

    def __init__(
        self, name: str, title: str, height: int, parent: QWidget | None = None, *, ranks: bool = False
    ) -> None:
        super().__init__(name, title, parent)
        self._late: tuple[Figure, bool] | None = None
        self.verdict.hide()
        if ranks:
            self.plot.hide_ranks()
        self.plot.setMinimumHeight(height)
        self.plot.setFixedHeight(height)
        head = self._head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        self._title = QLabel(title, head)
        self._more = QToolButton(head)
        self._more.setObjectName(f"panel.{name}.menu")
        self._more.setAccessibleName(tr(f"{title}: export, copy, freeze"))
        self._more.setToolTip(tr("Export, copy, freeze"))
        self._more.setProperty("kind", "flat")
        self._more.setMenu(self.menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self._title, 1)
        row.addWidget(self._more)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, head)
        column.setContentsMargins(0, 0, 0, 0)
        self.frozen_changed.connect(self._say_frozen)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _new_plot(self) -> SmallPlot:
        return SmallPlot(self)

    def offer(self, figure: Figure | None, *, fast: bool = False) -> None:
        """Show a figure, now or once the box becomes visible; None hides the box."""
        self.setVisible(figure is not None or self.frozen)
        if figure is None:
            return
        if self.plot.viewport().visibleRegion().isEmpty():
            self._late = (figure, fast)
            if not self.frozen:
                self.figure = figure
        else:
            self._late = None
            self.show_figure(figure, fast=fast)

    def catch_up(self) -> None:
        """Draw the figure that was offered while the box was not visible."""
        if self._late is not None and not self.plot.viewport().visibleRegion().isEmpty():
            (figure, fast), self._late = self._late, None
            self.figure = None
            self.show_figure(figure, fast=fast)

    def rename(self, title: str) -> None:
        """Change the title of the figure."""
        if title != self.title:
            self.title = title
            self._title.setText(title)
            self.plot.setAccessibleName(title)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._more.setIcon(icon("more", theme, "text-muted"))

    def _say_frozen(self, frozen: bool) -> None:
        self._title.setText(f"{self.title} ({tr('frozen')})" if frozen else self.title)

    def sizeHint(self) -> QSize:
        return QSize(240, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._height())

    def _height(self) -> int:
        column = self.layout()
        assert column is not None
        plot: int = self.plot.minimumHeight()
        return plot + max(HEAD, self._head.sizeHint().height() + column.spacing())


class Plots(QWidget):
    """Base of the pages; its figures are in `boxes`."""

    boxes: tuple[FigureBox, ...] = ()

    def catch_up(self) -> None:
        for box in self.boxes:
            box.catch_up()

    def set_theme(self, theme: Theme) -> None:
        for box in self.boxes:
            box.set_theme(theme)


class Numbers(QWidget):
    """A table of numbers that can be selected and copied; `rows` and `columns` are their names on the screen."""

    def __init__(
        self,
        name: str,
        rows: Sequence[tuple[str, str]],
        columns: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        self._heads: dict[str, QLabel] = {}
        self._cells: dict[tuple[str, str], QLabel] = {}
        self._names: dict[str, str] = dict(rows)
        for across, (column, words) in enumerate(columns, 1):
            head = self._heads[column] = QLabel(tr(words), self)
            head.setProperty("role", "muted")
            head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
            if words:
                grid.addWidget(head, 0, across)
            else:
                head.hide()
        for down, (row, words) in enumerate(rows, 1):
            label = QLabel(tr(words), self)
            label.setWordWrap(len(words) > SHORT)
            label.setProperty("role", "muted")
            grid.addWidget(label, down, 0)
            for across, (column, _) in enumerate(columns, 1):
                cell = self._cells[row, column] = QLabel("", self)
                cell.setObjectName(f"{name}.{row}.{column}")
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(cell, down, across)

    def show_head(self, column: str, words: str) -> None:
        self._heads[column].setText(words)

    def show_column(self, column: str, numbers: Mapping[str, str]) -> None:
        """Show the numbers of a column, given by the name of the row."""
        for row, text in numbers.items():
            self.show_number(row, column, text)

    def show_number(self, row: str, column: str, words: str, watch: str = "") -> None:
        """Show one number, given as text, and by `watch`, if it can be watched, as an expression."""
        cell = self._cells[row, column]
        show_watch(cell, watch, WORKED_OUT if any(map(str.isdigit, words)) else "")
        if cell.text() != words:
            cell.setText(words)
            cell.setAccessibleName(f"{self._names[row]}, {self._heads[column].text()}: {words}")


class Switch(QWidget):
    """Buttons of which exactly one is checked."""

    chosen = Signal(str)

    def __init__(
        self, name: str, title: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr(title))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for key, words in choices:
            button = self._buttons[key] = QToolButton(self)
            button.setText(tr(words))
            button.setObjectName(f"{name}.{key}")
            button.setAccessibleName(f"{tr(title)}: {tr(words)}")
            button.setCheckable(True)
            button.setProperty("kind", "switch")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        next(iter(self._buttons.values())).setChecked(True)
        self._group.buttonClicked.connect(self._report)

    @property
    def choice(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        self._buttons[key].setChecked(True)

    def reword(self, key: str, words: str) -> None:
        self._buttons[key].setText(tr(words))

    def _report(self) -> None:
        self.chosen.emit(self.choice)


class AskButton(QPushButton):
    """A button that starts an inquiry; meanwhile it shows the progress, and a press cancels."""

    asked = Signal()
    given_up = Signal()

    def __init__(self, name: str, words: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setToolTip(tip)
        self._words = words
        self._busy = False
        self.clicked.connect(self._press)

    def show_share(self, share: float | None) -> None:
        """Show the fraction that is done, 0 to 1; None if no inquiry is under way."""
        self._busy = share is not None
        self.setText(self._words if share is None else tr(f"{whole_percent(share)} · cancel"))

    def reword(self, words: str) -> None:
        self._words = words
        if not self._busy:
            self.setText(words)

    def _press(self) -> None:
        if self._busy:
            self.given_up.emit()
        else:
            self.show_share(0.0)
            self.asked.emit()


def words(text: str = "", role: str = "", parent: QWidget | None = None) -> QLabel:
    """A label whose text wraps."""
    label = QLabel(tr(text), parent)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
