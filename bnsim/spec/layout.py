"""The layout of a document: which figures' panels are open, where, and what is chosen of each.

Places are shares, not pixels, so that a document opens alike on another screen. Which kinds of figures there are is not
known here: what shows a layout says which of them it does not have.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr, replace

Area = Literal["bottom", "right", "left", "top", "floating"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Place = tuple[Share, Share, Share, Share]
"""Left, top, width, height."""
WHOLE: Place = (0.0, 0.0, 1.0, 1.0)
MAX_PANELS = 64
MAX_CHOSEN = 32
"""Options of one panel."""
MAX_WORD = 80
MAX_EVERY = 1_000_000
_MOST = 2**53

Word = Annotated[str, Meta(min_length=1, max_length=MAX_WORD)]
Chosen = Annotated[int, Meta(ge=-_MOST, le=_MOST)] | Annotated[str, Meta(max_length=MAX_WORD)]


class Panel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An open panel. `figure` is the kind's name; `at` its place, in shares of its area, floating: of the screen.

    Panels at the same place are tabs, in their order; `front` is the one that is seen, the first if none says so.
    `layer`: the id of the layer that it stays with, 0 for the first that fits; None: it follows the selection.
    `every`: a figure that takes long is measured every so many updates; 0: when the run rests. `options`: what is
    chosen of the figure, without what is as by default.
    """

    figure: Word
    area: Area = "bottom"
    at: Place = WHOLE
    front: bool = False
    layer: Annotated[int, Meta(ge=0)] | None = None
    every: Annotated[int, Meta(ge=0, le=MAX_EVERY)] = 0
    options: Annotated[dict[Word, Chosen], Meta(max_length=MAX_CHOSEN)] = {}


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`panels` are those that are open, each figure once.

    `bottom`, `right`, `left`, `top`: the share of the window that the panels' area there has, of its height or width;
    0: the usual one. `linked`: iteration axes move together.
    """

    panels: Annotated[tuple[Panel, ...], Meta(max_length=MAX_PANELS)] = ()
    bottom: Share = 0.0
    right: Share = 0.0
    left: Share = 0.0
    top: Share = 0.0
    linked: bool = True

    def __post_init__(self) -> None:
        by_figure: dict[str, Panel] = {}
        for panel in self.panels:
            by_figure.setdefault(panel.figure, panel)
        force_setattr(self, "panels", tuple(by_figure.values()))

    def about(self, layers: frozenset[int]) -> Layout:
        """The same with panels following the selection that stay with a layer that is not among `layers`."""
        panels = tuple(
            replace(panel, layer=None) if panel.layer and panel.layer not in layers else panel for panel in self.panels
        )
        return self if panels == self.panels else replace(self, panels=panels)
