"""The lanes' names, painted in the viewport's own pixels: at the left and readable at every scroll and zoom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsView

from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec.branches import branches
from bnsim.spec.experiment import Stack
from bnsim.ui.canvas.plan.lane_words import APART as APART_WORDS
from bnsim.ui.canvas.plan.lane_words import lane_words
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.language import tr

APART = 14
"""Pixels between a lane's name, the words beside it, and what the bars mean."""
NAME_MARGIN = 40
BRANCH_WIDTH, BRANCH_APART = 2, 3
"""Pixels: the lines from a lane to its fork, and how far apart two of them are."""
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
        self.corner = 0
        """Pixels at the right of the first lane's title that are not free."""

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
            if number:
                top = self._top(number)
                painter.setPen(self._style.hairline)
                painter.drawLine(0, top, self._view.viewport().width(), top)
            self._paint_title(painter, number, stack)
        self._paint_branches(painter)
        self._paint_legend(painter)
        painter.restore()

    def title_rects(self, number: int) -> tuple[QRectF, QRectF]:
        """Where the name of the lane of that number stands, and the words beside it: as wide as they are."""
        style, stack, height = self._style, self._scene.experiment.stacks[number], self._height()
        top, edge = self._top(number), self._view.viewport().width() - style.metrics.margin
        edge -= 0 if number else self.corner
        x = style.metrics.margin + style.theme.size("lane-mark") + 8
        named = QFontMetricsF(style.lane_font).horizontalAdvance(stack.name)
        name = QRectF(x, top, max(0.0, min(named, edge - x)), height)
        start = name.right() + APART
        told = QFontMetricsF(style.words_font).horizontalAdvance(self._words(stack))
        return name, QRectF(start, top + 1, max(0.0, min(told, edge - start)), height)

    def legend_rect(self) -> QRectF | None:
        """Where it is said what the bars mean: at the right of the first lane's title; None without room beside it."""
        style, words, width = self._style, tr(self._scale.words()), self._view.viewport().width()
        if not words or style.contents == "structure" or not self._scene.layout.lanes:
            return None
        right = width - style.metrics.margin - self.corner
        left = right - QFontMetricsF(style.words_font).horizontalAdvance(words)
        if left < self.title_rects(0)[1].right() + 2 * APART:
            return None
        return QRectF(left, self._top(0) + 1, right - left, self._height())

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

    def _words(self, stack: Stack) -> str:
        if stack.id in self._problems:
            return tr(self._problems[stack.id])
        words = lane_words(self._scene.experiment, stack, self._states.get(stack.id))
        return APART_WORDS.join(map(tr, words.split(APART_WORDS)))

    def _paint_title(self, painter: QPainter, number: int, stack: Stack) -> None:
        style, height, top = self._style, self._height(), self._top(number)
        mark, words = style.theme.size("lane-mark"), self._words(stack)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.lane_fill[stack.lane_color(number)])
        painter.drawRoundedRect(QRectF(style.metrics.margin, top + (height - mark) / 2 + 1, mark, mark), 3, 3)
        name_at, words_at = self.title_rects(number)
        self._write(painter, name_at, stack.name, style.lane_font, style.text)
        wrong = bool(self._problems.get(stack.id))
        self._write(painter, words_at, words, style.words_font, style.danger_text if wrong else style.muted)

    def _paint_branches(self, painter: QPainter) -> None:
        """Paint a line from the mark of each lane that was forked to that of its fork, in the fork's color."""
        stacks, style = self._scene.experiment.stacks, self._style
        number_of = {stack.id: number for number, stack in enumerate(stacks)}
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for nth, (fork, branch) in enumerate(branches(self._scene.experiment).items()):
            number = number_of[fork]
            painter.setPen(QPen(style.lane_fill[stacks[number].lane_color(number)].color(), BRANCH_WIDTH))
            painter.drawPolyline(self.branch_line(number_of[branch.source], number, nth))

    def branch_line(self, source: int, fork: int, nth: int) -> QPolygonF:
        """The line from the lane of one number to that of another; the `nth` of all keeps off those before it."""
        edge = self._style.metrics.margin
        x = round(max(edge - BRANCH_APART * (2 + nth), BRANCH_APART))  # sharp on whole pixels
        start, end = (self._top(number) + self._height() / 2 + 1 for number in (source, fork))
        return QPolygonF([QPointF(edge, start), QPointF(x, start), QPointF(x, end), QPointF(edge, end)])

    def _write(self, painter: QPainter, at: QRectF, words: str, shape: QFont, ink: QPen) -> None:
        painter.setFont(shape)
        painter.setPen(ink)
        # a pixel more: rounding must not shorten what fits
        shown = QFontMetricsF(shape).elidedText(words, Qt.TextElideMode.ElideRight, at.width() + 1)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        painter.drawText(at, left, shown)

    def _paint_legend(self, painter: QPainter) -> None:
        """Paint what the bars on the cards mean."""
        at = self.legend_rect()
        if at is not None:
            self._write(painter, at, tr(self._scale.words()), self._style.words_font, self._style.muted)
