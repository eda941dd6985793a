"""Exports by gestures: what has the focus becomes a file, a copy, and the same file once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

import bnsim as bn
from bnsim.plot.diagram import Diagram
from bnsim.plot.style import STYLES
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import render
from bnsim.runner.updates import Notice
from bnsim.session.past import carried, past_in, past_of, read_past, source_of
from bnsim.spec.document import Document
from bnsim.ui.exporting.dialog import ExportDialog
from bnsim.ui.model import preferences
from bnsim.ui.model.export_choices import ExportChoices, keep_choices
from bnsim.ui.model.payloads import carrying_picture
from bnsim.ui.window.grabbing import drawn_for, grabbed
from bnsim.ui.window.main_window import MainWindow
from tests.ui.reading import compiled

Opener = Callable[..., MainWindow]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> Iterator[MainWindow]:
    preferences.update(folder=str(tmp_path))
    window = open_window(small)
    window.step("iteration")
    window.settle()
    yield window
    QGuiApplication.clipboard().clear()  # without a screen, Qt frees what is on it after Python has ended, and crashes


def click_panel(window: MainWindow, name: str) -> None:
    dock = next(dock for dock in window.panel_docks if dock.name == name)
    QTest.mouseClick(dock.panel.plot.viewport(), Qt.MouseButton.LeftButton)


def opened(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    """The dialog that the keys have opened, its preview drawn."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, CTRL_SHIFT)
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    return dialog


def choose(combo: QComboBox, value: str) -> None:
    combo.setCurrentIndex(combo.findData(value))


def test_keys_export_what_was_clicked_and_enter_writes_it(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    click_panel(window, "gamma_beta")
    dialog = opened(window, qtbot)
    shown = dialog.preview.sheet.picture.toImage()
    QTest.keyClick(dialog.form.format, Qt.Key.Key_Return)
    path = tmp_path / "gamma_beta.png"
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: window.exporting.dialog is None)
    assert QImage(str(path)).convertToFormat(shown.format()) == shown


def test_a_file_that_is_there_is_not_replaced_by_chance(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "gamma_beta.png").write_bytes(b"mine")
    click_panel(window, "gamma_beta")
    dialog = opened(window, qtbot)
    assert dialog.file.name.text() == "gamma_beta-2.png"
    dialog.file.name.setText("gamma_beta.png")
    asked: list[Path] = []
    dialog._ask_replace = lambda path: bool(asked.append(path))
    dialog.accept()
    assert asked == [tmp_path / "gamma_beta.png"]
    assert (tmp_path / "gamma_beta.png").read_bytes() == b"mine"


