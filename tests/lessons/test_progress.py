"""What a learner did is kept, and becomes a file for the teacher."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bnsim.lessons import answers, progress
from bnsim.lessons.progress import Answer, Done
from bnsim.lessons.shipped import lessons
from bnsim.spec.errors import InputError
from bnsim.spec.languages import catalog_of
from bnsim.spec.phrases import joined, phrase

LESSON = lessons()["01-what-vanishing-means"]
STEPS = [step.title for step in LESSON.steps]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BNSIM_DATA_DIR", str(tmp_path / "deep" / "data"))
    return tmp_path / "deep" / "data"


def test_what_was_done_in_one_lesson_stays_beside_another() -> None:
    assert progress.done_in("a") == Done()
    done = Done().went_to("One").answered("One", Answer(option=2, near=True, when="2026-01-01T10:00")).went_to("Two")
    progress.keep("a", done)
    progress.keep("b", Done().did_task("Three").did_task("Three"))
    assert progress.done_in("a") == done
    assert (done.at, done.seen) == ("Two", ("One", "Two"))
    assert progress.load()["b"].tasks == ("Three",)
    progress.forget("a")
    assert progress.done_in("a") == Done()


def test_the_first_answer_counts() -> None:
    done = Done().answered("One", Answer(number=1.0)).answered("One", Answer(number=2.0))
    assert done.answers["One"].number == 1.0


def test_a_damaged_file_is_put_aside(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.mkdir(parents=True)
    (folder / progress.FILE).write_text("{", "utf-8")
    with caplog.at_level(logging.WARNING):
        assert progress.load() == {}
    progress.keep("a", Done(at="One"))
    assert progress.done_in("a").at == "One"
    assert (folder / "lessons.damaged.json").read_text("utf-8") == "{"


def test_a_folder_that_cannot_be_written_to_is_no_error(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.parent.mkdir()
    folder.write_text("a file", "utf-8")
    with caplog.at_level(logging.WARNING):
        progress.keep("a", Done(at="One"))
    assert "could not be kept" in caplog.text


def test_the_share_of_a_lesson_that_was_seen() -> None:
    assert progress.share_done(Done(seen=("A", "gone")), ("A", "B")) == 0.5
    assert progress.share_done(Done(), ()) == 0.0


def test_answers_are_a_file_for_the_teacher(tmp_path: Path) -> None:
    done = Done(tasks=(STEPS[6],)).went_to(STEPS[1])
    done = done.answered(STEPS[1], Answer(option=1, truth="Less than a billionth of it"))
    done = done.answered(STEPS[2], Answer(number=0.25, near=True, when="2026-01-01T10:00"))
    done = done.answered(STEPS[4], Answer(curve=((1.0, 0.1), (20.0, 1e-5))))
    answers.save(LESSON, done, {"five": "0.236"}, tmp_path / "answers.md", "Ada")
    text = (tmp_path / "answers.md").read_text("utf-8")
    assert text.startswith(
        "# What vanishing means: answers of Ada\n\n3 of 5 questions answered, 1 of them right or near"
    )
    assert "- answer: About the same (not near)\n- measured: Less than a billionth of it\n" in text
    assert "- answer: 0.25 (right or near)\n- measured: 0.236\n- when: 2026-01-01T10:00\n" in text
    assert "- answer: a curve through (1, 0.1), (20, 1.00 × 10⁻⁵) (not near)" in text
    assert "\n- not answered\n" in text
    assert text.endswith("- done\n")
    german = catalog_of("de")
    text = answers.text_of(LESSON, done, {"five": "0.236"}, "Ada", lambda phrase: german.get(phrase, phrase))
    assert text.startswith("# What vanishing means: Antworten von Ada\n\n3 von 5 Fragen beantwortet, 1 davon richtig")
    assert "- Antwort: eine Kurve durch (1, 0.1), (20, 1.00 × 10⁻⁵) (nicht nahe)" in text
    assert text.endswith("- erledigt\n")


def test_answers_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot save"):
        answers.save(LESSON, Done(), {}, tmp_path / "nowhere" / "answers.md")


@pytest.mark.parametrize(
    "content", ['{"a": {"x": %s}}' % ("[" * 99_999 + "]" * 99_999), '{"a": {"at": "%s"}}' % ("x" * 17_000_000)]
)
def test_a_file_that_is_too_deep_or_too_large_is_put_aside(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / progress.FILE).write_text(content)
    assert progress.load() == {}
    progress.keep("b", Done(at="One"))
    assert progress.load() == {"b": Done(at="One")}
    assert (folder / "lessons.damaged.json").read_text() == content


def test_a_lesson_in_a_folder_whose_name_is_not_text_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        progress.keep("a\udcff", Done(at="One"))
    assert "could not be kept" in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_in_place_of_the_file_is_not_waited_for(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.mkfifo(folder / progress.FILE)
    assert progress.load() == {}
    progress.keep("b", Done(at="One"))


def test_what_a_figure_said_in_phrases_is_kept_as_text() -> None:
    words = joined(" · ", (phrase("{lane} is steady", lane="plain"), "with BN"))
    progress.keep("a", Done(at="x", answers={"x": Answer(number=1.0, near=True, truth=words, when="now")}))
    assert progress.done_in("a").answers["x"].truth == "plain is steady · with BN"
