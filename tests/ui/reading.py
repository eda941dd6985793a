"""Reading a window as a person does, and bringing a session by script to where it stands."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QPoint, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QGraphicsView, QStyleOptionGraphicsItem, QWidget

import bnsim as bn

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from bnsim.ui.canvas.items.card import CardItem
    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-?∞|NaN")
SLACK = 4 * float(np.finfo(np.float32).eps)
"""Relative: the same sum in another order may come to the other side of the middle between two shown numbers."""


def compiled(window: MainWindow) -> bn.Session:
    """The window's session once its kernels are there: until then it may start anew on them while a test reads it."""
    while True:
        window.settle()
        session = window.runner.session
        if session is not None and session.kernels_ready and not window.runner.busy_in_background:
            break
        assert session is None or not session.kernels_problem
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    return session


def plain(text: str) -> str:
    """Digits as Python has them: no true minus, no thin or ordinary space within a number, powers of ten as "e"."""
    text = text.replace("−", "-").replace(r"\infty", "∞").replace(r"\mathrm{NaN}", "NaN")
    text = re.sub(r"\{\\times\}\{10\}\^\{(-?\d+)\}", r"e\1", text)
    return re.sub(r"(?<=\d)[ \u202f,](?=\d{3}\b)", "", text)


def numbers(text: str) -> list[str]:
    """All numbers in a text, as they are written."""
    return NUMBER.findall(plain(text))


def signed(latex: str) -> list[str]:
    """Numbers of an expression, each with the sign it is added with: "0.5 - 0.2" has -0.2, "0.5 - (-0.2)" has 0.2."""
    found = []
    text = re.sub(r"-\s*\{?\(-", "+(", plain(latex))
    for match in re.finditer(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|∞|NaN", text):
        before = text[: match.start()].rstrip(" {")
        found.append(("-" if before.endswith("-") else "") + match.group())
    return found


def unit(text: str, digits: int = 0) -> float:
    """Of the last digit shown; zeros at the end that `digits` significant ones would have count as shown."""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    power = int(exponent or 0)
    last = 10.0 ** (power - len(mantissa.partition(".")[2]))
    shown = abs(float(text))
    return min(last, 10.0 ** (math.floor(math.log10(shown)) + 1 - digits)) if digits and shown else last


def says(text: str, value: ArrayLike | None, digits: int = 0) -> bool:
    """Whether a text is that number to the digits it shows, and shows at least `digits` of them."""
    assert value is not None
    wanted = float(np.asarray(value))
    text = plain(text)
    if not math.isfinite(wanted):
        return text == ("NaN" if math.isnan(wanted) else "∞" if wanted > 0 else "-∞")
    if text == "0" and digits:
        return wanted == 0
    return abs(float(text) - wanted) <= 0.5 * unit(text, digits) + SLACK * abs(wanted)


def check(texts: Sequence[str], values: Iterable[ArrayLike | None], digits: int = 0) -> None:
    """All of them, in order; fails with both lists."""
    wanted = [float(np.asarray(value)) for value in values if value is not None]
    right = len(texts) == len(wanted) and all(says(*pair, digits) for pair in zip(texts, wanted, strict=True))
    assert right, f"shown {texts}, the engine has {wanted}"


def drawn(paint: Callable[[QPainter], None], size: QSize) -> list[str]:
    """Every text that painting writes, in order."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    page = QSvgGenerator()
    page.setOutputDevice(buffer)
    page.setSize(size)
    painter = QPainter(page)
    paint(painter)
    painter.end()
    root = ET.fromstring(bytes(buffer.data().data()))
    texts = ("".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text"))
    return [text for text in texts if text]


def on_card(card: CardItem) -> list[str]:
    """What is written on a card."""
    option = QStyleOptionGraphicsItem()
    return drawn(lambda painter: card.paint(painter, option, None), QSize(300, 300))


def on_widget(widget: QWidget) -> list[str]:
    """What is written on a widget that paints itself, and on those inside."""
    if isinstance(widget, QGraphicsView):
        return drawn(widget.render, widget.viewport().size())
    return drawn(lambda painter: widget.render(painter, QPoint()), widget.size())


def settle(window: MainWindow) -> None:
    """Until all is shown; what a view asks for may be asked for again once the first answer is there."""
    for _ in range(2):
        window.settle()
        QApplication.processEvents()
    window.settle()


def settled(window: MainWindow) -> None:
    """Until docks stand where they were put, which takes some turns of the event loop, and all is shown."""
    for _ in range(8):
        QApplication.processEvents()
    window.settle()


def settled_tensor(window: MainWindow) -> TensorView:
    """The tensor view, once all is shown."""
    settle(window)
    return window.shelf.view("tensor")  # type: ignore[return-value]


def session_at(window: MainWindow) -> bn.Session:
    """A session of its own, by script where the window stands."""
    frame = window.update_shown.frame
    assert frame is not None
    session = bn.Session(window.document.experiment)
    session.run(frame.iteration)
    if (frame.iteration, frame.tick) == (0, 0) or frame.tick == frame.ticks:
        return session
    for _ in range(frame.ticks):
        session.step("op")
        if session.moment == (frame.iteration, frame.tick):
            return session
    raise AssertionError(f"no such moment: {frame.iteration}, {frame.tick}")
