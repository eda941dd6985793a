"""The views in a dock: which lenses they look through, and which updates they get."""

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
    """Collects the lenses of the views that are visible, and hands the answers to them."""

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
        """The view of that name; KeyError if there is none."""
        return {view.name: view for view in self.views}[name]

    def bring_up(self, name: str) -> None:
        """Show the view of that name, in front of the others."""
        self._dock.bring_up(name)

    def show_tensor(self, tensor: Tensor) -> None:
        """Show a tensor in the tensor view, in front of the others."""
        self._tensor.show_tensor(tensor)
        self.bring_up("tensor")

    def show_of_selected(self, name: str) -> None:
        """Show the "value" or "gradient" of the selected layer in the tensor view, in front of the others."""
        self._tensor.show_of_selected(name)

    def check_gradient(self) -> None:
        """Compare the gradient on screen with finite differences."""
        self._tensor.check()

    def copy_equation(self) -> None:
        """Copy the equation to the clipboard, as LaTeX."""
        self._equation.copy_latex()

    def press_batchnorm(self, action: BatchNormAction) -> None:
        """Click a button of the BatchNorm's X-ray."""
        self._xray.press(action)

    @Slot()
    def refresh(self) -> None:
        """Collect the lenses anew, and show views that have come into sight the last update."""
        wanted = tuple(dict.fromkeys(lens for view in self._seen() for lens in view.lenses()))
        if wanted != self._lenses:
            self._lenses = wanted
            self.lenses_changed.emit(wanted)
        for view in self._seen():
            view.show_update(self._update)

    def show_update(self, update: Update) -> None:
        """Hand an update to the views that are visible; their lenses may change with it."""
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
