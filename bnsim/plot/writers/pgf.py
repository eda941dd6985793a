r"""A figure as pgfplots, a diagram as TikZ, for papers and Beamer: vectors, with words in the document's own font.

Written here, because matplotlib's own needs TeX to write. The file is one picture, as wide as a line of text at most,
that is put in with `\input`; its head says which packages it takes. Names stand where the layout has them: numbers of a
page in real size, for which LaTeX's fonts are a little narrower.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.colors import Colors, image_colors, key_colors, region_colors
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Bars, Image, Mark, Regions, Ridge, Rule, Series
from bnsim.plot.style import Style
from bnsim.plot.writers.key import strip
from bnsim.plot.writers.layout import Layout, Plot, Ticks, layout, unkeyed
from bnsim.plot.writers.looks import DASHES, FINER, RULE_DASHES, look_of
from bnsim.plot.writers.marks import FILLED
from bnsim.plot.writers.page import Page, Written
from bnsim.plot.writers.tables import said
from bnsim.plot.writers.tex import escaped, unknown
from bnsim.plot.writers.tikz import CELLS, Palette, cells, dashed, length, tikz
from bnsim.spec.printable import printable

MOST_INCHES = 4.7
"""Width of a line of text, which a picture does not exceed."""
_MARKS = {
    "circle": "*",
    "square": "square*",
    "triangle": "triangle*",
    "diamond": "diamond*",
    "triangle-down": "triangle*",
    "star": "star",
}
_FONTS = {
    "figure-title": r"\small\bfseries",
    "figure-verdict": r"\footnotesize",
    "figure-axis": r"\footnotesize",
    "figure-label": r"\footnotesize\bfseries",
}
_SMALL, _TINY = r"\scriptsize", r"\tiny"
_LEAST = 6.0
_FAR = 5.0
"""So many times as far as the axes reach points may be outside of them."""
_ORDER = (Image, Regions, Band, Rule, Bars, Ridge)
"""What covers what, from the back to the front; lines come last."""
_WEIGHTS = ("thin", "normal", "bold")


def pgf(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """The text of the picture, in UTF-8, plain ASCII but for letters with accents."""
    by = min(1.0, MOST_INCHES / style.size[0])
    # LaTeX's sizes of type are its document's.
    page = replace(style, size=(by * style.size[0], by * style.size[1]), type=1.0, least=7.0)
    if isinstance(picture, Diagram):
        lines, body, packages = [picture.title, picture.description, *carried.lines], tikz(picture, page), ("tikz",)
    else:
        lines, body, packages = list(said(picture, carried)), _plot(picture, page), ("pgfplots",)
    return "\n".join([*_head(lines, packages, body), *body, ""]).encode()


def _head(lines: Iterable[str], packages: Iterable[str], body: Iterable[str]) -> Iterator[str]:
    for line in filter(None, map(printable, lines)):
        yield from textwrap.wrap(line, 110, initial_indent="% ", subsequent_indent="%   ")
    needs = "".join(rf"\usepackage{{{name}}}" for name in packages)
    compat = r" \pgfplotsset{compat=1.17}" if "pgfplots" in packages else ""
    yield rf"% In the preamble: {needs}{compat}; then \input this file. pdfLaTeX and LuaLaTeX set it."
    lacking = unknown("".join(lines))
    if lacking:
        yield f"% LaTeX's usual fonts lack {lacking}; there is a question mark in their place."


def _plot(figure: Figure, style: Style) -> list[str]:
    placed, colors = layout(figure, style), Palette(style.colors())
    if placed.plot is None:
        drawn = [_node(words, f"{length(words.x)},{length(words.y)}", colors) for words in placed.words]
        options, environment, inner = ["x=1bp", "y=1bp"], "", list[str]()
    else:
        pen = _Pen(placed.page, placed.plot, colors, figure)
        for mark in sorted(figure.marks, key=_depth):
            _WRITE[type(mark)](pen, mark)
        if figure.color_scale is not None:
            pen.strip(key_colors(figure.color_scale, placed.page.theme))
        options, environment = _axis(figure, pen), "axis"
        drawn = [*pen.lines, *(_node(each, pen.place(each), colors) for each in _words(figure, placed))]
        inner = [CELLS] if any("bnsimcells" in line for line in pen.lines) else []
    start, end = [rf"\begin{{tikzpicture}}[{', '.join(options)}]"], [r"\end{tikzpicture}"]
    if environment:
        start = [r"\begin{tikzpicture}", *colors.definitions(), *inner, r"\begin{axis}[", *options, "]"]
        return [*start, *drawn, r"\end{axis}", *end]
    return [*start, *colors.definitions(), *drawn, *end]


class _Pen:
    """The plots of an axis while they are written; `keyed`: names are in a key, as LaTeX sets it."""

    def __init__(self, page: Page, plot: Plot, colors: Palette, figure: Figure) -> None:
        self.page, self.plot, self.colors = page, plot, colors
        self.keyed = page.style.names == "key"
        self.log = figure.y.scale == "log"
        self._logs = figure.x.scale == "log", self.log
        self.lines: list[str] = []

    def draw(self, options: Sequence[str], x: Array, y: Array, after: str = "", label: str = "") -> None:
        """A plot through points; those that cannot be drawn are gaps. `after` ends its path."""
        named = self.keyed and bool(label)
        options = [*options, *([] if named else ["forget plot"])]
        self.lines += [rf"\addplot[{', '.join(options)}] coordinates {{", *self._points(x, y), f"}}{after};"]
        if named:
            self.lines.append(rf"\addlegendentry{{{escaped(label)}}}")

    def fill(self, role: str, opacity: float, x: Array, low: Array, high: Array) -> None:
        """The area between two lines, in pieces where there are gaps."""
        known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        look = ["draw=none", f"fill={self.colors.role(role)}", f"fill opacity={opacity:g}"]
        for piece in np.split(np.arange(len(x)), np.flatnonzero(~known)):
            own = piece[known[piece]]
            if own.size > 1:
                there_and_back = np.concatenate([x[own], x[own][::-1]])
                self.draw(look, there_and_back, np.concatenate([high[own], low[own][::-1]]), " -- cycle")

    def cells(self, colors: Colors, across: tuple[float, float], up: tuple[float, float]) -> None:
        """Cells of color, the first row lowest, between numbers of the axes, which are linear."""
        self.placed(colors, _shares(across, self.plot.across), _shares(up, self.plot.up))

    def placed(self, colors: Colors, across: tuple[float, float], up: tuple[float, float]) -> None:
        """Cells between shares of the plot's sides."""
        inside, wide = self.plot.inside, self.page.width
        sides = ((across[1] - across[0]) * inside.width / wide, (up[1] - up[0]) * inside.height / wide)
        picture = cells(colors[::-1], self.page.theme.color("plot-background"))
        size = "".join(rf"{{{side:.5f}\linewidth}}" for side in sides)
        at, look = f"rel axis cs:{across[0]:.5f},{up[0]:.5f}", "anchor=south west, inner sep=0pt, outer sep=0pt"
        self.lines.append(rf"\node[{look}] at ({at}) {{\resizebox{size}{{{picture}}}}};")

    def strip(self, shades: Colors) -> None:
        """The key of a color scale beside the plot."""
        box, inside = strip(self.page, self.plot.inside), self.plot.inside
        left = (box.x - inside.x) / inside.width
        self.placed(shades[:, np.newaxis], (left, left + box.width / inside.width), (0.0, 1.0))

    def place(self, words: Written) -> str:
        """Where words are, in shares of the plot's sides."""
        inside = self.plot.inside
        x, y = (words.x - inside.x) / inside.width, (words.y - inside.y) / inside.height
        return f"rel axis cs:{x:.4f},{y:.4f}"

    def _points(self, x: Array, y: Array) -> list[str]:
        """The coordinates, in lines; far outside the axes TeX has no numbers, so that points stay near them."""
        columns = []
        for values, log, (low, high) in zip((x, y), self._logs, (self.plot.across, self.plot.up), strict=True):
            near = (
                (low * (low / high) ** _FAR, high * (high / low) ** _FAR)
                if log
                else (low - _FAR * (high - low), high + _FAR * (high - low))
            )
            known = np.isfinite(values) & ((values > 0) if log else True)
            columns.append(np.where(known, np.clip(values, *near), np.nan).tolist())
        return textwrap.wrap(" ".join(f"({a!r},{b!r})" for a, b in zip(*columns, strict=True)), 110)


