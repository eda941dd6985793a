"""View > Text size: all text follows at once, is remembered, and has its room in a small window up to half as large."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QDialog, QWidget

import bnsim as bn
from bnsim.lessons.papers import papers
from bnsim.plot.theme import screen_theme
from bnsim.spec.languages import Language, catalog_of
from bnsim.ui.language import Catalog
from bnsim.ui.model import preferences
from bnsim.ui.theme import style
from bnsim.ui.theme.choice import TEXT_SIZES, nearest_size
from bnsim.ui.views.equation.view import EquationView
from tests.ui.everything import bring_up_all
from tests.ui.marked_texts import beside, has_words, marked, said_in
from tests.ui.stage.type_sizes import fonts_of
from tests.ui.window.cut_text import cut, cut_in, every_kind, still_cut

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
SMALL = (1280, 720)
LOOKED_UP = 0.97
"""At least so much of what the window says is in its language; the rest are names."""


def test_every_size_of_type_of_the_style_sheet_follows() -> None:
    named = re.findall(r"font-size: \{size_(\w+)\}", inspect.getsource(style))
    assert len(set(named)) > 5
    sizes = [(name, name.replace("_", "-")) for name in sorted(set(named))]
    usual, large = screen_theme("light"), screen_theme("light", text=1.5)
    assert [name for name, size in sizes if large.size(size) < 1.4 * usual.size(size)] == []


def test_keys_change_the_size_of_all_text_at_once(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    window.resize(*SMALL)
    before, card = fonts_of(window), window.canvas.card_style.title_font.pixelSize()
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for _ in range(3):
        qtbot.keyClick(window.canvas, Qt.Key.Key_Plus, control)
    QApplication.processEvents()
    assert window.state.now.text_size == 150
    assert window.actions_by_name["view.text150"].isChecked()
    after = fonts_of(window)
    grown = {name: after[name] / pixels for name, pixels in before.items() if name in after}
    assert len(grown) > 20
    low = {name for name, by in grown.items() if not 1.4 <= by <= 1.6}
    assert {name for name in low if ".plot" not in name or grown[name] < 1} == set()  # a low plot has no room for more
    assert window.canvas.card_style.title_font.pixelSize() == 1.5 * card
    assert preferences.load().text_size == 150
    qtbot.keyClick(window.canvas, Qt.Key.Key_Minus, control)
    assert window.state.now.text_size == 125
    qtbot.keyClick(window.canvas, Qt.Key.Key_0, control)
    QApplication.processEvents()
    assert {name: size for name, size in fonts_of(window).items() if before.get(name, size) != size} == {}
    for percent in TEXT_SIZES:
        window.looks.choose_text_size(percent)
    assert not window.actions_by_name["view.largerText"].isEnabled()


@pytest.fixture
def marked_german(qapp: QApplication, german: None) -> None:
    """The window speaks German, each text of the catalog between marks that have no width."""
    qapp.installTranslator(Catalog(marked(catalog_of("de")), qapp))


def test_in_german_and_half_as_large_again_nothing_is_cut_and_nothing_is_english(
    open_window: Opener, tmp_path: Path, marked_german: None
) -> None:
    window = open_window(every_kind())
    found, said = looked_through(window, SMALL, 150, tmp_path)
    assert found == [], "\n".join(found)
    titles = [paper.title for paper in papers("de").values()]  # of files of their own, not of the catalog
    ours = {said_so: name for said_so, name in said.items() if not any(title in said_so[1] for title in titles)}
    english = sorted(f"{name}, {kind}: {text!r}" for (kind, text), name in ours.items() if beside(text))
    share = 1 - len(english) / len(ours)
    assert share > LOOKED_UP, "\n".join([f"{share:.3f} is looked up", *english])


def test_in_the_largest_text_a_small_window_has_room_for_a_list(open_window: Opener) -> None:
    window = open_window(every_kind())
    window.resize(*SMALL)
    for row in (window.findings_row, window.watches_row):
        window.looks.choose_text_size(100)
        row.toggle()
        QApplication.processEvents()
        assert window.timeline.isVisible()
        window.looks.choose_text_size(200)
        QApplication.processEvents()
        assert window.timeline.isHidden()
        assert window.size().toTuple() == SMALL
        row.toggle()
        assert window.timeline.isVisible()
    for row in (window.findings_row, window.watches_row):
        row.toggle()
        QApplication.processEvents()
        assert window.size().toTuple() == SMALL
    assert not window.findings_row.is_open  # one at a time


def test_in_german_in_the_largest_text_the_equation_and_the_findings_fit_a_small_window(
    open_window: Opener, german: None
) -> None:
    window = open_window(bn.default_experiment())
    window.resize(*SMALL)
    window.looks.choose_text_size(200)
    window.step("iteration")
    window.settle()
    window.shelf.bring_up("equation")
    window.findings_row.toggle()
    QApplication.processEvents()
    assert window.size().toTuple() == SMALL
    findings = window.findings_row.list
    assert findings.go_button.isHidden()
    findings.rules_menu.aboutToShow.emit()
    entries = [action.objectName() for action in findings.rules_menu.actions()]
    assert entries[:3] == ["findings.go.entry", "findings.fork.entry", "findings.why.entry"]
    window.looks.choose_text_size(100)
    QApplication.processEvents()
    assert findings.go_button.isVisible()
    findings.rules_menu.aboutToShow.emit()
    assert "findings.go.entry" not in [action.objectName() for action in findings.rules_menu.actions()]


@pytest.mark.long
@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("size", [SMALL, (1920, 1080)])
@pytest.mark.parametrize("spoken", ["en", "de"])
def test_nothing_is_cut_at_any_size_of_text_in_any_language(
    open_window: Opener,
    tmp_path: Path,
    speak: Callable[[Language], None],
    spoken: Language,
    size: tuple[int, int],
    percent: int,
) -> None:
    speak(spoken)
    found, _ = looked_through(open_window(every_kind()), size, percent, tmp_path)
    assert found == [], "\n".join(found)


def looked_through(
    window: MainWindow, size: tuple[int, int], percent: int, folder: Path
) -> tuple[list[str], dict[tuple[str, str], str]]:
    """What is cut, or larger than its screen, of all that a window can bring up; and who says what, as what."""
    window.resize(*size)
    window.looks.choose_text_size(percent)
    found: list[str] = []
    said: dict[tuple[str, str], str] = {}
    for what in bring_up_all(window, folder):
        # Several lists at once, each of which has room, ask for more.
        lists = (window.findings_row.list, window.watches_row.list, window.scaler, window.problems)
        several = sum(each.isVisible() for each in lists) > 1
        if window.size().toTuple() != size and not several:
            found.append(f"{what}: the window is {window.size().toTuple()}")
        in_window = still_cut(window, equation_of(window)) if what != "the window" else list(cut(window))
        found += [f"{what}: {words}" for words in in_window]
        for dialog in dialogs():
            found += [f"{what}: {words}" for words in cut_in(dialog)]
            if not several and (dialog.width() > size[0] or dialog.height() > size[1]):
                found.append(f"{what}: the dialog is {dialog.size().toTuple()}")
        for top in (window, *dialogs()):
            said |= {(kind, text): name for name, kind, text in said_in(top) if has_words(text) and is_ours(name)}
    return found, said


def is_ours(name: str) -> bool:
    """Whether what a widget says is the window's: no formula, name of a font, or what is told in lessons and papers."""
    others = ("export.font", "export.folder", "export.text", "lessons", "papers")
    return not name.startswith(others) and not name.endswith("/Mathematics")


