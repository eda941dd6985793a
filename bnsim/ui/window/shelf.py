"""The views in a dock: which lenses they look through, and which updates they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot

from bnsim.lenses.lens import Lens
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.session.arrays import GRADIENT, VALUE, Tensor
from bnsim.ui.commands.views import BatchNormAction
from bnsim.ui.views.names import EQUATION
from bnsim.ui.views.view import View
from bnsim.ui.window.delivery import Delivery
from bnsim.ui.window.side_dock import SideDock
from bnsim.ui.window.stage_panel import StagePanel

if TYPE_CHECKING:  # the views bring equations, arrays and the engine along
    from bnsim.ui.views.equation.view import EquationView
    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.views.why.view import WhyView
    from bnsim.ui.views.xray.view import XRayView

FIRST = EQUATION[0]
"""The view on the stage where none is in front in the dock."""


class Shelf(QObject):
    """Collects the lenses of the views that are visible, and hands the answers to them.

    A view is made by its maker when it first comes to the front, or when an action needs it: a window opens sooner
    without those that nobody looks at.
    """

    lenses_changed = Signal(tuple)
    inquired = Signal(object)
    """An `Inquiry` of a view, to be answered."""
    given_up = Signal()
    """The person cancels the inquiry."""
    view_made = Signal(object)
    """A `View` that was not there before."""
    refused = Signal(str)
    """Words for the status bar: why something cannot be done."""
    layer_chosen = Signal(int)
    """The id of a layer that is to be selected, and its card to be brought into view."""
    operation_chosen = Signal(int, int, int)
    """The run is to stand behind an operation, as in `View`."""
    fork_asked = Signal(int, int, object)
    """A lane is to be forked, as in `View`."""
    change_asked = Signal(int, int, object, str)
    """A lane is to be forked with one change, as in `View`."""

    def __init__(self, makers: Mapping[str, Callable[[], View]], dock: SideDock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._makers = dict(makers)
        self._views: dict[str, View] = {}
        self._dock = dock
        self._theme: Theme | None = None
        self._update = Update()
        self._lenses: tuple[Lens, ...] = ()
        self._always: dict[str, tuple[Lens, ...]] = {}
        self._deliver = Delivery(self.refused.emit)
        self._stage: StagePanel | None = None
        """Where views are shown in place of the dock, in projector mode."""
        self._front_before = ""
        dock.visibilityChanged.connect(self.refresh)
        dock.tabs.currentChanged.connect(self._front_changed)

    def view(self, name: str) -> View:
        """The view of that name, made if it is not there yet; KeyError if there is none."""
        if name not in self._views:
            self._make(name)
        return self._views[name]

    def bring_up(self, name: str) -> None:
        """Show the view of that name, in front of the others; in projector mode on the stage.

        Another page of the dock, too, by its name.
        """
        if self._stage is None:
            self._dock.bring_up(name)
            return
        if name in self._makers:
            self.view(name)
        self._stage.show_page(name)
        self.refresh()

    def fold_stage(self) -> None:
        """Show no view beside the canvas in projector mode, until one is brought up."""
        if self._stage is not None:
            self._stage.fold()
            self.refresh()

    @property
    def front(self) -> View | None:
        """The view in front, on the stage or in the dock, whether the dock is shown or not."""
        name = self._dock.front if self._stage is None else self._stage.name
        return self._views.get(name)

    def bring_up_next(self) -> None:
        """Show the view after the one in front."""
        names, front = list(self._makers), self.front
        at = -1 if front is None else names.index(front.name)
        self.bring_up(names[(at + 1) % len(names)])

    def go_on_stage(self, stage: StagePanel | None) -> None:
        """Show views on a stage from now on, first the one in front in the dock; None: in the dock again."""
        before, self._stage = self._stage, stage
        if stage is not None:
            front = self._front_before = self._dock.front
            self.bring_up(front if front in self._makers else FIRST)
        elif before is not None:
            before.fold()
            shown = not self._dock.isHidden()
            self._dock.bring_up(self._front_before)
            self._dock.setVisible(shown)
            self.refresh()

    @Slot(object)
    def show_tensor(self, tensor: Tensor) -> None:
        """Show a tensor in the tensor view, in front of the others."""
        self._tensor.show_tensor(tensor)
        self.bring_up(self._tensor.name)

    def show_of_selected(self, name: str) -> None:
        """Show the "value" or "gradient" of the selected layer in the tensor view, in front of the others."""
        self._tensor.show_of_selected(name)

    def check_gradient(self) -> None:
        """Compare the gradient on screen with the slope of the loss."""
        self._tensor.check()

    def copy_equation(self) -> None:
        """Copy the equation to the clipboard, as LaTeX."""
        self._equation.copy_latex()

    def ask_why(self, layer_id: int = 0, copy: int | None = None, name: str = GRADIENT, measure: str = "size") -> None:
        """Ask why an array of a layer is what it is, in front of the other views; 0: of the selected one.

        `copy` counts the copies that a Repeat makes of it; None: the one that is shown.
        Of a value `measure` is its "size" or its "spread" over samples.
        """
        self._why.ask(layer_id or self._why.selection.current, copy, name, measure)
        self.bring_up(self._why.name)

    def ask_why_value(self) -> None:
        """Ask why the value of the selected layer is what it is, in front of the other views."""
        self.ask_why(name=VALUE)

    def ask_why_loss(self) -> None:
        """Ask why the loss does not move, in front of the other views."""
        self._why.ask_of_loss()
        self.bring_up(self._why.name)

    def jump_to_link(self) -> None:
        """Go to the operation of the link that is pointed at in the Why view, else of the largest."""
        self._why.jump()

    def press_batchnorm(self, action: BatchNormAction) -> None:
        """Click a button of the BatchNorm's X-ray."""
        self._xray.press(action)

    def always_ask(self, lenses: tuple[Lens, ...], whose: str = "findings") -> None:
        """Lenses that are looked through whatever views can be seen; `whose` they are, each has its own."""
        self._always[whose] = lenses
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Collect the lenses anew, and show views that have come into sight the last update."""
        found = [lens for lenses in self._always.values() for lens in lenses]
        self._deliver(self._seen(), lambda view: found.extend(view.lenses()))
        wanted = tuple(dict.fromkeys(found))
        if wanted != self._lenses:
            self._lenses = wanted
            self.lenses_changed.emit(wanted)
        self._deliver(self._seen(), lambda view: view.show_update(self._update))

    def show_update(self, update: Update) -> None:
        """Hand an update to the views that are visible; their lenses may change with it."""
        before, self._update = self._update, update
        # While iterations go by fast, cards and answers are made less often than the rest.
        if not update.fast or update.frame is not before.frame:
            self.refresh()

    def forget(self) -> None:
        """Another document has been opened: what the views show and have kept is of the one before."""
        self._update = Update()
        for view in self._views.values():
            view.forget()
        self.refresh()

    def show_found(self, found: Found) -> None:
        self._deliver(self._views.values(), lambda view: view.show_found(found))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._deliver(self._views.values(), lambda view: view.set_theme(theme))

    @property
    def _equation(self) -> EquationView:
        return cast("EquationView", self.view("equation"))

    @property
    def _tensor(self) -> TensorView:
        return cast("TensorView", self.view("tensor"))

    @property
    def _xray(self) -> XRayView:
        return cast("XRayView", self.view("xray"))

    @property
    def _why(self) -> WhyView:
        return cast("WhyView", self.view("why"))

    def _make(self, name: str) -> None:
        view = self._views[name] = self._makers[name]()
        if self._theme is not None:
            view.set_theme(self._theme)
        view.lenses_changed.connect(self.refresh)
        view.selection.changed.connect(self.refresh)
        view.wanted.connect(partial(self.bring_up, name))
        view.inquired.connect(self.inquired)
        view.given_up.connect(self.given_up)
        view.refused.connect(self.refused)
        view.tensor_chosen.connect(self.show_tensor)
        view.element_chosen.connect(self._choose_element)
        view.why_asked.connect(self.ask_why)
        view.layer_chosen.connect(self.layer_chosen)
        view.operation_chosen.connect(self.operation_chosen)
        view.fork_asked.connect(self.fork_asked)
        view.change_asked.connect(self.change_asked)
        self._dock.put(name, view)
        self.view_made.emit(view)

    @Slot(int)
    def _front_changed(self, _index: int) -> None:
        if self._dock.front in self._makers:
            self.view(self._dock.front)
        self.refresh()

    @Slot(object, object, object)
    def _choose_element(self, tensor: Tensor, row: int | None, column: int | None) -> None:
        self._equation.choose_element(tensor, row, column)

    def _seen(self) -> list[View]:
        return [view for view in self._views.values() if view.isVisible()]
