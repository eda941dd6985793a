"""Decks: what is on their slides, in PowerPoint and in Beamer, and that the same experiment is the same bytes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn

import bnsim as bn
from bnsim.cli import main
from bnsim.decks.builds import builds
from bnsim.decks.choice import MOST, chosen, records
from bnsim.decks.differing import lane_words
from bnsim.decks.making import Shown, deck_of
from bnsim.decks.writing import write_deck
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.figure import Figure
from bnsim.plot.style import style_named
from bnsim.plot.writers.carrying import carried_in
from bnsim.plot.writers.layout import in_one_place
from bnsim.session.past import read_past
from bnsim.spec.watches import Watch
from tests.plot.measuring import faults

SLIDE = style_named("slide")


@pytest.fixture
def session(small: bn.Experiment) -> bn.Session:
    made = bn.Session(small, recording=records())
    made.run(6)
    return made


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_the_title_slide_says_what_differs_the_seed_and_a_short_hash(session: bn.Session) -> None:
    opening = deck_of(session, [], "twin").slides[0]
    said = [each.text for each in opening.words]
    assert opening.title == "twin"
    assert said[0] == "plain"
    assert said[2:4] == ["with BN", lane_words(session.experiment)[1]]
    assert said[-1].startswith(f"seed {session.experiment.training.seed} · iteration 6 · experiment ")


def test_lanes_are_told_by_what_they_have_more_less_and_otherwise() -> None:
    layers = (bn.Linear(8), bn.Sigmoid(), bn.Linear(2))
    stacks = (
        bn.Stack(name="a", layers=layers),
        bn.Stack(name="b", layers=(bn.Linear(16, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
        bn.Stack(name="c", layers=(*layers[:1], *layers[2:]), loss=bn.MSE()),
        bn.Stack(name="d", layers=layers, training=bn.LaneTraining(gain=2.0)),
        bn.Stack(name="e", layers=layers),
    )
    told = lane_words(bn.Experiment(stacks=stacks))
    assert told == [
        "3 layers",
        "1 BatchNorm more, 1 Linear of units 16, not 8 and without bias, 1 Tanh for Sigmoid",
        f"1 Sigmoid less, {bn.MSE().title}",
        "gain 2",
        "as a",
    ]


def test_the_usual_figures_are_few_and_in_the_order_of_a_lecture(
    session: bn.Session,
) -> None:
    names = [each.name for each in chosen(session)]
    assert len(names) == MOST
    assert names[0] == "loss"
    assert names.index("gradient_by_depth") < names.index("why") < names.index("xray")
    watched = chosen(session, [Watch("norm(W[0])")])
    assert [each.title for each in watched[MOST:]] == ["Watch: norm(W[0])"]


def test_a_slide_has_a_figure_its_verdict_and_notes_with_caption_and_source(session: bn.Session) -> None:
    slide = deck_of(session, [Shown("gradient_by_depth")], "twin").slides[1]
    figure = bn.figures.gradient_by_depth(session)
    assert (slide.title, slide.line) == (figure.title, figure.verdict)
    assert slide.notes == f"{figure.verdict}\n{figure.caption}\nAs in Glorot and Bengio 2010."


def test_lanes_come_one_by_one_on_the_same_axes(session: bn.Session) -> None:
    before, after = builds(session, bn.figures.loss(session), {})
    assert {series.role for series in before.series} == {"lane0"}
    assert {series.role for series in after.series} == {"lane0", "lane1"}
    assert (before.x, before.y) == (after.x, after.y)
    assert len(builds(session, bn.figures.gamma_beta(session), {})) == 1  # one lane alone has a BatchNorm


def test_nothing_moves_on_the_slides_of_a_build_but_what_is_new(session: bn.Session, tmp_path: Path) -> None:
    shown = [Shown(name) for name in ("loss", "gradient_by_depth")]
    deck = deck_of(session, shown, "twin", lanes_one_by_one=True)
    longer = [
        replace(slide, line=" · ".join([slide.line] * 9)) if at == 2 else slide for at, slide in enumerate(deck.slides)
    ]
    path = tmp_path / "talk.pptx"
    write_deck(replace(deck, slides=tuple(longer)), path, SLIDE)
    places: dict[str, list[tuple[Any, ...]]] = {}
    for slide in list(Presentation(path).slides)[1:5]:
        group = next(shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.GROUP)
        frame = next(shape for shape in group.shapes if shape.has_chart)
        inner = frame.chart._chartSpace.find(f".//{qn('c:plotArea')}/{qn('c:layout')}/{qn('c:manualLayout')}")
        shares = [inner.find(qn(f"c:{side}")).get("val") for side in "xywh"]
        places.setdefault(slide.shapes.title.text_frame.text, []).append((frame.top, frame.height, *shares))
    assert [len(found) for found in places.values()] == [2, 2]
    assert [len(set(found)) for found in places.values()] == [1, 1]
    build = [slide.picture for slide in deck.slides[3:5]]
    for figure in in_one_place([each for each in build if isinstance(each, Figure)], SLIDE):
        assert not faults(figure, SLIDE)


def test_a_presentation_carries_the_experiment_and_its_moment(session: bn.Session, file: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.pptx"
    assert main(["deck", file, "--iterations", "6", "--figure", "loss", "--builds", "--quiet", "-o", str(path)]) == 0
    past = read_past(path)
    assert past.document.experiment == session.experiment
    assert past.moment == session.moment
    slides = Presentation(path).slides
    assert [slide.shapes.title.text_frame.text for slide in slides][:3] == ["small", "Loss", "Loss"]
    assert slides[0].shapes.title.is_placeholder


def test_words_stay_on_their_slide(tmp_path: Path) -> None:
    long = "word " * 60
    words = tuple(Paragraph(long) for _ in range(6))
    deck = Deck("Long", (Slide(long, long, words=words), Slide(long, words=words, opening=True)))
    write_deck(deck, tmp_path / "long.pptx", SLIDE)
    made = Presentation(tmp_path / "long.pptx")
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.top + shape.height <= made.slide_height
            assert all(run.font.size.pt >= 12 for each in shape.text_frame.paragraphs for run in each.runs)


def test_a_letter_that_no_font_has_is_no_warning_on_a_terminal(tmp_path: Path) -> None:
    name = "Größe \N{CHART WITH UPWARDS TREND}"
    deck = Deck(name, (Slide(name, name, words=(Paragraph(name),)), Slide(name, opening=True)))
    write_deck(deck, tmp_path / "talk.pptx", SLIDE)
    assert texts(Presentation(str(tmp_path / "talk.pptx")).slides[0])[0] == name


def test_latex_source_takes_its_pictures_from_a_folder_beside_it(session: bn.Session, tmp_path: Path) -> None:
    named = replace(session.experiment.stacks[0], name="50 % of $x_1$ & {more}")
    session.rename(replace(session.experiment, stacks=(named, *session.experiment.stacks[1:])))
    deck = deck_of(session, [Shown("loss")], "a_b")
    source, folder = write_deck(deck, tmp_path / "talk.tex", SLIDE)
    text = source.read_text()
    assert [path.name for path in folder.iterdir()] == ["02-loss.pdf"]
    assert "{talk-figures/02-loss.pdf}" in text
    assert r"50 \% of \$x\_1\$ \& \{more\}" in text
    again = write_deck(deck, tmp_path / "talk.tex", SLIDE)
    assert (again[0].read_text(), again[1]) == (text, folder)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex compiles the source")
def test_latex_source_compiles(session: bn.Session, tmp_path: Path) -> None:
    deck = deck_of(session, [Shown("loss"), Shown("why")], "Names: _ & % # $ γ² ‖∂L/∂x‖ ≈ 3·10⁻⁴")
    write_deck(deck, tmp_path / "talk.tex", SLIDE)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "talk.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert f"({len(deck.slides)} pages" in done.stdout


def test_pictures_of_latex_source_carry_the_moment(file: str, tmp_path: Path) -> None:
    assert main(["deck", file, "--iterations", "1", "--figure", "loss", "-o", str(tmp_path / "talk.tex")]) == 0
    assert carried_in(tmp_path / "talk-figures" / "02-loss.pdf")


def test_a_fork_has_a_slide_of_its_own_before_and_after(session: bn.Session) -> None:
    session.fork("with BN", name="no BN any more", changes=[bn.RemoveLayers(layers=(1,))])
    session.run(4)
    slides = deck_of(session, [Shown("loss")], "twin", lanes_one_by_one=True).slides
    before, after = (slide for slide in slides if slide.title.startswith("A fork: "))
    assert after.title == "A fork: no BN any more"
    assert after.line == "Forked from with BN at iteration 6: BatchNorm removed."
    assert isinstance(before.picture, Figure)
    assert isinstance(after.picture, Figure)
    assert {line.label for line in before.picture.series if line.label} == {"with BN"}
    assert {line.label for line in after.picture.series if line.label} == {"with BN", "no BN any more"}
    assert before.picture.y.limits == after.picture.y.limits is not None
    (alone,) = (slide for slide in deck_of(session, [], "twin").slides if slide.title.startswith("A fork: "))
    assert isinstance(alone.picture, Figure)
    assert len(alone.picture.marks) == len(after.picture.marks)
