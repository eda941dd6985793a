"""The map of classes, recomputed from parameters in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim import data
from bnsim.cli import main
from bnsim.figures import decision_regions
from bnsim.figures.cells import number_ticks
from bnsim.plot.marks import Regions


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.5), precision="float64"),
            stacks=(
                bn.Stack(name="plain", layers=(bn.Linear(6), bn.Tanh(), bn.Linear(2))),
                bn.Stack(name="with BN", layers=(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
            ),
        ),
        wait=False,
    )
    made.run(25)
    yield made
    made.close()


def chosen_by(lane: Any, x: np.ndarray) -> np.ndarray:
    """The class of each row in eval mode, out of the lane's parameters."""
    state = lane.state_dict()
    h = x @ state["0.weight"].T + state["0.bias"]
    last = "2"
    if "1.running_mean" in state:
        h = (h - state["1.running_mean"]) / np.sqrt(state["1.running_var"] + 1e-5) * state["1.weight"] + state["1.bias"]
        last = "3"
    return np.asarray((np.tanh(h) @ state[f"{last}.weight"].T + state[f"{last}.bias"]).argmax(axis=1))


def test_every_cell_has_the_class_with_the_largest_output(session: bn.Session) -> None:
    numbers = decision_regions(session).data()
    for lane in session.lanes:
        name = lane.stack.name
        places = np.column_stack([numbers[f"{name}.x"], numbers[f"{name}.y"]])
        np.testing.assert_array_equal(numbers[name], chosen_by(lane, places))
        assert len(np.unique(numbers[name])) == 2


def test_points_are_the_training_part_and_the_verdict_counts_those_that_are_wrong(session: bn.Session) -> None:
    figure = decision_regions(session)
    loaded = data.load(session.experiment.data)
    for lane, mark in zip(session.lanes, figure.of_kind(Regions), strict=True):
        np.testing.assert_allclose(mark.points, loaded.x)
        np.testing.assert_array_equal(mark.point_classes, np.ravel(loaded.y))
        wrong = np.mean(chosen_by(lane, loaded.x) != np.ravel(loaded.y))
        assert f"{lane.stack.name}: {100 * wrong:.3g} %" in figure.verdict


def test_lanes_stand_side_by_side_and_their_points_with_them(session: bn.Session) -> None:
    first, second = decision_regions(session).of_kind(Regions)
    assert first.across[1] < second.across[0]
    assert second.across[0] - first.across[0] == pytest.approx(second.shift)
    for mark in (first, second):
        x = mark.points[:, 0] + mark.shift
        assert mark.across[0] < x.min()
        assert x.max() < mark.across[1]


def test_where_outputs_are_no_numbers_there_is_no_class(small: bn.Experiment) -> None:
    session = bn.Session(small, wait=False)
    state = session.lanes[0].state_dict()
    state["2.bias"][0] = np.nan
    session.lanes[0].load_state_dict(state)
    figure = decision_regions(session)
    session.close()
    assert np.isnan(figure.of_kind(Regions)[0].classes).all()
    assert "plain: not a number" in figure.verdict


def test_data_that_is_not_two_dimensional_is_named(make_session: Any) -> None:
    figure = decision_regions(make_session(3))
    assert figure.verdict == "The data has 64 features; decision regions need two; choose data such as two spirals"
    assert not figure.has_data


def test_the_command_line_ends_with_2_there(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "default", "--iterations", "1", "--figure", "decision_regions", "--out", str(tmp_path)])
    assert code == 2
    assert (
        "The data has 64 features; decision regions need two; choose data such as two spirals"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("ends", [(-1.6, 1.6), (-0.3, 0.3), (-4.7, 4.7), (0.0, 97.0), (-3e-4, 5e-4)])
@pytest.mark.parametrize("most", [3, 4, 6])
def test_ticks_are_round_and_neither_one_nor_too_many(ends: tuple[float, float], most: int) -> None:
    places = [at for at, _ in number_ticks(*ends, most=most)]
    assert 2 <= len(places) <= most
    assert ends[0] <= places[0]
    assert places[-1] <= ends[1]
    assert [float(words.replace("−", "-")) for _, words in number_ticks(*ends, most=most)] == pytest.approx(places)


def test_a_live_map_of_a_large_network_is_coarser(small: bn.Experiment) -> None:
    layers = (bn.Linear(256), bn.Tanh(), bn.Linear(256), bn.Tanh(), bn.Linear(2))
    experiment = bn.Experiment(data=small.data, training=small.training, stacks=(bn.Stack(layers=layers),))
    session = bn.Session(experiment, wait=False)
    sizes = [len(decision_regions(session, max_points=most).of_kind(Regions)[0].x) for most in (None, 500, 200, 64)]
    session.close()
    assert sizes[0] == sizes[1] == 60
    assert 16 <= sizes[2] < 30
    assert 10 <= sizes[3] < sizes[2]


def test_classes_with_names_have_their_markers_named(tmp_path: Path) -> None:
    names = ("a", "<b>b</b>", "$x$ 花", "a name that is too long for a panel", "e")
    rows = "".join(f"{k % 7},{k % 11},{names[k % 5]}\n" for k in range(40))
    (tmp_path / "named.csv").write_text(rows, encoding="utf-8")
    data, training = bn.FileData(str(tmp_path / "named.csv")), bn.Training(batch_size=8)
    made = bn.Session(
        bn.Experiment(data=data, training=training, stacks=(bn.Stack(layers=(bn.Linear(5),)),)), wait=False
    )
    figure = decision_regions(made)
    assert figure.verdict.endswith(" · ● $x$ 花, ■ <b>b</b>, ▲ a, ◆ a name that is …, ▼ e")
    assert "● $x$ 花, ■ <b>b</b>, ▲ a, ◆ a name that is …, ▼ e." in figure.caption
    figure.save(tmp_path / "regions.svg")
    made.close()


def test_at_full_speed_the_verdict_is_of_fewer_points_and_the_map_as_true(session: bn.Session) -> None:
    figure, loaded = decision_regions(session, max_points=64), data.load(session.experiment.data)
    some = np.unique(np.linspace(0, len(loaded.x) - 1, 64).round().astype(int))
    for lane in session.lanes:
        name, numbers = lane.stack.name, figure.data()
        places = np.column_stack([numbers[f"{name}.x"], numbers[f"{name}.y"]])
        np.testing.assert_array_equal(numbers[name], chosen_by(lane, places))
        wrong = np.mean(chosen_by(lane, loaded.x[some]) != np.ravel(loaded.y)[some])
        assert f"{name}: {100 * wrong:.3g} %" in figure.verdict


def test_classes_without_names_are_not_named(session: bn.Session) -> None:
    assert "●" not in decision_regions(session).verdict + decision_regions(session).caption
