"""Texts are looked up in the catalog of a language; German has all of them, and a window in it has room for them."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionTab

import bnsim as bn
from bnsim.plot.diagram import Diagram, Words
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Series
from bnsim.plot.speaker import words_now
from bnsim.plot.style import STYLES
from bnsim.plot.theme import load_theme
from bnsim.session.frame import CardFrame
from bnsim.spec import languages
from bnsim.spec.languages import catalog_of
from bnsim.spec.phrases import joined, phrase
from bnsim.ui import language
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.charts.measuring import MeasuringStrip
from bnsim.ui.commands.menus import MENUS, Entry
from bnsim.ui.commands.table import BY_NAME, TABLE
from bnsim.ui.exporting.background import Background
from bnsim.ui.language import Catalog, spoken_by, tr
from bnsim.ui.model import preferences
from bnsim.ui.model.exportable import Exportable, Film
from bnsim.ui.timeline.painting import Labels
from bnsim.ui.views.norm_axes import axes_diagram
from tests.ui.window.cut_text import cut

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow
    from bnsim.ui.window.side_dock import SideDock

Opener = Callable[..., "MainWindow"]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The tool for translators."""
    path = Path(__file__).parents[2] / "packaging" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(made)
    sys.path[:] = before
    return made


def test_german_has_every_text_and_no_other(messages: ModuleType) -> None:
    assert messages.problems(catalog_of("de")) == []


@pytest.mark.usefixtures("german")
def test_what_is_written_in_another_thread_is_in_the_language_of_the_window(qtbot: QtBot) -> None:
    background, told, made = Background(), [], phrase("{axis} (logarithmic)", axis="y")
    background.ask("head", lambda: words_now(made), told.append, told.append)
    qtbot.waitUntil(lambda: bool(told))
    background.close()
    assert told == ["y (logarithmisch)"]


def test_the_tool_finds_what_is_wrong_with_a_catalog(messages: ModuleType) -> None:
    wrong = dict(catalog_of("de"))
    del wrong["&File"]
    wrong |= {"said by nobody": "von niemandem gesagt", "Preview {0}": "Vorschau", "&Edit": "Bearbeiten"}
    wrong["Show {0}"] = "{0{0} zeigen"
    told = "\n".join(messages.problems(wrong))
    assert "missing: '&File'" in told
    assert "not said any more: 'said by nobody'" in told
    assert "other places than in 'Preview {0}'" in told
    assert "an access key in one of them alone: '&Edit'" in told
    assert "a brace that nothing ends, or begins" in told
    assert len(told.split("\n")) == 5


def test_all_that_actions_and_menus_say_is_looked_up(messages: ModuleType) -> None:
    texts = messages.texts()
    said = {words for action in TABLE for words in (action.text, action.tip, action.why)}
    assert {words for words in said if any(letter.isalpha() for letter in words)} <= texts
    assert {title for title, _ in MENUS} <= texts
    assert len(texts) > 900


def test_what_is_put_together_is_translated_by_its_parts() -> None:
    catalog = Catalog({"in “{0}”": "in „{0}“", "Set {0} {1}…": "{1} {0} setzen…", "depth": "Tiefe"})
    assert catalog.said("Set depth in “a”…") == "in „a“ Tiefe setzen…"
    assert catalog.said("Set") is None
    assert catalog.translate("other", "depth") is None


def test_a_figure_is_told_in_the_language_and_keeps_the_names_of_its_numbers(german: None) -> None:
    lane = phrase("{line}, fitted", line="plain")
    line = Series(lane, np.array([1.0, 2.0]), np.array([1.0, 2.0]), "lane0", label=phrase("theory"))
    verdict = joined(" · ", (phrase("{factor} a layer", factor="×0.5"), "loss"))
    label = phrase("weight layer, counted from the input")
    figure = Figure("f", phrase("Gradient by depth"), verdict, Axis(label), Axis("‖∂L/∂z‖"), (line,))
    told = language.told(figure)
    assert (figure.verdict, told.verdict) == ("×0.5 a layer · loss", "×0.5 je Schicht · loss")
    assert (told.title, told.x.label) == ("Gradient nach Tiefe", "Gewichtsschicht, von der Eingabe an gezählt")
    assert told.series[0].label == "Theorie"
    assert list(told.data()) == ["plain, fitted.x", "plain, fitted"]
    assert language.told_words(told.series[0].name) == "plain, angepasst"


def test_a_figure_in_english_is_itself(qapp: QApplication) -> None:
    figure = Figure("f", phrase("Gradient by depth"), "", Axis("x"), Axis("y"))
    assert language.told(figure) is figure


