"""A figure as a chart that PowerPoint edits: lines and rules as XY scatter, histograms as columns.

The chart's XML is written here: python-pptx has no call for logarithmic axes, for markers at some points alone, nor for
numbers to the bit. Axes have round limits, for the program sets ticks from the lower one on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from msgspec.structs import replace
from pptx.oxml import parse_xml

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Bars, Rule, Series
from bnsim.plot.style import Style
from bnsim.plot.writers.axes import limits
from bnsim.plot.writers.layout import Layout, Plot, Ticks, layout, unkeyed
from bnsim.plot.writers.looks import Look, look_of
from bnsim.plot.writers.marks import FILLED
from bnsim.plot.writers.page import Page, Written
from bnsim.plot.writers.workbook import SHEET, letter, workbook
from bnsim.spec.printable import printable

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_POINT = 12700
"""EMU, the unit of lengths in the file, in a point."""
PRESETS = {
    "dashed": "dash",
    "dotted": "sysDot",
    "dash-dot": "dashDot",
    "long-dash": "lgDash",
    "dash-dot-dot": "lgDashDotDot",
}
_MARKERS = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle",
    "diamond": "diamond",
    "triangle-down": "x",  # there is none that points down
    "star": "star",
}
_ORDER = ("thin", "normal", "bold")
_EDGE = 2.0
"""By how much the edges of a band, which stand for its area, are less pale than that."""
_NEAR = 0.06
"""An axis of whole numbers begins at the tick before its first one if that is nearer than this share of it."""
_ABOVE = 0.06
_OFF_AXIS = 4.0
"""From an upright axis to a name in the plot, in points."""
_LONGEST = 0.18
"""Names of upright axes that are wider than this share of the page are words of their own: programs break them."""
_TINY = float(np.finfo(np.float64).tiny)
_X, _Y = 1, 2
"""Ids of the axes."""


class Chart(NamedTuple):
    """What replaces a chart's content: its elements, the workbook, and where what stands around it is."""

    elements: tuple[Any, ...]
    workbook: bytes
    layout: Layout


def can_be_chart(figure: Figure) -> bool:
    """Whether PowerPoint has a type for all marks of a figure that has data."""
    if not figure.has_data:
        return False
    kinds = {type(mark) for mark in figure.marks}
    if kinds == {Bars}:
        return figure.x.scale == "linear" and _even(figure.of_kind(Bars))
    return Series in kinds and kinds <= {Series, Band, Rule}


def chart(figure: Figure, style: Style) -> Chart:
    """The chart of a figure that can be one, on the page of a style."""
    round_one = _rounded(figure, layout(figure, style))
    placed = layout(round_one, style)
    assert placed.plot is not None
    page, plot = placed.page, placed.plot
    sheet = _Sheet()
    if figure.of_kind(Bars):
        drawn, ends = _columns(figure, page, sheet)
    else:
        ends = round_one.x.limits or plot.across
        drawn = _scatter(figure, page, ends, sheet)
    corners = ends, round_one.y.limits or plot.up
    placed = _right_of_axis(placed, plot, ends[0])
    axes = _axes(round_one, placed, plot, corners)
    area = f"{_frame(page, plot, corners)}{drawn}{axes}<c:spPr><a:noFill/></c:spPr>"
    inner = (
        '<c:roundedCorners val="0"/>',
        f'<c:chart><c:autoTitleDeleted val="1"/><c:plotArea>{area}</c:plotArea>{_legend(figure, page, plot, sheet)}'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>',
        "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>",
    )
    return Chart(tuple(map(_element, inner)), workbook(sheet.columns), placed)


def _right_of_axis(placed: Layout, plot: Plot, start: float) -> Layout:
    """The layout with no name of a rule over the upright axis: a chart begins at `start`, a page further left."""
    ((left, _),) = plot.points(np.array([start]), np.array([plot.up[1]])).tolist()
    least, inside = float(left) + _OFF_AXIS, plot.inside

    def right(words: Written) -> Written:
        in_plot = inside.x < words.x < least and inside.y < words.y < inside.y + inside.height
        return words._replace(x=least) if in_plot and words.kind == "figure-rule" else words

    return placed._replace(words=tuple(map(right, placed.words)))


