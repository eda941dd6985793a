"""Commands for breakpoints: at the selected card, in one phase, at one operation, on a value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bnsim.spec.breakpoints import (
    AnyPhase,
    AtLayer,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
)
from bnsim.spec.layers import LayerBase
from bnsim.spec.naming import layer_name_of
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.state import State, one_selected
from bnsim.ui.model.breakpoints import Breakpoints, can_be_dead, can_saturate, has_gradient_norm
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

Make = Callable[[int], Breakpoint]
"""The breakpoint for a layer's id; 0: for any layer."""
Fits = Callable[[LayerBase], bool]
"""Whether a condition makes sense at a layer."""


class BreakpointCommands:
    """Acts on the breakpoints of one document."""

    def __init__(self, breakpoints: Breakpoints, document: Document, selection: Selection) -> None:
        self._breakpoints = breakpoints
        self._document = document
        self._selection = selection

    def toggle_at_selected(self) -> None:
        """Break whenever the cursor comes to the selected layer; remove its breakpoints if it has any."""
        if self._selection.current:
            self._breakpoints.toggle_layer(self._selection.current)

    def add_at_selected(self, phase: AnyPhase) -> None:
        """Break when the cursor comes to the selected layer in that phase."""
        if self._selection.current:
            self._breakpoints.add(AtLayer(layer=self._selection.current, phase=phase))

    def add_condition(self, make: Make, fits: Fits | None) -> None:
        """Add a condition at the selected layer if it `fits`, else for any layer."""
        current = self._selection.current
        there = current and fits is not None and fits(self._document.experiment.layer(current))
        self._breakpoints.add(make(current if there else 0))

    def add(self, breakpoint: Breakpoint) -> None:
        """Add a breakpoint."""
        self._breakpoints.add(breakpoint)

    def remove(self, breakpoint: Breakpoint) -> None:
        """Remove a breakpoint."""
        self._breakpoints.remove(breakpoint)

    def clear(self) -> None:
        """Remove all breakpoints."""
        self._breakpoints.clear()


def _text(state: State, text: str, fits: Fits | None) -> str:
    """The text with the name of the layer at which the breakpoint would be set."""
    if fits is not None and state.layer is not None and fits(state.layer):
        assert state.current_stack is not None
        return f"{text} at {layer_name_of(state.current_stack, state.current)}"
    return f"{text} anywhere" if fits is not None else text


def _condition(name: str, text: str, make: Make, fits: Fits | None, tip: str) -> Action[BreakpointCommands]:
    return Action(
        name,
        text,
        partial(BreakpointCommands.add_condition, make=make, fits=fits),
        icon="breakpoint",
        tip=tip,
        shown=lambda state: _text(state, text, fits),
    )


ACTIONS: tuple[Action[BreakpointCommands], ...] = (
    Action(
        "break.here",
        "Break at the selected card",
        BreakpointCommands.toggle_at_selected,
        keys=("F9",),
        icon="breakpoint",
        tip="In any phase; once more removes it",
        enabled=one_selected,
        why=SELECT,
    ),
    Action(
        "break.forward",
        "Break there in the forward pass",
        partial(BreakpointCommands.add_at_selected, phase="forward"),
        icon="breakpoint",
        tip="Before its first operation",
        enabled=one_selected,
        why=SELECT,
    ),
    Action(
        "break.backward",
        "Break there in the backward pass",
        partial(BreakpointCommands.add_at_selected, phase="backward"),
        icon="breakpoint",
        tip="Before its first operation",
        enabled=one_selected,
        why=SELECT,
    ),
    _condition(
        "break.vanish",
        "Gradient norm below 1e-6",
        lambda layer: GradientNorm(layer=layer, below=1e-6),
        has_gradient_norm,
        "Of a weight layer's output",
    ),
    _condition(
        "break.explode",
        "Gradient norm above 100",
        lambda layer: GradientNorm(layer=layer, above=100.0),
        has_gradient_norm,
        "Of a weight layer's output",
    ),
    _condition(
        "break.saturated",
        "Saturated above 90 %",
        lambda layer: Saturated(layer=layer, above=0.9),
        can_saturate,
        "Outputs on the flat ends of an activation",
    ),
    _condition(
        "break.dead",
        "Dead above 50 %",
        lambda layer: Dead(layer=layer, above=0.5),
        can_be_dead,
        "Units without a derivative on the whole mini-batch",
    ),
    _condition(
        "break.loss",
        "Loss below 0.1",
        lambda _layer: LossBelow(below=0.1),
        None,
        "Of the mini-batch, in any lane",
    ),
    _condition(
        "break.nonFinite",
        "NaN or infinity",
        lambda _layer: NonFinite(),
        None,
        "It stops a run in any case; this counts it",
    ),
    Action(
        "break.clear",
        "Remove all breakpoints",
        BreakpointCommands.clear,
        icon="breakpoint-off",
        tip="Run through again",
        enabled=lambda state: bool(state.breakpoints),
        why="there are none",
    ),
)
