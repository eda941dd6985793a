"""A Python script that draws a figure with matplotlib and NumPy alone, to be edited by hand.

The numbers are in it, to the bit, below the drawing: one file is sent, kept and opened more easily than two, and their
CSV is another format. Sizes, colors and places of words are those of the page, as plain calls of matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.colors import region_colors, stops_of
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array, Band, Bars, ColorScale, Image, Mark, Regions, Ridge, Rule, Series
from bnsim.plot.style import Style
from bnsim.plot.writers.key import strip
from bnsim.plot.writers.layout import Layout, Plot, Ticks, layout, unkeyed
from bnsim.plot.writers.looks import DASHES, FINER, RULE_DASHES, look_of
from bnsim.plot.writers.marks import FILLED, MARKERS
from bnsim.plot.writers.page import Page, Written
from bnsim.plot.writers.tables import said
from bnsim.spec.printable import printable

_WIDE = 110
_KEYED = Series | Rule | Bars
_WEIGHTS = ("thin", "normal", "bold")
_CELLS = '''
def cells(axes, values, across, up, shades, low, high, zero, wrong):
    """Draw a matrix, the first row lowest; -inf, of an exact zero, and inf have colors of their own."""
    share = np.clip((np.where(np.isfinite(values), values, low) - low) / (high - low), 0, 1)
    pixels = shades(share)
    pixels[np.isneginf(values)] = matplotlib.colors.to_rgba(zero)
    pixels[np.isposinf(values)] = matplotlib.colors.to_rgba(wrong)
    pixels[np.isnan(values)] = 0
    axes.imshow(pixels, extent=(*across, *up), origin="lower", aspect="auto", interpolation="none", zorder=1)
'''


def script(figure: Figure, style: Style, carried: Carried) -> bytes:
    """UTF-8; `python FILE` writes a PNG beside it, `python FILE picture.pdf` that file; `--show` opens a window."""
    placed = layout(figure, style)
    head = "\n".join(said(figure, carried)).replace("\\", "\\\\").replace('"""', "'''")
    numbers = [line for name, column in figure.data().items() for line in _column(name, column)]
    lines = [
        f'"""{head}',
        "",
        "python FILE writes a PNG beside it, python FILE picture.pdf that file, python FILE --show opens a window.",
        "It takes NumPy and matplotlib.",
        '"""',
        "",
        "import sys",
        "from pathlib import Path",
        "",
        "import matplotlib",
        "import matplotlib.pyplot as plt",
        "import numpy as np",
        "from numpy import inf, nan",
        *(_CELLS.splitlines() if figure.of_kind(Image) else []),
        "",
        "",
        "def draw(numbers):",
        *(f"    {line}" if line else "" for line in _drawing(figure, placed)),
        "    return figure",
        "",
        "",
        "NUMBERS = {",
        *(f"    {line}" for line in numbers),
        "}",
        "",
        'if __name__ == "__main__":',
        "    shows, files = '--show' in sys.argv, [word for word in sys.argv[1:] if word != '--show']",
        "    if not shows:",
        "        matplotlib.use('agg')  # without a window, and where there is no display",
        "    drawn = draw({name: np.array(column) for name, column in NUMBERS.items()})",
        "    for file in files if files or shows else [Path(__file__).with_suffix('.png')]:",
        "        drawn.savefig(file)",
        "    if shows:",
        "        plt.show()",
        "",
    ]
    return "\n".join(lines).encode()


def _column(name: str, column: Array) -> Iterator[str]:
    yield from _listed(f"{name!r}: [", map(repr, column.tolist()), "],")


