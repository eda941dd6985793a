"""Why as a diagram: what it says is the lens's answer, and the window exports what is in front."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bnsim as bn
from bnsim.cli.command_line import main
from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.paging import WhyPageLens
from bnsim.lenses.why.records import Moves, Stuck
from bnsim.plot.diagram import Diagram, Words
from bnsim.plot.pages import least_words, points, room_of
from bnsim.plot.style import STYLES
from bnsim.session.arrays import GRADIENT, VALUE, Tensor
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import factor
from bnsim.ui.views.why.sketch import ROWS, why_diagram
from bnsim.ui.views.why.stuck_sketch import stuck_diagram
from tests.plot.measuring_diagrams import faults

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

LAYERS = bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(10)
SMALL = bn.Experiment(
    stacks=(bn.Stack(name="plain", layers=(LAYERS[0], *LAYERS[2:])), bn.Stack(name="with BN", layers=LAYERS))
)


def page(session: bn.Session, lane: int = 0, layer: int = 0, name: str = GRADIENT) -> WhyPage:
    found = WhyPageLens(Tensor(session.lanes[lane].stack.id, (layer,), name)).answer(session)
    assert found is not None
    return found


def words(diagram: Diagram) -> list[str]:
    return [shape.text for shape in diagram.shapes if isinstance(shape, Words)]


@pytest.fixture(scope="module")
def session() -> bn.Session:
    made = bn.Session(SMALL)
    made.run(2)
    return made


def test_every_link_has_its_factor_and_its_sentence(session: bn.Session) -> None:
    answered = page(session, lane=1)
    diagram = why_diagram(answered)
    told, links = words(diagram), answered.asked.links
    assert told[0] == answered.asked.title == diagram.title
    assert {link.name for link in links} <= set(told)
    assert {factor(link.factor) for link in links} <= set(told)
    assert all(link.cause in " ".join(told) for link in links)
    rows = diagram.text.splitlines()[1:]
    assert [row.split("\t")[0] for row in rows] == [link.name for link in links]
    assert float(rows[0].split("\t")[1]) == pytest.approx(links[0].factor, rel=1e-5)
    assert why_diagram(answered, 1).title == answered.answers[1].title


def test_of_a_deep_stack_the_rest_is_told_together() -> None:
    hidden = (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid()) * 8
    layers = tuple(layer for pair in [hidden, (bn.Linear(10),)] for layer in pair)
    session = bn.Session(bn.Experiment(stacks=(bn.Stack(layers=layers),)))
    session.run(1)
    answered = page(session)
    told = words(why_diagram(answered))
    names = [link.name for link in answered.asked.links]
    shown = sum(name in told for name in names)
    assert 3 <= shown <= ROWS
    assert {name.split()[0] for name in told if name in names} == {"Linear", "BatchNorm", "Sigmoid"}
    assert any(text.startswith(f"The other {len(names) - shown} together: ") for text in told)
    assert why_diagram(page(session, layer=20, name=VALUE)).title.startswith("Why is the output of")


def test_what_is_not_computed_yet_is_said() -> None:
    with pytest.raises(InputError, match="backward pass"):
        why_diagram(page(bn.Session(SMALL)))


def test_it_is_written_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bn.save(SMALL, tmp_path / "net.bnsim")
    given = ["run", str(tmp_path / "net.bnsim"), "--out", str(tmp_path), "--format", "svg", "--diagram"]
    assert main([*given, "why", "why:lane=2,of=value,layer=4", "--iterations", "0"]) == 0
    assert {path.name for path in tmp_path.glob("*.svg")} == {"why.svg", "why-lane2-layer4-value.svg"}
    assert main([*given, "why:layer=3", "--iterations", "1"]) == 2
    assert "choose another layer" in capsys.readouterr().err


def test_the_window_exports_why_where_it_is_in_front(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    from bnsim.ui.model import preferences

    preferences.update(folder=str(tmp_path))
    window = open_window(SMALL)
    window.step("iteration")
    window.shelf.bring_up("why")
    window.settle()
    view = window.shelf.view("why")
    view.setFocus()
    window.exporting.export_of(view)
    dialog = window.exporting.dialog
    assert dialog is not None
    assert [dialog.part.itemText(at) for at in range(dialog.part.count())][1:] == ["with BN in its place"]
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    dialog.form.format.setCurrentIndex(dialog.form.format.findData("svg"))
    dialog.accept()
    qtbot.waitUntil((tmp_path / "why.svg").exists)
    assert "Sigmoid 1" in (tmp_path / "why.svg").read_text(encoding="utf-8")


def stuck(lanes: int) -> tuple[bn.Experiment, list[Stuck]]:
    """So many lanes whose loss does not move, with as much to be said of each as there can be."""
    stacks = tuple(bn.Stack(name=f"sigmoid lane {number}", layers=LAYERS) for number in range(1, lanes + 1))
    moved = "6 of 9 weights moved by less than 1e−4 of their norm in the last update (1e−3 is usual)."
    told = (
        "The loss went from 0.6994 to 0.6973 over the last 40 iterations, each the mean of 10.",
        f"{moved} Least did Linear 1: 2e−10, as its gradient has norm 3e−9 and the rate is 0.1.",
        "1 of 9 weights moved by more than 0.01 of their norm, Linear 9 by 0.026: steps may be too large to settle.",
    )
    experiment = bn.Experiment(stacks=stacks)
    weights = tuple(Moves(f"Linear {at}", (at,), 3e-9, (), at * 2e-10) for at in (1, 2))
    return experiment, [Stuck(each.name, each.id, 0.69, 0.7, 40, 0.1, weights, told) for each in experiment.stacks]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("lanes", [1, 3, 6])
def test_all_lanes_that_are_stuck_are_on_the_page_or_are_named_as_left_out(lanes: int, style: str) -> None:
    page = STYLES[style]
    experiment, found = stuck(lanes)
    diagram = stuck_diagram(experiment, found, room_of(page))
    told = words(diagram)
    left_out = "".join(text for text in told if text.startswith("…"))
    shown = [lane.lane for lane in found if lane.lane in told]
    assert [lane.lane for lane in found if lane.lane in left_out] == [lane.lane for lane in found][len(shown) :]
    if style in ("slide", "slide-4-3", "column") or lanes < 6:
        assert len(shown) == lanes
    assert " ".join(told).count("Least did Linear 1") == len(shown)
    assert not faults(diagram, page, least_words(points(page)) - 0.01)
