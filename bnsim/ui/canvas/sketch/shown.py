"""What the canvas shows at one moment, as a record: all that a diagram of it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from msgspec import Struct

from bnsim.session.frame import Frame
from bnsim.spec.experiment import Experiment
from bnsim.spec.tree import Copies
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.plan.states import norms_of
from bnsim.ui.model.preferences import CardContents

Detail = Literal["near", "middle", "far"]
"""How much a card shows: all words; its title and its histogram; a tick over a bar."""


class Finding(Protocol):
    """What a card says of findings, see `bnsim.ui.model.findings.FindingMark`."""

    @property
    def severity(self) -> str:
        """How bad it is, "warning" or "note"."""

    @property
    def first(self) -> bool:
        """Whether a finding names this card first."""


class Part(Struct, frozen=True):
    """A part of the canvas: cards number `first` to `last` of every lane, the data being 0, and lanes `lanes`."""

    first: int
    last: int
    lanes: tuple[int, ...]


class CanvasShown(Struct, frozen=True, eq=False):
    """The experiment and what is shown of it. `features` of the data, None where neither it nor a frame says.

    `opened`: ids of open blocks; `copies`: which copy of a Repeat is shown, from 0, by its id. `decades`: the whole
    decades that the scale of gradients has, None for those that the frame needs. `problems`: sentences by the layer's
    id, that of the stack for the loss. `breakpoints`: "on" or "off", `factors`: what weights were multiplied by, such
    as "×3", `findings`: all by layer id. `detail` None: as much as can be read on the page. `film`: the frames of all
    pictures of a film, in which words stay where they are; () for a picture alone.
    """

    experiment: Experiment
    frame: Frame | None = None
    contents: CardContents = "values"
    features: int | None = None
    opened: frozenset[int] = frozenset()
    copies: Copies = MappingProxyType({})
    decades: tuple[int, int] | None = None
    problems: Mapping[int, str] = MappingProxyType({})
    breakpoints: Mapping[int, str] = MappingProxyType({})
    factors: Mapping[int, str] = MappingProxyType({})
    findings: Mapping[int, Finding] = MappingProxyType({})
    part: Part | None = None
    detail: Detail | None = None
    film: tuple[Frame, ...] = ()

    def width_of_data(self) -> int | None:
        """The number of the data's features, None if it is not known."""
        if self.features is None and self.frame is not None and self.frame.lanes:
            return self.frame.lanes[0].cards[0].shape[1]
        return self.features

    def scale(self) -> GradientScale:
        """The scale of all gradients."""
        return scale_of([self.frame] if self.frame is not None else [], self.decades)


def scale_of(frames: list[Frame], decades: tuple[int, int] | None = None) -> GradientScale:
    """The scale that holds the gradients of all frames, in those decades if they are given."""
    scale = GradientScale()
    scale.include([norm for frame in frames for lane in frame.lanes for norm in norms_of(lane)])
    if decades is not None:
        scale.low, scale.high = decades
    return scale