def _drawing(figure: Figure, placed: Layout) -> Iterator[str]:
    """The lines that draw the figure, from the page to the words."""
    page, plot = placed.page, placed.plot
    size = f"({page.style.size[0]!r}, {page.style.size[1]!r})"
    yield f"plt.rcParams.update({{'font.family': {page.families!r}, 'text.parse_math': False, 'svg.fonttype': 'none'}})"
    yield f"figure = plt.figure(figsize={size}, dpi={min(page.style.dpi, 150.0)!r}, facecolor={page.ground!r})"
    if plot is not None:
        yield from _axes(figure, page, plot)
        for mark in sorted(figure.marks, key=_depth):
            yield ""
            yield f"# {printable(getattr(mark, 'label', '') or getattr(mark, 'name', ''))}"
            yield from _WRITE[type(mark)](page, mark)
        if figure.color_scale is not None:
            yield ""
            yield from _strip(figure.color_scale, page, plot)
        yield ""
        yield f"axes.set_xlim({plot.across[0]!r}, {plot.across[1]!r})"
        yield f"axes.set_ylim({plot.up[0]!r}, {plot.up[1]!r})"
    yield ""
    yield "# the words, at shares of the page"
    yield from (_words(page, words) for words in unkeyed(figure, placed) if words.text)
    if plot is not None and any(_named(page, mark.label) for mark in figure.marks if isinstance(mark, _KEYED)):
        yield from _key(page, plot)


def _key(page: Page, plot: Plot) -> list[str]:
    """The key of names, over the plot."""
    top = plot.inside.y + plot.inside.height + 2.2 * page.size("figure-tick")
    corner = f"({_short(page.pad / page.width)}, {_short(top / page.height)})"
    place = f'loc="lower left", bbox_to_anchor={corner}, bbox_transform=figure.transFigure'
    return _call("legend", [place, f"ncols=3, frameon=False, fontsize={_short(page.size('figure-rule'))}"])


def _axes(figure: Figure, page: Page, plot: Plot) -> Iterator[str]:
    inside, line, hair = plot.inside, page.theme.color("plot-line"), _short(0.8 * page.scale)
    place = (
        inside.x / page.width,
        inside.y / page.height,
        inside.width / page.width,
        inside.height / page.height,
    )
    yield f"axes = figure.add_axes(({', '.join(map(_short, place))}), facecolor={page.ground!r})"
    for name, axis in (("x", figure.x), ("y", figure.y)):
        if axis.scale == "log":
            yield f'axes.set_{name}scale("log", nonpositive="mask")'
    yield from _ticks("x", plot.x_ticks)
    yield from _ticks("y", plot.y_ticks)
    yield "axes.minorticks_off()"
    look = f"labelcolor={page.theme.color('text-muted')!r}, labelsize={_short(page.size('figure-tick'))}"
    yield f"axes.tick_params(color={line!r}, width={hair}, {look})"
    yield 'axes.spines[["top", "right"]].set_visible(False)'
    yield f'axes.spines[["left", "bottom"]].set(color={line!r}, linewidth={hair})'
    if page.style.grid:
        yield "axes.set_axisbelow(True)"
        yield f'axes.grid(axis="y", color={page.theme.color("grid")!r}, linewidth={hair})'


def _ticks(name: str, ticks: Ticks) -> Iterator[str]:
    places, words = [at for at, _ in ticks], [text for _, text in ticks]
    yield from _listed("places = [", map(repr, places), "]")
    yield from _listed("words = [", map(repr, words), "]")
    yield f"axes.set_{name}ticks(places, words)"


def _series(page: Page, mark: Series) -> Iterator[str]:
    look = look_of(mark, page.theme, page.size)
    options = [f"color={look.color!r}", f"linewidth={_short(look.width)}"]
    if look.alpha < 1:
        options.append(f"alpha={look.alpha:g}")
    if look.dashes != ():
        options.append("linestyle=''" if look.dashes is None else f"linestyle=(0, {look.dashes!r})")
    if look.marker != "none":
        options += [f"marker={MARKERS[look.marker]!r}", f"markersize={_short(look.marker_size)}"]
        options += [f"markeredgecolor={page.ground!r}", f"markeredgewidth={_short(0.8 * page.scale)}"]
        options += [f"markevery={look.every}"] if look.every > 1 else []
    yield from _call("plot", [_at(f"{mark.name}.x"), _at(mark.name), *options, *_named(page, mark.label)])