def equation_of(window: MainWindow) -> EquationView:
    """The equation view, whose formulas are laid out a moment after they have come."""
    view = window.shelf.view("equation")
    assert isinstance(view, EquationView)
    return view


def dialogs() -> list[QWidget]:
    """The dialogs that are open."""
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, QDialog) and top.isVisible()]


def test_a_lecture_hall_has_its_own_type_or_a_larger_one() -> None:
    hall, own = screen_theme(projected=True), screen_theme(text=2.0)
    both = screen_theme(text=2.0, projected=True)
    assert all(both.size(name) >= hall.size(name) for name in hall.sizes)
    assert both.size("text") == own.size("text") == 26
    assert screen_theme(text=0.8, projected=True).sizes == hall.sizes
    assert both.size("hairline") == hall.size("hairline")
    assert {name for name in own.sizes if name.startswith("figure-") and own.size(name) != hall.size(name)} == set()


def test_the_nearest_size_that_can_be_chosen() -> None:
    assert [nearest_size(percent) for percent in (1, 100, 130, 1000)] == [80, 100, 125, 200]
    assert [nearest_size(100, 1), nearest_size(200, 1), nearest_size(80, -1)] == [110, 200, 80]


def test_a_size_nobody_can_choose_in_the_file_is_taken_as_the_nearest(
    open_window: Opener, small: bn.Experiment
) -> None:
    preferences.update(text_size=137)
    window = open_window(small)
    assert QFontInfo(window.font()).pixelSize() > 0
    assert window.state.now.text_size in TEXT_SIZES
