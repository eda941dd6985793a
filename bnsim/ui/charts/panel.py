"""A figure with its verdict in words above the plot, and a menu to export, copy and freeze it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from bnsim.figures.options import Option, Value
from bnsim.plot.figure import Figure, same
from bnsim.plot.ghosts import Ghost, can_be_ghost, with_ghosts
from bnsim.plot.theme import Theme
from bnsim.plot.writers import FORMAT_NAMES
from bnsim.runner.orders import DrawFigure
from bnsim.runner.updates import Measurement
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase
from bnsim.ui.charts.measuring import MeasuringStrip
from bnsim.ui.charts.option_menu import OptionMenu
from bnsim.ui.charts.to_come import ToCome
from bnsim.ui.language import told_words, tr
from bnsim.ui.model.exportable import Exportable, Film
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color, font
from bnsim.ui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:  # pyqtgraph comes with it, which is imported for the first figure, when the window is there
    from bnsim.ui.charts.plot import FigurePlot
    from bnsim.ui.charts.reading import Point

PICTURE_SCALE = 2.0
PICTURE_MARGIN, PICTURE_TITLE = 16, 32
"""Pixels left and right of words over a picture, and down to the words below its title."""
PIN_TIP = "Compare with now: what is shown stays, dashed and pale, behind what comes; an image stays below it"
UNPIN_TIP = "Compared with {}; click to show the present alone"
NO_PIN_TIP = "This image has no room for an earlier one"
VERDICT_MS = 200
"""Least milliseconds between two verdicts while figures come fast: words that change faster cannot be read."""


class FigurePanel(QWidget):
    """Draws the newest figure it was given, unless it is frozen."""

    export_asked = Signal(str)
    """One of the formats a figure can be written as."""
    copy_asked = Signal()
    """Its picture, and its numbers, are to be copied."""
    preview_asked = Signal()
    """It is to be exported with a preview."""
    frozen_changed = Signal(bool)
    options_changed = Signal()
    """What is chosen of the figure is another thing than before; `options` has it."""
    pin_changed = Signal()
    """It is compared with another moment than before, or with none, or can be no more."""
    keep_asked = Signal(bool)
    """It is to stay with the layer that it is about, or to follow the selection again."""
    layer_kept = Signal(bool)
    """Whether it stays with a layer now."""
    measure_asked = Signal()
    stop_asked = Signal()
    every_changed = Signal()
    """A figure that takes long is to be measured more or less often; `every` says how often."""
    plot_made = Signal(object)
    """A plot that was not there before."""

    def __init__(
        self,
        name: str,
        title: str,
        parent: QWidget | None = None,
        *,
        options: Sequence[Option] = (),
        about_layer: bool = False,
        cost_with: Callable[[Mapping[str, Value]], str] = lambda _: "",
    ) -> None:
        """`cost_with` says in words what a measurement computes with options that are chosen, "" if not much."""
        super().__init__(parent)
        self._cost_with = cost_with
        self.name = name
        self.title = title
        self.figure: Figure | None = None
        self.ghost: Ghost | None = None
        """What the figure is compared with."""
        self.former: tuple[Ghost, ...] = ()
        """What former runs show behind it."""
        self.layer: int | None = None
        """The id of the layer that it stays with, 0 for the first that fits; None: it follows the selection."""
        self.every = 0
        """After how many updates a figure that takes long is measured; 0: when the run rests."""
        self._updates: int | None = None
        self._iteration: int | None = None
        self._about_layer = about_layer
        self.outdated = False
        """It shows the run before, of an experiment that is no more."""
        self._theme: Theme | None = None
        self._said_at = QElapsedTimer()
        self._said_at.start()
        self.entries_at: Callable[[Point], Sequence[QAction]] = lambda _: ()
        """What the menu begins with that is opened on a point of a line; whoever sets it keeps the actions."""
        self.draw_in_full: Callable[[], DrawFigure | None] = lambda: None
        """The order that draws what it shows with all points; None where what is shown is all there is."""
        self.films: Callable[[], tuple[Film, ...]] = lambda: ()
        """What it can be as a film."""
        self.setObjectName(f"panel.{name}")
        self.setAccessibleName(tr(title))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        self.verdict = ElidedLabel(self, wordy=True)
        self.verdict.setObjectName(f"panel.{name}.verdict")
        self.verdict.setProperty("role", "muted")
        self.verdict.setContentsMargins(16, 0, 12, 4)
        layout.addWidget(self.verdict)
        self.measuring: MeasuringStrip | None = None
        """What is said and set of a figure that takes long."""
        layout.addStretch(1)
        self._plot: FigurePlot | None = None
        self.to_come = ToCome(name, self.verdict, self)
        self.to_come.settle(None, has_data=False)
        self.menu = self._menu(options)
        self.frozen_changed.connect(self._settle)

    @property
    def plot(self) -> FigurePlot:
        """The plot below the verdict. It is made when first asked for, at the latest for the first figure."""
        if self._plot is None:
            self._plot = self._make_plot()
        return self._plot

    def _new_plot(self) -> FigurePlot:
        from bnsim.ui.charts.linked_plot import LinkedPlot

        return LinkedPlot(self)

    def _make_plot(self) -> FigurePlot:
        plot = self._new_plot()
        plot.setObjectName(f"panel.{self.name}.plot")
        plot.setAccessibleName(tr(self.title))
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
        self.plot_made.emit(plot)
        return plot

    @property
    def frozen(self) -> bool:
        return self.freeze_action.isChecked()

    @property
    def shown(self) -> Figure | None:
        """The figure as it is drawn, with what it is compared with."""
        return None if self.figure is None else with_ghosts(self.figure, self.ghosts)

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """All that lies behind the figure: an earlier moment of this run, and former runs."""
        return self.former if self.ghost is None else (self.ghost, *self.former)

    def show_former(self, former: tuple[Ghost, ...]) -> None:
        """Show former runs behind what comes; what is frozen stays as it is."""
        if not self.frozen and not same(former, self.former):
            self.former = former
            self._draw()

    def show_figure(
        self, figure: Figure | None, *, fast: bool = False, updates: int | None = None, iteration: int | None = None
    ) -> None:
        """Draw the figure, `fast` if many come each second; None keeps the one before.

        It is of the time after so many `updates`, in the iteration of that number from 0. If that is not said, it
        cannot be compared with later ones.
        """
        if figure is None or self.frozen:
            return
        if figure is self.figure and not self.outdated:
            self._updates, self._iteration = updates, iteration
            self._mark_present()
            if not fast:
                self._finish()
            return
        self.figure, self._updates, self._iteration = figure, updates, iteration
        if not (fast and self.pin_action.isEnabled()):
            self._allow_pin()
        if self.outdated:
            self._set_outdated(False)
        if not fast or self._said_at.hasExpired(VERDICT_MS):
            self._show_verdict(figure.verdict)
        self._draw(fast=fast)

    def _draw(self, *, fast: bool = False) -> None:
        shown = self.shown
        if self._theme is not None and shown is not None:
            self._mark_present()
            self.plot.draw(shown, fast=fast)
            if not self.to_come.isHidden() or not shown.has_data:
                self.to_come.settle(self.plot, has_data=shown.has_data)

    def _mark_present(self) -> None:
        """Mark in the plot where the run stands, if it does that."""
        from bnsim.ui.charts.linked_plot import LinkedPlot

        if self._theme is not None and isinstance(self.plot, LinkedPlot):
            self.plot.set_present(self._iteration)

    def show_outdated(self) -> None:
        """Mark what is drawn as that of the run before, until the next figure comes; what is frozen stays as it is."""
        if self.figure is None or self.frozen or self.outdated:
            return
        self._set_outdated(True)
        self._show_verdict(self.figure.verdict)

    def forget(self) -> None:
        """Show nothing, since another document has been opened."""
        self.freeze_action.setChecked(False)
        self.figure = self.ghost = None
        self.former = ()
        self.keep_layer(None)
        self.pin_action.setChecked(False)
        self._allow_pin()
        self._set_outdated(False)
        self._show_verdict("")
        if self._plot is not None:
            self._plot.clear_figure()
        self.to_come.settle(self._plot, has_data=False)

    def _set_outdated(self, outdated: bool) -> None:
        if outdated != self.outdated:
            self.outdated = outdated
            self.plot.set_pale(outdated)

    def _show_verdict(self, verdict: str) -> None:
        self._said_at.restart()
        verdict = phrase("Of the run before: {verdict}", verdict=verdict) if self.outdated and verdict else verdict
        verdict = told_words(verdict)
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
        self.to_come.set_theme(theme)
        if self._plot is not None:
            self._plot.set_theme(theme)
        if first and self.figure is not None:
            self._draw()
        self.freeze_action.setIcon(icon("freeze", theme))
        self.pin_action.setIcon(icon("pin", theme))
        self.copy_action.setIcon(icon("copy", theme))
        self.show_all_action.setIcon(icon("show-all", theme))
        self.export_menu.setIcon(icon("export", theme))

    def exportable(self) -> Exportable | None:
        """The figure to be exported, in full and with what it is compared with."""
        order, shown = self.draw_in_full(), self.shown
        if order is not None:
            return Exportable(self.name, self.title, order.drawn.result, order=order, films=self.films())
        return None if shown is None else Exportable(self.name, self.title, lambda: shown)

    def picture(self) -> QPixmap:
        """Title, verdict and plot as one picture, at twice the resolution of the screen."""
        assert self._theme is not None
        if self.figure is not None:
            self._show_verdict(self.figure.verdict)
        self.plot.settle()
        self.plot.place_now()
        self.plot.grab()  # a new name is in its place only after its first paint
        width, shape = self.plot.width() - 2 * PICTURE_MARGIN, font(self._theme, "panel-verdict")
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        told = QFontMetrics(shape).boundingRect(QRect(0, 0, width, 1000), wrapped, self.verdict.words)
        head = PICTURE_TITLE + told.height() + PICTURE_MARGIN // 2
        size = QSize(self.plot.width(), self.plot.height() + head)
        made = QPixmap(size * PICTURE_SCALE)
        made.setDevicePixelRatio(PICTURE_SCALE)
        made.fill(color(self._theme, "plot-background"))
        painter = QPainter(made)
        painter.setPen(color(self._theme, "text"))
        painter.setFont(font(self._theme, "panel-title", bold=True))
        painter.drawText(PICTURE_MARGIN, PICTURE_TITLE - 8, self.title)
        painter.setPen(color(self._theme, "text-muted"))
        painter.setFont(shape)
        painter.drawText(QRect(PICTURE_MARGIN, PICTURE_TITLE, width, told.height()), wrapped, self.verdict.words)
        # The target rectangle is given: the default is all pixels of the picture, at twice the size.
        area = self.plot.viewport().rect()
        self.plot.render(painter, QRectF(0, head, area.width(), area.height()), area)
        painter.translate(0, head)
        self.plot.paint_key(painter)
        painter.end()
        return made

    # Compared with an earlier moment, and with one layer

    def pin(self, on: bool) -> None:
        """Compare what comes with what is shown now, or with nothing any more."""
        if on != self.pin_action.isChecked() and (self.pin_action.isEnabled() or not on):
            self.pin_action.trigger()

    def compare_with(self, ghost: Ghost | None) -> None:
        """Show something of another source behind the figure, in place of an earlier moment; None: nothing."""
        self.ghost = ghost
        self.pin_action.setChecked(ghost is not None)
        self._allow_pin()
        self._draw()
        self.pin_changed.emit()

    def choose(self, layer: int | None, every: int, options: Mapping[str, Value]) -> None:
        """Set which layer it stays with, how often it is measured, and its options."""
        self.keep_layer(layer)
        self._set_every(every)
        self.options = dict(options)

    def keep_layer(self, layer: int | None) -> None:
        """Stay with the layer of that id, 0 for the first that fits, or follow the selection."""
        layer = layer if self._about_layer else None
        if layer != self.layer:
            self.layer = layer
            self.keep_action.setChecked(layer is not None)
            self.layer_kept.emit(layer is not None)

    def _pin(self, on: bool) -> None:
        self.ghost = None
        if on and self.figure is not None and self._updates is not None and can_be_ghost(self.figure):
            self.ghost = Ghost(self.figure, phrase("iteration {number}", number=count(self._updates)))
        self.pin_action.setChecked(self.ghost is not None)
        if self._about_layer and (self.layer is not None) != (self.ghost is not None):
            self.keep_asked.emit(self.ghost is not None)
        self._allow_pin()
        self._draw()
        self.pin_changed.emit()

    def _allow_pin(self) -> None:
        """Say whether there is anything to compare with, and what it is compared with."""
        self.pin_action.setVisible(self.figure is None or self._updates is not None)
        pinned = self.ghost is not None
        can = pinned or (self.figure is not None and can_be_ghost(self.figure))
        tip = UNPIN_TIP.format(self.ghost.when) if self.ghost is not None else PIN_TIP
        if self.figure is not None and self.figure.has_data and not can:
            tip = NO_PIN_TIP
        if (can, tip) != (self.pin_action.isEnabled(), self.pin_action.toolTip()):
            self.pin_action.setEnabled(can)
            self.pin_action.setToolTip(tr(tip))
            self.pin_changed.emit()

    # What takes long

    def show_measurement(self, measurement: Measurement | None) -> None:
        """Show how things stand with a figure that takes long; None for any other."""
        if measurement is None:
            if self.measuring is not None:
                self.measuring.hide()
            return
        if self.measuring is None:
            self.measuring = self._make_measuring()
            self.to_come.stay_below(self.measuring)
        self.measuring.show_measurement(measurement, self._cost_with(self.options))
        self.measuring.show()

    def _make_measuring(self) -> MeasuringStrip:
        strip = MeasuringStrip(self.objectName(), self)
        strip.set_every(self.every)
        strip.measure_asked.connect(self.measure_asked)
        strip.stop_asked.connect(self.stop_asked)
        strip.every_changed.connect(self._set_every)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, strip)
        return strip

    def _set_every(self, every: int) -> None:
        if every != self.every:
            self.every = every
            if self.measuring is not None:
                self.measuring.set_every(every)
            self.every_changed.emit()

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
        self.export_menu = menu.addMenu(tr("Export"))
        self.export_actions: dict[str, QAction] = {}
        preview = self.export_menu.addAction(tr("With a preview…"))
        preview.setObjectName(f"panel.{self.name}.export.preview")
        preview.triggered.connect(self.preview_asked)
        self.export_menu.addSeparator()
        for suffix, words in FORMAT_NAMES.items():
            action = self.export_menu.addAction(f"{tr(words)}…")
            action.setObjectName(f"panel.{self.name}.export.{suffix}")
            action.triggered.connect(lambda _checked=False, suffix=suffix: self.export_asked.emit(suffix))
            self.export_actions[suffix] = action
        self.copy_action = menu.addAction(tr("Copy picture"))
        self.copy_action.setObjectName(f"panel.{self.name}.copy")
        self.copy_action.triggered.connect(self.copy_asked)
        menu.addSeparator()
        self.pin_action = menu.addAction(tr("Compare with now"))
        self.pin_action.setObjectName(f"panel.{self.name}.pin")
        self.pin_action.setCheckable(True)
        self.pin_action.setEnabled(False)
        self.pin_action.setToolTip(tr(PIN_TIP))
        self.pin_action.triggered.connect(self._pin)
        self.keep_action = menu.addAction(tr("Stay with this layer"))
        self.keep_action.setObjectName(f"panel.{self.name}.keep")
        self.keep_action.setCheckable(True)
        self.keep_action.setVisible(self._about_layer)
        self.keep_action.triggered.connect(self.keep_asked)
        menu.addSeparator()
        self.show_all_action = menu.addAction(tr("Show all"))
        self.show_all_action.setEnabled(False)
        self.show_all_action.triggered.connect(lambda: self.plot.fit())
        self.freeze_action = menu.addAction(tr("Freeze"))
        self.freeze_action.setObjectName(f"panel.{self.name}.freeze")
        self.freeze_action.setCheckable(True)
        self.freeze_action.toggled.connect(self.frozen_changed)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(420, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(170, 170)

    def menu_at(self, where: QPoint) -> QMenu:
        """The menu to be opened at a place of the screen: on a point of a line it begins with what is about that."""
        entries = self._entries_at(where)
        if not entries:
            return self.menu
        menu = QMenu(self)
        menu.setObjectName(f"panel.{self.name}.pointMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(list(entries))
        menu.addSeparator()
        menu.addActions(self.menu.actions())
        return menu

    def _entries_at(self, where: QPoint) -> Sequence[QAction]:
        plot = self._plot
        if plot is None or self.outdated:
            return ()
        point = plot.point_near(QPointF(plot.viewport().mapFromGlobal(where)))
        return () if point is None else self.entries_at(point)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_at(event.globalPos()).popup(event.globalPos())
