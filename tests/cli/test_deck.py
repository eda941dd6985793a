from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation

import bnsim as bn
from bnsim.cli import lesson_files, main
from bnsim.decks import lesson_pictures
from bnsim.plot.speaker import words_now
from bnsim.session.past import read_past
from bnsim.spec.phrases import phrase

Capture = pytest.CaptureFixture[str]


def test_it_writes_slides_of_the_figures_that_are_named(file: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "talk.pptx"
    assert main(["deck", file, "--iterations", "3", "--figure", "loss", "gradient_by_depth", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    slides = Presentation(path).slides
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert titles[:3] == ["small", "Loss", "Gradient by depth"]
    assert "Loss of each mini-batch" in slides[1].notes_slide.notes_text_frame.text


def test_the_same_experiment_is_the_same_bytes(file: str, tmp_path: Path) -> None:
    for name in ("one.pptx", "other.pptx"):
        arguments = ["deck", file, "--iterations", "2", "--figure", "loss", "--theme", "dark", "--quiet"]
        assert main([*arguments, "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.pptx").read_bytes() == (tmp_path / "other.pptx").read_bytes()


def test_a_saved_run_is_shown_as_it_stands(small: bn.Experiment, tmp_path: Path, capsys: Capture) -> None:
    session = bn.Session(small)
    session.run(5)
    session.save(tmp_path / "mine.bnrun")
    path = tmp_path / "talk.pptx"
    assert main(["deck", str(tmp_path / "mine.bnrun"), "--figure", "loss", "--quiet", "-o", str(path)]) == 0
    assert read_past(path).moment == session.moment
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(path).slides]
    assert titles[:2] == ["mine", "Loss"]
    assert main(["deck", str(tmp_path / "mine.bnrun"), "--iterations", "2", "--quiet", "-o", str(path)]) == 0
    assert "iteration 7 " in Presentation(path).slides[0].notes_slide.notes_text_frame.text
    assert main(["deck", str(tmp_path / "mine.bnrun"), "--seed", "2", "-o", str(path)]) == 2
    assert "with another seed: it has begun with its own" in capsys.readouterr().err


def test_another_ending_is_refused_before_the_training(file: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["deck", file, "-o", str(tmp_path / "talk.odp")]) == 2
    assert "Cannot write talk.odp: its name ends in none of .pptx, .tex, .pdf;" in capsys.readouterr().err


def test_what_is_drawn_of_a_lesson_is_in_its_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def pictures(*arguments: object) -> list[lesson_pictures.Pictures]:
        drawn.append(words_now(phrase("running values")))
        return []

    monkeypatch.setattr(lesson_pictures, "pictures", pictures)
    monkeypatch.setattr(lesson_files, "measurements_of", lambda lesson, quiet: {})
    for language in ("en", "de"):
        arguments = ["deck", "15", "--language", language, "--quiet", "-o", str(tmp_path / f"{language}.pptx")]
        assert main(arguments) == 0
    assert drawn == ["running values", "laufende Werte"]
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(tmp_path / "de.pptx").slides]
    assert titles[0] == "Train und Eval"


def test_only_a_lesson_has_a_language(file: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["deck", file, "--language", "de", "-o", str(tmp_path / "talk.pptx")]) == 2
    assert "Only a lesson is translated; leave --language out" in capsys.readouterr().err