def _shares(ends: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float]:
    """Numbers of an axis as shares of its length."""
    first, last = ((end - limits[0]) / (limits[1] - limits[0]) for end in ends)
    return first, last


def _series(pen: _Pen, mark: Series) -> None:
    look = look_of(mark, pen.page.theme, pen.page.size)
    color = pen.colors.shade(look.color)
    options = [f"color={color}", f"line width={length(look.width)}"]
    if look.alpha < 1:
        options.append(f"opacity={look.alpha:g}")
    options.append("only marks" if look.dashes is None else dashed(look.dashes, look.width))
    if look.marker == "none":
        options.append("mark=none")
    else:
        turned = ", rotate=180" if look.marker == "triangle-down" else ""
        edge = color if look.marker == "star" else "white"
        options += [f"mark={_MARKS[look.marker]}", f"mark size={length(look.marker_size / 2)}"]
        options += [f"mark repeat={look.every}"] if look.every > 1 else []
        options.append(f"mark options={{solid, draw={edge}, line width={length(0.8 * pen.page.scale)}{turned}}}")
    pen.draw(list(filter(None, options)), mark.x, mark.y, label=mark.label)


def _band(pen: _Pen, mark: Band) -> None:
    pen.fill(
        mark.role, pen.page.theme.size("band-alpha"), mark.x, *(_raised(pen, edge) for edge in (mark.low, mark.high))
    )


