"""What can be chosen of figures, in scripts and commands, and that the numbers are those of the choice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.cli import main
from bnsim.figures import (
    FIGURES,
    FigureKind,
    activations_by_depth,
    gradient_by_depth,
    gradients_hist_by_depth,
    loss_slice,
    weight_gradient_by_depth,
)
from bnsim.figures.options import Choice, Expression, Number, cost_of, has_effect, parse, settings, suffix
from bnsim.plot.writers.fonts import words_of
from tests.figures.by_hand import Net, session_of, theta_of

OF = Choice("of", "Of", (("one", "the one"), ("other", "the other")), costs=(("other", "a pass"),))
UNIT = Number("unit", "Unit", most=99, words="all", cost="two passes")


def chosen_values(kind: FigureKind) -> list[dict[str, Any]]:
    """Every choice of every option by itself, and a number other than the default."""
    found: list[dict[str, Any]] = []
    for option in kind.options:
        if isinstance(option, Choice):
            values: list[Any] = [name for name, _ in option.choices]
        else:
            values = ["loss", "loss ** 2"] if isinstance(option, Expression) else [option.least + 1]
        found += [{option.name: value} for value in values]
    return found


CASES = [(kind.name, chosen) for kind in FIGURES.values() for chosen in chosen_values(kind)]


def test_what_is_left_out_is_as_by_default() -> None:
    assert settings("kind", (OF, UNIT), {}) == {"of": "one", "unit": 0}
    assert settings("kind", (OF, UNIT), {"unit": "7", "of": "other"}) == {"of": "other", "unit": 7}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"off": "one"}, "The figure 'kind' has no option 'off'; it has of, unit."),
        ({"of": "none"}, "The figure 'kind' cannot have of=none: of is one of one, other."),
        ({"unit": "100"}, "cannot have unit=100: unit is a whole number from 0 to 99"),
        ({"unit": "x"}, "unit is a whole number"),
        ({"unit": True}, "unit is a whole number"),
        ({"unit": 1.5}, "unit is a word or a whole number"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, Any], words: str) -> None:
    with pytest.raises(bn.InputError) as refused:
        settings("kind", (OF, UNIT), given)
    assert words in str(refused.value)


def test_a_figure_without_options_says_so(make_session: Any) -> None:
    with pytest.raises(bn.InputError, match="The figure 'loss' has no option 'of'; it has none"):
        FIGURES["loss"](make_session(3), of="one")


def test_some_values_cost_much() -> None:
    assert cost_of((OF, UNIT), {}) == ""
    assert cost_of((OF, UNIT), {"of": "other"}) == "a pass"
    assert cost_of((OF, UNIT), {"unit": 3, "of": "other"}) == "a pass and two passes"


@pytest.mark.parametrize("kind", [kind for kind in FIGURES.values() if kind.options])
def test_what_makes_a_kind_costly_is_said_in_words(kind: FigureKind) -> None:
    for chosen in chosen_values(kind):
        cost = kind.cost_with(chosen)
        assert kind.is_costly(chosen) == bool(cost)
        assert kind.cost in cost
    assert kind.cost_with({}) == kind.cost
    if kind.name in ("saturation_by_depth", "moments_by_depth"):
        assert kind.cost_with({"rows": "all"}) == "forward passes over an epoch"


def test_an_option_may_need_another_one() -> None:
    number = Number("kept", "Kept", only_with=("of", "other"))
    assert not has_effect(number, (OF, number), {})
    assert has_effect(number, (OF, number), {"of": "other"})
    assert has_effect(UNIT, (OF, UNIT), {})
    for kind in FIGURES.values():
        for option in kind.options:
            if isinstance(option, Number) and option.only_with:
                name, choice = option.only_with
                other = next(each for each in kind.options if each.name == name)
                assert other.read(choice) == choice


def test_they_are_written_in_commands_and_files() -> None:
    assert parse("loss") == ("loss", {})
    assert parse("a:of=other, unit=3") == ("a", {"of": "other", "unit": "3"})
    for wrong in ("a:", "a:of", "a:of=", "a:=b"):
        with pytest.raises(bn.InputError, match="NAME:option=value"):
            parse(wrong)
    assert suffix((OF, UNIT), {"of": "other", "unit": 3}) == "-other-unit3"
    assert suffix((OF, UNIT), {"of": "one", "unit": 0}) == ""


@pytest.mark.parametrize("kind", [kind for kind in FIGURES.values() if kind.options])
def test_names_of_files_differ_with_options(kind: FigureKind) -> None:
    files = {suffix(kind.options, chosen) for chosen in chosen_values(kind)}
    assert len(files) == 1 + sum(
        len(option.choices) - 1 if isinstance(option, Choice) else 1 for option in kind.options
    )


@pytest.mark.parametrize(("name", "chosen"), CASES)
def test_every_choice_makes_a_figure(name: str, chosen: dict[str, Any], make_session: Any) -> None:
    for iterations in (0, 12):
        figure = FIGURES[name](make_session(iterations), **chosen)
        assert (figure.name, figure.title) == (name, FIGURES[name].title)
        assert figure.verdict
        assert figure.has_data == bool(figure.caption) or not iterations
        ticks = [words for axis in (figure.x, figure.y) for _, words in axis.ticks]
        assert not re.search(r"-\d", "\n".join([words_of(figure), *ticks])), "a minus is the true one"
    assert FIGURES[name](make_session(experiment=bn.Experiment()), **chosen).verdict


def test_they_are_listed_and_taken_by_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, small: bn.Experiment
) -> None:
    assert main(["figures"]) == 0
    printed = capsys.readouterr().out
    for kind in FIGURES.values():
        for option in kind.options:
            assert f"    {kind.name}:{option.name}=" in printed
    bn.save(small, tmp_path / "small.bnsim")
    asked = ["gradient_by_depth:size=rms", "gradient_by_depth", "activations_by_depth:of=output"]
    command = ["run", str(tmp_path / "small.bnsim"), "--iterations", "2", "--format", "csv", "--out", str(tmp_path)]
    assert main([*command, "--figure", *asked]) == 0
    assert {path.stem for path in tmp_path.glob("*.csv")} == {
        "gradient_by_depth-rms",
        "gradient_by_depth",
        "activations_by_depth-output",
    }
    assert main([*command, "--figure", "gradient_by_depth:size=big"]) == 2
    assert "size is one of norm, rms" in capsys.readouterr().err


# The numbers of each choice


def test_root_mean_squares_are_those_of_elements() -> None:
    session = session_of(bn.Linear(5), bn.Tanh(), bn.Linear(3), bn.Tanh(), bn.Linear(2))
    session.run(2)
    lane = session.lanes[0]
    outputs, weights = gradient_by_depth(session, size="rms"), weight_gradient_by_depth(session, size="rms")
    gradients = lane.gradients()
    for number, path in enumerate(((0,), (2,), (4,))):
        gradient, own = lane.gradient(path), gradients[f"{path[0]}.weight"]
        assert gradient is not None
        assert own is not None
        np.testing.assert_allclose(outputs.data()["net"][number], np.sqrt(np.mean(gradient**2)), rtol=1e-12)
        np.testing.assert_allclose(weights.data()["net"][number], np.sqrt(np.mean(own**2)), rtol=1e-12)
    session.close()


def test_the_fitted_line_has_the_factor_and_goes_through_the_middle(make_session: Any) -> None:
    data = gradient_by_depth(make_session(5, factors=(0.3, 1.0)), line="fitted").data()
    layers, fitted = data["plain, fitted.x"], data["plain, fitted"]
    np.testing.assert_array_equal(layers, np.arange(6, 17))
    norms = data["plain"][5:16]
    np.testing.assert_allclose(fitted[:-1] / fitted[1:], (norms[0] / norms[-1]) ** (1 / 10), rtol=1e-12)
    np.testing.assert_allclose(np.log(fitted).mean(), np.log(norms).mean(), rtol=1e-12)


def test_histograms_of_activations_are_of_what_they_give() -> None:
    session = session_of(bn.Linear(5), bn.Tanh(), bn.Linear(3), bn.Sigmoid(), bn.Linear(2))
    session.run(2)
    data = activations_by_depth(session, of="output").data()
    for row, path in enumerate(((1,), (3,))):
        value = session.lanes[0].value(path)
        assert value is not None
        there = data["net.row"] == row + 1
        edges = np.append(data["net.low"][there], data["net.high"][there][-1])
        assert edges[0] < np.median(value) < edges[-1]
        assert edges[-1] - edges[0] < 2.5
        inside = np.clip(value, edges[0], edges[-1])
        np.testing.assert_allclose(data["net"][there], np.histogram(inside, edges)[0] / value.size)
    session.close()


@pytest.mark.parametrize(("of", "kinds"), [("output", {"∂L/∂z"}), ("weight", {"∂L/∂W"}), ("both", {"∂L/∂z", "∂L/∂W"})])
def test_gradients_of_one_kind_are_drawn_alone(of: str, kinds: set[str], make_session: Any) -> None:
    session = make_session(5)
    figure = gradients_hist_by_depth(session, of=of)
    assert {mark.name.rpartition(", ")[2] for mark in figure.marks} == kinds  # type: ignore[attr-defined]
    assert figure.verdict.startswith("plain: median")


def test_a_slice_goes_towards_the_other_lane() -> None:
    stacks = tuple(
        bn.Stack(name=name, layers=(bn.Linear(4), *norm, bn.Tanh(), bn.Linear(2)))
        for name, norm in (("plain", ()), ("BN", (bn.BatchNorm(),)))
    )
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.5), seed=3)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks), wait=False)
    session.run(3)
    plain, other = session.lanes
    there = other.state_dict()
    towards = {"0.weight": "0.weight", "0.bias": "0.bias", "2.weight": "3.weight", "2.bias": "3.bias"}
    here = plain.state_dict()
    x, targets = plain.inputs(), plain.read(plain.program.targets)
    assert x is not None
    assert targets is not None
    data = loss_slice(session, direction="lane").data()
    np.testing.assert_allclose(data["plain, lane.x"], np.linspace(-0.5, 1.5, 41))
    for t, loss in zip(data["plain, lane.x"], data["plain, lane"], strict=True):
        at = {key: here[key] + t * (there[like] - here[key]) for key, like in towards.items()}
        out = np.tanh(x @ at["0.weight"].T + at["0.bias"]) @ at["2.weight"].T + at["2.bias"]
        logs = out - np.log(np.exp(out).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(loss, -logs[np.arange(16), targets[:, 0].astype(int)].mean(), rtol=1e-8)
    session.close()


def test_a_slice_goes_towards_earlier_parameters() -> None:
    session = session_of(seed=4)
    start = theta_of(session.lanes[0].state_dict())
    session.run(5)
    lane = session.lanes[0]
    net, theta = Net(lane), theta_of(lane.state_dict())
    figure = loss_slice(session, direction="kept")
    data = figure.data()
    t = data["net, kept.x"]
    expected = [net.loss(theta + each * (start - theta)) for each in t]
    np.testing.assert_allclose(data["net, kept"], expected, rtol=1e-8)
    assert "at the start" in figure.verdict
    session.close()


def test_a_slice_without_another_lane_says_so() -> None:
    session = session_of()
    session.run(1)
    figure = loss_slice(session, direction="lane")
    assert figure.verdict == "net has no other lane to go to"
    assert not np.isfinite(figure.data()["net, lane"]).any()
    session.close()
