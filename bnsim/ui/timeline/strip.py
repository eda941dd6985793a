"""The time line: a slider over all recorded iterations with the loss of every lane drawn on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.session.track import LaneTrack, Mark, Track
from bnsim.spec import numerals
from bnsim.spec.branches import branches
from bnsim.spec.experiment import Experiment
from bnsim.spec.fork_words import forked_from
from bnsim.spec.spelling import spelling
from bnsim.ui.language import tr
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.lane_roles import lane_role
from bnsim.ui.timeline.branching import begun, branched
from bnsim.ui.timeline.painting import (
    Labels,
    paint_changes,
    paint_focus,
    paint_forks,
    paint_frame,
    paint_losses,
    paint_marks,
    paint_present,
)
from bnsim.ui.timeline.scale import Scale, loss_range, round_end
from bnsim.ui.timeline.sketch import TimelineShown, timeline_diagram

NOTCH = 120
"""One notch of a mouse wheel, in eighths of a degree."""
NEAR = 6.0
"""A mark is hovered within this many pixels."""
FAR = 10
"""Iterations that a wheel notch or a key moves with Shift."""


class TimelineStrip(QSlider):
    """The slider. Its value is the present iteration or, while a person scrubs, the wanted one."""

    def __init__(self, seek: Callable[[int], int], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._pictures: dict[bool, QPixmap] = {}
        """The losses as painted: strong up to the present, pale ahead of it."""
        self.setObjectName("timeline")
        self.setAccessibleName(tr("Time line"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)  # so that a move without a button tells of a release that was not seen
        self.setRange(0, 0)
        self._seek = seek
        self._theme: Theme | None = None
        self._update = Update()
        self._labels = Labels()
        self._last_seek = 0
        self._turned = 0
        self._showing = False
        self.valueChanged.connect(self._value_changed)

    @property
    def present(self) -> int:
        """Number of updates that are complete."""
        return 0 if self._update.frame is None else self._update.frame.iteration

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The moments at which something stopped."""
        return () if self._update.track is None else self._update.track.marks

    @property
    def forks(self) -> tuple[Mark, ...]:
        """Where lanes were forked, as far as the recorded run has come there."""
        track, experiment = self._update.track, self._update.experiment
        if track is None or experiment is None:
            return ()
        at = begun(track, branches(experiment))
        names = {stack.id: f"{stack.name}: {tr(forked_from(stack, experiment))}" for stack in experiment.stacks}
        return tuple(Mark(iteration, 0, names[key]) for key, iteration in at.items() if key in names)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._labels = Labels(theme)
        self._pictures.clear()
        self.setFixedHeight(round(theme.size("timeline")))
        self.update()

    def show_update(self, update: Update) -> None:
        """Show what is recorded by now, and the present iteration in it."""
        before, self._update = self._update, update
        if before.track is not update.track or before.experiment is not update.experiment:
            self._pictures.clear()
        self._showing = True
        self.setEnabled(update.frame is not None)
        self.setMaximum(max(self._recorded(), self.present))
        if update.last_order >= self._last_seek and not self.isSliderDown():
            self.setValue(self.present)
        self._showing = False
        losses = [] if update.track is None else losses_at(update.track, self.value())
        value = numerals.count(self.value())
        self.setAccessibleDescription(
            "; ".join([tr(f"Iteration {value} of {numerals.count(self._recorded())} recorded"), *losses])
        )
        if before.frame is not update.frame or not self._pictures:
            self.update()

    def exportable(self) -> Exportable | None:
        """The time line as a diagram; None before anything is recorded."""
        experiment, track = self._update.experiment, self._update.track
        if experiment is None or track is None:
            return None
        shown = TimelineShown(experiment, track, self.present)
        return Exportable("timeline", "Time line", partial(timeline_diagram, shown), fits=True)

    def scale_of(self, track: Track | None) -> Scale:
        """The scale for the track at the present size of the widget."""
        low, high, log = loss_range([lane.losses for lane in track.lanes] if track is not None else [])
        labels, width, height = self._labels, self.width(), self.height()
        end = round_end(max(self._recorded(), self.present))
        left, right = labels.left, max(width - labels.right(self._names()), labels.left + 40)
        return Scale(left, right, labels.top, height - labels.bottom, end, low, high, log)

    def mark_at(self, x: float) -> tuple[Mark, ...]:
        """The marks near the pixel `x`."""
        return self._near(x, self.marks)

    def _near(self, x: float, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        scale = self.scale_of(self._update.track)
        return tuple(mark for mark in marks if abs(scale.x(mark.iteration) - x) <= NEAR)

    def words_at(self, x: float) -> str:
        """The tooltip for the moment at the pixel `x`."""
        track, experiment = self._update.track, self._update.experiment
        if track is None or experiment is None:
            return ""
        iteration = min(self.scale_of(track).iteration(x), self.maximum())
        lines = [tr(f"iteration {numerals.count(iteration)}")]
        lines += losses_at(track, iteration)
        lines += [f"◆ {tr(mark.sentence)}" for mark in self.mark_at(x)[:5]]
        lines += [tr(mark.sentence) for mark in self._near(x, track.changes)[:5]]
        lines += [mark.sentence for mark in self._near(x, self.forks)]
        return "\n".join(lines)

    def watch_at(self, at: QPoint) -> str:
        """The expression of the loss whose line is nearest to a point; "" without one."""
        track, experiment = self._update.track, self._update.experiment
        if track is None or experiment is None:
            return ""
        scale = self.scale_of(track)
        iteration = scale.iteration(at.x())

        def away(lane: LaneTrack) -> float:
            row = _nearest(lane, iteration)
            y = float(scale.points(lane.iterations[row : row + 1], lane.losses[row : row + 1])[0, 1])
            return abs(y - at.y()) if np.isfinite(y) else np.inf

        ids = {stack.id: stack for stack in experiment.stacks}
        lanes = [lane for lane in track.lanes if len(lane.iterations) and lane.stack_id in ids]
        return spelling(experiment, ids[min(lanes, key=away).stack_id]).recorded("loss") if lanes else ""

    def _recorded(self) -> int:
        return 0 if self._update.track is None else self._update.track.recorded

    def _names(self) -> list[str]:
        return [] if self._update.track is None else [lane.name for lane in self._update.track.lanes]

    def _roles(self, experiment: Experiment, track: Track) -> list[str]:
        return [lane_role(experiment, lane.stack_id) for lane in track.lanes]

    def _fork_roles(self, experiment: Experiment, track: Track) -> list[tuple[int, str]]:
        at, roles = begun(track, branches(experiment)), self._roles(experiment, track)
        of = {lane.stack_id: role for lane, role in zip(track.lanes, roles, strict=True)}
        return [(iteration, of[key]) for key, iteration in at.items() if key in of]

    def _value_changed(self, value: int) -> None:
        if not self._showing:
            self._last_seek = self._seek(value)
            self.update()

    def _scrub(self, x: float) -> None:
        self.setValue(min(self.scale_of(self._update.track).iteration(x), self.maximum()))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track, experiment = self._update.track, self._update.experiment
        scale = self.scale_of(track)
        paint_frame(painter, self._labels, scale, QRectF(self.rect()), empty=self._recorded() == 0)
        if self.hasFocus():
            paint_focus(painter, self._labels, QRectF(self.rect()))
        if track is None or experiment is None:
            return
        x = round(scale.x(self.present))
        if self.present < self._recorded():
            # What lies ahead is known from before, and paler.
            painter.setClipRect(QRectF(x, 0, self.width(), self.height()))
            painter.drawPixmap(QPoint(0, 0), self._picture(scale, track, experiment, strong=False))
            painter.setClipRect(QRectF(0, 0, x, self.height()))
        painter.drawPixmap(QPoint(0, 0), self._picture(scale, track, experiment, strong=True))
        painter.setClipping(False)
        paint_forks(painter, self._labels, scale, self._fork_roles(experiment, track))
        paint_changes(painter, self._labels, scale, track.changes)
        paint_present(painter, self._labels, scale, self.present, self.value())
        paint_marks(painter, self._labels, scale, self.marks)

    def _picture(self, scale: Scale, track: Track, experiment: Experiment, *, strong: bool) -> QPixmap:
        """The losses, painted once for as long as they stay as they are."""
        if strong in self._pictures:
            return self._pictures[strong]
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        roles = self._roles(experiment, track)
        forked = branches(experiment)
        shown, there = branched(track, forked), begun(track, forked)
        paint_losses(painter, self._labels, scale, shown, roles, strong=strong, forked=there)
        painter.end()
        self._pictures[strong] = picture
        return picture

    def sizeHint(self) -> QSize:
        return QSize(400, 58 if self._theme is None else round(self._theme.size("timeline")))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pictures.clear()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._pictures.clear()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.setSliderDown(False)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:  # it was released where nothing told of it
            self.setSliderDown(False)
        elif self.isSliderDown():
            self._scrub(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self._scrub(event.position().x())
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        self._turned += turn.y() or turn.x()
        notches, self._turned = int(self._turned / NOTCH), self._turned - int(self._turned / NOTCH) * NOTCH
        far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.setValue(self.value() + notches * far)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.setValue(self.value() + (far if key == Qt.Key.Key_Up else -far))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.setValue(0 if key == Qt.Key.Key_Home else self.maximum())
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowBlocked:  # the release goes to the dialog
            self.setSliderDown(False)
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos().x()), self)
            return True
        return super().event(event)


def losses_at(track: Track, iteration: int) -> list[str]:
    """The loss of every lane in words; the nearest recorded one, with its iteration, if that one is missing."""
    lines = []
    for lane in track.lanes:
        if not len(lane.iterations):
            continue
        nearest = _nearest(lane, iteration)
        there = int(lane.iterations[nearest])
        loss = numerals.loss(float(lane.losses[nearest]))
        words = f"loss {loss}" if there == iteration else f"loss {loss} in iteration {numerals.count(there)}"
        lines.append(f"{lane.name}: {tr(words)}")
    return lines


def _nearest(lane: LaneTrack, iteration: int) -> int:
    """The row of a lane's track that is nearest to an iteration."""
    return int(np.abs(lane.iterations - iteration).argmin())
