"""What is wrong with a lesson's files is one sentence, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

import bnsim as bn
from bnsim.lessons.lines import MAX_BYTES, without_comments
from bnsim.lessons.reading import read
from bnsim.spec.errors import InputError

HEAD = """+++
title = "T"
question = "Q?"
hook = "h {n}"
closing = "c {n}"
sources = ["S 2020"]
+++
"""
STEP = """# One

Prose with {n}, and $\\frac{n}{m}$.

```stage
experiment = "e"
```
"""
CLAIMS = """[n]
says = "a number"
experiment = "e"
expression = "loss"
low = 0.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stack = bn.Stack(name="one", layers=(bn.Linear(3), bn.Tanh(), bn.Linear(2)), loss=bn.CrossEntropy())
    bn.save(bn.Experiment(data=bn.TwoSpirals(samples=40), stacks=(stack,)), tmp_path / "e.bnsim")
    write(tmp_path)
    return tmp_path


def write(folder: Path, text: str = HEAD + STEP, claims: str = CLAIMS) -> None:
    (folder / "lesson.md").write_text(text, "utf-8")
    (folder / "claims.toml").write_text(claims, "utf-8")


def test_a_lesson_is_read(folder: Path) -> None:
    lesson = read(folder)
    assert (lesson.name, lesson.title, lesson.experiments) == (folder.name, "T", ("e",))
    assert [step.title for step in lesson.steps] == ["One"]
    assert lesson.steps[0].prose == "Prose with {n}, and $\\frac{n}{m}$."


PREDICT = '\n```predict\nkind = "number"\nask = "a"\nreveal = "r"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "lesson.md, line 1: a lesson begins with a line +++"),
        ("+++\ntitle = 1\n", "lesson.md, line 1: the table at the head does not end"),
        ("+++\ntitle =\n+++\n", "lesson.md, line 2: this cannot be read as TOML: invalid value"),
        (
            "+++\ntitle = 1\n+++\n",
            "line 2: 'title' of the head of a lesson: expected a text in quotation marks, got a whole number.",
        ),
        ("+++\nname = 1\n+++\n", "lesson.md, line 2: the head of a lesson has no key 'name'; it has title, question"),
        ('+++\ntitle = "T"\n+++\n', "the head of a lesson needs a key 'question'."),
        (HEAD, "lesson.md: a lesson has 1 to 60 steps"),
        (HEAD + "words\n" + STEP, "lesson.md, line 8: text before the first step"),
        (HEAD + STEP + STEP[7:], "lesson.md, line 17: a second `stage` in a step"),
        (HEAD + STEP + "```stage\n", "lesson.md, line 15: this block does not end"),
        (HEAD + STEP.replace("experiment", "experiments"), "line 13: a `stage` has no key 'experiments'; it has"),
        (HEAD + STEP.replace('"e"', '"f"'), "line 13: there is no experiment 'f.bnsim' beside this file."),
        (HEAD + STEP.replace('"e"', '"../e"'), "line 13: 'experiment' of a `stage`: a name has letters"),
        (HEAD + STEP.replace('"e"', '"e"\nat = "end"'), "line 14: a `stage`: `at` is one of"),
        (
            HEAD + STEP.replace('"e"', '"e"\nview = "x-ray"'),
            "line 14: 'view' of a `stage` is 'x-ray'; it has to be one of 'eq",
        ),
        (HEAD + STEP.replace("```stage", "```Stages"), "line 12: there is no block 'Stages'; did you mean 'stage'?"),
        (HEAD + STEP[:-4] + PREDICT + "```\n", "line 12: this block does not end; put a line ``` behind it."),
        (
            HEAD + STEP.replace("m}$", "m}"),
            "there is no claim 'm' in claims.toml; or does a formula in this line lack its",
        ),
        (
            HEAD + STEP.replace('"e"', "e"),
            "line 13: this cannot be read as TOML: invalid value; a text stands in quotat",
        ),
        (HEAD + STEP + PREDICT + "within = 0.5\n```\n", "line 20: 'within' of a `predict`: expected a number > 1.0."),
        (
            HEAD + STEP + PREDICT.replace('"r"', '"\\s"') + "```\n",
            "line 19: this cannot be read as TOML: unescaped '\\' in a",
        ),
        (HEAD + STEP.replace("{n}", "{m}"), "line 10: there is no claim 'm' in claims.toml; it has n."),
        (HEAD + STEP + PREDICT + "```\n", "a prediction of kind 'number' needs 'claim'"),
        (HEAD + STEP + PREDICT + 'claim = "m"\n```\n', "line 20: there is no claim 'm' in claims.toml"),
        (
            HEAD + STEP + '\n```task\nsay = "s"\ncondition = "loss"\n```\n',
            "line 18: `condition`: “loss” is no comparison",
        ),
        (HEAD + '# One\n```stage\nat = "loss"\n```\n', "line 8: no experiment is open yet in the step 'One'"),
        (
            HEAD[:-4] + "[plan]\nminutes = [1, 2]\n+++\n" + STEP,
            "line 8: the plan has 2 `minutes`, and there are 1 steps.",
        ),
        ("x" * (MAX_BYTES + 1), "lesson.md has 262,145 bytes, more than 262,144; shorten it."),
    ],
)
def test_what_is_wrong_with_the_text_is_one_sentence(folder: Path, text: str, problem: str) -> None:
    write(folder, text)
    with pytest.raises(InputError) as caught:
        read(folder)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ("[n]\nlow = 0.0\n", "claims.toml, line 1: the claim 'n' needs a key 'experiment'."),
        (CLAIMS + "lows = 1\n", "claims.toml, line 6: the claim 'n' has no key 'lows'; it has"),
        (CLAIMS.replace("low = 0.0", ""), "claims.toml, line 1: the claim 'n': a claim without a limit cannot fail."),
        (CLAIMS.replace('"e"', '"f"'), "claims.toml, line 3: there is no experiment 'f.bnsim' beside this file."),
        ("n = 1\n", "claims.toml, line 1: 'n' is no claim: a claim is a table [name]"),
        (CLAIMS.replace("[n]", "[N]"), "claims.toml, line 1: 'N' is no claim"),
        (
            CLAIMS + 'number = {figure = "loss", column = "one", reduction = "end"}\n',
            "claims.toml, line 6: 'reduction' of the claim 'n' is 'end'; it has to be one of 'at', 'first', 'last'",
        ),
        ("[n\n", "claims.toml, line 1: this cannot be read as TOML"),
    ],
)
def test_what_is_wrong_with_a_claim_is_one_sentence(folder: Path, claims: str, problem: str) -> None:
    write(folder, claims=claims)
    with pytest.raises(InputError) as caught:
        read(folder)
    assert problem in str(caught.value)


