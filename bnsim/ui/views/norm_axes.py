"""What BatchNorm, LayerNorm and RMSNorm average over, as a diagram: a grid of batch by features, shaded. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import HALF, SLIDE, Size, least_for
from bnsim.plot.pen import Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken
from bnsim.spec.phrases import phrase
from bnsim.ui.views.formula import centered, curves, extent

MARGIN, HEAD = 28.0, 44.0
CELL, SMALL_CELL, ROWS, COLUMNS = 18.0, 16.0, 6, 8
APART = 52.0
CHOSEN_ROW, CHOSEN_COLUMN = 2, 3
SIZE, LEADING = 13.0, 44.0
TIGHT, TIGHT_SIZE, BESIDE = 10.0, 12.0, 200.0
"""On a narrow page: space at the edges, size of formulas, and room beside a grid."""


class _Kind(NamedTuple):
    """`down`: it averages over the samples of a feature, else over the features of a sample."""

    title: str
    down: bool
    formulas: tuple[str, ...]
    said: str


KINDS = (
    _Kind(
        "BatchNorm",
        True,
        (r"\mu_j = \frac{1}{m} \sum_{i} x_{ij}", r"\sigma_j^2 = \frac{1}{m} \sum_{i} (x_{ij} - \mu_j)^2"),
        phrase("over the batch, for each feature"),
    ),
    _Kind(
        "LayerNorm",
        False,
        (r"\mu_i = \frac{1}{n} \sum_{j} x_{ij}", r"\sigma_i^2 = \frac{1}{n} \sum_{j} (x_{ij} - \mu_i)^2"),
        phrase("over the features, for each sample"),
    ),
    _Kind(
        "RMSNorm",
        False,
        (r"s_i^2 = \frac{1}{n} \sum_{j} x_{ij}^2",),
        phrase("over the features, without a mean"),
    ),
)


def axes_diagram(size: Size = SLIDE) -> Diagram:
    """Three grids, what shares one statistic shaded, and the statistics' formulas, for a page of that `size` in points.

    The grids stand side by side, on a narrow page one below the other.
    """
    small = load_theme("light").size("text-small")
    pen = Pen(load_theme("light"), least_for(size, small))
    draw = _down if size[0] < HALF else _across
    width, height = draw(pen)
    title = words_now(phrase("What normalizations average over"))
    pen.words(MARGIN, 18, title, "title", room=width - 2 * MARGIN, bold=True)
    written = "\n\n".join(formula for kind in KINDS for formula in kind.formulas)
    said = "; ".join(f"{kind.title}: {words_now(kind.said)}" for kind in KINDS)
    return Diagram("axes", title, width, height, tuple(pen.shapes), description=said, text=written, latex=written)


def _across(pen: Pen) -> Size:
    """Side by side, formulas below; returns the size of the page."""
    wide, high = CELL * COLUMNS, CELL * ROWS
    for number, kind in enumerate(KINDS):
        left, top = MARGIN + 18 + number * (wide + APART), HEAD + 34.0
        middle = left + wide / 2
        pen.words(middle, top - 34, kind.title, "text-large", bold=True, anchor="middle")
        _draw_grid(pen, kind, left, top, CELL)
        pen.words(middle, top + high + 18, words_now(kind.said), "text-small", room=wide + APART - 12, anchor="middle")
        for line, formula in enumerate(kind.formulas):
            pen.shapes += centered(formula, SIZE, middle, top + high + 54 + LEADING * line)
    width = 2 * MARGIN + 18 + len(KINDS) * wide + (len(KINDS) - 1) * APART
    return width, HEAD + 34 + high + 54 + LEADING + 22 + MARGIN


def _down(pen: Pen) -> Size:
    """One below the other, formulas at the right; returns the size of the page."""
    wide, high = SMALL_CELL * COLUMNS, SMALL_CELL * ROWS
    left = TIGHT + 18
    beside, top = left + wide + 16, HEAD
    for kind in KINDS:
        _draw_grid(pen, kind, left, top, SMALL_CELL)
        pen.words(beside, top + 4, kind.title, "text-large", bold=True)
        y = top + 22
        for line in broken(words_now(kind.said), pen.size("text-small"), BESIDE):
            pen.words(beside, y, line, "text-small")
            y += 14
        for formula in kind.formulas:
            across, up, down = extent(formula, TIGHT_SIZE)
            by = min(1.0, BESIDE / across)
            y += by * up
            pen.shapes += curves(formula, TIGHT_SIZE, (beside, y), {}, by, "text")
            y += by * down + 6
        top += high + 22
    return beside + BESIDE + TIGHT, top - 22 + TIGHT


def _draw_grid(pen: Pen, kind: _Kind, left: float, top: float, cell: float) -> None:
    """Samples by features, with their names at two of its sides."""
    wide, high = cell * COLUMNS, cell * ROWS
    across, down = words_now(phrase("n features, j →")), words_now(phrase("← m samples, i"))
    pen.words(left + wide / 2, top - 10, across, "text-small", "text-muted", anchor="middle")
    pen.words(left - 12, top + high / 2, down, "text-small", "text-muted", anchor="middle", turned=True)
    for row in range(ROWS):
        for column in range(COLUMNS):
            shaded = column == CHOSEN_COLUMN if kind.down else row == CHOSEN_ROW
            fill = "normalization" if shaded else "card"
            pen.box(left + cell * column, top + cell * row, cell, cell, fill=fill, stroke="plot-line", line=0.7)
