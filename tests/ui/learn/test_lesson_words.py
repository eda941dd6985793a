"""What a lesson's page says of an answer and of a task is in the language of the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.decks import lesson_writing
from bnsim.lessons.lesson import Prediction, Stage, Task
from bnsim.lessons.nearness import of_choice, of_curve, of_number
from bnsim.lessons.shipped import lesson_of
from bnsim.lessons.standing import stand
from bnsim.lessons.tasks import state
from bnsim.plot.diagram import Words
from bnsim.plot.speaker import speaking, words_now
from bnsim.spec.phrases import phrase
from bnsim.ui.catalog import speaker_of
from bnsim.ui.learn.lesson.prediction import PredictionBox
from bnsim.ui.learn.lesson.task import TaskBox
from bnsim.ui.window import lesson_making
from bnsim.ui.window.lesson_drawing import draw_step


def test_how_near_an_answer_is_is_told_in_german(german: None) -> None:
    asked = Prediction(kind="choice", ask="?", options=("eins", "zwei"), right=2, claim="two", reveal="Zwei.")
    box = PredictionBox(asked, str)
    rising = np.linspace(0.0, 1.0, 5)
    for answer, verdict, words in (
        (1, of_choice(1, 2, ("eins", "zwei")), "✗  Nein. Richtig ist: zwei"),
        (2, of_choice(2, 2, ("eins", "zwei")), "✓  Ja."),
        (None, of_number(0.02, 0.236, 1.5), "✗  Nicht nah dran: zu klein um den Faktor 12."),
        (None, of_number(1.0, 1e-12, 1.5), "✗  Nicht nah dran: zu groß um 12 Zehnerpotenzen."),
        (None, of_curve(rising[::-1].copy(), rising, 2.0, log=False), "Ihre Kurve fällt, die gemessene steigt."),
    ):
        box.show_answer(answer, verdict)
        assert words in box.verdict.text()


def test_what_is_drawn_of_a_lesson_is_in_german(german: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn = []

    def written(*arguments: object) -> tuple[Path, Path, Path]:
        drawn.append(words_now(phrase("running values")))
        return tmp_path, tmp_path, tmp_path

    monkeypatch.setattr(lesson_writing, "write_lesson", written)
    lesson_making.made(lesson_of("15", "de"), tmp_path / "talk.pdf", "light", lambda done, total: None)
    assert drawn == ["laufende Werte"]


def test_an_equation_of_a_step_is_drawn_in_german(small: bn.Experiment) -> None:
    session = bn.Session(small)
    stage = Stage(view="equation", at="layer: with BN, BatchNorm 1", point="operation: mean")
    stand(session, stage)
    with speaking(speaker_of("de")):
        diagram = draw_step(session, stage)
    session.close()
    told = {shape.text for shape in diagram.shapes if isinstance(shape, Words)}
    assert {"BatchNorm 1  ·  ▶ vorwärts", "Mittelwert"} <= told


def test_how_a_task_stands_is_told_in_german(small: bn.Experiment, german: None) -> None:
    session = bn.Session(small)
    box = TaskBox(Task(say="Tun Sie etwas.", condition="loss > 100"), str)
    box.show_state(False, state(session, "loss > 100").words)
    assert box.how.text() == "loss ist noch nicht berechnet."
    session.run(1)
    box.show_state(False, state(session, "loss > 100").words)
    assert " in „with BN“; es muss > 100 sein." in box.how.text()
    session.close()
