"""A lesson that somebody writes: opened from a folder, read anew when its files change, made into files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog

import bnsim as bn
from bnsim.lessons.numbers import id_of
from bnsim.ui.window import lesson_files, lesson_making
from tests.ui.reading import settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
LESSON = """+++
title = "A lesson of one's own"
question = "It is so."
hook = "Is it?"
closing = "It is {number}."
sources = ["Nobody."]
+++

# The first step

Some words.

```stage
experiment = "small"
figures = ["gradient by depth"]
at = "backward"
```

# The second step

More words.

```predict
kind = "number"
ask = "How many?"
claim = "number"
reveal = "It is {number}."
```
"""
CLAIMS = """
[number]
says = "the norm of the last gradient"
experiment = "small"
expression = 'norm(gradient["Linear 2"])'
low = 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "own-lesson"
    made.mkdir()
    (made / "lesson.md").write_text(LESSON, encoding="utf-8")
    (made / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    stack = bn.Stack(name="small", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2)))
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16, seed=1), stacks=(stack,)
    )
    bn.save(experiment, made / "small.bnsim")
    return made


@pytest.fixture
def window(open_window: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    made = open_window()
    monkeypatch.setattr(lesson_files, "ask_folder", lambda _parent, _folder: folder)
    made.actions_by_name["help.lessonFolder"].trigger()
    settled(made)
    return made


def test_what_is_written_is_shown_at_once_and_a_mistake_is_told(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    player = window.lessons.player
    assert player.lesson is not None
    assert window.windowTitle().startswith("Lesson: A lesson of one's own")
    (folder / "lesson.md").write_text(LESSON.replace("Some words.", "Other words."), encoding="utf-8")
    qtbot.waitUntil(lambda: player.lesson is not None and player.lesson.steps[0].prose == "Other words.")
    (folder / "lesson.md").write_text(LESSON.replace("at = ", "att = "), encoding="utf-8")
    qtbot.waitUntil(lambda: "att" in player.panel.noted)
    assert "line 16" in player.panel.noted
    assert player.lesson.steps[0].prose == "Other words."
    (folder / "lesson.md").write_text(LESSON, encoding="utf-8")
    qtbot.waitUntil(lambda: player.lesson is not None and player.lesson.steps[0].prose == "Some words.")
    assert not player.panel.noted


def test_a_formula_that_cannot_be_set_and_a_claim_that_does_not_hold_are_told(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    player = window.lessons.player
    (folder / "lesson.md").write_text(LESSON.replace("Some words.", r"So $\sgma(z)$."), encoding="utf-8")
    qtbot.waitUntil(lambda: r"there is no command \sgma" in player.panel.noted)
    (folder / "lesson.md").write_text(LESSON, encoding="utf-8")
    (folder / "claims.toml").write_text(CLAIMS.replace("low = 0", "low = 9"), encoding="utf-8")
    qtbot.waitUntil(lambda: "claims.toml: number is 0." in player.panel.noted)
    assert "not from 9." in player.panel.noted


def test_a_panel_about_a_layer_is_about_that_of_the_next_experiment_too(
    open_window: Opener, folder: Path, qtbot: QtBot
) -> None:
    figure = '{kind = "weights and gradients", layer = "Linear 2"}'
    text = LESSON.replace('"gradient by depth"', figure)
    second = '\n```stage\nexperiment = "other"\n```\n\n```predict'
    (folder / "lesson.md").write_text(text.replace("\n```predict", second), encoding="utf-8")
    layers = (bn.Linear(4), bn.Tanh(), bn.Linear(3), bn.Tanh(), bn.Linear(2))
    other = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(bn.Stack(name="other", layers=layers),))
    bn.save(other, folder / "other.bnsim")
    window = open_window()
    window.lessons.open(str(folder))
    settled(window)
    dock = next(dock for dock in window.panel_docks if dock.name == "weights_and_gradients")
    for _ in range(2):
        assert dock.panel.layer == id_of(window.document.experiment, "Linear 2")
        window.lessons.player.next_step()
        settled(window)


def test_answers_slides_a_handout_and_a_plan_become_files(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = window.lessons.player
    qtbot.waitUntil(lambda: not player.numbers.measuring)
    player.next_step()
    page = player.panel.page
    assert page is not None
    assert page.prediction is not None
    assert page.prediction.line is not None
    page.prediction.line.setText("three")
    page.prediction.line.textEdited.emit("three")
    page.prediction.submit()
    assert "no number" in page.prediction.problem.text()
    page.prediction.line.setText("1e-3")
    page.prediction.submit()
    assert not page.prediction.verdict.isHidden()
    answers = tmp_path / "answers.md"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(answers), ""))
    window.actions_by_name["lesson.answers"].trigger()
    assert "0.001" in answers.read_text(encoding="utf-8")
    slides = tmp_path / "talk.pptx"
    monkeypatch.setattr(lesson_making, "ask_slides", lambda _parent, _name: slides)
    window.actions_by_name["lesson.deck"].trigger()
    qtbot.waitUntil(lambda: player.making.progress is None)
    assert slides.stat().st_size > 10_000
    for beside in ("talk-handout.pdf", "talk-plan.pdf"):
        assert (tmp_path / beside).read_bytes().startswith(b"%PDF")
    assert "handout" in window.messages.message.text()


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ('figures = ["nope"]', "there is no figure 'nope'"),
        ('point = "card: Linear 9"', "there is no layer 'Linear 9'"),
        ('figures = [{kind = "gradient by depth", foo = "x"}]', "foo"),
    ],
)
def test_what_a_step_names_and_is_not_there_is_told_when_it_is_opened(
    open_window: Opener, folder: Path, instead: str, said: str
) -> None:
    (folder / "lesson.md").write_text(LESSON.replace('figures = ["gradient by depth"]', instead), encoding="utf-8")
    made = open_window()
    made.lessons.open(str(folder))
    settled(made)
    assert made.lessons.player.lesson is not None
    assert said in made.lessons.player.panel.noted


def test_a_lesson_is_called_so_in_the_language_of_the_window(german: None) -> None:
    from bnsim.lessons.shipped import lessons
    from bnsim.ui.window.lesson_stage import called

    names = [called(lesson) for lesson in lessons("de").values()]
    assert [name for name in names if not name.startswith("Lektion ")] == []


def test_links_in_its_folder_that_lead_nowhere_do_no_harm(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "lesson.md").write_text(LESSON.replace("Some words.", "Other words."), encoding="utf-8")
    player = window.lessons.player
    assert player.lesson is not None
    qtbot.waitUntil(lambda: player.lesson is not None and player.lesson.steps[0].prose == "Other words.")
