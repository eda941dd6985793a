"""`bnsim lessons` lists, checks and begins lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnsim.cli import main


@pytest.fixture
def begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with the lesson that one begins with."""
    folder = tmp_path / "deep" / "mine"
    assert main(["lessons", "--new", str(folder)]) == 0
    assert capsys.readouterr().out.split() == [
        str(folder / name) for name in ("claims.toml", "lesson.md", "start.bnsim")
    ]
    return folder


def test_lessons_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", "1"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("01-what-vanishing-means\n  What vanishing means (8 min; 7 steps, ")
    assert main(["lessons"]) == 0
    assert said in capsys.readouterr().out


def test_a_lesson_that_was_begun_can_be_checked(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = begun / "claims.toml"
    claims.write_text(claims.read_text("utf-8").replace("after = 100", "after = 1").replace("high = 1.5", "high = 9"))
    assert main(["lessons", str(begun), "--check"]) == 0
    said = capsys.readouterr().out
    assert "    factor      0.2" in said
    assert "from 0.1 to 0.4  what a layer passes on" in said

    claims.write_text(claims.read_text("utf-8").replace("high = 9", "high = 1.5"))
    assert main(["lessons", str(begun), "--check", "--quiet"]) == 1
    assert "mine: loss_after is 2." in capsys.readouterr().out


def test_a_folder_with_something_in_it_is_left_alone(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", "--new", str(begun)]) == 2
    assert "There is something in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"gradient by depth"', '"gradient by width"', "there is no figure 'gradient_by_width'"),
        ('"gradient by depth"', '{kind = "loss", way = 1}', "The figure 'loss' has no option 'way'"),
        ('"control: step"', '"card: Tanh 1"', "there is no layer 'Tanh 1' in 'start'; it has BatchNorm 1"),
        ('"control: step"', '"figure: loss"', "it points at the figure 'loss', which is not among its `figures`"),
        ('at = "start"', 'at = "layer: Tanh 1"', "there is no layer 'Tanh 1' in 'start'"),
    ],
)
def test_a_step_that_names_what_is_not_there_is_one_sentence(
    begun: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, problem: str
) -> None:
    text = begun / "lesson.md"
    text.write_text(text.read_text("utf-8").replace(before, after, 1), "utf-8")
    assert main(["lessons", str(begun), "--check"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("bnsim: lesson.md, the step 'The first step' in line 19: ")
    assert problem in said


def test_an_unknown_lesson_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", "nowhere"]) == 2
    assert "bnsim: There is no lesson 'nowhere'" in capsys.readouterr().err


def test_a_plan_is_written_as_text_and_as_pages(
    begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lessons", str(begun), "--plan", str(tmp_path / "plans")]) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "plans" / f"mine-plan.{suffix}") for suffix in ("md", "pdf")
    ]
    plan = tmp_path / "plans" / "mine-plan.md"
    assert "# What this lesson is about: lesson plan" in plan.read_text("utf-8")
    (begun / "lesson.de.md").write_text(GERMAN, "utf-8")
    assert main(["lessons", str(begun), "--plan", str(tmp_path / "plans"), "--language", "de", "--quiet"]) == 0
    said = plan.read_text("utf-8")
    assert "# Worum es geht: Unterrichtsplan" in said
    assert "| was der Faktor ist | von 0.1 bis 0.4 |" in said
    assert "- Erwartet: " in said


GERMAN = """+++
title = "Worum es geht"

[claims]
factor = "was der Faktor ist"
+++

# Eins

# Zwei

# Drei

# Vier
"""


CURVE = """
# Draw

```predict
kind = "curve"
ask = "Draw."
figure = "gradient by depth"
column = "%s"
reveal = "So."
at = "%s"
```

# After some training
"""


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("> 0.01", "> 0", "the task is done before the reader has done anything"),
        ('["Linear 8"]) > 0.01', '["Linear 99"]) > 0.01', "`condition`: Column "),
        ("# After some training", CURVE % ("plane", "backward"), "has no line 'plane' to draw; it has 'plain'"),
        ("# After some training", CURVE % ("plain", "forward"), "has no line 'plain' to draw; it has none yet"),
    ],
)
def test_what_a_reader_is_asked_to_do_is_tried(
    begun: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, problem: str
) -> None:
    text = begun / "lesson.md"
    text.write_text(text.read_text("utf-8").replace(before, after, 1), "utf-8")
    assert main(["lessons", str(begun), "--check"]) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            'gradient("plain")["Linear 1"]',
            'gradient("plan")["Linear 1"]',
            "the claim 'factor': Column 7: there is no lane",
        ),
        (
            'column = "with BatchNorm"',
            'column = "BN"',
            "the claim 'loss_after': The figure 'loss' has no column 'BN'; it",
        ),
        ('figure = "loss"', 'figure = "los"', "the claim 'loss_after': There is no figure 'los'"),
    ],
)
def test_a_claim_that_cannot_be_measured_is_named(
    begun: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, problem: str
) -> None:
    claims = begun / "claims.toml"
    text = claims.read_text("utf-8").replace("after = 100", "after = 1")
    assert before in text
    claims.write_text(text.replace(before, after, 1))
    assert main(["lessons", str(begun), "--check", "--quiet"]) == 2
    assert f"claims.toml, {problem}" in capsys.readouterr().err


def test_a_folder_without_a_lesson_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", str(tmp_path), "--check"]) == 2
    assert "There is no lesson.md in " in capsys.readouterr().err


def test_a_lesson_that_is_needed_has_to_be_there(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = begun / "lesson.md"
    text.write_text(text.read_text("utf-8").replace("needs = []", 'needs = ["08-relu", "mine", "08-rely"]'), "utf-8")
    assert main(["lessons", str(begun), "--check"]) == 2
    assert "lesson.md: `needs` has '08-rely', and no lesson has that name." in capsys.readouterr().err