def _band(page: Page, mark: Band) -> Iterator[str]:
    columns = [_at(f"{mark.name}.{part}") for part in ("x", "low", "high")]
    look = f"color={page.theme.color(mark.role)!r}, alpha={page.theme.size('band-alpha'):g}, linewidth=0"
    yield from _call("fill_between", [*columns, look])


def _rule(page: Page, mark: Rule) -> Iterator[str]:
    look = f"color={page.theme.color(mark.role)!r}, linewidth={_short(1.1 * page.scale)}"
    dashes = f"linestyle=(0, {RULE_DASHES!r})"
    yield from _call("axhline", [repr(float(mark.y)), look, dashes, *_named(page, mark.label)])


def _bars(page: Page, mark: Bars) -> Iterator[str]:
    yield f"heights, low, high = {_at(mark.name)}, {_at(f'{mark.name}.low')}, {_at(f'{mark.name}.high')}"
    heights, base = "heights", repr(float(mark.base))
    if mark.top is not None:
        heights = f"heights / (np.nanmax(heights) or 1) * {float(mark.top - mark.base)!r}"
    top = f"{heights} + {base}" if mark.base or mark.top is not None else heights
    yield from _stairs(page, mark, top, "np.append(low, high[-1])", base, 1.0)


def _ridge(page: Page, mark: Ridge) -> Iterator[str]:
    bins = len(mark.edges) - 1
    low, high = _at(f"{mark.name}.low"), _at(f"{mark.name}.high")
    yield f"edges = np.append({low}[:{bins}], {high}[{bins - 1}]) + {float(mark.shift)!r}"
    yield from _listed("bases = [", map(repr, mark.bases.tolist()), "]")
    yield f"shares = {_at(mark.name)}.reshape({len(mark.rows)}, {bins})"
    order = map(repr, np.argsort(-mark.bases).tolist())
    yield from _listed("for row in [", order, "]:  # the lower ones in front")
    yield "    if shares[row].max() > 0:"
    top = f"bases[row] + shares[row] / shares[row].max() * {float(mark.height)!r}"
    for line in _stairs(page, mark, top, "edges", "bases[row]", 0.6):
        yield f"        {line}"


def _stairs(page: Page, mark: Bars | Ridge, heights: str, edges: str, base: str, line: float) -> Iterator[str]:
    """A filled outline in the color of its role; a ghost's is dashed, and not filled."""
    color, width = page.theme.color(mark.role), line * page.size("figure-line-normal")
    look = f"baseline={base}, color={color!r}"
    if mark.ghost:
        look += f", alpha={page.theme.size('ghost-alpha'):g}, linestyle=(0, {DASHES['dashed']!r})"
    else:
        yield from _call("stairs", [heights, edges, f"{look}, alpha={FILLED:g}, fill=True, linewidth=0"])
    named = _named(page, mark.label) if isinstance(mark, Bars) else []
    yield from _call("stairs", [heights, edges, f"{look}, linewidth={_short(width)}", *named])


def _named(page: Page, label: str) -> list[str]:
    """The argument that puts a name into the key, if there is one."""
    return [f"label={printable(label)!r}"] if label and page.style.names == "key" else []


def _image(page: Page, mark: Image) -> Iterator[str]:
    theme, rows = page.theme, mark.values.shape
    yield f"shades = {_shades(mark.scale, page)}"
    low, high = map(float, mark.scale.limits)
    odd = f"{theme.color('image-zero')!r}, {theme.color('image-wrong')!r}"
    where = f"{_pair(mark.across)}, {_pair(mark.up)}"
    yield f"values = {_at(mark.name)}.reshape({rows[0]}, {rows[1]})"
    yield f"cells(axes, values, {where}, shades, {low!r}, {high!r}, {odd})"


