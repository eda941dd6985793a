"""What was measured once is kept, until something that it depends on is another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bnsim.lessons import kept_numbers, shipped
from bnsim.lessons.beginning import begin
from bnsim.lessons.kept_numbers import kept, kept_or_measured, numbers
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.measuring import measuring_lesson
from bnsim.lessons.reading import read


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """One whose claims take two updates."""
    monkeypatch.setenv("BNSIM_CACHE_DIR", str(tmp_path / "cache"))
    begin(tmp_path / "mine")
    change(tmp_path / "mine" / "claims.toml", "after = 100", "after = 2")
    change(tmp_path / "mine" / "claims.toml", "high = 1.5", "high = 9")
    return read(tmp_path / "mine")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def never(*_: object) -> None:
    raise AssertionError


def test_numbers_are_measured_once(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept(lesson) is None
    first = kept_or_measured(lesson)
    assert list(numbers(first)) == ["factor", "loss_after"]
    monkeypatch.setattr(kept_numbers, "measured", never)
    assert kept_or_measured(lesson) == first
    change(lesson.folder / "lesson.md", "Now break it", "And break it")
    assert kept(read(lesson.folder)) == first
    change(lesson.folder / "claims.toml", "after = 2", "after = 3")
    assert kept(read(lesson.folder)) is None


def test_numbers_that_cannot_be_read_are_measured_again(lesson: Lesson) -> None:
    first = kept_or_measured(lesson)
    (file,) = kept_numbers.folder().iterdir()
    file.write_text('{"factor": "x"}', "utf-8")
    assert kept(lesson) is None
    assert kept_or_measured(lesson) == first


def test_what_was_given_up_is_not_kept(lesson: Lesson) -> None:
    kept_or_measured(lesson, lambda done: False)
    assert kept(lesson) is None


def test_a_lesson_is_measured_in_a_thread(lesson: Lesson) -> None:
    measuring = measuring_lesson(lesson)
    measuring._thread.join()
    assert measuring.ended
    assert (measuring.name, measuring.total, measuring.problem) == ("mine", 2, "")
    assert measuring.measurements == kept(lesson)


def test_only_what_a_lesson_names_is_read(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept_numbers._name(lesson)
    (lesson.folder / "film.mkv").write_bytes(b"0" * 1000)
    (lesson.folder / "other.bnsim").mkdir()
    assert kept_numbers._name(lesson) == first
    monkeypatch.setattr(kept_numbers, "MAX_READ", 10)
    large = kept_numbers._name(lesson)
    change(lesson.folder / "start.bnsim", '"version": 1', '"version":  1')
    assert kept_numbers._name(lesson) != large


def test_data_that_an_experiment_reads_belongs_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(shipped.folder() / "19-padding", tmp_path / "mine")
    before = kept_numbers._name(read(tmp_path / "mine"))
    assert kept_numbers._name(read(tmp_path / "mine")) == before
    change(tmp_path / "mine" / "padded.csv", "0", "1")
    assert kept_numbers._name(read(tmp_path / "mine")) != before
