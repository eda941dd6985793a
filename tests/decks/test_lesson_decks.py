"""A lesson as a talk: predictions before what they are about, measured numbers, sources in the notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.decks.flow import ACROSS
from bnsim.decks.handout import MEASURED, PREDICT, handout
from bnsim.decks.lesson_deck import lesson_deck
from bnsim.decks.lesson_pictures import DIAGRAM, Pictures, pictures, told
from bnsim.decks.slide_pages import slide_pages
from bnsim.decks.writing import write_deck, write_paper
from bnsim.lessons.beginning import begin
from bnsim.lessons.lesson import Lesson, Stage
from bnsim.lessons.reading import read
from bnsim.lessons.shipped import lessons
from bnsim.lessons.standing import stand
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.diagram import Box, Curve, Diagram, Words
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Series
from bnsim.plot.pages import LEAST_HELD, SLIDE, held
from bnsim.plot.paper import Paper
from bnsim.plot.style import STYLES
from bnsim.plot.widths import exact_width
from bnsim.plot.writers.paper import pdf
from bnsim.spec.errors import InputError
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.stack import canvas_diagram
from bnsim.ui.window.lesson_drawing import draw_step

NUMBERS = {"factor": "0.22", "loss_after": "0.33"}
CURVE = """
# Draw it

```stage
experiment = "start"
figures = ["gradient by depth"]
```

$$\\frac{1}{4} < 1$$

```predict
kind = "curve"
ask = "Draw it."
figure = "gradient by depth"
column = "plain"
at = "backward"
reveal = "It falls by {factor}."
```
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """The one that one begins with, shorter, and a step with a curve."""
    folder = tmp_path_factory.mktemp("lesson") / "mine"
    begin(folder)
    text = (folder / "lesson.md").read_text("utf-8").replace("iterations = 100", "iterations = 2")
    (folder / "lesson.md").write_text(text + CURVE, "utf-8")
    return read(folder)


@pytest.fixture(scope="module")
def shown(lesson: Lesson) -> list[Pictures]:
    return list(pictures(lesson, lambda session, stage, size: Diagram("canvas", "Canvas", 100.0, 50.0)))


def test_what_is_not_the_lesson_s_own_is_said_in_its_language(lesson: Lesson, shown: list[Pictures]) -> None:
    german = {
        "Your turn": "Jetzt sind Sie dran",
        "Sources": "Quellen",
        "loss": "Verlust",
        "{number} of {total}": "{number} von {total}",
        "“{question}”": "„{question}“",
    }

    def say(text: str) -> str:
        return german.get(text, text)

    deck = lesson_deck(lesson, NUMBERS, shown, say)
    assert any(slide.title.startswith("Jetzt sind Sie dran: ") for slide in deck.slides)
    assert deck.slides[-1].notes.startswith("Quellen:\n")
    assert deck.slides[0].line.startswith("„A sentence")
    for paper in (slide_pages(deck, STYLES["slide"]), handout(lesson, NUMBERS, shown, say)):
        words = words_on(paper)
        assert words[0].endswith(f"1 von {len(words)}")
        assert "“A sentence" not in words[0]
    loss = told(shown[2], say).shown[0]
    assert isinstance(loss, Figure)
    assert loss.y.label == "Verlust"


def test_every_step_shows_what_is_measured_or_the_canvas(shown: list[Pictures]) -> None:
    assert [each.shown[0].name for each in shown] == [
        "canvas",
        "gradient_by_depth",
        "loss",
        "canvas",
        "gradient_by_depth",
    ]
    assert [each.empty is not None for each in shown] == [False, False, False, False, True]


def test_a_step_about_a_layer_shows_its_equation(lesson: Lesson) -> None:
    step = lesson.steps[1]
    at = replace(step.stage, view="equation", at="layer: Sigmoid 2, backward")
    assert step.prediction is not None
    about = replace(
        lesson, steps=(lesson.steps[0], replace(step, stage=at, prediction=replace(step.prediction, at=None)))
    )
    first, *others = list(pictures(about, draw_step))[1].shown
    assert (first.name, [other.name for other in others]) == ("equation", ["gradient_by_depth"])
    assert "Sigmoid 2" in first.title


