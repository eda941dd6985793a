"""Pointer, dark screen, the audience's window and the lecturer's notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

import bnsim as bn
from bnsim.ui.model import preferences
from bnsim.ui.stage.cover import Cover
from bnsim.ui.stage.mirror import Mirror

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow
    from bnsim.ui.window.staging import Staging

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment) -> MainWindow:
    window = open_window(small)
    window.step("layer")
    window.settle()
    return window


def running_timers(staging: Staging) -> list[QTimer]:
    covers = [staging._own_cover, staging.audience and staging.audience.cover]
    return [cover._timer for cover in covers if cover is not None and cover._timer.isActive()]


def at(image: QImage, place: QPointF) -> QColor:
    return image.pixelColor(place.toPoint())


def test_a_spot_follows_the_pointer_and_the_rest_is_dark(qtbot: QtBot) -> None:
    below = QWidget()
    qtbot.addWidget(below)
    below.resize(400, 200)
    below.setStyleSheet("background: white;")
    places = [QPointF(100, 100)]
    cover = Cover(below, lambda: places[-1])
    below.show()
    assert not cover.isVisible()
    cover.show_pointer("spotlight")
    image = below.grab().toImage()
    assert at(image, QPointF(100, 100)).lightness() == 255
    assert at(image, QPointF(300, 100)).lightness() < 90
    places.append(QPointF(300, 100))
    qtbot.waitUntil(lambda: cover._at == places[-1])
    image = below.grab().toImage()
    assert at(image, QPointF(100, 100)).lightness() < 90
    assert at(image, QPointF(300, 100)).lightness() == 255
    cover.show_pointer("laser")
    image = below.grab().toImage()
    red = at(image, QPointF(300, 100))
    assert red.red() > 200
    assert red.green() < 80
    assert at(image, QPointF(100, 100)).lightness() == 255
    below.resize(500, 300)
    assert cover.size() == below.size()
    cover.show_blank(True)
    assert not cover._timer.isActive()
    assert at(below.grab().toImage(), QPointF(480, 280)).lightness() == 0
    cover.clear()
    assert not cover.isVisible()
    assert not cover._timer.isActive()


def test_keys_turn_them_on_and_escape_ends_them_before_projector_mode(window: MainWindow, qtbot: QtBot) -> None:
    window.toggle_projector()
    canvas = window.canvas
    plain, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    for key, modifier, on in (
        (Qt.Key.Key_F4, plain, lambda cover: cover.pointer == "spotlight"),
        (Qt.Key.Key_F4, shift, lambda cover: cover.pointer == "laser"),
        (Qt.Key.Key_Period, plain, lambda cover: cover.blank),
    ):
        qtbot.keyClick(canvas, key, modifier)
        assert on(window.staging.cover)
        qtbot.keyClick(canvas, key, modifier)
        assert not window.staging.cover.on
        qtbot.keyClick(canvas, key, modifier)
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
        assert not window.staging.cover.on
        assert window.projector.on
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert not window.projector.on
    assert running_timers(window.staging) == []


def test_a_point_on_the_screen_may_be_typed_into_a_field(window: MainWindow, qtbot: QtBot) -> None:
    search = window.palette_panel.findChild(QWidget, "palette.search")
    field = search if search is not None else window.inspector.findChild(QWidget)
    assert field is not None
    field.setFocus()
    qtbot.keyClicks(field, "0.5")
    assert not window.staging.cover.on


def test_with_one_screen_the_audience_has_a_window_and_it_says_so(window: MainWindow, qtbot: QtBot) -> None:
    before = len(QApplication.topLevelWidgets())
    window.actions_by_name["stage.audience"].trigger()
    audience = window.staging.audience
    assert audience is not None
    assert audience.isVisible()
    assert len(QGuiApplication.screens()) > 1 or "only one screen" in window.messages.message.text()
    assert audience.canvas.source is window.canvas
    assert audience.panel.source is next(dock for dock in window.panel_docks if dock.seen)
    window.actions_by_name["stage.blank"].trigger()
    assert audience.cover.blank
    assert window.staging._own_cover is None or not window.staging._own_cover.on
    window.actions_by_name["stage.blank"].trigger()
    window.actions_by_name["stage.audience"].trigger()
    assert window.staging.audience is None
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: len(QApplication.topLevelWidgets()) <= before)


def test_the_audience_sees_what_changes(window: MainWindow, qtbot: QtBot) -> None:
    window.staging.toggle_audience()
    audience = window.staging.audience
    assert audience is not None
    seen = audience.canvas.grab().toImage()
    window.step("layer")
    window.settle()
    qtbot.waitUntil(lambda: audience.canvas.grab().toImage() != seen)
    shown = audience.panel.source
    window.staging.next_panel()
    assert audience.panel.source is not shown
    window.staging.next_view()
    assert audience.explanation.source is window.shelf.front
    window.staging.next_view()
    assert audience.explanation.source is window.shelf.front
    # The explanation is shown whether the lecturer has it in sight or not.
    window.docks.right.hide()
    audience.refresh()
    assert audience.explanation.source is window.shelf.front is not None
    window.toggle_projector()
    audience.refresh()
    assert audience.explanation.source is window.shelf.front
    window.toggle_projector()


def test_the_laser_is_where_the_lecturer_points(window: MainWindow, qtbot: QtBot) -> None:
    window.staging.toggle_audience()
    audience = window.staging.audience
    assert audience is not None
    viewport = window.canvas.viewport()
    QCursor.setPos(viewport.mapToGlobal(QPoint(viewport.width() // 2, viewport.height() // 2)))
    window.staging.toggle_laser()
    found = audience._pointer()
    assert found is not None
    place = audience.canvas.place.translated(QPointF(audience.canvas.pos()))
    assert (found - place.center()).manhattanLength() <= 0.05 * place.width()
    QCursor.setPos(window.mapToGlobal(QPoint(3, 3)))  # on the menu bar, which the audience does not see
    assert audience._pointer() is None
    window.staging.uncover()


def test_a_mirror_draws_its_source_larger_without_blur(qtbot: QtBot) -> None:
    source = QWidget()
    qtbot.addWidget(source)
    source.resize(100, 50)
    source.setStyleSheet("background: white;")
    half = QWidget(source)
    half.setGeometry(0, 0, 50, 50)
    half.setStyleSheet("background: black;")
    mirror = Mirror("test")
    qtbot.addWidget(mirror)
    mirror.resize(300, 300)
    mirror.show_source(source)
    image = mirror.grab().toImage()
    assert mirror.place.width() == 300
    assert mirror.place.height() == 150
    edge = [image.pixelColor(across, 150).lightness() for across in range(145, 156)]
    assert edge == [0] * 5 + [255] * 6
    mirror.show_source(None)
    assert mirror.isHidden()


def test_a_mirror_without_room_shows_the_part_that_matters(qtbot: QtBot) -> None:
    source = QWidget()
    qtbot.addWidget(source)
    source.resize(400, 100)
    source.setStyleSheet("background: white;")
    mark = QWidget(source)
    mark.setGeometry(300, 40, 20, 20)
    mark.setStyleSheet("background: black;")
    mirror = Mirror("test", None, lambda: QPointF(310, 50))
    qtbot.addWidget(mirror)
    mirror.resize(200, 100)
    mirror.show_source(source)
    assert mirror.seen.getRect() == (200, 0, 200, 100)  # as near to the middle as the edge lets it
    image = mirror.grab().toImage()
    assert image.pixelColor(110, 50).lightness() == 0
    assert image.pixelColor(90, 50).lightness() == 255


def test_an_audience_whose_screen_has_gone_comes_back(window: MainWindow) -> None:
    window.actions_by_name["stage.audience"].trigger()
    audience = window.staging.audience
    assert audience is not None
    audience.showFullScreen()
    audience.setGeometry(20_000, 0, 1280, 720)
    window.staging._screen_removed(None)  # type: ignore[arg-type]
    assert not audience.isFullScreen()
    assert any(screen.geometry().intersects(audience.geometry()) for screen in QGuiApplication.screens())
    assert "screen is gone" in window.messages.message.text()


def test_closing_the_window_closes_what_the_audience_sees(window: MainWindow, qtbot: QtBot) -> None:
    window.staging.toggle_audience()
    window.staging.show_notes()
    window.staging.toggle_laser()
    staging = window.staging
    window.close()
    assert staging.audience is None
    assert running_timers(staging) == []
    assert not any(
        each.objectName() in ("audience", "notes") and each.isVisible() for each in QApplication.topLevelWidgets()
    )


def test_notes_belong_to_the_file_and_are_kept(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    first, second = tmp_path / "first.bnsim", tmp_path / "second.bnsim"
    bn.save(small, second)
    window = open_window(small)
    window.actions_by_name["stage.notes"].trigger()
    notes = window.staging.notes
    assert notes is not None
    assert isinstance(notes.text, QPlainTextEdit)
    notes.text.setPlainText("ask about ε")
    window.document.save(first)
    assert notes.text.toPlainText() == "ask about ε"
    assert preferences.load().notes == {str(first): "ask about ε"}
    window.document.open(second)
    assert notes.text.toPlainText() == ""
    notes.text.setPlainText("the second")
    window.document.open(first)
    assert notes.text.toPlainText() == "ask about ε"
    assert preferences.load().notes[str(second)] == "the second"
    notes.text.setPlainText("")
    window.close()
    assert str(first) not in preferences.load().notes


def test_notes_are_bounded() -> None:
    for number in range(preferences.MAX_FILES_WITH_NOTES + 5):
        preferences.keep_notes(f"file {number}", "x" * (preferences.MAX_NOTES + 10))
    kept = preferences.load().notes
    assert len(kept) == preferences.MAX_FILES_WITH_NOTES
    assert "file 0" not in kept
    assert max(map(len, kept.values())) == preferences.MAX_NOTES


def test_a_clicker_works_when_the_audience_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["stage.audience"].trigger()
    audience = window.staging.audience
    assert audience is not None
    take_focus(audience, qtbot)
    before = window.update_shown.frame.tick
    qtbot.keyClick(audience, Qt.Key.Key_PageDown)
    window.settle()
    assert window.update_shown.frame.tick > before
    qtbot.keyClick(audience, Qt.Key.Key_PageUp)
    window.settle()
    assert window.update_shown.frame.tick == before


def take_focus(audience: QWidget, qtbot: QtBot) -> None:
    """As a click on it does."""
    qtbot.mouseClick(audience, Qt.MouseButton.LeftButton)
    audience.activateWindow()
    qtbot.waitUntil(audience.isActiveWindow)


def test_the_keyboard_stays_with_the_lecturer_when_the_audience_gets_its_window(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.actions_by_name["stage.audience"].trigger()
    audience = window.staging.audience
    assert audience is not None
    assert audience.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    audience.activateWindow()  # as a window manager does with each new window
    qtbot.waitUntil(lambda: window.isActiveWindow() and not audience._gives_focus_back)
    take_focus(audience, qtbot)
    QApplication.processEvents()
    assert audience.isActiveWindow()


def test_keys_end_in_the_audiences_window_what_they_end_in_the_lecturers(window: MainWindow, qtbot: QtBot) -> None:
    window.toggle_projector()
    window.actions_by_name["stage.audience"].trigger()
    audience = window.staging.audience
    assert audience is not None
    take_focus(audience, qtbot)
    window.staging.toggle_laser()
    qtbot.keyClick(audience, Qt.Key.Key_Escape)
    assert not audience.cover.on
    assert window.projector.on
    qtbot.keyClick(audience, Qt.Key.Key_Escape)
    assert not window.projector.on
    assert audience.isVisible()
    take_focus(audience, qtbot)
    qtbot.keyClick(audience, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.isVisible())
