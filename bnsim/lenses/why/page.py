"""What the Why view shows of one question: the ways of all lanes, in steps, by kind, and what would change them."""

from __future__ import annotations

from msgspec import Struct

from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.figure import Figure, Role


class KindTotal(Struct, frozen=True):
    """All links of one kind in a lane: what they multiply to, and the least and the largest of them."""

    kind: str
    role: Role
    count: int
    together: float
    least: float
    largest: float
    note: str = ""


class LaneTold(Struct, frozen=True):
    """One lane's answer: in a sentence, and by kind; `product` is of all its links."""

    name: str
    role: Role
    summary: str
    kinds: tuple[KindTotal, ...]
    product: float


class Remedy(Struct, frozen=True):
    """What would change it: what is done to which lane, and the norm that the layer would have then."""

    lane: str
    role: Role
    words: str
    would_be: float
    times: float


class WhyPage(Struct, frozen=True, eq=False):
    """The whole answer. `missing` says what to do where it cannot be given yet; all else is empty then.

    `worst` are the links that change the gradient most, each with its lane.
    """

    question: str
    missing: str = ""
    lanes: tuple[LaneTold, ...] = ()
    flights: tuple[Flight, ...] = ()
    worst: tuple[tuple[Flight, Step], ...] = ()
    remedies: tuple[Remedy, ...] = ()
    figure: Figure | None = None
