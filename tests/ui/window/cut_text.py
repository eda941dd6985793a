"""Finds text of a window that is cut off by its widget, and walks a window through all operations of all layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QToolButton, QWidget

import bnsim as bn
from bnsim.spec.layers import PALETTE, Block, Layer, Linear
from bnsim.ui.canvas.items.lane import wave_words_left
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.views.equation.math import Mathematics
from bnsim.ui.views.equation.view import EquationView
from bnsim.ui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

SIZES = ((1024, 700), (1280, 720), (1440, 900), (1920, 1080))
_LOOKS = 20


def every_kind() -> bn.Experiment:
    """Two lanes with a layer of every kind between them."""
    kinds: list[Layer] = [
        kind(layers=(bn.Tanh(),)) if issubclass(kind, Block) else kind() for kind in PALETTE if kind is not Linear
    ]
    half = len(kinds) // 2
    lanes = tuple(
        bn.Stack(name=name, layers=(bn.Linear(6), *part, bn.Linear(2)))
        for name, part in (("plain", kinds[:half]), ("others", kinds[half:]))
    )
    return bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=lanes)


def cut(window: MainWindow) -> Iterator[str]:
    """Each text that is cut off, with its widget."""
    yield from cut_in(window)
    yield from _cut_on_cards(window)


def cut_in(top: QWidget) -> Iterator[str]:
    """The same of any window, such as a dialog."""
    for widget in top.findChildren(QWidget):
        if widget.isVisible() and widget.window() is top:
            yield from _cut_in(widget)


def _cut_in(widget: QWidget) -> Iterator[str]:
    name = widget.objectName() or type(widget).__name__
    if isinstance(widget, ElidedLabel):
        if widget.words and widget.contentsRect().height() < widget.fontMetrics().height() - 2:
            yield f"{name}: {widget.words!r} has {widget.height()} pixels of height"
    elif isinstance(widget, QLabel) and widget.text() and not getattr(widget, "elides", False):
        if widget.wordWrap() and "<" not in widget.text() and (word := _too_wide(widget)):
            yield f"{name}: {word!r} in {widget.contentsRect().width()} pixels"
        if widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height() + 1:
                yield f"{name}: {widget.text()!r}, {widget.height()} of {widget.heightForWidth(widget.width())} high"
        elif widget.sizeHint().width() > widget.width() + 1 or widget.sizeHint().height() > widget.height() + 3:
            yield f"{name}: {widget.text()!r}, {widget.size().toTuple()} of {widget.sizeHint().toTuple()}"
    elif isinstance(widget, Mathematics):
        needed = widget.heightForWidth(widget.width())
        across = max((spot.x + spot.drawing.width * spot.scale for spot in widget._spots), default=0.0)
        if needed > widget.height() or across > widget.width() + 1:
            yield f"formula {widget.accessibleName()}: {widget.size().toTuple()} of {(round(across), needed)}"
    elif isinstance(widget, QAbstractButton) and widget.text():
        icon_alone = isinstance(widget, QToolButton) and not widget.icon().isNull()
        text = widget.text().replace("&", "")
        if not icon_alone and widget.fontMetrics().horizontalAdvance(text) > widget.width() + 1:
            yield f"{name}: {text!r} in {widget.width()} pixels"
    elif isinstance(widget, QScrollArea) and widget.widget() is not None:
        sideways = widget.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        beyond = widget.widget().width() - widget.viewport().width()
        if sideways and beyond > 1:
            yield f"{name}: {beyond} pixels of what it scrolls are beyond its edge"
    parent = widget.parentWidget()
    if isinstance(widget, QLabel | Mathematics) and parent is not None and not widget.isWindow():
        beyond = widget.geometry().right() - parent.rect().right()
        if beyond > 1 and parent.objectName() != "qt_scrollarea_viewport":
            yield f"{name}: {beyond} pixels beyond {parent.objectName() or type(parent).__name__}"


def _too_wide(label: QLabel) -> str:
    """The word that is wider than its label, which can be broken between words alone; "" for none."""
    metrics, room = label.fontMetrics(), label.contentsRect().width() + 1
    return next((word for word in label.text().split() if metrics.horizontalAdvance(word) > room), "")


def _cut_on_cards(window: MainWindow) -> Iterator[str]:
    scene = window.canvas.cards
    style = scene.card_style
    if style.level != Level.NEAR:
        return
    for lane in scene.lanes.values():
        edges = [card.x() for card in lane.cards]
        if lane.wave is not None and lane.wave[0] in ("forward", "backward"):
            words = lane.wave[0]
            left = wave_words_left(style, edges, lane.wave[1], words, backward=words == "backward")
            if (
                left < edges[0]
                or left + style.bold_metrics.horizontalAdvance(words) > edges[-1] + style.metrics.card_width
            ):
                yield f"{words!r} beside the cards of a lane"
    for card in scene.all_cards():
        rect = card.callout.boundingRect()
        if card.callout.isVisible():
            if card.callout.text_height(rect.width() - 2) > rect.height() + 1:
                yield f"below a card: {card.callout.words!r}"
            if not scene.sceneRect().adjusted(-2, -2, 2, 2).contains(card.mapRectToScene(rect)):
                yield f"beyond the cards: {card.callout.words!r}"


def settle(window: MainWindow, view: EquationView) -> None:
    """Wait until what is typeset beside the window is in its place, and what that led to, too."""
    for _ in range(3):
        window.settle()
        view.setter.wait()
        QApplication.processEvents()


def still_cut(window: MainWindow, view: EquationView) -> list[str]:
    """What is cut off and stays so: a formula that has just come is laid out a moment later."""
    found: list[str] = []
    for _ in range(_LOOKS):
        settle(window, view)
        found = list(cut(window))
        if not found:
            break
    return found


def walk(window: MainWindow, sizes: tuple[tuple[int, int], ...], *, all_sizes: bool) -> Iterator[str]:
    """What is cut off at each operation of one iteration: at all sizes, or at one of them in turn."""
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    assert isinstance(view, EquationView)
    settle(window, view)
    total = sum(len(lane.program.instructions) for lane in bn.Session(window.document.experiment).lanes)
    seen: set[str] = set()
    for number in range(total):
        window.step("op")
        frame = window.update_shown.frame
        if frame is not None and frame.iteration:
            break
        for size in sizes if all_sizes else (sizes[number % len(sizes)],):
            window.resize(*size)
            for found in still_cut(window, view):
                if found not in seen:
                    seen.add(found)
                    key = "" if view.page.shown is None else view.page.shown.key
                    yield f"{size} at {key}: {found}"