def test_of_a_layer_of_many_operations_one_is_shown(lesson: Lesson) -> None:
    document = lesson.document("start")
    session = bn.Session(document.experiment)
    stage = Stage(view="equation", at="layer: BatchNorm 1")
    stand(session, stage)
    assert draw_step(session, stage).latex.count("\n\n") < 3
    mean = draw_step(session, replace(stage, point="operation: mean"))
    assert "mean" in [shape.text for shape in mean.shapes if isinstance(shape, Words)]
    session.close()


def test_a_curve_is_drawn_on_the_same_axes_without_it(shown: list[Pictures]) -> None:
    measured, empty = shown[-1].shown[0], shown[-1].empty
    assert isinstance(measured, Figure)
    assert empty is not None
    lines = [mark.name for mark in empty.marks if isinstance(mark, Series)]
    assert "plain" not in lines
    assert "with BatchNorm" in lines
    assert (empty.x.label, empty.y.scale, empty.verdict) == (measured.x.label, measured.y.scale, "")
    ranges = [mark.y for mark in measured.marks if isinstance(mark, Series) and mark.name == "plain"]
    assert empty.y.limits is not None
    assert empty.y.limits[0] <= ranges[0].min()


def test_a_prediction_comes_before_what_it_is_about(lesson: Lesson, shown: list[Pictures]) -> None:
    deck = lesson_deck(lesson, NUMBERS, shown)
    said = [(slide.title, bool(slide.words), slide.picture is not None) for slide in deck.slides]
    assert said == [
        ("What this lesson is about", True, False),
        ("The first step", False, True),
        ("Say it before you see it", True, False),
        ("Say it before you see it", False, True),
        ("After some training", True, False),
        ("After some training", False, True),
        ("Your turn: Now break it", True, False),
        ("Draw it", False, True),
        ("Draw it", False, True),
        ("Draw it", False, True),
        ("“A sentence that people believe and that is not so, or not quite.”", True, False),
    ]
    formula = deck.slides[7].picture
    assert isinstance(formula, Diagram)
    assert formula.latex == r"\frac{1}{4} < 1"
    asking, revealing = deck.slides[2:4]
    assert [words.text[:2] for words in asking.words] == ["A)", "B)", "C)"]
    assert revealing.line == "C) It shrinks: every layer passes on 0.22 of it."
    assert "0.22" not in asking.notes
    assert "Sources:\nAuthor year, title" in deck.slides[-1].notes
    assert "Done when norm(gradient" in deck.slides[6].notes
    assert not any(sign in slide.line + slide.notes for slide in deck.slides for sign in ("**", "\\", "…"))


def test_a_lesson_that_cannot_run_is_one_sentence(lesson: Lesson, tmp_path: Path) -> None:
    from bnsim.cli import main

    assert main(["deck", str(lesson.folder), "-o", str(tmp_path / "t.pptx"), "--iterations", "3"]) == 2
    assert main(["run", str(lesson.folder), "--out", str(tmp_path), "--findings"]) == 2
    assert main(["deck", str(lesson.folder), "-o", str(tmp_path / "t.pptx"), "--handout"]) == 2
    assert main(["deck", "default", "-o", str(tmp_path / "t.pdf"), "--handout"]) == 2


