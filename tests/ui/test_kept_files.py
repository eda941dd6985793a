"""What stands in the files that bnsim keeps for itself stops nothing, whatever it is."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bnsim.lessons import shipped
from bnsim.spec.errors import InputError
from bnsim.spec.kept_json import is_text
from bnsim.ui.learn.start.recent import GONE, Recent
from bnsim.ui.model import pictures, preferences
from bnsim.ui.model.recovery import folder, left_work

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

DEEP = '{"more": ' + "[" * 99_999 + "]" * 99_999 + "}"


def test_too_much_inside_one_another_is_as_if_nothing_was_kept(tmp_path: Path) -> None:
    for path in (preferences.folder() / "preferences.json", pictures._place(tmp_path / "a.bnsim")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DEEP)
    assert preferences.load() == preferences.Preferences()
    assert pictures.kept(tmp_path / "a.bnsim") is None
    left = folder() / "unsaved" / "a.json"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text(DEEP)
    (work,) = left_work()
    assert work.work is None
    assert work.problem
    work.remove()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_not_waited_for() -> None:
    preferences.folder().mkdir(parents=True, exist_ok=True)
    (preferences.folder() / "preferences.json").unlink(missing_ok=True)
    os.mkfifo(preferences.folder() / "preferences.json")
    assert preferences.load() == preferences.Preferences()


def test_a_picture_with_values_that_have_no_logarithm_has_limits(tmp_path: Path) -> None:
    path = tmp_path / "picture.json"
    path.write_text('{"lines": [{"name": "a", "role": "lane1", "values": [0, -1, 1e-400, 10, null]}]}')
    picture = pictures.read(path)
    assert picture is not None
    assert picture.limits == (0.5, 1.5)


def test_a_file_whose_name_is_not_text_is_no_recent_one() -> None:
    assert not is_text("a\udcff.bnsim")
    assert is_text("ä😀.bnsim")
    preferences.add_recent(Path("/there/a.bnsim"))
    preferences.add_recent(Path("/there/\udcff.bnsim"))
    assert preferences.load().recent == (str(Path("/there/a.bnsim")),)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "9" * 5000])
def test_names_that_no_file_has(name: str, qtbot: QtBot) -> None:
    assert not shipped.is_lesson(name)
    with pytest.raises(InputError, match="There is no lesson"):
        shipped.lesson_of(name)
    from PySide6.QtWidgets import QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    recent = Recent(parent)
    recent.show_files([Path(name)], datetime.now())
    (row,) = recent.rows
    assert row.below == GONE


def test_a_formula_as_high_as_a_house_is_shown_as_it_is_written(qtbot: QtBot) -> None:
    from bnsim.ui.learn.lesson.formulas import outline

    assert outline(r"\rule{1cm}{1cm}", 16.0) is not None
    assert outline(r"\rule{1cm}{99999999cm}", 16.0) is None