def test_words_of_a_diagram_are_told_before_they_are_placed(german: None) -> None:
    told = Exportable("axes", "", axes_diagram).picture(STYLES["slide"])
    assert isinstance(told, Diagram)
    assert told.title == "Worüber Normalisierungen mitteln"
    assert "über den Batch, für jedes Merkmal" in [each.text for each in told.shapes if isinstance(each, Words)]
    assert axes_diagram().title == "What normalizations average over"


def test_a_film_is_in_the_language_of_the_window(german: None) -> None:
    figure = Figure("f", phrase("Gradient by depth"), phrase("iteration {number}", number="3"), Axis("x"), Axis("y"))
    (made,) = Film("", lambda session, most, report: [figure]).pictures(None, 1, print, STYLES["slide"])
    assert isinstance(made, Figure)
    assert made.verdict == "Iteration 3"


def test_words_of_figures_that_are_no_phrases_are_found(messages: ModuleType) -> None:
    source = 'raise InputError("not read by a figure")\nx = phrase("a text"), f"{name} is zero", "weight"\nphrase(x)\n'
    assert list(messages.unmarked_in("f.py", ast.parse(source))) == [
        "no phrase: ' is zero', f.py line 2",
        "not written out: x, f.py line 3",
    ]


def test_what_no_template_has_is_translated_clause_by_clause() -> None:
    catalog = Catalog({"{0} of {1}": "{0} von {1}", "up {0}, by {1}{2}.": "{0} hinauf um {1}{2}.", " at a": " an a"})
    assert catalog.said("3 of 4; 5 of 6.") == "3 von 4; 5 von 6."
    assert catalog.said("3 of all that has more words than a name") is None
    assert catalog.said("no word of what is said here is in the catalog") is None


def test_numbers_and_what_is_known_by_less_than_half_stay() -> None:
    catalog = Catalog({"after {0} updates": "nach {0} Updates", "{0} {1} layers": "{1}: {0} Schichten", "yes": "ja"})
    assert catalog.said("after 1,200 updates; after 1.5e−3 updates") == "nach 1,200 Updates; nach 1.5e−3 Updates"
    assert catalog.said("3 deep layers") == "deep: 3 Schichten"
    assert catalog.said("what nobody has put into words, yes") is None


def test_a_place_that_touches_a_word_may_stay_empty() -> None:
    catalog = Catalog({"up {0}, by a lot{1}.": "{0} hinauf, sehr{1}.", " at a": " an a"})
    assert catalog.said("up b, by a lot.") == "b hinauf, sehr."
    assert catalog.said("up b, by a lot at a.") == "b hinauf, sehr an a."


def test_texts_of_rooms_without_qt_are_found(messages: ModuleType) -> None:
    found = sorted({*messages.room_texts.texts_in(ast.parse(SOURCE))})
    assert found == ["Only {0} is said.", "down", "in words", "it goes {0}", "up or", "{0} step", "{0} steps"]


SOURCE = """
'A docstring of a module.'
KEYS = {"a key": "in words"}
def f(way: Literal["no text"]) -> str:
    'A docstring.'
    if way == "no text":
        raise InputError("No such way.")
    return f"it goes {'up or' if way else 'down'}" + counted(3, "step") + KEYS["a key"] + "word" + r"\\frac a b"
    return f"Only {counted} is said.", f"list.{name}", f"<b>{way}</b> {way}"
"""


def test_the_system_chooses_a_language_there_is() -> None:
    assert spoken_by("de") == "de"
    assert spoken_by("system") in ("en", "de")
    assert catalog_of("en") == {}


def test_no_two_german_entries_of_a_menu_share_an_access_key(german: None) -> None:
    def keys(content: tuple[Entry, ...]) -> Iterator[str]:
        for entry in content:
            text = entry[0] if isinstance(entry, tuple) else BY_NAME[entry].text if entry in BY_NAME else entry
            said = tr(text).replace("&&", "")
            if "&" in said:
                yield said[said.index("&") + 1].lower()

    def menus(title: str, content: tuple[Entry, ...]) -> Iterator[tuple[str, list[str]]]:
        yield title, list(keys(content))
        for entry in content:
            if isinstance(entry, tuple):
                yield from menus(*entry)

    twice = {
        title: sorted({key for key in found if found.count(key) > 1})
        for top, content in MENUS
        for title, found in menus(top, content)
    }
    assert {title: found for title, found in twice.items() if found} == {}
    assert len({tr(title).split("&")[1][0] for title, _ in MENUS}) == len(MENUS)