def beside_chart(figure: Figure, placed: Layout) -> list[Written]:
    """The words of a figure that are no part of its chart: names, notes, and of ticks that have words."""
    plot, page = placed.plot, placed.page
    assert plot is not None
    found = [
        words
        for words in unkeyed(figure, placed)
        if words.kind not in ("figure-title", "figure-verdict") and words not in _axis_names(figure, placed)
    ]
    look = ("", page.size("figure-tick"), page.theme.text_color("text-muted"), False)
    room = 5.0 * page.scale
    if figure.x.ticks or figure.of_kind(Bars):
        for at, text in plot.x_ticks:
            ((x, _),) = plot.points(np.array([at]), np.array([plot.up[1]]))
            found.append(Written(float(x), plot.inside.y - room - look[1], text, *look, "center", "baseline"))
    if figure.y.ticks:
        for at, text in plot.y_ticks:
            ((_, y),) = plot.points(np.array([plot.across[1]]), np.array([at]))
            found.append(Written(plot.inside.x - room, float(y), text, *look, "right", "center"))
    return found


def _axis_names(figure: Figure, placed: Layout) -> list[Written]:
    """Those that are parts of the chart."""
    named = (("figure-axis", figure.x), ("figure-tick", figure.y))
    found = (each for kind, axis in named for each in placed.of_kind(kind) if each.text == printable(axis.label))
    return [each for each in found if not _is_long(each, placed.page)]


def _is_long(words: Written, page: Page) -> bool:
    """Whether they are the name of an upright axis that programs would break into lines."""
    return words.kind == "figure-tick" and page.measure(words.text, words.kind) > _LONGEST * page.width


def _legend(figure: Figure, page: Page, plot: Plot, sheet: _Sheet) -> str:
    """The key of names over the plot, if the style has one: of the series that have a name for it."""
    if page.style.names != "key":
        return ""
    named = {line.name for line in figure.series if line.label} | {bars.name for bars in figure.of_kind(Bars)}
    named |= {rule.label for rule in figure.rules}
    left_out = "".join(
        f'<c:legendEntry><c:idx val="{number}"/><c:delete val="1"/></c:legendEntry>'
        for number, name in enumerate(sheet.series)
        if name not in named
    )
    top = page.height - plot.inside.y - plot.inside.height - 2.6 * page.size("figure-tick")
    places = {"x": page.pad / page.width, "y": max(top, 0.0) / page.height}
    place = "".join(f'<c:{key}Mode val="edge"/>' for key in places)
    place += "".join(f'<c:{key} val="{value!r}"/>' for key, value in places.items())
    text = _text(page.size("figure-rule"), page.theme.text_color("text-muted"))
    inside = f"<c:layout><c:manualLayout>{place}</c:manualLayout></c:layout>"
    return f'<c:legend><c:legendPos val="t"/>{left_out}{inside}<c:overlay val="1"/>{text}</c:legend>'


class _Sheet:
    """The workbook's columns while the chart is written, each named once, and the names of the series."""

    def __init__(self) -> None:
        self.columns: dict[str, Array] = {}
        self.series: list[str] = []

    def numbers(self, tag: str, name: str, values: Array, rows: int = 0) -> str:
        """An element that refers to a new column and has its numbers; what is not finite is left out.

        It has so many `rows` at least, the last of them empty.
        """
        rows = max(len(values), rows)
        self.columns[name] = values
        at = letter(len(self.columns) - 1)
        points = "".join(
            f'<c:pt idx="{number}"><c:v>{value!r}</c:v></c:pt>'
            for number, value in enumerate(values.tolist())
            if math.isfinite(value)
        )
        cache = f'<c:formatCode>General</c:formatCode><c:ptCount val="{rows}"/>{points}'
        where = f"{SHEET}!${at}$2:${at}${max(rows, 1) + 1}"
        return f"<c:{tag}><c:numRef><c:f>{where}</c:f><c:numCache>{cache}</c:numCache></c:numRef></c:{tag}>"

    def name(self, words: str) -> str:
        """The name of a series, which is that of the column written next but one."""
        self.series.append(words)
        at = letter(len(self.columns) + 1)
        point = f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(printable(words))}</c:v></c:pt>'
        return f"<c:tx><c:strRef><c:f>{SHEET}!${at}$1</c:f><c:strCache>{point}</c:strCache></c:strRef></c:tx>"


