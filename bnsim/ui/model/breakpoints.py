"""The breakpoints of a document, and what they are called. They name layers by id, so edits do not disturb them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from bnsim.engine.operation import title_of
from bnsim.spec.breakpoints import (
    COMPARED,
    LARGEST,
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    OnWatch,
    Saturated,
)
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block, LayerBase, Linear
from bnsim.spec.naming import layer_name_of, operation_name
from bnsim.spec.tree import walk
from bnsim.ui.model.document import Document

if TYPE_CHECKING:
    from bnsim.engine.flat import Flat

Mark = Literal["on", "off"]
SIGNS: dict[Mark, str] = {"on": "◆", "off": "◇"}
"""A breakpoint's sign: a diamond, filled if it is enabled, else an outline."""
ANYWHERE = "anywhere"
REMOVE = "remove breakpoint"


class Breakpoints(QObject):
    """The breakpoints of a document, each once, in the order they were made. Each change is an undo step."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        document.breakpoints_changed.connect(self.changed)

    @property
    def items(self) -> tuple[Breakpoint, ...]:
        return self._document.breakpoints

    def add(self, breakpoint: Breakpoint) -> None:
        """Add a breakpoint at the end, or in place of one that differs only in being enabled."""
        if any(same_place(breakpoint, other) for other in self.items):
            items = tuple(breakpoint if same_place(breakpoint, other) else other for other in self.items)
            self._document.push_breakpoints(items, _enabling(breakpoint))
        else:
            self._document.push_breakpoints((*self.items, breakpoint), "set breakpoint")

    def remove(self, breakpoint: Breakpoint) -> None:
        self._document.push_breakpoints((other for other in self.items if other != breakpoint), REMOVE)

    def clear(self) -> None:
        self._document.push_breakpoints((), "remove all breakpoints")

    def replace(self, before: Breakpoint, after: Breakpoint) -> None:
        """Put `after` in the place of `before`; if it is there already, it does not appear twice."""
        if before != after:
            kept = tuple(other for other in self.items if not same_place(other, after) or other == before)
            items = tuple(after if other == before else other for other in kept)
            text = _enabling(after) if same_place(before, after) else "change breakpoint"
            self._document.push_breakpoints(items, text)

    def enable(self, breakpoint: Breakpoint, on: bool) -> None:
        self.replace(breakpoint, replace(breakpoint, enabled=on))

    def toggle_layer(self, layer_id: int) -> None:
        """Add a breakpoint at a layer, for all phases; or remove all that are at it."""
        there = self.at_layer(layer_id)
        if there:
            self._document.push_breakpoints((other for other in self.items if other not in there), REMOVE)
        else:
            self.add(AtLayer(layer=layer_id))

    def at_layer(self, layer_id: int) -> tuple[Breakpoint, ...]:
        """The breakpoints at one layer."""
        return tuple(breakpoint for breakpoint in self.items if breakpoint.layer == layer_id)

    def marks(self) -> dict[int, Mark]:
        """The mark of every layer with breakpoints, by id: "on" if at least one of them is enabled."""
        found: dict[int, Mark] = {}
        for breakpoint in self.items:
            if breakpoint.layer:
                found[breakpoint.layer] = "on" if breakpoint.enabled else found.get(breakpoint.layer, "off")
        return found


def _enabling(breakpoint: Breakpoint) -> str:
    return "enable breakpoint" if breakpoint.enabled else "disable breakpoint"


def same_place(one: Breakpoint, other: Breakpoint) -> bool:
    """Whether they differ in nothing but being enabled."""
    return replace(one, enabled=True) == replace(other, enabled=True)


def what(breakpoint: Breakpoint, experiment: Experiment) -> str:
    """What a breakpoint stops for, such as "BatchNorm 3 · dσ²" or "gradient < 1e-06", which is a norm."""
    if isinstance(breakpoint, AtLayer | AtOp):
        name = _layer(breakpoint, experiment)[1] or "every layer"
        return f"{name} · {operation_name(title_of(breakpoint.op))}" if isinstance(breakpoint, AtOp) else name
    if isinstance(breakpoint, NonFinite):
        return "a NaN or an infinity"
    title, sign, limit = condition(breakpoint)
    return " ".join(part for part in (title, sign, limit) if part)


def where(breakpoint: Breakpoint, experiment: Experiment) -> str:
    """Where a breakpoint stops, such as "backward · with BN"."""
    stack, name = _layer(breakpoint, experiment)
    if isinstance(breakpoint, AtLayer | AtOp):
        return " · ".join(part for part in (breakpoint.phase or "any phase", stack) if part)
    return " · ".join(part for part in (name, stack) if part) or ANYWHERE


def condition(breakpoint: Breakpoint) -> tuple[str, str, str]:
    """(what is measured, sign, limit) of a condition on a value."""
    if isinstance(breakpoint, GradientNorm):
        below = breakpoint.below is not None
        return "gradient", "<" if below else ">", number(breakpoint.below if below else breakpoint.above)
    if isinstance(breakpoint, LossBelow):
        return "loss", "<", number(breakpoint.below)
    if isinstance(breakpoint, OnWatch):
        return breakpoint.expression, breakpoint.when, number(breakpoint.limit) if breakpoint.when in COMPARED else ""
    assert isinstance(breakpoint, Saturated | Dead)
    return "saturated" if isinstance(breakpoint, Saturated) else "dead", ">", f"{100 * breakpoint.above:g} %"


def limited(breakpoint: Breakpoint, text: str) -> Breakpoint:
    """The breakpoint with the limit a person typed; ValueError if that cannot be a limit."""
    share = isinstance(breakpoint, Saturated | Dead)
    typed = text.strip().replace("−", "-").replace(",", ".")
    value = float(typed.removesuffix("%"))
    if share and (typed.endswith("%") or value > 1):
        value /= 100
    if not abs(value) <= LARGEST or (share and not 0 <= value <= 1):
        raise ValueError(text)
    if isinstance(breakpoint, OnWatch):
        return replace(breakpoint, limit=value)
    field: dict[str, Any] = {"below" if condition(breakpoint)[1] == "<" else "above": value}
    return replace(breakpoint, **field)


def number(value: float | None) -> str:
    """A limit in as few characters as possible."""
    return f"{value:.4g}"


def _layer(breakpoint: Breakpoint, experiment: Experiment) -> tuple[str, str]:
    """The names of the stack and of the layer of a breakpoint; "" for any."""
    for stack in experiment.stacks:
        if breakpoint.layer and any(layer.id == breakpoint.layer for layer in walk(stack.layers)):
            return stack.name, layer_name_of(stack, breakpoint.layer)
    names = {stack.id: stack.name for stack in experiment.stacks}
    return names.get(breakpoint.lane, ""), ""


def has_gradient_norm(layer: LayerBase) -> bool:
    """Whether a condition on the gradient's norm can hold at a layer, or inside."""
    return isinstance(layer, Linear | Block)


def can_saturate(layer: LayerBase) -> bool:
    """Whether a condition on the saturated share can hold at a layer, or inside."""
    flat = _flat(layer)
    return isinstance(layer, Block) or (flat is not None and flat.saturates)


def can_be_dead(layer: LayerBase) -> bool:
    """Whether a condition on the share of dead units can hold at a layer, or inside."""
    flat = _flat(layer)
    return isinstance(layer, Block) or (flat is not None and flat.is_dead)


def _flat(layer: LayerBase) -> Flat | None:
    """Asks the engine, which is imported only when a layer has been selected: the window opens without it."""
    from bnsim.engine.flat import flat_of

    return flat_of(layer)
