"""Zoom and pan: what is under the pointer stays there, and nothing leaves what there is to see."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from bnsim.plot.theme import load_theme, projected_theme
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Linear, Sigmoid
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.zoom import MAX_ZOOM, MIN_ZOOM, ZOOM_STEP

CTRL, SHIFT, NO_KEYS = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def deep(bench):
    """Far more than the window shows."""
    stack = Stack(layers=(Linear(8), Sigmoid()) * 60)
    bench.document.push(Experiment(stacks=(stack, stack, stack, stack)), "many")
    bench.canvas.horizontalScrollBar().setValue(3000)
    return bench


def wheel(bench, at, up, keys=NO_KEYS, pixels=(0, 0)):
    viewport = bench.canvas.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(*pixels), QPoint(0, up),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def pinch(bench, at, kind, value):
    viewport = bench.canvas.viewport()
    point = QPointF(at)
    event = QNativeGestureEvent(
        kind,
        QPointingDevice.primaryPointingDevice(),
        2,
        point,
        point,
        QPointF(viewport.mapToGlobal(at)),
        value,
        QPointF(),
    )
    QApplication.sendEvent(viewport, event)


def scene_point(bench, at):
    """In fractions of a column across and of the whole down."""
    point = bench.canvas.mapToScene(at)
    return point.x() / bench.canvas.card_style.metrics.pitch


@pytest.mark.parametrize("notches", [1, -1, 0.25, 3, -4])
def test_ctrl_and_wheel_zoom_about_the_pointer(deep, notches):
    at, before = QPoint(700, 200), deep.canvas.zoom.factor
    where = scene_point(deep, at)
    wheel(deep, at, round(120 * notches), CTRL)
    assert deep.canvas.zoom.factor == pytest.approx(before * ZOOM_STEP**notches)
    assert scene_point(deep, at) == pytest.approx(where, abs=0.05)


def test_a_pinch_zooms_about_the_fingers_and_a_double_tap_goes_far_and_back(deep):
    at, before = QPoint(500, 150), deep.canvas.zoom.factor
    where = scene_point(deep, at)
    pinch(deep, at, Qt.NativeGestureType.ZoomNativeGesture, 0.1)
    pinch(deep, at, Qt.NativeGestureType.ZoomNativeGesture, 0.1)
    assert deep.canvas.zoom.factor == pytest.approx(before * 1.21)
    assert scene_point(deep, at) == pytest.approx(where, abs=0.05)
    pinch(deep, at, Qt.NativeGestureType.SmartZoomNativeGesture, 0)
    assert deep.canvas.cards.card_style.level < Level.NEAR
    pinch(deep, at, Qt.NativeGestureType.SmartZoomNativeGesture, 0)
    assert deep.canvas.zoom.factor == 1.0


@pytest.mark.parametrize(("keys", "limit"), [(Qt.Key.Key_Plus, MAX_ZOOM), (Qt.Key.Key_Minus, MIN_ZOOM)])
def test_keys_zoom_to_the_limits_and_no_further(deep, qtbot, keys, limit):
    for _ in range(60):
        qtbot.keyClick(deep.canvas, keys, CTRL)
    assert deep.canvas.zoom.factor == limit


def test_a_wheel_scrolls_along_and_with_shift_and_trackpads_by_pixels(deep):
    bar, at = deep.canvas.horizontalScrollBar(), QPoint(300, 200)
    down = deep.canvas.verticalScrollBar()
    left, top = bar.value(), down.value()
    wheel(deep, at, -120, SHIFT)
    assert (bar.value(), down.value()) == (left + 120, top)
    wheel(deep, at, -120, pixels=(-30, -7))
    assert (bar.value(), down.value()) == (left + 150, top + 7)


def test_the_middle_button_carries_the_scene(deep, qtbot):
    viewport, bar = deep.canvas.viewport(), deep.canvas.horizontalScrollBar()
    left = bar.value()
    qtbot.mousePress(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(400, 200))
    qtbot.mouseMove(viewport, QPoint(340, 200))
    qtbot.mouseMove(viewport, QPoint(250, 190))
    assert bar.value() == left + 150
    qtbot.mouseRelease(viewport, Qt.MouseButton.MiddleButton, pos=QPoint(250, 190))
    qtbot.mouseMove(viewport, QPoint(100, 100))
    assert bar.value() == left + 150


def test_a_larger_window_keeps_what_is_at_its_left(deep):
    QApplication.processEvents()
    where = scene_point(deep, QPoint(0, 0))
    deep.canvas.resize(1000, 700)
    QApplication.processEvents()
    assert scene_point(deep, QPoint(0, 0)) == pytest.approx(where, abs=0.05)


def test_fit_shows_every_column_and_lane(deep):
    deep.canvas.zoom.fit()
    for name in ("data:0", "loss:0", "data:3", "loss:3"):
        card = deep.card(name)
        rect = deep.canvas.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()
        assert deep.canvas.viewport().rect().adjusted(-1, -1, 1, 1).contains(rect), name


class Resizes(QObject):
    """Counts how often the viewport gets another size; far too often, it puts an end to that."""

    def __init__(self, canvas):
        super().__init__(canvas)
        self.canvas, self.count = canvas, 0
        canvas.viewport().installEventFilter(self)

    def eventFilter(self, _viewport, event):
        self.count += event.type() == QEvent.Type.Resize
        if self.count > 100:
            self.canvas.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return False


@pytest.mark.parametrize("zoom", ["fit", "window's"])
@pytest.mark.parametrize("width", range(200, 700, 69))
def test_scroll_bars_do_not_come_and_go(bench, zoom, width):
    stack = Stack(layers=(Linear(8), Sigmoid(), Linear(2)))
    bench.document.push(Experiment(stacks=(stack,)), "one")
    for height in range(150, 500, 23):
        resizes = Resizes(bench.canvas)
        bench.canvas.resize(width, height)
        if zoom == "fit":
            bench.canvas.zoom.fit()
        QApplication.processEvents()
        assert resizes.count < 10, (width, height)


def test_a_revealed_card_comes_with_the_name_of_its_lane(deep):
    deep.canvas.zoom.reset()
    for lane in (3, 0, 2, 1):
        layer_id = deep.layer_id(lane, 40)
        deep.canvas.reveal(layer_id)
        card = deep.card(f"card:{lane}:40")
        rect = deep.canvas.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()
        top = deep.canvas.mapFromScene(QPointF(0, deep.canvas.cards.layout.lanes[lane].top)).y()
        assert deep.canvas.viewport().rect().contains(rect)
        assert top >= 0


def test_a_lecture_hall_gets_larger_titles_and_thicker_lines_and_the_desk_its_own_again(bench):
    bench.canvas.resize(1200, 560)
    QApplication.processEvents()

    def title_pixels():
        return bench.canvas.card_style.title_font.pixelSize() * bench.canvas.zoom.factor

    def line():
        return bench.canvas.card_style.outline.widthF()

    desk = title_pixels(), line(), bench.canvas.zoom.factor
    bench.canvas.set_theme(projected_theme("light"))
    QApplication.processEvents()  # the scroll bar takes its part
    assert title_pixels() > 1.5 * desk[0]
    assert title_pixels() >= 18
    assert line() > 1.5 * desk[1]
    assert bench.canvas.verticalScrollBar().maximum() == 0  # both lanes are whole
    bench.canvas.set_theme(load_theme("light"))
    QApplication.processEvents()
    assert (title_pixels(), line(), bench.canvas.zoom.factor) == desk


def test_lines_are_as_thick_to_the_eye_at_every_pixel_ratio(bench, monkeypatch):
    one = bench.canvas.card_style.outline.widthF(), bench.canvas.card_style.executed.widthF()
    monkeypatch.setattr(bench.canvas, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(bench.canvas, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert (bench.canvas.card_style.outline.widthF(), bench.canvas.card_style.executed.widthF()) == (
        2 * one[0],
        2 * one[1],
    )


def test_what_changes_far_out_is_drawn_anew(deep):
    deep.canvas.zoom.fit()
    before = deep.canvas.grab().toImage()
    assert deep.canvas.grab().toImage() == before
    deep.selection.set([deep.layer_id(1, 60)])
    assert deep.canvas.grab().toImage() != before
    deep.selection.set([])
    assert deep.canvas.grab().toImage() == before


def test_other_events_are_no_pinch(bench):
    assert not bench.canvas.zoom.pinch(QEvent(QEvent.Type.Gesture))


def painted(bench):
    """What the viewport shows, and a picture of it without any selection."""
    QApplication.processEvents()
    return bench.canvas.viewport().grab().toImage()


def test_small_cards_have_as_much_of_a_name_as_fits(bench):
    style = bench.canvas.card_style
    wide = [style.short_title(title, 200, 20)[0] for title in ("Linear 3", "BatchNorm", "Repeat ×3", "Tanh")]
    assert wide == ["Linear 3", "BatchNorm", "Repeat ×3", "Tanh"]
    narrow = [style.short_title(title, 40, 20)[0] for title in ("Linear 3", "BatchNorm", "CrossEntropy")]
    assert narrow == ["Lin 3", "BN", "CE"]
    assert style.short_title("Linear 3", 5, 20)[0] == ""
    assert style.short_title("Linear 3", 200, 6)[0] == ""


def test_at_middle_zoom_names_stand_on_the_cards(bench, monkeypatch):
    bench.canvas.zoom.to(0.5, QPointF(0, 0))
    assert bench.canvas.card_style.level == Level.MIDDLE
    named = painted(bench)
    monkeypatch.setattr(bench.canvas.card_style, "short_title", lambda *_: ("", bench.canvas.card_style.small_font))
    bench.canvas.cards.repaint_cards()
    assert painted(bench) != named


def test_far_out_a_breakpoint_is_a_diamond_on_its_tick(deep):
    canvas = deep.canvas
    canvas.zoom.to(0.1, QPointF(0, 0))
    assert canvas.card_style.level == Level.FAR
    canvas.horizontalScrollBar().setValue(canvas.horizontalScrollBar().minimum())
    before = painted(deep)
    canvas.show_breakpoints({deep.layer_id(0, 7): "on"})
    after = painted(deep)
    card = deep.card("card:0:7")
    middle = canvas.mapFromScene(QPointF(card.x() + 50, card.y())).x()
    changed = [
        x for x in range(after.width()) if any(before.pixel(x, y) != after.pixel(x, y) for y in range(after.height()))
    ]
    assert changed
    assert abs(sum(changed) / len(changed) - middle) <= 2
    assert 6 <= len(changed) <= 16
