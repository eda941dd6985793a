"""What a Why answers with: links whose factors multiply from one norm to another, and what would change them."""

from __future__ import annotations

import math

from msgspec import Struct

from bnsim.session.arrays import Tensor
from bnsim.spec.tree import Path
from bnsim.spec.tries import Try


class Part(Struct, frozen=True):
    """One part of a link's factor: the parts of a link multiply to it."""

    name: str
    factor: float


class Link(Struct, frozen=True):
    """One step on the way: `factor` is the norm behind it, `norm_after`, over the norm before.

    `name` is the layer's ("Sigmoid 9"), `kind` and `group` those of its record, `layer` its id and `path` its place in
    the unrolled stack, with `copy` in words in a Repeat. `position` and `operation` are of the instruction that wrote
    what stands behind the link, to jump to. `cause` says why, in a sentence with its numbers. `inside` are the links of
    a Residual's branch, whose factors multiply from the same norm to the branch's own. `spread` is what a
    normalization divides by, `largest` the largest singular value of a weight, where it was asked for.
    """

    name: str
    kind: str
    group: str
    layer: int
    path: Path
    position: int
    operation: str
    factor: float
    norm_after: float
    cause: str
    parts: tuple[Part, ...] = ()
    copy: str = ""
    inside: tuple[Link, ...] = ()
    spread: float | None = None
    largest: float | None = None

    @property
    def decades(self) -> float:
        """log10 of the factor: −∞ for 0, NaN where it is no number."""
        return -math.inf if self.factor == 0 else math.log10(self.factor)


class Start(Struct, frozen=True):
    """Where the links start. Of a gradient the loss: `words` say how wrong and how sure the network is."""

    name: str
    path: Path
    words: str
    norm: float


class Kind(Struct, frozen=True):
    """All links of one kind: how many, their product, and the least and the largest of their factors."""

    kind: str
    group: str
    count: int
    together: float
    low: float
    high: float
    note: str = ""


class Remedy(Struct, frozen=True):
    """What would change the number asked about, measured, not estimated: the `norm` it would have then.

    `times` as much as now that is. `assumed` says what was held fixed. `tried` is what was done. `exists`: by a network
    that there is, so that a fork that does so has the same norm in its first iteration.
    """

    words: str
    norm: float
    times: float
    assumed: str
    tried: Try
    exists: bool = False


class Why(Struct, frozen=True):
    """Why a number of one lane is as large as it is, from `start` along `links` to `norm`.

    `title` is the question in words, `name` the layer's or parameter's. `summary` are sentences for a reader who sees
    nothing else. `worst` are numbers of links, those that shrink (or, where the whole grows, blow up) most first. `due`
    says what to do where something is not computed yet; then `links` go as far as there are numbers, and `norm` is
    None. `ended`: the link at which a norm became 0, or no number, and the product ends; else −1. `after` are links of
    a parameter's gradient behind `norm`: clipping and decay, up to what the optimizer gets.

    Of a layer's output, which is asked about from the mini-batch upward, "norm" is its root mean square everywhere, or
    its spread: the root mean square of how far samples are from their mean, feature by feature.
    """

    tensor: Tensor
    lane: str
    title: str
    name: str
    iteration: int
    start: Start | None = None
    links: tuple[Link, ...] = ()
    norm: float | None = None
    summary: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    worst: tuple[int, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    due: str = ""
    ended: int = -1
    after: tuple[Link, ...] = ()

    @property
    def factor(self) -> float:
        """The product of the links' factors; 1 without links."""
        return math.prod(link.factor for link in self.links)


class Moves(Struct, frozen=True):
    """How far the last update moved a weight: links from ‖dW‖ to ‖ΔW‖/‖W‖, which is `ratio`."""

    name: str
    path: Path
    gradient: float
    links: tuple[Link, ...]
    ratio: float


class Stuck(Struct, frozen=True):
    """Why one lane's loss moves or does not.

    `loss` and `before` are means over the last and the first quarter of the last `iterations`; `rate` is the
    optimizer's now. `weights` are those of all weight layers, from the input on. `due` says what to do where no update
    is done.
    """

    lane: str
    stack: int
    loss: float | None
    before: float | None
    iterations: int
    rate: float
    weights: tuple[Moves, ...] = ()
    summary: tuple[str, ...] = ()
    due: str = ""


class Answer(Struct, frozen=True):
    """The answers of all lanes that have such an array, in the lanes' order; `asked` is the number of the one meant."""

    lanes: tuple[Why, ...]
    asked: int = 0
