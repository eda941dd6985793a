"""The page for those who write lessons names every key, and its examples can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from bnsim.lessons.checking import check_steps
from bnsim.lessons.lesson import Front, Hidden, Kept, LessonClaim, Phase, Plan, Prediction, Stage, Task, View
from bnsim.lessons.numbers import FigureNumber, Reduction
from bnsim.lessons.reading import read
from bnsim.spec.resources import resource

PAGE = (Path(__file__).parents[2] / "docs" / "how-to-write-a-lesson.md").read_text("utf-8")
KINDS = {"stage": Stage, "predict": Prediction, "task": Task}


@pytest.mark.parametrize("kind", [Front, Plan, Stage, Prediction, Task, LessonClaim, FigureNumber])
def test_every_key_is_told(kind: type[msgspec.Struct]) -> None:
    missing = [name for name in kind.__struct_fields__ if not re.search(rf"^\| [^|]*`{name}`", PAGE, re.MULTILINE)]
    assert not missing


@pytest.mark.parametrize("values", [Hidden, Kept, Phase, View, Reduction])
def test_every_word_that_a_key_may_be_is_told(values: object) -> None:
    assert [word for word in get_args(values) if not re.search(rf'`"?{re.escape(word)}"?`', PAGE)] == []


def test_examples_on_the_page_can_be_read() -> None:
    original = PAGE.partition("## lesson.de.md")[0]
    blocks = re.findall(r"^```(stage|predict|task)\n(.*?)^```$", original, re.DOTALL | re.MULTILINE)
    assert [kind for kind, _ in blocks] == ["stage", "predict", "task"]
    for kind, block in blocks:
        msgspec.convert(tomllib.loads(block), KINDS[kind])
    front, claims = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    msgspec.convert(tomllib.loads(front.replace("+++\n", "")), Front)
    for claim in tomllib.loads(claims).values():
        msgspec.convert(claim, LessonClaim)


def test_the_lesson_one_begins_with_can_be_read() -> None:
    check_steps(read(resource("lesson-template")))
