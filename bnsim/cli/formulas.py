"""Diagrams of what a moment is asked for the command that writes them: equation, chain rule, graph, axes, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.figures.options import Value
    from bnsim.lenses.equations import Explained
    from bnsim.plot.diagram import Diagram
    from bnsim.session import Session
    from bnsim.spec.experiment import Stack
    from bnsim.spec.tree import Path

FORMULAS = ("equation", "chain", "graph", "axes", "why")


def formula(session: Session, name: str, options: Mapping[str, Value], size: tuple[float, float]) -> Diagram:
    """The diagram of that name, for a page of so many points; the session stands afterwards where it stood."""
    if name == "axes":
        from bnsim.ui.views.norm_axes import axes_diagram

        return axes_diagram(size)
    make = {"equation": _equation, "chain": _chain, "graph": _graph, "why": _why}[name]
    return make(session, options, size)


def layer_of(session: Session, lane: int, layer: int) -> tuple[Stack, Path]:
    """The stack and the path of a layer, both counted from 1; InputError if it is not there."""
    from bnsim.spec.tree import leaves

    if lane > len(session.lanes):
        raise InputError(f"There is no lane {lane}: there are {len(session.lanes)}; choose another one with lane=.")
    stack = session.lanes[lane - 1].stack
    paths = [leaf.path for leaf in leaves(stack.layers)]
    if layer > len(paths):
        raise InputError(f"There is no layer {layer} in {stack.name}: it has {len(paths)}; choose one with layer=.")
    return stack, paths[layer - 1]


def equations(moments: Iterable[Session], options: Mapping[str, Value], size: tuple[float, float]) -> list[Diagram]:
    """The equation at each of these moments, all laid out alike."""
    from bnsim.ui.views.equation.sketch import equation_diagrams

    return equation_diagrams([_explained(session, options) for session in moments], size)


def _equation(session: Session, options: Mapping[str, Value], size: tuple[float, float]) -> Diagram:
    return equations([session], options, size)[0]


def _explained(session: Session, options: Mapping[str, Value]) -> tuple[Explained, str]:
    """What explains the equation, and the lane and the moment in words."""
    from bnsim.lenses.equations import EquationLens
    from bnsim.spec.naming import layer_name

    stack, path = layer_of(session, int(options["lane"]), int(options["layer"]))
    phase = str(options["phase"])
    lens = EquationLens(stack.id, sample=int(options["sample"]), unit=int(options["unit"]), whole=True)
    with _stepped(session, stack.id, path, phase) as there:
        explained = lens.answer(session) if there else None
        where = _where(session, stack)
    if explained is None:
        raise InputError(
            f"{layer_name(stack, path)} of {stack.name} has no {phase} pass of its own; choose another layer=."
        )
    return explained, where


def _chain(session: Session, options: Mapping[str, Value], size: tuple[float, float]) -> Diagram:
    from bnsim.lenses.equations import ChainLens
    from bnsim.ui.views.equation.sketch import chain_diagram

    stack, _ = layer_of(session, int(options["lane"]), 1)
    with _stepped(session, stack.id, None, "backward"):
        chain = ChainLens(stack.id).answer(session)
        where = _where(session, stack)
    if chain is None:
        raise InputError(f"{stack.name} has no backward pass; choose another lane=.")
    return chain_diagram(chain, where, size)


def _graph(session: Session, options: Mapping[str, Value], size: tuple[float, float]) -> Diagram:
    from bnsim.lenses.xray.graph import GraphLens
    from bnsim.spec.layers import BatchNorm
    from bnsim.spec.naming import layer_name
    from bnsim.spec.tree import leaves
    from bnsim.ui.views.xray.sketch import graph_diagram

    lane, layer = int(options["lane"]), int(options["layer"])
    stack, path = layer_of(session, lane or 1, layer or 1)
    if not layer:
        stacks = [stack] if lane else [each.stack for each in session.lanes]
        found = (
            (each, leaf.path) for each in stacks for leaf in leaves(each.layers) if isinstance(leaf.layer, BatchNorm)
        )
        stack, path = next(found, (stack, path))
    lens = GraphLens(stack.id, path, int(options["unit"]), int(options["sample"]))
    with _stepped(session, stack.id, path, "backward"):
        graph = lens.answer(session)
    if graph is None:
        raise InputError(
            f"{layer_name(stack, path)} of {stack.name} is no BatchNorm with statistics of the mini-batch; "
            "choose one with lane= and layer=."
        )
    return graph_diagram(graph, stack.name, size)


def _why(session: Session, options: Mapping[str, Value], size: tuple[float, float]) -> Diagram:
    from bnsim.lenses.why.paging import WhyPageLens
    from bnsim.session.arrays import GRADIENT, VALUE, Tensor
    from bnsim.spec.naming import layer_name
    from bnsim.ui.views.why.sketch import why_diagram

    stack, path = layer_of(session, int(options["lane"]), int(options["layer"]))
    lens = WhyPageLens(Tensor(stack.id, path, {"gradient": GRADIENT, "value": VALUE}[str(options["of"])]))
    page = lens.answer(session)
    if page is None or page.asked.due:
        with _stepped(session, stack.id, None, "backward"):
            page = lens.answer(session)
    if page is None or not page.flights[0].steps:
        raise InputError(
            f"There is no link between the loss and {layer_name(stack, path)} of {stack.name}; choose another layer=."
        )
    return why_diagram(page, size=size)


def _lane(session: Session, stack: int) -> int:
    return next(number for number, lane in enumerate(session.lanes) if lane.stack.id == stack)


def _where(session: Session, stack: Stack) -> str:
    return f"{stack.name}  ·  iteration {session.lanes[_lane(session, stack.id)].iteration}"


@contextmanager
def _stepped(session: Session, stack: int, path: Path | None, phase: str) -> Iterator[bool]:
    """In the next iteration, after a layer's part of a phase, for None after all of it; says whether it is there."""
    before, lane = session.moment, _lane(session, stack)
    try:
        while True:
            session.step("layer")
            executed = session.lanes[lane].executed
            here = executed is not None and executed.phase == phase and path in (None, executed.path)
            if path is not None and here:
                yield True
                return
            if session.between_iterations or (executed is not None and executed.phase == "update"):
                yield False
                return
    finally:
        session.go_to(before)