def _regions(page: Page, mark: Regions) -> Iterator[str]:
    count = len(mark.roles)
    one_of_each = replace(mark, classes=np.arange(float(count))[np.newaxis])
    shades = [to_hex(color) for color in region_colors(one_of_each, page.theme)[0] / 255.0]
    rows = mark.classes.shape
    yield f"classes = {_at(mark.name)}.reshape({rows[0]}, {rows[1]}) % {count}"
    yield f"shades = matplotlib.colors.ListedColormap({shades!r})"
    where = f"extent=({', '.join(repr(float(end)) for end in (*mark.across, *mark.up))})"
    look = f'vmin=-0.5, vmax={count - 0.5}, origin="lower", aspect="auto", interpolation="none", zorder=1'
    yield from _call("imshow", ["classes", f"cmap=shades, {where}, {look}"])
    markers = [marker for marker in MARKERS.values() if marker]
    point = f"{mark.name}.point"
    for number in np.unique(mark.point_classes).tolist():
        color, marker = page.theme.color(mark.roles[int(number) % count]), markers[int(number) % len(markers)]
        yield f"own = {_at(f'{point}.class')} == {number!r}"
        x = f"{_at(f'{point}.x')}[own]" + (f" + {float(mark.shift)!r}" if mark.shift else "")
        size = _short(1.3 * FINER * page.size("figure-marker"))
        look = f"color={color!r}, linestyle='', marker={marker!r}, markersize={size}"
        edge = f"markeredgecolor={page.ground!r}, markeredgewidth={_short(0.5 * page.scale)}"
        yield from _call("plot", [x, f"{_at(f'{point}.y')}[own]", look, edge])


_WRITE: Mapping[type[Mark], Callable[[Page, Any], Iterator[str]]] = {
    Band: _band,
    Bars: _bars,
    Image: _image,
    Regions: _regions,
    Ridge: _ridge,
    Rule: _rule,
    Series: _series,
}


def _depth(mark: Mark) -> int:
    """Lines cover everything else, bold ones the others."""
    return 1 + _WEIGHTS.index(mark.weight) if isinstance(mark, Series) else 0


def _strip(scale: ColorScale, page: Page, plot: Plot) -> Iterator[str]:
    box = strip(page, plot.inside)
    place = box.x / page.width, box.y / page.height, box.width / page.width, box.height / page.height
    yield "# the key of the colors"
    yield f"key = figure.add_axes(({', '.join(map(_short, place))}))"
    yield f'key.imshow({_shades(scale, page)}(np.linspace(0, 1, 256))[:, None], origin="lower", aspect="auto")'
    yield "key.set_axis_off()"


def _shades(scale: ColorScale, page: Page) -> str:
    stops = stops_of(scale, page.theme)
    return f"matplotlib.colors.LinearSegmentedColormap.from_list({scale.colors!r}, {list(stops)!r})"


def _words(page: Page, words: Written) -> str:
    look = f"size={_short(words.size)}, color={words.color!r}"
    look += ', weight="bold"' if words.bold else ""
    look += f", ha={words.ha!r}" if words.ha != "left" else ""
    look += f", va={words.va!r}" if words.va != "baseline" else ""
    if words.over and not page.style.transparent:
        look += f", bbox={{'facecolor': {page.ground!r}, 'edgecolor': 'none', 'pad': 0.8}}"
    return f"figure.text({_short(words.x / page.width)}, {_short(words.y / page.height)}, {words.text!r}, {look})"


def _call(name: str, arguments: list[str]) -> list[str]:
    """A call of the axes, its arguments below it where it is too long."""
    line = f"axes.{name}({', '.join(arguments)})"
    return [line] if len(line) <= _WIDE else [f"axes.{name}(", *(f"    {each}," for each in arguments), ")"]


def _listed(start: str, items: Iterable[str], end: str) -> Iterator[str]:
    """A list that is as many lines as its items take, none of which is broken."""
    parts = list(items)
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= _WIDE:
        yield line
        return
    yield start
    row = ""
    for part in parts:
        if len(row) + len(part) > _WIDE:
            yield f"    {row.rstrip()}"
            row = ""
        row += f"{part}, "
    yield f"    {row.rstrip()}"
    yield end


def _at(column: str) -> str:
    return f"numbers[{column!r}]"


def _pair(ends: tuple[float, float]) -> str:
    return f"({float(ends[0])!r}, {float(ends[1])!r})"


def _short(number: float) -> str:
    return f"{number:.4g}"
