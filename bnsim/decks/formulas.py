"""Formulas as a diagram, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.decks.setting import curve, outlines
from bnsim.plot.diagram import Diagram, Shape

_SIZE, _APART, _PAD = 22.0, 22.0, 24.0
_WIDEST, _LOWEST = 520.0, 200.0
"""The page is at least so large, so that a short formula is not drawn huge."""


def formulas_diagram(formulas: Sequence[str], title: str) -> Diagram | None:
    """The formulas, each in the middle of a line; None if none of them can be set."""
    set_ = [found for latex in formulas if (found := outlines(latex, _SIZE)) is not None]
    if not set_:
        return None
    width = max(_WIDEST, *(each.width for each in set_)) + 2 * _PAD
    tall = sum(each.ascent + each.descent for each in set_) + _APART * (len(set_) - 1)
    height = max(_LOWEST, tall) + 2 * _PAD
    shapes: list[Shape] = []
    y = (height - tall) / 2
    for each in set_:
        shapes.append(curve(each, (width - each.width) / 2, y + each.ascent, "text"))
        y += each.ascent + each.descent + _APART
    return Diagram("formula", title, width, height, tuple(shapes), latex="\n\n".join(formulas))
