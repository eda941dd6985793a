"""The key of a figure's colors: a strip at the right of the plot, with the numbers its colors stand for."""

from __future__ import annotations

import numpy as np

from bnsim.plot.colors import key_colors
from bnsim.plot.figure import Axis
from bnsim.plot.marks import ColorScale
from bnsim.plot.writers.axes import ticks
from bnsim.plot.writers.page import Page
from bnsim.plot.writers.placing import Box

_STRIP, _GAP = 12.0, 10.0
"""Width of the strip and its distance from the plot, in points at a scale of 1."""


def strip(page: Page, inside: Box) -> Box:
    """Where the strip of colors is beside the plot's rectangle."""
    return Box(inside.x + inside.width + _GAP * page.scale, inside.y, _STRIP * page.scale, inside.height)


class Key:
    """The key of a color scale; `width` is the room it takes at the right of the plot, in points."""

    def __init__(self, page: Page, scale: ColorScale) -> None:
        self._page, self._scale = page, scale
        self._ticks, self._words = ticks(Axis(""), *scale.limits, 5)
        widest = max((page.measure(words, "figure-tick") for words in self._words), default=0.0)
        self.width = (_STRIP + _GAP + 6.0) * page.scale + widest

    def write(self, inside: Box, above: float) -> None:
        """Draw the strip beside `inside`, the plot's rectangle; its name stands at the height `above`."""
        page, (low, high) = self._page, self._scale.limits
        box = strip(page, inside)
        places = (box.x / page.width, box.y / page.height, box.width / page.width, box.height / page.height)
        axes = page.canvas.add_axes(places)
        colors = key_colors(self._scale, page.theme)[:, np.newaxis]
        axes.imshow(colors, extent=(0.0, 1.0, low, high), origin="lower", aspect="auto", interpolation="none")
        axes.set_axis_off()
        for at, words in zip(self._ticks, self._words, strict=True):
            y = box.y + box.height * (at - low) / (high - low)
            x = box.x + box.width + 4 * page.scale
            page.write(x, y, words, "figure-tick", "text-muted", va="center_baseline")
        page.write(page.width - page.pad, above, self._scale.label, "figure-tick", "text-muted", ha="right")