def _rule(pen: _Pen, mark: Rule) -> None:
    width = 1.1 * pen.page.scale
    look = [f"color={pen.colors.role(mark.role)}", f"line width={length(width)}", dashed(RULE_DASHES, width)]
    pen.draw([*look, "mark=none"], np.array(pen.plot.across), np.full(2, mark.y), label=mark.label)


def _bars(pen: _Pen, mark: Bars) -> None:
    x, y = mark.outline()
    _outline(pen, mark, (x, mark.base, y), 1.0, mark.label)


def _ridge(pen: _Pen, mark: Ridge) -> None:
    for base, x, y in mark.outlines():
        _outline(pen, mark, (x, base, y), 0.6)


def _outline(pen: _Pen, mark: Bars | Ridge, outline: tuple[Array, float, Array], line: float, label: str = "") -> None:
    """A filled outline (x, base, y) in the color of its role; a ghost's is dashed, and not filled."""
    x, base, y = outline
    width = line * pen.page.size("figure-line-normal")
    look = [f"color={pen.colors.role(mark.role)}", f"line width={length(width)}", "mark=none"]
    if mark.ghost:
        look += [dashed(DASHES["dashed"], width), f"opacity={pen.page.theme.size('ghost-alpha'):g}"]
    else:
        pen.fill(mark.role, FILLED, x, _raised(pen, np.full_like(y, base)), _raised(pen, y))
    pen.draw(look, x, _raised(pen, y), label=label)


def _image(pen: _Pen, mark: Image) -> None:
    pen.cells(image_colors(mark, pen.page.theme), mark.across, mark.up)


def _regions(pen: _Pen, mark: Regions) -> None:
    pen.cells(region_colors(mark, pen.page.theme), mark.across, mark.up)
    shapes, size = list(_MARKS), 1.3 * FINER * pen.page.size("figure-marker")
    for number in np.unique(mark.point_classes):
        own, kind = mark.points[mark.point_classes == number], shapes[int(number) % len(shapes)]
        color = pen.colors.role(mark.roles[int(number) % len(mark.roles)])
        turned = ", rotate=180" if kind == "triangle-down" else ""
        look = ["only marks", f"color={color}", f"mark={_MARKS[kind]}", f"mark size={length(size / 2)}"]
        look.append(f"mark options={{draw={color if kind == 'star' else 'white'}, line width=0.3bp{turned}}}")
        pen.draw(look, own[:, 0] + mark.shift, own[:, 1])


