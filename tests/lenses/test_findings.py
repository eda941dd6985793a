"""Each rule on an experiment that has it and on one that has not, and no rule raises on random stacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.lenses.findings.finding import Finding
from bnsim.lenses.findings.lens import RECORDS, FindingsLens, findings_of
from bnsim.lenses.findings.rules import RULES
from tests.german import english_in
from tests.golden import cases
from tests.golden.random_stacks import random_stacks

Layers = tuple[object, ...]


def session_of(*layers: object, rows: int = 64, lr: float = 0.1, loss: object = None, **training: object) -> bn.Session:
    """A session of one lane called "a", on three blobs."""
    return bn.Session(
        bn.Experiment(
            data=bn.Blobs(samples=256, classes=3),
            training=bn.Training(batch_size=rows, optimizer=bn.SGD(lr=lr), seed=1, **training),
            stacks=(bn.Stack(name="a", layers=layers, loss=loss or bn.CrossEntropy()),),
        )
    )


def deep(depth: int, *block: object) -> Layers:
    return (*block * depth, bn.Linear(3, init=bn.Xavier()))


def he(units: int = 32) -> bn.Linear:
    return bn.Linear(units, init=bn.He("normal"))


def xavier(units: int = 32) -> bn.Linear:
    return bn.Linear(units, init=bn.Xavier("normal"))


def normalized(units: int = 32, **settings: object) -> Layers:
    return (bn.Linear(units, bias=False), bn.BatchNorm(**settings), bn.Tanh())


def found(session: bn.Session, rule: str) -> Finding | None:
    return next((each for each in bn.findings(session) if each.rule == rule), None)


Made = Callable[[], bn.Session]
CASES: dict[str, tuple[int, Made, Made, str]] = {
    # updates, a session that has it, one that has not, words of the sentence
    "vanishing": (
        1,
        lambda: session_of(*deep(8, xavier(), bn.Sigmoid())),
        lambda: session_of(*deep(8, xavier(), bn.Tanh())),
        "at Linear 1, ",
    ),
    "exploding": (
        1,
        lambda: session_of(*deep(8, bn.Linear(32, init=bn.Normal(std=1.0)), bn.ReLU()), lr=0.0),
        lambda: session_of(*deep(8, he(), bn.ReLU()), lr=0.0),
        "The gradient grows by ×",
    ),
    "saturated": (
        1,
        lambda: session_of(bn.Linear(32, init=bn.Normal(std=5.0)), bn.Tanh(), bn.Linear(3)),
        lambda: session_of(xavier(), bn.Tanh(), bn.Linear(3)),
        "Tanh 1: ",
    ),
    "dead": (
        1,
        lambda: session_of(he(), bn.BatchNorm(beta=-9.0), bn.ReLU(), bn.Linear(3)),
        lambda: session_of(he(), bn.BatchNorm(), bn.ReLU(), bn.Linear(3)),
        "ReLU 1: 100 % of the units",
    ),
    "poor-initialization": (
        0,
        lambda: session_of(*deep(20, bn.Linear(32), bn.ReLU())),
        lambda: session_of(*deep(20, he(), bn.ReLU())),
        "Linear 1 to 20 started with weights of variance 0.3",
    ),
    "redundant-bias": (
        0,
        lambda: session_of(bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(3)),
        lambda: session_of(bn.Linear(8, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(3)),
        "The bias of Linear 1 does nothing",
    ),
    "small-batch": (
        0,
        lambda: session_of(*normalized(virtual_devices=8), bn.Linear(3)),
        lambda: session_of(*normalized(virtual_devices=4), bn.Linear(3)),
        "statistics of 8 samples on each of 8 virtual devices",
    ),
    "update-ratio": (
        6,
        lambda: session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=1e-6),
        lambda: session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=0.01),
        "about 1e−3 is usual",
    ),
    "running-statistics": (
        30,
        lambda: session_of(*normalized(momentum=0.0), bn.Linear(3), lr=0.01),
        lambda: session_of(*normalized(), bn.Linear(3), lr=0.01),
        "with momentum 0 it stays so",
    ),
    "loss-stuck": (
        80,
        lambda: session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=0.0),
        lambda: session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=0.1),
        "Over the last 60 iterations the loss went from ",
    ),
    "outputs": (
        0,
        lambda: session_of(bn.Linear(8), bn.Tanh(), bn.Linear(5)),
        lambda: session_of(bn.Linear(8), bn.Tanh(), bn.Linear(3)),
        "Linear 2 has 5 outputs for 3 classes: 2 are never right.",
    ),
    "all-alike": (
        1,
        lambda: session_of(*deep(9, xavier(), bn.Sigmoid()), xavier(), bn.BatchNorm(), bn.Linear(3)),
        lambda: session_of(*deep(9, xavier(), bn.BatchNorm(), bn.Sigmoid())),
        "BatchNorm 11 comes too late",
    ),
}


def test_every_rule_has_a_case_and_says_all_of_itself() -> None:
    assert set(CASES) == set(RULES)
    for name, rule in RULES.items():
        assert rule.name == name
        assert all((rule.title, rule.threshold, rule.source, rule.why, rule.mend))


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_of_what_has_it_and_of_nothing_else(name: str) -> None:
    updates, having, lacking, words = CASES[name]
    session = having()
    session.run(updates)
    finding = found(session, name)
    assert finding is not None
    assert words in finding.sentence
    assert finding.lane == "a"
    assert finding.stack == session.lanes[0].stack.id
    assert [english_in(said) for said in (finding.title, finding.sentence, finding.why, finding.mend)] == [[]] * 4
    session = lacking()
    session.run(updates)
    assert found(session, name) is None


@pytest.mark.parametrize("name", CASES)
def test_a_rule_can_be_left_out(name: str) -> None:
    session = CASES[name][1]()
    session.run(CASES[name][0])
    named = {each.rule for each in bn.findings(session)}
    assert {each.rule for each in bn.findings(session, without=(name,))} == named - {name}


def test_a_finding_names_the_layers_it_is_about() -> None:
    session = session_of(*deep(8, xavier(), bn.Sigmoid()))
    session.run(1)
    finding = found(session, "vanishing")
    assert finding is not None
    layers = session.experiment.stacks[0].layers
    assert (finding.layer, finding.path, finding.name) == (layers[0].id, (0,), "Linear 1")
    norms = [np.linalg.norm(session.lanes[0].gradient(2 * k)) for k in range(9)]
    assert list(finding.layers) == [layers[2 * k].id for k in range(9) if norms[k] < norms[-1] / 1000]
    assert f" by ×{(norms[2] / norms[6]) ** (1 / 4):.3g} a layer" in finding.sentence  # as the figure's verdict says
    assert finding.line().startswith("a: Vanishing gradient: The gradient shrinks")


def test_a_lane_with_batchnorms_is_not_told_to_take_some() -> None:
    plain = session_of(*deep(8, xavier(), bn.Sigmoid()))
    session = session_of(*deep(8, xavier(), bn.Sigmoid()), bn.BatchNorm())
    for each in (plain, session):
        each.run(1)
    first, second = found(plain, "vanishing"), found(session, "vanishing")
    assert first is not None
    assert second is not None
    assert "BatchNorm" in first.mend
    assert "BatchNorm" not in second.mend


def test_without_a_backward_pass_nothing_is_said_of_gradients() -> None:
    session = session_of(*deep(8, xavier(), bn.Sigmoid()))
    lane = session.lanes[0]
    while lane.cursor.phase != "backward":
        assert found(session, "vanishing") is None
        session.step()
    assert found(session, "vanishing") is None
    session.step("iteration")
    assert found(session, "vanishing") is not None
    session.step()  # into the next iteration: the last whole gradient still counts
    assert found(session, "vanishing") is not None
    session.reset()
    assert found(session, "vanishing") is None


def test_a_loss_that_is_no_number_is_found_with_the_layer_where_it_begins() -> None:
    session = session_of(bn.Linear(8), bn.Tanh(), bn.Linear(3))
    state = session.lanes[0].state_dict()
    state["2.weight"][0, 0] = np.nan
    session.lanes[0].load_state_dict(state)
    session.step("iteration")
    session.step("iteration")
    finding = found(session, "exploding")
    assert finding is not None
    assert finding.sentence == "The loss is NaN; the first output that is no finite number is that of Linear 2."


def test_a_large_update_is_off_as_well() -> None:
    session = session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=200.0)
    session.run(6)
    finding = found(session, "update-ratio")
    assert finding is not None
    assert "smaller learning rate" in finding.mend


def test_running_statistics_are_held_against_those_of_the_batch() -> None:
    session = session_of(*normalized(momentum=0.0), bn.Linear(3), lr=0.0)
    session.step("iteration")
    finding = found(session, "running-statistics")
    assert finding is not None
    x = np.asarray(session.lanes[0].value(0))  # running mean and variance stay 0 and 1
    train = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    gap = np.sqrt(np.mean((x / np.sqrt(1 + 1e-5) - train) ** 2))
    assert f"differ by {100 * gap:.0f} % of its spread" in finding.sentence
    assert f"variance is {np.median(1 / x.var(axis=0)):.2g} times the batch's" in finding.sentence
    state = session.lanes[0].state_dict()
    state["1.running_mean"][:], state["1.running_var"][:] = 100.0, x.var(axis=0)
    session.lanes[0].load_state_dict(state)
    session.step("iteration")
    finding = found(session, "running-statistics")
    assert finding is not None
    assert "running spreads away" in finding.sentence


def test_running_statistics_that_hardly_follow_stay_off() -> None:
    session = session_of(*normalized(momentum=1e-300), bn.Linear(3))
    session.run(2)
    finding = found(session, "running-statistics")
    assert finding is not None
    assert "with momentum 1e−300 it stays so" in finding.sentence


def test_units_that_are_alike_are_a_poor_start_but_a_branch_that_starts_at_zero_is_none() -> None:
    zero = bn.Constant(0.0)
    session = session_of(bn.Linear(8, init=bn.Constant(0.1)), bn.Tanh(), bn.Linear(3))
    finding = found(session, "poor-initialization")
    assert finding is not None
    assert "All units of Linear 1 have the same weights" in finding.sentence
    branch = bn.Residual((bn.Linear(8, init=bn.He()), bn.ReLU(), bn.Linear(8, init=zero)))
    assert found(session_of(bn.Linear(8), branch, bn.Linear(3, init=zero)), "poor-initialization") is None


def test_an_activation_before_a_loss_of_logits_is_said() -> None:
    session = session_of(bn.Linear(8), bn.Tanh(), bn.Linear(3), bn.Sigmoid())
    finding = found(session, "outputs")
    assert finding is not None
    assert "no class can get more than 58 %" in finding.sentence  # e / (e + 2)
    assert finding.name == "Sigmoid 2"


def test_a_bias_that_goes_around_the_batchnorm_is_not_redundant() -> None:
    residual = bn.Residual((bn.BatchNorm(), bn.Tanh(), bn.Linear(8)))
    assert found(session_of(bn.Linear(8), residual, bn.Linear(3)), "redundant-bias") is None


def test_what_is_learned_needs_no_large_steps() -> None:
    session = session_of(xavier(), bn.Tanh(), bn.Linear(3), lr=0.5)
    session.run(400)
    assert {each.rule for each in bn.findings(session)} == set()


def test_copies_of_a_repeat_are_one_finding() -> None:
    session = session_of(bn.Linear(32), bn.Repeat((bn.Linear(32), bn.BatchNorm(), bn.Tanh()), times=5), bn.Linear(3))
    [finding] = [each for each in bn.findings(session) if each.rule == "redundant-bias"]
    assert len(finding.layers) == 1
    assert finding.sentence.startswith("The biases of Linear 2 to 6 do nothing")


def test_findings_need_no_data_file_once_the_session_is_made(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b,class\n" + "".join(f"{k},{-k},{k % 2}\n" for k in range(40)))
    exp = bn.Experiment(
        data=bn.FileData(str(file)),
        training=bn.Training(batch_size=8),
        stacks=(bn.Stack(name="a", layers=(bn.Linear(8), bn.BatchNorm(), bn.Linear(3))),),
    )
    session = bn.Session(exp)
    session.run(2)
    assert found(session, "outputs") is not None
    file.unlink()
    session.run(2)
    assert found(session, "outputs") is not None
    assert found(bn.Session(bn.default_experiment()), "outputs") is None


def test_a_session_that_records_the_loss_alone_says_less() -> None:
    exp = session_of(*deep(8, xavier(), bn.Sigmoid())).experiment
    session = bn.Session(exp, recording="none")
    session.run(2)
    assert found(session, "vanishing") is not None  # it is in memory
    assert found(session, "update-ratio") is None
    session = bn.Session(exp, recording=RECORDS)
    session.run(2)
    assert found(session, "update-ratio") is not None


def test_findings_change_nothing_and_the_lens_gives_the_same() -> None:
    session = session_of(*deep(8, xavier(), bn.Sigmoid()))
    session.run(3)
    before = session.lanes[0].state_dict()
    said = bn.findings(session)
    assert FindingsLens().answer(session) == said
    assert findings_of(session, session.lanes[0]) == said
    assert FindingsLens(without=tuple(RULES)).answer(session) == ()
    after = session.lanes[0].state_dict()
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_the_default_experiment_says_what_a_lecturer_would() -> None:
    session = bn.Session(bn.default_experiment())
    session.run(80)
    said = {lane.stack.name: {each.rule for each in findings_of(session, lane)} for lane in session.lanes}
    plain = {"vanishing", "all-alike", "poor-initialization", "update-ratio", "loss-stuck"}
    assert said == {"plain": plain, "with BatchNorm": set()}


def _at_all_moments(stack: bn.Stack, batch: int, accumulate: int) -> None:
    training = bn.Training(batch_size=batch, accumulate=accumulate, optimizer=bn.SGD(lr=0.1))
    data = bn.GaussianNoise(samples=64, features=cases.FEATURES, classes=cases.CLASSES)
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=(stack,)), wait=False)
    try:
        check(session)
        for _ in range(8):
            session.step()
            check(session)
        session.step("iteration")
        check(session)
        session.step("iteration")
        session.step("op")
        check(session)
        session.seek(0)
        check(session)
        session.step("iteration")
        state = session.lanes[0].state_dict()
        for key, array in state.items():
            if key.endswith("weight"):
                array.reshape(-1)[0] = np.nan
        session.lanes[0].load_state_dict(state)
        session.step("iteration")
        check(session)
        session.step("iteration")
        check(session)
    finally:
        session.close()


def check(session: bn.Session) -> None:
    """No rule raises, speaks twice of a lane, or of a layer that is not there."""
    said = bn.findings(session)
    assert len({(each.rule, each.stack) for each in said}) == len(said)
    for each in said:
        for layer in (each.layer, *each.layers):
            if layer:
                session.experiment.layer(layer)
        assert each.sentence.endswith(".")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_stacks(deepest=12), st.integers(1, 8), st.integers(1, 2))
def test_no_rule_raises_on_random_stacks(stack: bn.Stack, half: int, accumulate: int) -> None:
    _at_all_moments(stack, 2 * half + 2, accumulate)


@pytest.mark.fuzz
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_stacks(deepest=20), st.integers(1, 8), st.integers(1, 2))
def test_no_rule_raises_on_many_random_stacks(stack: bn.Stack, half: int, accumulate: int) -> None:
    _at_all_moments(stack, 2 * half + 2, accumulate)
