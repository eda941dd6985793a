"""The lanes' names, painted in the viewport's own pixels: at the left and readable at every scroll and zoom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec import numerals
from bnsim.spec.experiment import Stack
from bnsim.spec.tree import weight_count
from bnsim.ui.canvas.input.inline_editor import NameEditor

if TYPE_CHECKING:
    from bnsim.ui.canvas.view import CanvasView


def paint_lane_titles(painter: QPainter, view: CanvasView, frame: Frame | None, problems: Mapping[int, str]) -> None:
    """Mark, name and state of every lane, or what is wrong with it, and a hairline between lanes."""
    painter.save()
    painter.resetTransform()
    states = {lane.stack_id: lane for lane in frame.lanes} if frame is not None else {}
    for number, (stack, lane) in enumerate(zip(view.document.experiment.stacks, view.cards.layout.lanes, strict=True)):
        top = view.mapFromScene(QPointF(0, lane.top)).y()
        if number:
            painter.setPen(view.card_style.hairline)
            painter.drawLine(0, top, view.viewport().width(), top)
        problem = problems.get(stack.id, "")
        words = problem or lane_words(stack, states.get(stack.id))
        _paint_title(painter, view, number, stack, top, words, bool(problem))
    painter.restore()


def paint_legend(painter: QPainter, view: CanvasView) -> None:
    """What the bars on the cards mean, at the right of the first lane's title, where there is room."""
    style, words, width = view.card_style, view.cards.scale.words(), view.viewport().width()
    if not words or width < 760 or style.contents == "structure" or not view.cards.layout.lanes:
        return
    painter.save()
    painter.resetTransform()
    top = view.mapFromScene(QPointF(0, view.cards.layout.lanes[0].top)).y()
    height = title_height(view)
    painter.setFont(style.words_font)
    painter.setPen(style.muted)
    place = QRectF(width / 2, top + 1, width / 2 - style.metrics.margin, height)
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
    painter.restore()


def title_height(view: CanvasView) -> float:
    """Of a lane's title, in pixels of the viewport: room for the name at every zoom."""
    style = view.card_style
    return max(style.metrics.title * view.transform().m22(), style.title_pixels)


def _paint_title(
    painter: QPainter, view: CanvasView, number: int, stack: Stack, top: int, words: str, wrong: bool
) -> None:
    style, m = view.card_style, view.card_style.metrics
    height = title_height(view)
    mark, x, room = style.theme.size("lane-mark"), m.margin, view.viewport().width()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.lane_fill[stack.lane_color(number)])
    painter.drawRoundedRect(QRectF(x, top + (height - mark) / 2 + 1, mark, mark), 3, 3)
    x += mark + 8
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setFont(style.lane_font)
    painter.setPen(style.text)
    painter.drawText(QRectF(x, top, room, height), left, stack.name)
    x += QFontMetricsF(style.lane_font).horizontalAdvance(stack.name) + 14
    painter.setFont(style.words_font)
    painter.setPen(style.danger_text if wrong else style.muted)
    painter.drawText(QRectF(x, top + 1, room, height), left, words)


def lane_at(view: CanvasView, position: QPoint) -> int:
    """Id of the stack whose title stands at that height of the viewport; 0 if none does."""
    height = title_height(view)
    for stack, lane in zip(view.document.experiment.stacks, view.cards.layout.lanes, strict=True):
        top = view.mapFromScene(QPointF(0, lane.top)).y()
        if top <= position.y() <= top + height:
            return stack.id
    return 0


def start_name_editor(view: CanvasView, stack_id: int) -> NameEditor:
    """A field over the lane's name."""
    experiment, style = view.document.experiment, view.card_style
    stack = experiment.stack(stack_id)
    lane = view.cards.layout.lanes[experiment.stacks.index(stack)]
    top = view.mapFromScene(QPointF(0, lane.top)).y()
    height = title_height(view)
    editor = NameEditor(view.viewport(), stack.name, style)
    left = round(style.metrics.margin + style.theme.size("lane-mark") + 2)
    width = max(180, round(QFontMetricsF(style.lane_font).horizontalAdvance(stack.name)) + 40)
    editor.setGeometry(left, round(top + (height - 24) / 2) + 1, width, 24)
    editor.closed.connect(view.setFocus)
    editor.committed.connect(partial(view.lane_named.emit, stack_id))
    editor.start()
    return editor


def lane_words(stack: Stack, state: LaneFrame | None) -> str:
    """What stands beside a lane's name."""
    words = [numerals.counted(weight_count(stack.layers), "weight layer")]
    if state is not None and state.loss is not None:
        words.append(f"loss {numerals.loss(state.loss)}")
    if stack.hidden:
        words.append("hidden, and runs all the same; double-click to show")
    if state is not None and state.waiting:
        words.append("waits for the other lanes")
    return "  ·  ".join(words)