def test_commands_take_lessons(lesson: Lesson, tmp_path: Path) -> None:
    from bnsim.cli import main

    assert main(["run", str(lesson.folder), "--out", str(tmp_path), "--format", "csv", "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "02-say-it-before-you-see-it-gradient_by_depth.csv",
        "03-after-some-training-loss.csv",
        "05-draw-it-gradient_by_depth.csv",
    ]


def words_on(paper: Paper) -> list[str]:
    return [" ".join(shape.text for shape in sheet.shapes if isinstance(shape, Words)) for sheet in paper.sheets]


def test_a_handout_has_room_for_predictions_and_what_is_measured_behind(lesson: Lesson, shown: list[Pictures]) -> None:
    paper = handout(lesson, NUMBERS, shown)
    said = words_on(paper)
    behind = next(at for at, words in enumerate(said) if MEASURED in words)
    before = " ".join(said[:behind])
    assert "It grows" in before
    assert "It shrinks: every layer" not in before
    assert "It shrinks: every layer passes on 0.22 of it." in " ".join(said[behind:])
    assert before.count(PREDICT) == 3
    assert said[-1].endswith(f"{len(said)} of {len(said)}")
    ticks = [shape for sheet in paper.sheets for shape in sheet.shapes if isinstance(shape, Box)]
    assert len(ticks) == 3
    formulas = [shape for sheet in paper.sheets for shape in sheet.shapes if isinstance(shape, Curve) and shape.fill]
    assert formulas


@pytest.mark.parametrize(("lanes", "deep"), [(1, 20), (3, 8)])
def test_no_word_of_a_drawn_stack_is_too_small_on_paper(lesson: Lesson, lanes: int, deep: int) -> None:
    layers = (*(bn.Linear(8), bn.Sigmoid()) * deep, bn.Linear(2))
    stacks = tuple(bn.Stack(name=f"lane {number}", layers=layers) for number in range(lanes))
    drawn = CanvasShown(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=stacks))
    sizes = SLIDE, held((ACROSS, DIAGRAM))
    for_slide, on_paper = (canvas_diagram(drawn, size) for size in sizes)
    paper = handout(lesson, NUMBERS, [Pictures(0, lesson.steps[0], (for_slide,), on_paper=on_paper)])
    (placed,) = (picture for sheet in paper.sheets for picture in sheet.pictures)
    by = min(placed.width / on_paper.width, placed.height / on_paper.height)
    assert placed.picture is on_paper
    assert by * min(shape.size for shape in on_paper.shapes if isinstance(shape, Words)) >= LEAST_HELD


def test_nothing_hangs_over_a_sheet(lesson: Lesson, shown: list[Pictures]) -> None:
    for paper in (handout(lesson, NUMBERS, shown), slide_pages(lesson_deck(lesson, NUMBERS, shown), STYLES["slide"])):
        for sheet in paper.sheets:
            for shape in sheet.shapes:
                if isinstance(shape, Words) and shape.anchor == "start":
                    width = exact_width(shape.text, shape.size, bold=shape.bold)
                    assert 0 < shape.x < shape.x + width <= paper.width
                    assert 0 < shape.y < paper.height
            for placed in sheet.pictures:
                assert placed.x + placed.width <= paper.width
                assert placed.y + placed.height <= paper.height


def test_sheets_become_the_same_pdf_every_time(lesson: Lesson, shown: list[Pictures], tmp_path: Path) -> None:
    paper = handout(lesson, NUMBERS, shown)
    few = replace(paper, sheets=paper.sheets[-1:])
    write_paper(few, tmp_path / "a.pdf", STYLES["figure"])
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content == pdf(few, STYLES["figure"])
    with pytest.raises(InputError, match="Cannot write"):
        write_paper(few, tmp_path / "nowhere" / "a.pdf", STYLES["figure"])


def test_a_deck_of_pages_has_a_sheet_for_each_slide(tmp_path: Path) -> None:
    words = tuple(Paragraph("many words " * 20) for _ in range(8))
    deck = Deck("T", (Slide("One", "a line", words=words), Slide("Two", opening=True)))
    paper = slide_pages(deck, STYLES["slide-4-3"])
    assert len(paper.sheets) == 2
    assert all(shape.y < paper.height for shape in paper.sheets[0].shapes if isinstance(shape, Words))
    assert write_deck(deck, tmp_path / "talk.pdf", STYLES["slide-4-3"]) == (tmp_path / "talk.pdf",)


@pytest.mark.long
@pytest.mark.parametrize("name", lessons())
def test_every_lesson_becomes_slides_and_sheets(name: str) -> None:
    lesson = lessons()[name]
    steps = list(pictures(lesson, draw_step))
    assert all(each.shown for each in steps)
    numbers = dict.fromkeys(lesson.claims, "0.5")
    assert len(lesson_deck(lesson, numbers, steps).slides) > len(lesson.steps)
    assert handout(lesson, numbers, steps).sheets
