"""The views behind one another in a dock, and what they all want to know."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from bnsim.lenses.lens import Lens
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.session.arrays import Tensor
from bnsim.ui.commands.views import BatchNormAction
from bnsim.ui.views.equation.view import EquationView
from bnsim.ui.views.tensor.view import TensorView
from bnsim.ui.views.view import View
from bnsim.ui.views.xray.view import XRayView
from bnsim.ui.window.side_dock import SideDock


class Shelf(QObject):
    """Asks the views that can be seen what they want to know, and shows them what came of it."""

    lenses_changed = Signal(tuple)

    def __init__(
        self,
        equation: EquationView,
        tensor: TensorView,
        xray: XRayView,
        dock: SideDock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._equation, self._tensor, self._xray = equation, tensor, xray
        self.views: tuple[View, ...] = (equation, tensor, xray)
        self._dock = dock
        self._update = Update()
        self._lenses: tuple[Lens, ...] = ()
        dock.visibilityChanged.connect(self.refresh)
        dock.tabs.currentChanged.connect(self.refresh)
        for view in self.views:
            view.lenses_changed.connect(self.refresh)
            view.selection.changed.connect(self.refresh)
            view.wanted.connect(partial(self.bring_up, view.name))

    def view(self, name: str) -> View:
        """By its name; KeyError if there is none."""
        return {view.name: view for view in self.views}[name]

    def bring_up(self, name: str) -> None:
        """Show that view, in front of others."""
        self._dock.bring_up(name)

    def show_tensor(self, tensor: Tensor) -> None:
        """In the tensor view, in front of others."""
        self._tensor.show_tensor(tensor)
        self.bring_up("tensor")

    def show_of_selected(self, name: str) -> None:
        """The selected layer's "value" or "gradient", likewise."""
        self._tensor.show_of_selected(name)

    def check_gradient(self) -> None:
        """Compare the gradient on screen with finite differences."""
        self._tensor.check()

    def copy_equation(self) -> None:
        """The equation to the clipboard, as LaTeX."""
        self._equation.copy_latex()

    def press_batchnorm(self, action: BatchNormAction) -> None:
        """As if that button of the BatchNorm's X-ray had been pressed."""
        self._xray.press(action)

    @Slot()
    def refresh(self) -> None:
        """Ask the views anew, and show those that were hidden what they missed."""
        wanted = tuple(dict.fromkeys(lens for view in self._seen() for lens in view.lenses()))
        if wanted != self._lenses:
            self._lenses = wanted
            self.lenses_changed.emit(wanted)
        for view in self._seen():
            view.show_update(self._update)

    def show_update(self, update: Update) -> None:
        """Hand it to the views that can be seen; what they want to know may follow from where the run is."""
        before, self._update = self._update, update
        # While iterations go by fast, cards and answers are made less often than the rest.
        if not update.fast or update.frame is not before.frame:
            self.refresh()

    def show_found(self, found: Found) -> None:
        for view in self.views:
            view.show_found(found)

    def set_theme(self, theme: Theme) -> None:
        for view in self.views:
            view.set_theme(theme)

    def _seen(self) -> list[View]:
        return [view for view in self.views if view.isVisible()]
