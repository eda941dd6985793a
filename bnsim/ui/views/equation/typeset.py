"""Formulas typeset by ziamath, in a thread of their own, each one once; given back as outlines with marks.

Typesetting a formula takes tens of milliseconds, so the window asks for it and is told when it is there.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from xml.etree import ElementTree

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainterPath
from shiboken6 import isValid

from bnsim.ui.views.equation.drawing import Drawing, Stroke

CALLS = {"M": "moveTo", "L": "lineTo", "Q": "quadTo", "C": "cubicTo"}
COUNTS = {"M": 2, "L": 2, "Q": 4, "C": 6}
_LOCK = threading.Lock()
KEPT = 4096
NOTHING = Drawing(0, 0, 0, ())
Key = tuple[str, float]

log = logging.getLogger(__name__)


@lru_cache(KEPT)
def typeset(latex: str, size: float) -> Drawing:
    r"""LaTeX, display style. What has a \color "#0000nn" becomes a stroke of mark nn."""
    from latex2mathml.converter import convert
    from ziamath.config import config
    from ziamath.zmath import Math

    with _LOCK:  # ziamath keeps its settings in one place for all
        config.svg2 = False
        mathml = ElementTree.fromstring(convert(latex, display="block"))
        for element in mathml.iter():
            element.tag = element.tag.rpartition("}")[2]
        made = Math(_colored(_flat(mathml)), size=size)
        svg = ElementTree.fromstring(made.svg())
        width, _ = made.getsize()
    _, top, _, height = (float(number) for number in svg.attrib["viewBox"].split())
    strokes: list[Stroke] = []
    zones: list[tuple[int, QRectF]] = []
    for element in svg.iter():
        path = _outline(element)
        if path is None:
            continue
        mark = _mark(element.attrib.get("fill", ""))
        if mark:
            _add_zone(zones, mark, path.boundingRect(), same=bool(strokes) and strokes[-1].mark == mark)
        strokes.append(Stroke(mark, path))
    return Drawing(width, -top, height + top, tuple(strokes), tuple(zones))


def _flat(element: ElementTree.Element) -> ElementTree.Element:
    """Without rows in rows: ziamath lays every row out several times, so depth costs a power of it."""
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


def _colored(element: ElementTree.Element, color: str = "#000000") -> ElementTree.Element:
    """With every color said: ziamath would let one run on into what follows."""
    color = element.attrib.get("mathcolor", color)
    element.set("mathcolor", color)
    for child in element:
        _colored(child, color)
    return element


def _mark(fill: str) -> int:
    return int(fill[1:], 16) if fill.startswith("#") else 0


def _add_zone(zones: list[tuple[int, QRectF]], mark: int, box: QRectF, *, same: bool) -> None:
    if same and zones:
        zones[-1] = (mark, zones[-1][1].united(box))
    else:
        zones.append((mark, box))


def _outline(element: ElementTree.Element) -> QPainterPath | None:
    kind = element.tag.rpartition("}")[2]
    path = QPainterPath()
    if kind == "rect":
        x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
        path.addRect(QRectF(x, y, width, height))
        return path
    if kind != "path":
        return None
    words = element.attrib["d"].split()
    at = 0
    while at < len(words):
        command, at = words[at], at + 1
        if command == "Z":
            path.closeSubpath()
            continue
        count = COUNTS[command]
        numbers = [float(word) for word in words[at : at + count]]
        at += count
        draw: Callable[..., None] = getattr(path, CALLS[command])
        draw(*numbers)
    path.setFillRule(path.fillRule().WindingFill)
    return path


class Typesetter(QObject):
    """Typesets what it is asked for, and what may be wanted next; tells `ready` in the window's thread."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: dict[Key, Drawing] = {}
        self._asked: set[Key] = set()
        self._now: deque[Key] = deque()
        self._later: deque[Key] = deque()
        self._pool: ThreadPoolExecutor | None = None

    def get(self, latex: str, size: float) -> Drawing | None:
        """None while it is being typeset."""
        key = (latex, size)
        found = self._done.get(key)
        if found is None:
            self._ask(key, self._now)
        return found

    def want(self, formulas: Iterable[str], size: float) -> None:
        """Have them typeset when there is nothing more urgent."""
        for latex in formulas:
            if (latex, size) not in self._asked:
                self._ask((latex, size), self._later)

    def wait(self) -> None:
        """Until all that was asked for is typeset."""
        if self._pool is not None:
            self._pool.submit(int).result()

    def stop(self) -> None:
        """Leave the rest."""
        self._now.clear()
        self._later.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _ask(self, key: Key, line: deque[Key]) -> None:
        if line is self._later or key not in self._now:
            self._asked.add(key)
            line.append(key)
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="bnsim-typeset")
            self._pool.submit(self._next)

    def _next(self) -> None:
        try:
            urgent = bool(self._now)
            key = self._now.popleft() if urgent else self._later.popleft()
        except IndexError:
            return
        if key not in self._done:
            try:
                self._done[key] = typeset(*key)
            except Exception:
                log.exception("cannot typeset %s", key[0])
                self._done[key] = NOTHING
        if urgent and isValid(self):
            self.ready.emit()
