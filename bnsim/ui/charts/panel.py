"""A figure with its verdict in words above the plot, and a menu to export, copy and freeze it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from bnsim.figures.options import Option, Value
from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.ui.charts.option_menu import OptionMenu
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color, font
from bnsim.ui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:  # pyqtgraph comes with it, which is imported for the first figure, when the window is there
    from bnsim.ui.charts.plot import FigurePlot

EXPORTS = (("png", "PNG picture…"), ("svg", "SVG drawing…"), ("pdf", "PDF page…"), ("csv", "CSV numbers…"))
PICTURE_SCALE = 2.0
OUTDATED = "Of the run before: {}"
VERDICT_MS = 200
"""Least milliseconds between two verdicts while figures come fast: words that change faster cannot be read."""


class FigurePanel(QWidget):
    """Draws the newest figure it was given, unless it is frozen."""

    export_asked = Signal(str)
    """A format: "png", "svg", "pdf" or "csv"."""
    frozen_changed = Signal(bool)
    options_changed = Signal()
    """What is chosen of the figure is another thing than before; `options` has it."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None, *, options: Sequence[Option] = ()) -> None:
        super().__init__(parent)
        self.name = name
        self.title = title
        self.figure: Figure | None = None
        self.outdated = False
        """It shows the run before, of an experiment that is no more."""
        self._theme: Theme | None = None
        self._said_at = QElapsedTimer()
        self._said_at.start()
        self.setObjectName(f"panel.{name}")
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        self.verdict = ElidedLabel(self, wordy=True)
        self.verdict.setObjectName(f"panel.{name}.verdict")
        self.verdict.setProperty("role", "muted")
        self.verdict.setContentsMargins(16, 0, 12, 4)
        layout.addWidget(self.verdict)
        layout.addStretch(1)
        self._plot: FigurePlot | None = None
        self.menu = self._menu(options)
        self.frozen_changed.connect(self._settle)

    @property
    def plot(self) -> FigurePlot:
        """The plot below the verdict. It is made when first asked for, at the latest for the first figure."""
        if self._plot is None:
            self._plot = self._make_plot()
        return self._plot

    def _new_plot(self) -> FigurePlot:
        from bnsim.ui.charts.plot import FigurePlot

        return FigurePlot(self)

    def _make_plot(self) -> FigurePlot:
        plot = self._new_plot()
        plot.setObjectName(f"panel.{self.name}.plot")
        plot.setAccessibleName(self.title)
        plot.setAccessibleDescription(self.verdict.words)
        plot.zoomed.connect(self.show_all_action.setEnabled)
        if self._theme is not None:
            plot.set_theme(self._theme)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.takeAt(layout.count() - 1)  # the stretch that kept its place
        layout.addWidget(plot, 1)
        # The first figure is drawn at once, so its size must not wait for the next turn of the event loop.
        plot.show()
        layout.activate()
        return plot

    @property
    def frozen(self) -> bool:
        return self.freeze_action.isChecked()

    def show_figure(self, figure: Figure | None, *, fast: bool = False) -> None:
        """Draw the figure, `fast` if many come each second; None keeps the one before."""
        if figure is None or self.frozen:
            return
        if figure is self.figure and not self.outdated:
            if not fast:
                self._finish()
            return
        self.figure = figure
        if self.outdated:
            self._set_outdated(False)
        if not fast or self._said_at.hasExpired(VERDICT_MS):
            self._show_verdict(figure.verdict)
        if self._theme is not None:
            self.plot.draw(figure, fast=fast)

    def show_outdated(self) -> None:
        """Mark what is drawn as that of the run before, until the next figure comes; what is frozen stays as it is."""
        if self.figure is None or self.frozen or self.outdated:
            return
        self._set_outdated(True)
        self._show_verdict(self.figure.verdict)

    def forget(self) -> None:
        """Show nothing, since another document has been opened."""
        self.freeze_action.setChecked(False)
        self.figure = None
        self._set_outdated(False)
        self._show_verdict("")
        if self._plot is not None:
            self._plot.clear_figure()

    def _set_outdated(self, outdated: bool) -> None:
        if outdated != self.outdated:
            self.outdated = outdated
            self.plot.set_pale(outdated)

    def _show_verdict(self, verdict: str) -> None:
        self._said_at.restart()
        verdict = OUTDATED.format(verdict) if self.outdated and verdict else verdict
        self.verdict.set_words(verdict)
        if self._plot is not None:
            self._plot.setAccessibleDescription(verdict)

    def _settle(self, frozen: bool) -> None:
        if frozen:
            self._finish()

    def _finish(self) -> None:
        """Show in full what was drawn fast, since it stays."""
        if self.figure is not None:
            self._show_verdict(self.figure.verdict)
            self.plot.settle()

    def set_theme(self, theme: Theme) -> None:
        first = self._theme is None
        self._theme = theme
        if self._plot is not None:
            self._plot.set_theme(theme)
        if first and self.figure is not None:
            self.plot.draw(self.figure)
        self.freeze_action.setIcon(icon("freeze", theme))
        self.copy_action.setIcon(icon("copy", theme))
        self.show_all_action.setIcon(icon("show-all", theme))
        self.export_menu.setIcon(icon("export", theme))

    def picture(self) -> QPixmap:
        """Title, verdict and plot as one picture, at twice the resolution of the screen."""
        assert self._theme is not None
        if self.figure is not None:
            self._show_verdict(self.figure.verdict)
        self.plot.settle()
        self.plot.place_now()
        self.plot.grab()  # a new name is in its place only after its first paint
        head = 54
        size = QSize(self.plot.width(), self.plot.height() + head)
        made = QPixmap(size * PICTURE_SCALE)
        made.setDevicePixelRatio(PICTURE_SCALE)
        made.fill(color(self._theme, "plot-background"))
        painter = QPainter(made)
        painter.setPen(color(self._theme, "text"))
        painter.setFont(font(self._theme, "panel-title", bold=True))
        painter.drawText(16, 24, self.title)
        painter.setPen(color(self._theme, "text-muted"))
        painter.setFont(font(self._theme, "panel-verdict"))
        painter.drawText(16, 44, self.verdict.words)
        # The target rectangle is given: the default is all pixels of the picture, at twice the size.
        area = self.plot.viewport().rect()
        self.plot.render(painter, QRectF(0, head, area.width(), area.height()), area)
        painter.end()
        return made

    @property
    def options(self) -> dict[str, Value]:
        """What is chosen of the figure, by name, without what is as by default."""
        return dict(self.option_menu.chosen)

    @options.setter
    def options(self, chosen: Mapping[str, Value]) -> None:
        self.option_menu.choose(chosen)

    def _menu(self, options: Sequence[Option]) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName(f"panel.{self.name}.contextMenu")
        self.option_menu = OptionMenu(options, menu)
        self.option_menu.changed.connect(self.options_changed)
        self.export_menu = menu.addMenu("Export")
        self.export_actions: dict[str, QAction] = {}
        for suffix, text in EXPORTS:
            action = self.export_menu.addAction(text)
            action.setObjectName(f"panel.{self.name}.export.{suffix}")
            action.triggered.connect(lambda _checked=False, suffix=suffix: self.export_asked.emit(suffix))
            self.export_actions[suffix] = action
        self.copy_action = menu.addAction("Copy picture")
        self.copy_action.setObjectName(f"panel.{self.name}.copy")
        self.copy_action.triggered.connect(lambda: QGuiApplication.clipboard().setPixmap(self.picture()))
        menu.addSeparator()
        self.show_all_action = menu.addAction("Show all")
        self.show_all_action.setEnabled(False)
        self.show_all_action.triggered.connect(lambda: self.plot.show_all())
        self.freeze_action = menu.addAction("Freeze")
        self.freeze_action.setObjectName(f"panel.{self.name}.freeze")
        self.freeze_action.setCheckable(True)
        self.freeze_action.toggled.connect(self.frozen_changed)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(420, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(170, 170)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.popup(event.globalPos())