def _scatter(figure: Figure, page: Page, ends: tuple[float, float], sheet: _Sheet) -> str:
    log = figure.y.scale == "log"
    written: list[tuple[str, Array, Array, str, str]] = []
    for band in figure.bands:
        for edge, values in (("low", band.low), ("high", band.high)):
            color = page.theme.color(band.role)
            line = _line(color, _EDGE * page.theme.size("band-alpha"), page.size("figure-line-thin"), "solid")
            written.append((f"{band.name}.{edge}", band.x, values, f"<c:spPr>{line}</c:spPr>{_NO_MARKER}", ""))
    for rule in figure.rules:
        line = _line(page.theme.color(rule.role), 1.0, 1.1 * page.scale, "dotted")
        name = rule.label or f"{rule.y:g}"
        written.append((name, np.array(ends), np.full(2, rule.y), f"<c:spPr>{line}</c:spPr>{_NO_MARKER}", ""))
    for series in sorted(figure.series, key=lambda line: _ORDER.index(line.weight)):
        look = look_of(series, page.theme, page.size)
        written.append((series.name, series.x, series.y, *_look(series, look, page)))
    found = []
    longest = max(len(x) for _, x, *_ in written)
    for number, (name, x, y, shape, points) in enumerate(written):
        rows = 0 if number else longest  # LibreOffice leaves series out that come before a longer one
        while name in sheet.columns:
            name += "'"
        head = f'<c:idx val="{number}"/><c:order val="{number}"/>{sheet.name(name)}'
        shown = np.where(y > 0, y, np.nan) if log else y  # such an axis has no place for a 0
        both = sheet.numbers("xVal", f"{name}.x", x, rows) + sheet.numbers("yVal", name, shown, rows)
        found.append(f'<c:ser>{head}{shape}{points}{both}<c:smooth val="0"/></c:ser>')
    kind = '<c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
    return f'<c:scatterChart>{kind}{"".join(found)}<c:axId val="{_X}"/><c:axId val="{_Y}"/></c:scatterChart>'


def _columns(figure: Figure, page: Page, sheet: _Sheet) -> tuple[str, tuple[float, float]]:
    """Histograms of the same bins over one another, and where the bins begin and end."""
    found, edges = [], figure.of_kind(Bars)[0].edges
    for number, bars in enumerate(figure.of_kind(Bars)):
        color = page.theme.color(bars.role)
        opacity = page.theme.size("ghost-alpha") if bars.ghost else 1.0
        fill = "<a:noFill/>" if bars.ghost else _fill(color, FILLED)
        line = _line(color, opacity, 0.5 * page.size("figure-line-normal"), "dashed" if bars.ghost else "solid")
        head = f'<c:idx val="{number}"/><c:order val="{number}"/>{sheet.name(bars.name)}'
        shape = f'<c:spPr>{fill}{line}</c:spPr><c:invertIfNegative val="0"/>'
        values = sheet.numbers("cat", f"{bars.name}.low", bars.edges[:-1]) + sheet.numbers(
            "val", bars.name, bars.heights
        )
        found.append(f"<c:ser>{head}{shape}{values}</c:ser>")
    kind = '<c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
    ids = f'<c:gapWidth val="0"/><c:overlap val="100"/><c:axId val="{_X}"/><c:axId val="{_Y}"/>'
    return f"<c:barChart>{kind}{''.join(found)}{ids}</c:barChart>", (float(edges[0]), float(edges[-1]))


def _look(series: Series, look: Look, page: Page) -> tuple[str, str]:
    """How a series is drawn, and its points that have a marker where not all have one."""
    line = _line(look.color, look.alpha, look.width, series.line)
    shape = f"<c:spPr>{line}</c:spPr>"
    if look.marker == "none":
        return shape + _NO_MARKER, ""
    symbol = _MARKERS[look.marker]
    around = look.color if symbol in ("x", "star") else page.theme.color("plot-background")  # these are lines alone
    ring = _line(around, 1.0, 0.8 * page.scale, "solid")
    size = min(max(round(1.15 * look.marker_size), 2), 72)
    inside = f'<c:symbol val="{symbol}"/><c:size val="{size}"/>'
    marker = f"<c:marker>{inside}<c:spPr>{_fill(look.color, look.alpha)}{ring}</c:spPr></c:marker>"
    if look.every == 1:
        return shape + marker, ""
    points = "".join(
        f'<c:dPt><c:idx val="{number}"/>{marker}<c:bubble3D val="0"/>{shape}</c:dPt>'
        for number in range(0, len(series.x), look.every)
    )
    return shape + _NO_MARKER, points