@pytest.mark.parametrize("every", [0, 1_000])
def test_how_often_is_measured_is_seen_whole_in_german(qtbot: QtBot, german: None, every: int) -> None:
    strip = MeasuringStrip("some")
    qtbot.addWidget(strip)
    strip.set_every(every)
    strip.show()
    line = strip.box.lineEdit()
    assert line.text() in ("bei einer Pause", "alle 1,000")
    assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width() - line.textMargins().left()


def test_what_stands_on_a_card_is_in_the_language(qapp: QApplication, german: None) -> None:
    card = CardItem(CanvasStyle(load_theme("light"), QFont()))
    card.set_face(Face(7, "ReLU", "", "activation", "", 0), "card")
    for note, words in {phrase("{share} zero", share="50 %"): "50 % null", "σ² 0.158": "σ² 0.158"}.items():
        card.set_live(CardFrame(7, (8, 8), has_value=True, density=np.ones(4), note=note), None, None)
        assert words in card.words().splitlines()


def test_the_time_line_has_room_for_the_name_of_its_axis(qapp: QApplication, german: None) -> None:
    labels = Labels(load_theme("light"))
    beside = labels.left - 16  # as it is painted
    assert max(QFontMetricsF(labels.small).horizontalAdvance(tr(name)) for name in ("loss", "loss, log")) <= beside


def cut_tabs(dock: SideDock) -> list[str]:
    """Words of tabs that are cut, by the edge of their tab or of the dock."""
    bar = dock.tabs.tabBar()
    found = []
    for at in range(bar.count()):
        option = QStyleOptionTab()
        bar.initStyleOption(option, at)
        room = bar.style().subElementRect(QStyle.SubElement.SE_TabBarTabText, option, bar)
        needed = bar.fontMetrics().horizontalAdvance(option.text)
        if room.width() < needed or bar.tabRect(at).right() >= dock.width():
            found.append(option.text)
    return found


def test_a_window_in_german_has_room_for_its_words(open_window: Opener, small: bn.Experiment, german: None) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    window.selection.set([small.stacks[1].layers[1].id])
    for _ in range(3):
        window.step("layer")
        window.settle()
        QApplication.processEvents()
    assert window.actions_by_name["edit.undo"].text() == "&Rückgängig"
    assert window.actions_by_name["lane.duplicate"].text() == "Bahn „with BN“ &duplizieren"
    assert [action.text() for action in window.menuBar().actions()][:2] == ["&Datei", "B&earbeiten"]
    tabs = window.docks.right.tabs
    assert [tabs.tabText(at) for at in range(tabs.count())] == [
        "Gleichung",
        "Tensor",
        "Röntgen",
        "Warum",
        "Schicht",
    ]
    for wide in (333, 358, 375, 420, 362, 340):  # there and back over the width from which tabs stand closer
        window.resizeDocks([window.docks.right], [wide], Qt.Orientation.Horizontal)
        QApplication.processEvents()
        for dock in (window.docks.left, window.docks.right):
            assert cut_tabs(dock) == []
    assert window.panel_docks[0].windowTitle() == "Gradient nach Tiefe"
    panel = window.panel_docks[0].panel
    assert panel.verdict.words == "Noch kein Gradient: in den Rückwärtslauf gehen"
    assert panel.plot.plotItem.getAxis("bottom").labelText.startswith("Gewichtsschicht")
    assert list(cut(window)) == []
    for width in (1024, 1680):
        window.resize(width, 720)
        QApplication.processEvents()
        assert [line for line in cut(window) if "transport" in line] == []


def test_the_language_is_chosen_for_the_next_start(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    assert window.actions_by_name["view.language.en"].isChecked()
    window.actions_by_name["view.language.de"].trigger()
    assert preferences.load().language == "de"
    assert "next start" in window.messages.message.text()
    assert window.actions_by_name["edit.undo"].text() == "&Undo"
    assert QCoreApplication.instance().property(language.SPOKEN) == "en"  # type: ignore[union-attr]


@pytest.mark.parametrize("damaged", [None, b"", b"[]", b'{"a": 1}', b"\xff"])
def test_without_its_catalog_a_german_window_is_english_and_says_so(
    damaged: bytes | None, open_window: Opener, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def catalog(name: str) -> Path:
        if damaged is None:
            raise FileNotFoundError(name)
        (tmp_path / "de.json").write_bytes(damaged)
        return tmp_path / "de.json"

    app = QCoreApplication.instance()
    assert app is not None
    monkeypatch.setattr(languages, "resource", catalog)
    preferences.update(language="de")
    app.setProperty(language.SPOKEN, None)
    window = open_window(small)
    assert app.property(language.SPOKEN) == "en"
    assert window.actions_by_name["edit.undo"].text() == "&Undo"
    said = "The file with bnsim's texts in this language is missing or damaged; reinstall it."
    assert window.messages.message.text() == said
