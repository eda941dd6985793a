"""What is wrong with a diagram, measured on what was drawn: every word, every line and every area, in points."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Patch

from bnsim.plot.diagram import Diagram
from bnsim.plot.style import Style
from bnsim.plot.writers.pictures import settings
from bnsim.plot.writers.placing import Box, dense
from bnsim.plot.writers.sketch import sketch
from tests.plot.measuring import _ink

TOUCHES = 0.6
"""Points by which boxes may overlap, since letters do not fill theirs."""
ON_A_PAGE = 0.5


class Drawn(NamedTuple):
    """Words as they were drawn, and what was drawn before them (`order`)."""

    text: str
    size: float
    box: Box
    order: float


def faults(diagram: Diagram, style: Style, least: float) -> list[str]:
    """What a reader would find wrong with the diagram on a page of that style; words are to have `least` points."""
    with settings(style):
        page = sketch(diagram, style, 72.0)
        canvas = FigureCanvasAgg(page)
        canvas.draw()
        renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        axes = page.axes[0]
        words = [
            Drawn(text.get_text(), float(text.get_fontsize()), _ink(text, renderer), float(text.get_zorder()))
            for text in axes.texts
            if text.get_text().strip()
        ]
        whole = Box(0.0, 0.0, *(float(side) for side in page.bbox.size)).grown(ON_A_PAGE)
        found = [f"{each.text!r} has {each.size:.1f} points" for each in words if each.size < least]
        found += [f"{each.text!r} leaves the page" for each in words if not each.box.within(whole)]
        for one, other in combinations(words, 2):
            if one.box.grown(-TOUCHES / 2).overlap(other.box.grown(-TOUCHES / 2)):
                found.append(f"{one.text!r} lies over {other.text!r}")
        return [*found, *_of_patches(words, list(axes.patches), whole)]


def _of_patches(words: list[Drawn], patches: list[Patch], whole: Box) -> Iterator[str]:
    """Marks that are cut, and lines that run over words and are not hidden by what lies between them."""
    grounds = [(patch.get_zorder(), _extent(patch)) for patch in patches if _is_ground(patch)]
    for patch in patches:
        points = _outline(patch)
        if not Box(*_corner(points), *np.ptp(points, axis=0).tolist()).within(whole):
            yield "a shape is cut"
        if not patch.get_linewidth() or patch.get_edgecolor()[3] == 0:
            continue
        line = dense(points, 1.0)
        for each in words:
            inside = line[each.box.grown(-TOUCHES).distances(line) <= 0]
            for order, ground in grounds:
                if patch.get_zorder() < order < each.order and len(inside):
                    inside = inside[ground.distances(inside) > 0]
            if len(inside):
                yield f"{each.text!r} lies over a line"


def _is_ground(patch: Patch) -> bool:
    return bool(patch.get_fill()) and patch.get_facecolor()[3] == 1.0 and len(patch.get_path().vertices) < 40


def _outline(patch: Patch) -> Any:
    path = patch.get_transform().transform_path(patch.get_path())
    return np.vstack([polygon for polygon in path.to_polygons(closed_only=False) if len(polygon)])


def _extent(patch: Patch) -> Box:
    points = _outline(patch)
    return Box(*_corner(points), *np.ptp(points, axis=0).tolist())


def _corner(points: Any) -> tuple[float, float]:
    return float(points[:, 0].min()), float(points[:, 1].min())