def _raised(pen: _Pen, values: Array) -> Array:
    """The edge of an area; on a logarithmic axis what has no place there is at its lower end."""
    return np.where(values <= 0, pen.plot.up[0], values) if pen.log else values


_WRITE: Mapping[type[Mark], Callable[[_Pen, Any], None]] = {
    Band: _band,
    Bars: _bars,
    Image: _image,
    Regions: _regions,
    Ridge: _ridge,
    Rule: _rule,
    Series: _series,
}


def _depth(mark: Mark) -> int:
    if isinstance(mark, Series):
        return len(_ORDER) + _WEIGHTS.index(mark.weight)
    return _ORDER.index(type(mark))


def _axis(figure: Figure, pen: _Pen) -> list[str]:
    """The options of the axis, one in a line."""
    page, plot, colors = pen.page, pen.plot, pen.colors
    inside, line, hair = plot.inside, colors.role("plot-line"), length(0.8 * page.scale)
    (left, right), (low, high) = plot.across, plot.up
    muted = colors.text("text-muted")
    options = [
        rf"scale only axis, width={inside.width / page.width:.4f}\linewidth, "
        rf"height={inside.height / page.width:.4f}\linewidth",
        f"xmin={left!r}, xmax={right!r}, ymin={low!r}, ymax={high!r}",
        f"xmode={_mode(figure.x)}, ymode={_mode(figure.y)}",
        *_ticks("x", plot.x_ticks),
        *_ticks("y", plot.y_ticks),
        f"axis x line*=bottom, axis y line*=left, axis line style={{{line}, line width={hair}}}",
        f"tick align=outside, tick style={{{line}, line width={hair}}}",
        f"tick label style={{font={_SMALL}, color={muted}}}",
        f"xlabel={{{escaped(figure.x.label)}}}, xlabel style={{font={_FONTS['figure-axis']}, color={muted}}}",
        "clip mode=individual, unbounded coords=jump, scaled ticks=false",
    ]
    if page.style.grid:
        options.append(f"ymajorgrids, grid style={{{colors.role('grid')}, line width={hair}}}")
    if pen.keyed:
        place = "at={(0,1.08)}, anchor=south west, legend columns=4, draw=none, fill=none"
        options.append(f"legend style={{{place}, font={_SMALL}}}, legend cell align=left")
    return [f"  {option}," for option in options]


def _mode(axis: Axis) -> str:
    return "log" if axis.scale == "log" else "normal"


def _ticks(name: str, ticks: Ticks) -> list[str]:
    places = ",".join(repr(at) for at, _ in ticks)
    words = ",".join(f"{{{escaped(text)}}}" for _, text in ticks)
    return [f"{name}tick={{{places}}}, {name}ticklabels={{{words}}}, minor {name} tick num=0"]


def _words(figure: Figure, placed: Layout) -> list[Written]:
    """The words that are no part of the axis."""
    axis = printable(figure.x.label)
    return [
        each for each in unkeyed(figure, placed) if each.text and not (each.kind == "figure-axis" and each.text == axis)
    ]


def _node(words: Written, place: str, colors: Palette) -> str:
    """Words of one line, in the size of the document that is next to theirs."""
    side = {"left": "west", "right": "east"}.get(words.ha, "")
    high = {"baseline": "base", "bottom": "south", "top": "north"}.get(words.va, "")
    font = _FONTS.get(words.kind, _SMALL if words.size >= _LEAST else _TINY)
    if not words.kind and words.bold:
        font = _FONTS["figure-label"]
    anchor = f"{high} {side}".strip() or "center"
    look = f"anchor={anchor}, inner sep=0pt, font={font}, color={colors.shade(words.color)}"
    if words.over:
        look += f", fill={colors.role('plot-background')}, inner sep=1pt, outer sep=-1pt"
    return rf"\node[{look}] at ({place}) {{{escaped(words.text)}}};"
