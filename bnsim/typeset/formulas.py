"""LaTeX formulas typeset by ziamath, which is imported when the first one is wanted."""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path as FilePath
from xml.etree import ElementTree

from bnsim.typeset.outlines import COUNTS, Box, Command, Outlines, Path, Stroke

KEPT = 4096
"""Most formulas whose outlines are kept."""
_SIGNS, _OPENING = frozenset("−-+±"), frozenset("([{,;")
"""What is the sign of a number where it stands behind one of these."""
_LOCK = threading.Lock()
"""ziamath keeps its settings in one place for all threads."""


def font_file() -> FilePath:
    """The font that formulas are typeset with, STIX Two Math."""
    found = find_spec("ziamath")
    assert found is not None
    assert found.origin is not None
    return FilePath(found.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


@lru_cache(KEPT)
def typeset(latex: str, size: float) -> Outlines:
    r"""A formula in display style, its font `size` pixels high. What has \color "#0000nn" gets mark nn.

    It takes tens of milliseconds, and is safe to call from any thread. Raises whatever the LaTeX parser does for what
    it cannot read.
    """
    from latex2mathml.converter import convert
    from ziamath.config import config
    from ziamath.zmath import Math

    with _LOCK:
        config.svg2 = False
        mathml = ElementTree.fromstring(convert(latex, display="block"))
        for element in mathml.iter():
            element.tag = element.tag.rpartition("}")[2]
        made = Math(_colored(_signed(_flat(mathml))), size=size)
        svg = ElementTree.fromstring(made.svg())
        width, _ = made.getsize()
    _, top, _, height = (float(number) for number in svg.attrib["viewBox"].split())
    strokes: list[Stroke] = []
    zones: list[tuple[int, Box]] = []
    for element in svg.iter():
        path = _path(element)
        if path is None:
            continue
        mark = _mark(element.attrib.get("fill", ""))
        if mark and strokes and strokes[-1].mark == mark:
            zones[-1] = (mark, zones[-1][1].united(_extent(path)))
        elif mark:
            zones.append((mark, _extent(path)))
        strokes.append(Stroke(mark, path))
    return Outlines(width, -top, height + top, tuple(strokes), tuple(zones))


def _flat(element: ElementTree.Element) -> ElementTree.Element:
    """The element without rows inside rows: ziamath lays each out several times, which costs a power of the depth."""
    children: list[ElementTree.Element] = []
    for child in map(_flat, list(element)):
        color = child.attrib.get("mathcolor")
        if len(child) == 1 and (child.tag == "mrow" or (child.tag == "mstyle" and set(child.attrib) == {"mathcolor"})):
            child = child[0]
            if color:
                child.set("mathcolor", color)
        stretches = any(part.attrib.get("stretchy") == "true" for part in child)
        if child.tag == "mrow" and element.tag in ("mrow", "math") and not child.attrib and not stretches:
            children.extend(child)
        else:
            children.append(child)
    for child in list(element):
        element.remove(child)
    element.extend(children)
    return element


def _signed(element: ElementTree.Element) -> ElementTree.Element:
    """The element with each sign of a number close to it: behind a bracket, ziamath has the room of a difference."""
    before = ""
    for child in element.iter():
        if child.tag == "mo" and child.text in _SIGNS and before in _OPENING:
            child.set("lspace", "0em")
            child.set("rspace", "0em")
        before = (child.text or "") if child.tag in ("mo", "mi", "mn", "mtext") else before
    return element


def _colored(element: ElementTree.Element, color: str = "#000000") -> ElementTree.Element:
    """The element with its color set on every part: ziamath would let one run on into what follows."""
    color = element.attrib.get("mathcolor", color)
    element.set("mathcolor", color)
    for child in element:
        _colored(child, color)
    return element


def _mark(fill: str) -> int:
    return int(fill[1:], 16) if fill.startswith("#") else 0


def _path(element: ElementTree.Element) -> Path | None:
    """The path of an SVG element that is filled; None for other elements."""
    kind = element.tag.rpartition("}")[2]
    if kind == "rect":
        x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
        right, bottom = x + width, y + height
        return Path(("M", "L", "L", "L", "Z"), (x, y, right, y, right, bottom, x, bottom))
    if kind != "path":
        return None
    commands: list[Command] = []
    numbers: list[float] = []
    for word in element.attrib["d"].split():
        if word in COUNTS:
            commands.append(word)
        else:
            numbers.append(float(word))
    if len(numbers) != sum(COUNTS[command] for command in commands):
        raise ValueError(f"cannot read the path {element.attrib['d']!r}")
    return Path(tuple(commands), tuple(numbers))


def _extent(path: Path) -> Box:
    """The smallest box around a path; for curves, around the curve and not its control points."""
    xs: list[float] = []
    ys: list[float] = []
    x = y = 0.0
    for command, numbers in path.parts():
        if command == "Z":
            continue
        for found, start, points in ((xs, x, numbers[::2]), (ys, y, numbers[1::2])):
            found += _turning_points(start, *points) if len(points) > 1 else ()
            found.append(points[-1])
        x, y = numbers[-2:]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)) if xs else Box(0, 0, 0, 0)


def _turning_points(*points: float) -> list[float]:
    """Where one coordinate of a quadratic or cubic Bézier curve turns around, strictly between its ends."""
    if len(points) == 3:
        a, b, c = points
        roots = _roots(0.0, a - 2 * b + c, b - a)
        return [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for t in roots]
    a, b, c, d = points
    roots = _roots(d - 3 * c + 3 * b - a, 2 * (a - 2 * b + c), b - a)
    return [(1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d for t in roots]


def _roots(a: float, b: float, c: float) -> list[float]:
    """The roots of a t² + b t + c that lie in (0, 1)."""
    if abs(a) < 1e-12:
        found = [] if abs(b) < 1e-12 else [-c / b]
    else:
        inside = b * b - 4 * a * c
        found = [] if inside < 0 else [(-b + sign * inside**0.5) / (2 * a) for sign in (1, -1)]
    return [t for t in found if 0 < t < 1]
