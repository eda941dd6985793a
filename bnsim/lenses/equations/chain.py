"""The chain rule as factors: what each layer multiplied the gradient's norm by, from the loss downward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bnsim.lenses.lens import Lens
from bnsim.lenses.norm import norm
from bnsim.session.arrays import GRADIENT, lane_of
from bnsim.session.session import Session
from bnsim.spec.layers import Layer, Repeat
from bnsim.spec.naming import copy_name, numbered
from bnsim.spec.spelling import spelling
from bnsim.spec.tree import Path, weight_count


class Link(Struct, frozen=True):
    """A layer, a Residual block being one. `norm`: of the gradient at its output.

    `factor`: the norm at its input over that; `product`: of the factors so far, this one included. None where the
    gradient did not get to yet, or is zero. `watch` is the expression of the factor. `copy` says which copy of a Repeat
    it is in: "copy 2 of 5", or nothing.
    """

    path: Path
    layer_id: int
    title: str
    copy: str
    norm: float
    factor: float | None
    product: float | None
    present: bool = False
    watch: str = ""


class Chain(Struct, frozen=True):
    """The links from the loss down to where the gradient got; `start` is the gradient's norm at the loss."""

    links: tuple[Link, ...]
    start: float


class ChainLens(Lens, frozen=True):
    """The factors of the present backward pass in the lane with stack id `stack`."""

    stack: int

    def answer(self, session: Session) -> Chain | None:
        """The chain as far as the gradient got; None before the backward pass."""
        lane = lane_of(session, self.stack)
        if lane is None:
            return None
        executed = lane.executed
        row = list(_in_row(lane.stack.layers))
        found: list[tuple[Path, Layer, str, float]] = []
        for path, layer, title in reversed(row):
            place = lane.program.gradients.get(path)
            gradient = None if place is None else lane.peek(place)
            if gradient is None:
                break
            found.append((path, layer, title, norm(gradient)))
        if not found:
            return None
        start = found[0][3]
        spelled = spelling(session.experiment, lane.stack)
        links = []
        for at, (path, layer, title, size) in enumerate(found):
            inner = found[at + 1][3] if at + 1 < len(found) else None
            factor = inner / size if inner is not None and size > 0 else None
            product = inner / start if factor is not None and inner is not None and start > 0 else None
            here = executed is not None and executed.path[: len(path)] == path
            watch = ""
            if factor is not None and (above := spelled.norm(GRADIENT, path)):
                below = spelled.norm(GRADIENT, found[at + 1][0])
                watch = f"{below} / {above}" if below else ""
            links.append(Link(path, layer.id, title, copy_name(lane.stack, path), size, factor, product, here, watch))
        return Chain(tuple(links), start)


def _in_row(layers: Sequence[Layer], prefix: Path = (), before: int = 0) -> Iterator[tuple[Path, Layer, str]]:
    """Layers the gradient passes one after another, copies unrolled, each with its name; `before`: weight layers."""
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        inside = weight_count((layer,))
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from _in_row(layer.layers, (*path, copy), before + copy * (inside // layer.times))
        else:
            yield path, layer, numbered(layer, before + inside)
        before += inside