def test_what_is_no_lesson_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no lesson\.md in .*; a lesson is a folder with"):
        read(tmp_path)
    (tmp_path / "lesson.md").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"lesson\.md is not UTF-8 at byte 0"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "claims", "said"),
    [
        (HEAD + STEP, CLAIMS + f"after = {'9' * 5000}\n", "claims.toml, line 6: this cannot be read as TOML: a number"),
        (HEAD.replace("+++\n", f"+++\nminutes = {'9' * 5000}\n", 1) + STEP, CLAIMS, "lesson.md, line 2: this cannot"),
        (HEAD + STEP, CLAIMS + "a." * 60_000 + "a = 1\n", "claims.toml, line 6: it has more than 12,000 letters"),
        (HEAD + STEP + "x" * 12_001, CLAIMS, "lesson.md, line 15: it has more than 12,000 letters"),
        (HEAD + STEP + "$x$ " * 201, CLAIMS, "lesson.md, line 8: 'One' has more than 200 formulas"),
        (HEAD + STEP + f"${'x' * 800}$", CLAIMS, "lesson.md, line 8: 'One' has a formula of more than 800 letters"),
        (HEAD + STEP + f"{'*_' * 5000}\n" * 3, CLAIMS, "lesson.md, line 8: 'One' has more than 20,000 letters of text"),
    ],
    ids=["digits of a claim", "digits at the head", "dotted key", "line", "formulas", "formula", "text"],
)
def test_what_would_take_minutes_is_one_sentence(folder: Path, text: str, claims: str, said: str) -> None:
    write(folder, text, claims)
    with pytest.raises(InputError) as error:
        read(folder)
    assert said in str(error.value)


def test_comments_are_left_out_however_many_begin(folder: Path) -> None:
    write(folder, HEAD + STEP + "a <!-- b\n<!-- c --> d\n" + "<!--\n" * 3_000)
    prose = read(folder).steps[0].prose
    assert "a  d\n<!--\n<!--" in prose
    assert len(prose.splitlines()) > 3_000
    assert without_comments("<!--\n" * 40_000) == "<!--\n" * 40_000