def test_an_ending_that_is_typed_is_the_format(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    click_panel(window, "gamma_beta")
    dialog = opened(window, qtbot)
    dialog.file.name.selectAll()
    QTest.keyClicks(dialog.file.name, "sub/run v1.2.svg")
    assert dialog.choices.format == "svg"
    assert dialog.place == tmp_path / "sub" / "run v1.2.svg"
    choose(dialog.form.format, "pdf")
    assert dialog.place == tmp_path / "sub" / "run v1.2.pdf", "folders and other dots stay"
    dialog.file._ask_folder = lambda _: tmp_path / "other"
    dialog.file._browse()
    assert dialog.place == tmp_path / "other" / "run v1.2.pdf"


def test_what_is_chosen_is_drawn_and_kept_for_the_next(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    click_panel(window, "gradient_by_depth")
    dialog = opened(window, qtbot)
    before = dialog.preview.sheet.picture.size()
    choose(dialog.form.page, "half-slide")
    choose(dialog.form.theme, "dark")
    dialog.form.drawn["verdict"].click()
    qtbot.waitUntil(lambda: dialog.preview.sheet.picture.size() != before)
    choose(dialog.form.format, "svg")
    dialog.accept()
    path = tmp_path / "gradient_by_depth.svg"
    qtbot.waitUntil(path.exists)
    assert "vanishing" not in path.read_text(encoding="utf-8").split("</metadata>")[1]
    qtbot.waitUntil(lambda: window.exporting.dialog is None)
    again = opened(window, qtbot)
    assert again.choices.format == "svg"
    assert again.choices.style == dialog.choices.style
    assert again.choices.style.theme == "dark"
    again.reject()


def test_the_last_export_again_has_the_present_moment(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    click_panel(window, "gradient_by_depth")
    dialog = opened(window, qtbot)
    choose(dialog.form.format, "csv")
    dialog.accept()
    first = tmp_path / "gradient_by_depth.csv"
    qtbot.waitUntil(first.exists)
    qtbot.waitUntil(lambda: window.exporting.dialog is None)
    window.step("iteration")
    window.settle()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    second = tmp_path / "gradient_by_depth-2.csv"
    qtbot.waitUntil(second.exists)
    assert first.read_text() != second.read_text()


def test_a_copy_is_a_picture_a_drawing_and_the_numbers(window: MainWindow, qtbot: QtBot) -> None:
    # What the kernels' twins measure differs in last bits.
    qtbot.waitUntil(lambda: window.update_shown.frame is not None and window.update_shown.frame.kernels_ready)
    window.step("iteration")
    window.settle()
    click_panel(window, "gradient_by_depth")
    QGuiApplication.clipboard().setText("before")
    QTest.keyClick(window, Qt.Key.Key_C, CTRL_SHIFT)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage())
    mime = QGuiApplication.clipboard().mimeData()
    assert bytes(mime.data("image/png").data()).startswith(b"\x89PNG")
    assert b"<svg" in bytes(mime.data("image/svg+xml").data())
    head, first, *_ = mime.text().splitlines()
    figure = bn.figures.gradient_by_depth(compiled(window))
    columns = figure.data()
    assert head.split("\t") == list(columns)
    np.testing.assert_array_equal([float(cell) for cell in first.split("\t")], [each[0] for each in columns.values()])


def test_a_place_that_cannot_be_written_is_told_in_the_dialog(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    click_panel(window, "gamma_beta")
    dialog = opened(window, qtbot)
    dialog.file._folder = tmp_path / "no such folder"
    dialog.accept()
    qtbot.waitUntil(lambda: dialog.problem.isVisible())
    assert str(tmp_path / "no such folder") in dialog.problem.text()
    assert dialog.problem.text().count(".") <= 3
    assert "\n" not in dialog.problem.text()
    assert dialog.write.isEnabled()
    dialog.reject()


def test_the_window_is_pictured_at_twice_its_size(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.ui.window import dialogs

    path = tmp_path / "window.png"
    monkeypatch.setattr(dialogs, "ask_export", lambda *_: path)
    window.actions_by_name["export.window"].trigger()
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: not window.exporting.background.busy)
    assert QImage(str(path)).size() == 2 * window.size()


def test_lines_and_words_are_as_wide_and_as_sharp_in_the_picture_of_the_window(window: MainWindow) -> None:
    compiled(window)
    plot = next(dock.panel.plot for dock in window.panel_docks if dock.name == "gradient_by_depth")
    assert plot.isVisible()
    lane = QColor(load_theme(window.canvas.card_style.theme.name).color("lane0")).getRgb()[:3]
    items = [*window.canvas.scene().items(), *plot.scene().items()]
    modes = [item.cacheMode() for item in items]

    def ink(picture: QPixmap, scale: float) -> int:
        """How many pixels of the plot have the color of the first lane."""
        area = QRect(plot.mapTo(window, QPoint()) * scale, plot.size() * scale)
        image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888).copy(area)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
        return int((np.abs(pixels.astype(int) - lane).sum(axis=2) < 60).sum())

    picture = grabbed(window, 2.0)
    on_screen = ink(window.grab(), 1.0)
    assert on_screen > 0
    assert ink(picture, 2.0) > 3.2 * on_screen  # four times the pixels; half as wide, lines would have twice as many
    assert [item.cacheMode() for item in items] == modes
    assert window.canvas.card_style.ratio == 1.0
    card = next(item for item in items if item.cacheMode() == item.CacheMode.DeviceCoordinateCache)
    with drawn_for(window, 2.0):
        assert card.cacheMode() == card.CacheMode.NoCache  # else words of cards are those of the screen, enlarged


def test_menus_say_what_would_be_exported(window: MainWindow) -> None:
    click_panel(window, "gamma_beta")
    assert window.actions_by_name["export.export"].text() == "&Export “Gamma and beta”…"
    assert not window.actions_by_name["export.again"].isEnabled()


def test_the_canvas_and_the_time_line_are_exported_as_diagrams(window: MainWindow) -> None:
    window.canvas.setFocus()
    assert window.state.now.exports == "Canvas"
    drawn = window.canvas.exportable().make
    assert drawn is not None
    assert isinstance(drawn(), Diagram)
    window.timeline.setFocus()
    assert window.state.now.exports == "Time line"
    line = window.timeline.exportable()
    assert line is not None
    assert line.make is not None
    assert isinstance(line.make(), Diagram)


def test_a_file_carries_the_moment_unless_it_is_not_to(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from bnsim.plot.writers.carrying import carried_in

    for attaches in (True, False):
        click_panel(window, "gamma_beta")
        dialog = opened(window, qtbot)
        dialog.form.attaches.setChecked(attaches)
        path = dialog.place
        dialog.accept()
        qtbot.waitUntil(path.exists)
        qtbot.waitUntil(lambda: window.exporting.dialog is None)
        assert bool(carried_in(path)) == attaches


def test_a_handle_drags_the_picture_out(
    window: MainWindow, small: bn.Experiment, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[tuple[bytes, Path]] = []

    def drop(drag: QDrag, *_: object) -> Qt.DropAction:
        mime = drag.mimeData()
        dropped.append((bytes(mime.data("image/png").data()), Path(mime.urls()[0].toLocalFile())))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    handle = next(dock for dock in window.panel_docks if dock.name == "gamma_beta").handle
    handle.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton)
    QTest.mouseMove(handle, handle.rect().center() + QPoint(60, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dropped))
    qtbot.waitUntil(lambda: not handle.testAttribute(Qt.WidgetAttribute.WA_UnderMouse))  # it was dropped elsewhere
    png, path = dropped[0]
    assert png.startswith(b"\x89PNG")
    assert path.name == "gamma_beta.png"
    assert path.read_bytes() == png
    assert read_past(path).document.experiment == small
    window.close()
    assert not path.exists()


def test_the_panel_of_a_sweep_is_served_as_well(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.sweeps.dialog.panel
    panel.show_figure(bn.figures.gradient_by_depth(compiled(window)))
    QGuiApplication.clipboard().setText("before")
    panel.copy_action.trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage())


def test_the_menu_of_a_format_writes_in_the_style_that_was_chosen(
    window: MainWindow, small: bn.Experiment, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = bn.figures.gradient_by_depth(compiled(window))
    style = replace(STYLES["half-slide"], theme="dark", caption=True, source=True)
    keep_choices(ExportChoices("png", style))
    panel = next(dock for dock in window.panel_docks if dock.name == "gradient_by_depth").panel
    for folder in ("here", "nowhere"):
        path = tmp_path / folder / "it.svg"
        monkeypatch.setattr(window.exporting._ask, "ask_export", lambda *_, path=path: path)
        (tmp_path / "here").mkdir(exist_ok=True)
        panel.export_actions["svg"].trigger()
        qtbot.waitUntil(lambda: window.messages.message.text().startswith(("Saved", "Cannot")))
        said = window.messages.message.text()
        assert said.startswith("Saved" if folder == "here" else f"Cannot write {path}: no such file or directory")
    written = tmp_path / "here" / "it.svg"
    source = source_of(Document(experiment=small))
    assert source in written.read_text(encoding="utf-8")
    past = read_past(written)
    wanted = render(figure, "svg", style=style, carried=carried(past))
    assert written.read_bytes() == wanted


def test_a_copied_picture_brings_its_moment_back_where_it_is_pasted(
    window: MainWindow, open_window: Opener, small: bn.Experiment, qtbot: QtBot
) -> None:
    moment = compiled(window).moment
    QGuiApplication.clipboard().setText("before")
    click_panel(window, "gamma_beta")
    window.exporting.copy()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage())
    other = open_window()
    other.actions_by_name.run("edit.paste")
    other.settle()
    assert other.document.experiment == small
    assert compiled(other).moment == moment
    assert other.messages.message.text().startswith("Opened the picture: at the end of iteration 1")
    assert other.document.name == "untitled"


def test_a_picture_that_another_program_drags_brings_its_moment_back(
    open_window: Opener, small: bn.Experiment, qtbot: QtBot
) -> None:
    session = bn.Session(small)
    session.run(3)
    figure, past = bn.figures.gradient_by_depth(session), past_of(session)
    other = open_window()
    for what in (b"\x89PNG\r\n\x1a\n", render(figure, "png", carried=carried(past))):
        mime = QMimeData()
        mime.setData("image/png", what)
        drop_on(other.canvas.viewport(), mime)
    other.settle()
    qtbot.waitUntil(lambda: other.document.experiment == small)
    assert compiled(other).moment == past.moment


def test_a_picture_is_dropped_anywhere_on_the_window(
    window: MainWindow, small: bn.Experiment, qtbot: QtBot, tmp_path: Path
) -> None:
    bn.figures.gradient_by_depth(bn.Session(small)).save(
        tmp_path / "it.svg", carried=carried(past_of(bn.Session(small)))
    )
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "it.svg"))])
    panel = next(dock.panel for dock in window.panel_docks if dock.seen)
    for widget in (panel.plot.viewport(), window.timeline, window.menuBar()):
        window.messages.notice(Notice("before"))
        drop_on(widget, mime)
        qtbot.waitUntil(lambda: window.messages.message.text() == "Opened it.svg: at its start, to the bit")
        assert window.document.name == "it.svg"


def test_what_cannot_run_is_exported_and_carries_its_document(
    window: MainWindow, small: bn.Experiment, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = replace(small, stacks=tuple(replace(stack, layers=()) for stack in small.stacks))
    window.document.push(broken, "empty")
    window.settle()
    QGuiApplication.clipboard().setText("before")
    window.exporting.copy_of(window.canvas)
    qtbot.waitUntil(lambda: carrying_picture(QGuiApplication.clipboard().mimeData()) is not None)
    picture = carrying_picture(QGuiApplication.clipboard().mimeData())
    assert picture is not None
    assert past_in(picture.format, picture.content, "it").document.experiment == broken


def drop_on(widget: QWidget, mime: QMimeData) -> None:
    where = widget.rect().center()
    kinds = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, *kinds)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(where), *kinds))