def _axes(figure: Figure, placed: Layout, plot: Plot, corners: Sequence[tuple[float, float]]) -> str:
    """Both axes; the words of ticks that have some, and of bins, are written beside the chart."""
    page = placed.page
    columns = bool(figure.of_kind(Bars))
    parts = []
    for own, axis, ticks, (low, high), side in (
        (_X, figure.x, plot.x_ticks, corners[0], "b"),
        (_Y, figure.y, plot.y_ticks, corners[1], "l"),
    ):
        named = bool(axis.ticks) or (columns and own == _X)
        log = '<c:logBase val="10"/>' if axis.scale == "log" else ""
        ends = "" if columns and own == _X else f'<c:max val="{high!r}"/><c:min val="{low!r}"/>'
        lines = ""
        if own == _Y and page.style.grid and not named:
            lines = f"<c:majorGridlines><c:spPr>{_hairline(page, 'grid')}</c:spPr></c:majorGridlines>"
        form = "0E+0" if log and not 1e-3 <= low <= high <= 1e4 else "#,##0" if axis.integer else "General"
        unit = _unit(axis, ticks)
        marks, labels = ("none", "none") if named else ("out", "low")
        size = page.size("figure-tick")
        kind = "catAx" if columns and own == _X else "valAx"
        last = "" if kind == "catAx" else '<c:crossBetween val="midCat"/>'
        if columns and own == _Y:
            last = '<c:crossBetween val="between"/>'
        if kind == "valAx" and unit and not named:
            last += f'<c:majorUnit val="{unit!r}"/>'
        parts.append(
            f'<c:{kind}><c:axId val="{own}"/><c:scaling>{log}<c:orientation val="minMax"/>{ends}</c:scaling>'
            f'<c:delete val="0"/><c:axPos val="{side}"/>{lines}{_title(axis, own, placed)}'
            f'<c:numFmt formatCode={quoteattr(form)} sourceLinked="0"/><c:majorTickMark val="{marks}"/>'
            f'<c:minorTickMark val="none"/><c:tickLblPos val="{labels}"/>'
            f"<c:spPr>{_hairline(page, 'plot-line')}</c:spPr>{_text(size, page.theme.text_color('text-muted'))}"
            f'<c:crossAx val="{_X + _Y - own}"/><c:crosses val="min"/>{last}</c:{kind}>'
        )
    return "".join(parts)


def _title(axis: Axis, own: int, placed: Layout) -> str:
    """The name of an axis, where the layout has it."""
    kind = "figure-axis" if own == _X else "figure-tick"
    words = next((each for each in placed.of_kind(kind) if each.text == printable(axis.label)), None)
    page = placed.page
    if words is None or not words.text or _is_long(words, page):
        return ""
    wide = page.measure(words.text, kind)
    x = words.x - {"left": 0.0, "center": wide / 2}.get(words.ha, wide)
    y = page.height - words.y - 1.05 * words.size
    size = f'<a:defRPr sz="{round(100 * words.size)}" b="0">{_fill(words.color, 1.0)}</a:defRPr>'
    run = f'<a:r><a:rPr lang="en-US" sz="{round(100 * words.size)}" b="0">{_fill(words.color, 1.0)}</a:rPr>'
    text = f"<a:p><a:pPr>{size}</a:pPr>{run}<a:t>{escape(words.text)}</a:t></a:r></a:p>"
    place = f'<c:xMode val="edge"/><c:yMode val="edge"/><c:x val="{x / page.width!r}"/><c:y val="{y / page.height!r}"/>'
    return (
        f'<c:title><c:tx><c:rich><a:bodyPr rot="0" vert="horz"/>{text}</c:rich></c:tx>'
        f'<c:layout><c:manualLayout>{place}</c:manualLayout></c:layout><c:overlay val="1"/></c:title>'
    )


