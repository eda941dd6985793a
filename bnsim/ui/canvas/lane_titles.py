"""The lanes' names, painted in the viewport's own pixels: at the left and readable at every scroll and zoom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsView

from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec import numerals
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.training_words import differences
from bnsim.spec.tree import weight_count
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.scene import CanvasScene

ROOM_FOR_LEGEND = 760
"""Pixels the viewport must be wide to have room for what the bars mean."""
NAME_MARGIN = 40
LEAST_NAME = 180
NAME_HEIGHT = 24


class LaneTitles:
    """Paints the lanes' titles of one view. Rectangles and positions are in pixels of the viewport."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene, scale: GradientScale) -> None:
        self._view = view
        self._scene = scene
        self._scale = scale
        self._style = scene.card_style
        self._states: Mapping[int, LaneFrame] = {}
        self._problems: Mapping[int, str] = {}

    def show_frame(self, frame: Frame | None) -> None:
        """Set the frame whose state of each lane is painted."""
        self._states = {lane.stack_id: lane for lane in frame.lanes} if frame is not None else {}

    def show_problems(self, problems: Mapping[int, str]) -> None:
        """Set the problems of whole lanes, by stack id."""
        self._problems = problems

    def paint(self, painter: QPainter) -> None:
        """Paint mark, name and state or problem of every lane, and a hairline between lanes."""
        painter.save()
        painter.resetTransform()
        for number, stack in enumerate(self._scene.experiment.stacks):
            top = self._top(number)
            if number:
                painter.setPen(self._style.hairline)
                painter.drawLine(0, top, self._view.viewport().width(), top)
            problem = self._problems.get(stack.id, "")
            words = problem or lane_words(self._scene.experiment, stack, self._states.get(stack.id))
            self._paint_title(painter, number, stack, top, words, bool(problem))
        self._paint_legend(painter)
        painter.restore()

    def stack_at(self, position: QPoint) -> int:
        """Id of the stack whose title stands at that height; 0 if none does."""
        height = self._height()
        for number, stack in enumerate(self._scene.experiment.stacks):
            top = self._top(number)
            if top <= position.y() <= top + height:
                return stack.id
        return 0

    def name_rect(self, stack: Stack) -> QRect:
        """The rectangle in which the field for the lane's name opens, with room to type more."""
        style = self._style
        top = self._top(self._scene.experiment.stacks.index(stack))
        left = round(style.metrics.margin + style.theme.size("lane-mark") + 2)
        width = round(QFontMetricsF(style.lane_font).horizontalAdvance(stack.name)) + NAME_MARGIN
        above = round(top + (self._height() - NAME_HEIGHT) / 2) + 1
        return QRect(left, above, max(LEAST_NAME, width), NAME_HEIGHT)

    def _top(self, number: int) -> int:
        return self._view.mapFromScene(QPointF(0, self._scene.layout.lanes[number].top)).y()

    def _height(self) -> float:
        """The height of the name at every zoom."""
        return max(self._style.metrics.title * self._view.transform().m22(), self._style.title_pixels)

    def _paint_title(self, painter: QPainter, number: int, stack: Stack, top: int, words: str, wrong: bool) -> None:
        style, height = self._style, self._height()
        mark, x, room = style.theme.size("lane-mark"), style.metrics.margin, self._view.viewport().width()
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

    def _paint_legend(self, painter: QPainter) -> None:
        """Paint what the bars on the cards mean, at the right of the first lane's title if there is room."""
        style, words, width = self._style, self._scale.words(), self._view.viewport().width()
        if not words or width < ROOM_FOR_LEGEND or style.contents == "structure" or not self._scene.layout.lanes:
            return
        painter.setFont(style.words_font)
        painter.setPen(style.muted)
        area = QRectF(width / 2, self._top(0) + 1, width / 2 - style.metrics.margin, self._height())
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)


def lane_words(experiment: Experiment, stack: Stack, state: LaneFrame | None) -> str:
    """The words beside a lane's name; what it is trained with otherwise than the experiment is among them."""
    words = [numerals.counted(weight_count(stack.layers), "weight layer")]
    if own := differences(experiment, stack):
        words.append(", ".join(own))
    if state is not None and state.loss is not None:
        words.append(f"loss {numerals.loss(state.loss)}")
    if stack.hidden:
        words.append("hidden, and runs all the same; double-click to show")
    if state is not None and state.waiting:
        words.append("waits for the other lanes")
    return "  ·  ".join(words)
