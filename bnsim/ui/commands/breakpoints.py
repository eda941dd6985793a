"""What can be done about breakpoints: from the Run menu, a card's menu and the list; and who has to know of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.runner.orders import SetBreakpoints
from bnsim.runner.updates import Update
from bnsim.spec.breakpoints import (
    AnyPhase,
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
)
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import LayerBase
from bnsim.spec.naming import layer_name_of, operation_name
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.model.breakpoints import SIGNS, Breakpoints, can_be_dead, can_saturate, has_gradient_norm
from bnsim.ui.outline.tree import Outline

Fits = Callable[[LayerBase], bool]

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

CONDITIONS: tuple[tuple[str, Callable[[int], Breakpoint], Fits | None], ...] = (
    ("break.vanish", lambda layer: GradientNorm(layer=layer, below=1e-6), has_gradient_norm),
    ("break.explode", lambda layer: GradientNorm(layer=layer, above=100.0), has_gradient_norm),
    ("break.saturated", lambda layer: Saturated(layer=layer, above=0.9), can_saturate),
    ("break.dead", lambda layer: Dead(layer=layer, above=0.5), can_be_dead),
    ("break.loss", lambda _layer: LossBelow(below=0.1), None),
    ("break.nonFinite", lambda _layer: NonFinite(), None),
)
"""Action, the breakpoint for a layer (0: any), and the layers it makes sense at; None: it is about no layer."""
PLACES: tuple[tuple[str, AnyPhase], ...] = (("break.forward", "forward"), ("break.backward", "backward"))
MENU = (
    "break.here",
    *(name for name, _ in PLACES),
    "",
    *(name for name, _, _ in CONDITIONS),
    "",
    "break.clear",
)


class BreakpointCommands(QObject):
    """Connects the actions of one window with its breakpoints, and these with the runner and with what shows them."""

    def __init__(self, model: Breakpoints, window: MainWindow) -> None:
        super().__init__(window)
        actions, document, selection = window.actions_by_name, window.document, window.selection
        self.model = model
        self._actions = actions
        self._document = document
        self._selection = selection
        self._give = window.runner.give
        self._operations = Update().operations
        self._marked: tuple[CanvasView, Outline] | None = None
        actions["break.here"].triggered.connect(self.toggle_here)
        actions["break.clear"].triggered.connect(model.clear)
        for name, phase in PLACES:
            actions[name].triggered.connect(lambda _checked=False, phase=phase: self.break_at(phase))
        for name, make, fits in CONDITIONS:
            actions[name].setProperty("words", actions[name].text())
            actions[name].triggered.connect(lambda _checked=False, make=make, fits=fits: self._add(make, fits))
        document.changed.connect(self._enable)
        selection.changed.connect(self._enable)
        model.changed.connect(self._changed)
        self._enable()

    def add_menu(self, parent: QWidget) -> QMenu:
        """Everything that can be added."""
        menu = QMenu(parent)
        menu.setObjectName("breakpoints.addMenu")
        for name in MENU:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        return menu

    def attach(self, canvas: CanvasView, outline: Outline) -> None:
        """They show marks."""
        self._marked = (canvas, outline)
        self._show_marks()

    def extend_menu(self, menu: QMenu) -> None:
        """A card's menu: break here, in one phase, at one operation, or no longer."""
        layer_id = self._selection.current
        if not layer_id:
            return
        inner = menu.addMenu("&Break here")
        inner.setObjectName("canvas.menu.BreakHere")
        inner.addActions([self._actions["break.here"], *(self._actions[name] for name, _ in PLACES)])
        inner.addSeparator()
        for phase, op, title in self._operations.get(layer_id, ()):
            action = QAction(f"{phase} · {operation_name(title)}", inner)
            action.setCheckable(True)
            breakpoint = AtOp(layer=layer_id, op=op, phase=phase)
            action.setChecked(breakpoint in self.model.items)
            action.triggered.connect(lambda on, breakpoint=breakpoint: self._switch(breakpoint, on))
            inner.addAction(action)

    @Slot()
    def toggle_here(self) -> None:
        """At the selected card, in any phase; or no longer."""
        if self._selection.current:
            self.model.toggle_layer(self._selection.current)

    def break_at(self, phase: AnyPhase) -> None:
        """At the selected card, in one phase."""
        if self._selection.current:
            self.model.add(AtLayer(layer=self._selection.current, phase=phase))

    def show_update(self, update: Update) -> None:
        """What the layers' operations are called."""
        self._operations = update.operations

    def _switch(self, breakpoint: Breakpoint, on: bool) -> None:
        if on:
            self.model.add(breakpoint)
        else:
            self.model.remove(breakpoint)

    def _add(self, make: Callable[[int], Breakpoint], fits: Fits | None) -> None:
        """At the selected layer if that makes sense, else anywhere."""
        self.model.add(make(self._fitting(fits)))

    def _fitting(self, fits: Fits | None) -> int:
        current = self._selection.current
        return current if current and fits is not None and fits(self._document.experiment.layer(current)) else 0

    @Slot()
    def _changed(self) -> None:
        self._give(SetBreakpoints(self.model.items))
        self._show_marks()
        self._enable()

    def _show_marks(self) -> None:
        if self._marked is not None:
            canvas, outline = self._marked
            marks = self.model.marks()
            canvas.show_breakpoints(marks)
            outline.show_breakpoints({layer_id: SIGNS[mark] for layer_id, mark in marks.items()})

    @Slot()
    def _enable(self) -> None:
        current = self._selection.current
        for name in ("break.here", *(name for name, _ in PLACES)):
            self._actions[name].setEnabled(bool(current))
        self._actions["break.clear"].setEnabled(bool(self.model.items))
        experiment = self._document.experiment
        for name, _, fits in CONDITIONS:
            layer_id = self._fitting(fits) if fits and _exists(experiment, current) else 0
            place = f" at {_name(experiment, layer_id)}" if layer_id else " anywhere" if fits else ""
            self._actions[name].setText(f"{self._actions[name].property('words')}{place}")


def _exists(experiment: Experiment, layer_id: int) -> bool:
    try:
        experiment.find(layer_id)
    except KeyError:
        return False
    return True


def _name(experiment: Experiment, layer_id: int) -> str:
    return layer_name_of(experiment.find(layer_id)[0], layer_id)