def _frame(page: Page, plot: Plot, corners: Sequence[tuple[float, float]]) -> str:
    """Where the rectangle between the axes' limits is on the page, as shares of it."""
    (left, low), (right, high) = plot.points(*map(np.array, corners)).tolist()
    places = {
        "x": left / page.width,
        "y": 1 - high / page.height,
        "w": (right - left) / page.width,
        "h": (high - low) / page.height,
    }
    inner = "".join(f'<c:{key} val="{value!r}"/>' for key, value in places.items())
    modes = '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
    return f"<c:layout><c:manualLayout>{modes}{inner}</c:manualLayout></c:layout>"


def _rounded(figure: Figure, placed: Layout) -> Figure:
    """The figure with limits at ticks where they fit the data, for ticks are counted from the lower limit."""
    plot = placed.plot
    assert plot is not None
    x = _limited(figure.x, [values for mark in figure.marks for values in mark.xs()], plot.x_ticks, 0.0)
    y = _limited(figure.y, [values for mark in figure.marks for values in mark.ys()], plot.y_ticks, _ABOVE)
    return replace(figure, x=figure.x if figure.of_kind(Bars) else x, y=y)


def _limited(axis: Axis, data: Sequence[Array], ticks: Ticks, above: float) -> Axis:
    """The axis from a tick on, with the share `above` of free room at its upper end."""
    unit, (low, _), (_, high) = _unit(axis, ticks), limits(axis, data, 0.0), limits(axis, data, above)
    if axis.scale == "log":  # LibreOffice begins at a power of ten, whatever the file says
        step = round(math.log10(unit)) if unit and not axis.ticks else 1
        start = max(10.0 ** (step * math.floor(math.log10(low) / step + 1e-9)), _TINY)
    elif axis.ticks or unit is None:
        start = low
    else:
        start = unit * math.floor(low / unit + 1e-9)
        if start < 0 <= min((float(np.nanmin(values)) for values in data if np.isfinite(values).any()), default=0.0):
            start = 0.0  # what is below is room for markers, which programs do not cut
        if axis.integer and low - start > _NEAR * (high - low):
            start = low
    return replace(axis, limits=(float(start), float(high)))  # NumPy's floats are written with their type


def _unit(axis: Axis, ticks: Ticks) -> float | None:
    """How far ticks are from one another; on a logarithmic axis by which factor."""
    places = [at for at, _ in ticks]
    if axis.scale == "log":
        steps = [round(math.log10(last) - math.log10(first)) for first, last in pairwise(places)]
        return 10.0 ** max(steps) if steps and max(steps) > 0 else 10.0
    steps_between = np.diff(places)
    return float(f"{float(steps_between[-1]):.6g}") if steps_between.size else None


def _even(bars: Sequence[Bars]) -> bool:
    """Whether all stand on 0 in the same bins of one width, as high as they are."""
    edges = bars[0].edges
    if len(edges) < 2 or not np.allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-6):
        return False
    return all(each.base == 0 and each.top is None and np.array_equal(each.edges, edges) for each in bars)


def _line(color: str, alpha: float, width: float, dashes: str) -> str:
    if dashes == "none":
        return "<a:ln><a:noFill/></a:ln>"
    cap = "rnd" if dashes == "solid" else "flat"  # round ends fill the gaps
    dash = f'<a:prstDash val="{PRESETS[dashes]}"/>' if dashes in PRESETS else ""
    return f'<a:ln w="{round(width * _POINT)}" cap="{cap}">{_fill(color, alpha)}{dash}<a:round/></a:ln>'


def _hairline(page: Page, color: str) -> str:
    return _line(page.theme.color(color), 1.0, 0.8 * page.scale, "solid")


def _fill(color: str, alpha: float) -> str:
    opacity = f'<a:alpha val="{round(100_000 * alpha)}"/>' if alpha < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{color[1:].upper()}">{opacity}</a:srgbClr></a:solidFill>'


def _text(size: float, color: str) -> str:
    look = f'<a:defRPr sz="{round(100 * size)}">{_fill(color, 1.0)}</a:defRPr>'
    return f'<c:txPr><a:bodyPr/><a:p><a:pPr>{look}</a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'


def _element(xml: str) -> Any:
    name = xml[: xml.index(">")].rstrip("/").split(" ")[0]
    spaces = f'{name} xmlns:c="{_CHART}" xmlns:a="{_DRAWING}"'
    return parse_xml(xml.replace(name, spaces, 1))


_NO_MARKER = '<c:marker><c:symbol val="none"/></c:marker>'
