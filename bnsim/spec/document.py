"""The document: an experiment, and what a person keeps with it. It is what a .bnsim file holds."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import force_setattr, replace

from bnsim.spec.breakpoints import MAX_BREAKPOINTS, Breakpoint, OnWatch
from bnsim.spec.experiment import Experiment
from bnsim.spec.following import Following
from bnsim.spec.layout import Layout
from bnsim.spec.tree import walk
from bnsim.spec.watches import MAX_WATCHES, Watch


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`experiment` is what runs; only another one makes another run. `breakpoints` are where it stops.

    `watches` are the numbers that are followed, each once; one may be about what is not there.
    `layout` is how the figures' panels are arranged; None: as they are, whatever is opened.
    Whatever it is made from, no breakpoint is there twice, and each, as each panel, is about layers and lanes that
    there are.
    A field that is added here has a default, so that files without it can be read (see docs/format.md).
    """

    experiment: Experiment = Experiment()
    breakpoints: Annotated[tuple[Breakpoint, ...], Meta(max_length=MAX_BREAKPOINTS)] = ()
    layout: Layout | None = None
    watches: Annotated[tuple[Watch, ...], Meta(max_length=MAX_WATCHES)] = ()

    def __post_init__(self) -> None:
        layers = {layer.id for stack in self.experiment.stacks for layer in walk(stack.layers)} | {0}
        lanes = {stack.id for stack in self.experiment.stacks} | {0}
        meant = (each for each in self.breakpoints if each.layer in layers and each.lane in lanes)
        force_setattr(self, "breakpoints", tuple(dict.fromkeys(meant)))
        force_setattr(self, "watches", tuple(dict.fromkeys(self.watches)))
        if self.layout is not None:
            force_setattr(self, "layout", self.layout.about(frozenset(layers)))

    def with_experiment(self, experiment: Experiment) -> Document:
        """The same about another experiment: breakpoints of layers and lanes that it has not are left out.

        Panels that stay with a layer that it has not follow the selection. Names of lanes and layers in watches, and in
        breakpoints on them, follow what they name.
        """
        if experiment.stacks == self.experiment.stacks:
            return replace(self, experiment=experiment)
        followed = Following(self.experiment, experiment).followed
        watches = tuple(replace(each, expression=followed(each.expression)) for each in self.watches)
        breakpoints = tuple(
            replace(each, expression=followed(each.expression)) if isinstance(each, OnWatch) else each
            for each in self.breakpoints
        )
        return replace(self, experiment=experiment, watches=watches, breakpoints=breakpoints)
