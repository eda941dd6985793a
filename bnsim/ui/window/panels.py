"""The panels of a window together: their layouts, what is chosen of each, and comparing them with now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from bnsim.figures import FIGURES
from bnsim.runner.orders import Measure, Order, SetFigures, StopMeasuring
from bnsim.runner.updates import Notice
from bnsim.spec.layout import Layout
from bnsim.ui.charts.axis_link import AxisLink
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.panels.named_layouts import NAMED
from bnsim.ui.window.folding import Folding
from bnsim.ui.window.panel_layout import PanelLayout
from bnsim.ui.window.projector import Projector


class Panels(QObject):
    """Makes panels and arranges them; `chosen_anew` tells that others are seen, or something else is chosen of one.

    A document that has a layout brings it along, and is saved with the present one. That alone does not make it
    modified: nobody is asked about it.
    """

    chosen_anew = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        state: StateKeeper,
        projector: Projector,
        give: Callable[[Order], object],
        notify: Callable[[Notice], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._selection = selection
        self._state = state
        self._projector = projector
        self._give = give
        self._notify = notify
        self.links = AxisLink(self)
        self.folding = Folding(())
        self._docks: tuple[PanelDock, ...] = ()
        self._reset: Callable[[], object] = lambda: None
        self._before: Layout | None = None
        self._in_projector: Layout | None = None

    def serve(self, docks: tuple[PanelDock, ...], layout: PanelLayout, reset: Callable[[], object]) -> None:
        """Set the docks, what arranges them, and what puts all docks of the window back to their places."""
        self._docks, self.layout, self._reset = docks, layout, reset
        self.folding = Folding(docks)
        layout.arranged.connect(self.chosen_anew)
        self._projector.changed.connect(self._projected)
        self._document.layout_source = layout.kept
        for dock in docks:
            dock.visibilityChanged.connect(self._seen)

    def make(self, name: str, title: str) -> FigurePanel:
        """A panel for the figure of that name."""
        kind = FIGURES[name]
        panel = FigurePanel(name, title, options=kind.options, about_layer=kind.about_layer, cost_with=kind.cost_with)
        panel.plot_made.connect(self.links.add)
        panel.options_changed.connect(self._chosen)
        panel.every_changed.connect(self._chosen)
        panel.keep_asked.connect(partial(self._keep_layer, panel))
        panel.pin_changed.connect(self._say)
        panel.measure_asked.connect(lambda: self._give(Measure(name)))
        panel.stop_asked.connect(lambda: self._give(StopMeasuring()))
        return panel

    def wanted(self, layer_id: int) -> SetFigures:
        """The order for the figures that are seen, with what is chosen of each; `layer_id` is selected."""
        waits = not self._window.isVisible()
        folded = self.folding.names
        names = tuple(
            dock.name for dock in self._docks if dock.seen or dock.name in folded or (waits and not dock.isHidden())
        )
        panels = [dock.panel for dock in self._docks if dock.made]
        return SetFigures(
            names,
            layer_id or None,
            layers={panel.name: panel.layer for panel in panels if panel.layer is not None},
            options={panel.name: panel.options for panel in panels if panel.options},
            every={panel.name: panel.every for panel in panels if panel.every},
        )

    # What commands ask for

    def choose_layout(self, name: str) -> None:
        """Arrange the panels as the layout of that name has them; what was chosen of each stays."""
        self._arrange(self._with_choices(NAMED[name]))

    def show_layout(self, layout: Layout) -> None:
        """Arrange the panels so, with what it has chosen of each."""
        self._arrange(layout)

    def previous_layout(self) -> None:
        """Arrange the panels as they were before the last layout."""
        if self._before is not None:
            self._arrange(self._before)

    def reset_layout(self) -> None:
        """Put all docks where a new window has them."""
        self._keep_before()
        self._reset()

    def link_axes(self) -> None:
        """Let the panels over iterations zoom and move together, or each by itself."""
        self.layout.linked = not self.layout.linked
        self._say()

    def pin_all(self) -> None:
        """Compare all open panels with what they show now; if any is, none any more."""
        panels = [dock.panel for dock in self._docks if dock.made]
        on = not any(panel.ghost is not None for panel in panels)
        for panel in [dock.panel for dock in self._docks if dock.made and (not on or not dock.isHidden())]:
            panel.pin(on)

    @Slot()
    def document_replaced(self) -> None:
        """Arrange the panels as the document has them, if it says so."""
        layout = self._document.layout_read
        if layout is not None:
            strange = self._arrange(layout)
            if strange:
                names = ", ".join(strange)
                QTimer.singleShot(0, self, lambda: self._notify(Notice(STRANGE.format(names), "problem")))

    # What follows from what

    def _arrange(self, layout: Layout) -> tuple[str, ...]:
        self._keep_before()
        self._in_projector = layout if self._projector.on else None
        strange = self.layout.arrange(layout)
        self._say()
        return strange

    def _keep_before(self) -> None:
        self._before = self.layout.read()
        self._say()

    def _with_choices(self, layout: Layout) -> Layout:
        return self.layout.with_choices(layout)

    @Slot(bool)
    def _projected(self, on: bool) -> None:
        self.folding.set_on(on)
        # Leaving restores what was there before; a layout chosen meanwhile is what is wanted.
        layout, self._in_projector = self._in_projector, None
        if not on and layout is not None:
            QTimer.singleShot(0, self, lambda: self.layout.arrange(layout))

    def _keep_layer(self, panel: FigurePanel, keep: bool) -> None:
        panel.keep_layer((self._selection.current or 0) if keep else None)
        self._chosen()

    @Slot()
    def _seen(self) -> None:
        if not self.layout.busy:
            self.chosen_anew.emit()

    @Slot()
    def _chosen(self) -> None:
        if not self.layout.busy:
            self.chosen_anew.emit()

    @Slot()
    def _say(self) -> None:
        pinned = any(dock.made and dock.panel.ghost is not None for dock in self._docks)
        self.links.set_on(self.layout.linked)
        self._state.set_panels(layout_before=self._before is not None, axes_linked=self.layout.linked, pinned=pinned)


STRANGE = "The document's layout has figures that this bnsim does not have: {}; they are left out."
