"""Cells of color as a picture that Qt paints: for images, maps of classes, and the key beside them."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from bnsim.plot.colors import Colors, image_colors, region_colors
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Image, Regions
from bnsim.plot.theme import Theme

ROOM = 3.0
"""Pixels between a note and the end it is written at."""

Cells = Image | Regions


def all_cells(figure: Figure) -> list[Cells]:
    """Images and maps of classes of a figure, in their order."""
    return [*figure.of_kind(Image), *figure.of_kind(Regions)]


def colors_of(mark: Cells, theme: Theme) -> Colors:
    """The color of each cell, shape (rows, columns, 4), the first row lowest."""
    return image_colors(mark, theme) if isinstance(mark, Image) else region_colors(mark, theme)


def picture(colors: Colors) -> QImage:
    """The colors (rows, columns, 4) as a picture, the first row uppermost; it has a copy of them."""
    kept = np.ascontiguousarray(colors)
    rows, columns = kept.shape[:2]
    return QImage(kept.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()
