"""Weights are multiplied while a run goes on; that is part of its past, to the bit, until it is undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.session.changes import WeightScaling, factors_at, scaled, scaled_to, total_of
from bnsim.session.moment import Moment
from tests.session.test_rewind import EXPERIMENT, everything
from tests.session.test_rewind import moves as rewind_moves


def weights(session: bn.Session, lane: int = 0) -> dict[str, bytes]:
    return {key: value.tobytes() for key, value in session.lanes[lane].state_dict().items()}


def untouched(session: bn.Session, iteration: int) -> bn.Session:
    """Another session of the experiment, nothing changed in it, as far along."""
    other = bn.Session(session.experiment, recording="all")
    other.seek(iteration)
    return other


@pytest.mark.parametrize("where", ["start", "between", "begun", "middle"])
def test_weights_alone_are_multiplied_as_the_next_iteration_begins(where: str) -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    if where != "start":
        session.run(5)
    if where in ("begun", "middle"):
        session.step("op")
    if where == "begun":
        session.step_back("op")
        session.go_to(Moment(5, 0))
    acts_at = {"start": 0, "between": 5, "begun": 5, "middle": 6}[where]
    before = everything(session)
    session.scale_weights(8, lane="plain")
    assert session.changes[0].factors == ((acts_at, 8),)
    if where in ("between", "middle"):
        assert everything(session) == before
    session.seek(acts_at)
    other = untouched(session, acts_at)
    assert where == "start" or everything(session) == everything(other)
    session.step("op")
    other.step("op")
    for key, value in other.lanes[0].state_dict().items():
        times = 8 if key.endswith("weight") else 1
        assert np.array_equal(session.lanes[0].state_dict()[key], value * times)
    assert weights(session, 1) == weights(other, 1)


def test_rewinding_gives_the_run_as_it_was_and_replaying_gives_the_change_again() -> None:
    session, other = (bn.Session(EXPERIMENT, recording="all") for _ in range(2))
    session.run(30)
    session.scale_weights(10)
    session.run(40)
    session.step("layer")
    changed, moment = everything(session), session.moment
    for at in (30, 29, 3, 0):
        session.seek(at)
        other.seek(at)
        assert everything(session) == everything(other)
    session.go_to(moment)
    assert everything(session) == changed
    session.seek(31)
    wanted = everything(session)
    while session.iteration > 28:
        session.step_back("op")
    session.run(31 - session.iteration)
    assert everything(session) == wanted


actions = st.one_of(
    rewind_moves.filter(lambda move: move[0] != "reset"), st.tuples(st.just("scale"), st.sampled_from([0.1, 3.0]))
)


@settings(max_examples=20, deadline=None)
@given(st.lists(actions, max_size=15))
def test_the_same_changes_give_the_same_run_whatever_the_way(way: list) -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    for name, argument in way:
        if name == "scale":
            session.scale_weights(argument, lane="plain", layers=[2])
        else:
            getattr(session, name)(argument)
    straight = bn.Session(EXPERIMENT, recording="all")
    straight.changes = session.changes
    straight.go_to(session.moment)
    assert everything(straight) == everything(session)


@pytest.mark.parametrize("on", [0, 1, 12])
@pytest.mark.parametrize("at", [0, 7])
def test_a_change_is_undone_where_it_was_made(at: int, on: int) -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(at)
    session.scale_weights(10)
    if on == 1:
        session.step("op")
    session.run(on)
    session.changes = session.changes[:-1]
    other = untouched(session, at)
    assert everything(session) == everything(other)
    assert session.recorded[0] == at
    session.run(20)
    other.run(20)
    assert everything(session) == everything(other)


def test_one_that_is_still_to_come_is_undone_on_the_spot() -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(7)
    session.step("layer")
    before, moment = everything(session), session.moment
    session.scale_weights(10)
    session.changes = ()
    assert (everything(session), session.moment) == (before, moment)


def test_where_it_was_recorded_before_the_rest_is_forgotten_with_its_changes() -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(10)
    session.scale_weights(3)
    session.run(10)
    session.seek(4)
    session.scale_weights(2)
    assert session.recorded[0] == 4
    assert [change.factors for change in session.changes] == [((4, 2),)]


def test_a_reset_forgets_changes_even_those_of_the_start() -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.scale_weights(10)
    session.step("layer")
    session.reset()
    assert session.changes == ()
    assert everything(session) == everything(bn.Session(EXPERIMENT, recording="all"))


def test_they_are_made_again_on_the_kernels_and_by_a_session_that_takes_over() -> None:
    early, late = bn.Session(EXPERIMENT, wait=False, recording="norms"), bn.Session(EXPERIMENT, recording="all")
    early._readiness.wait()
    for session in (early, late):
        session.scale_weights(0.5, lane="bn")
        session.run(9)
        session.scale_weights(10)
        session.run(30)
        session.step("op")
    early.poll()
    more = bn.Session(EXPERIMENT, recording="all")
    more.take_over(early)
    assert more.changes == late.changes
    while more.unfilled:
        more.fill(1.0)
    assert everything(more) == everything(late)


@pytest.mark.parametrize("ticks", [0, 1])
def test_what_is_loaded_stands_as_it_is(ticks: int) -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(5)
    if ticks:
        session.step("op")
        session.step_back("op")
    state = {key: value * 2 for key, value in session.lanes[0].state_dict().items()}
    session.scale_weights(10)
    session.lane("plain").load_state_dict(state)
    assert session.changes == (WeightScaling(bn_weights(session), ((5, 10),)),)
    session.step("op")
    assert all(np.array_equal(session.lanes[0].state_dict()[key], value) for key, value in state.items())
    session.run(20)
    wanted = everything(session)
    session.seek(2)
    session.seek(25)
    assert everything(session) == wanted


def bn_weights(session: bn.Session) -> tuple[int, ...]:
    return tuple(layer.id for layer in session.lane("bn").stack.layers if isinstance(layer, bn.Linear))


def test_what_is_loaded_at_the_very_start_stands_beside_what_is_scaled() -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.scale_weights(4)
    doubled = {key: value * 2 for key, value in session.lanes[0].state_dict().items()}
    other = weights(session, 1)
    session.lane("plain").load_state_dict(doubled)
    session.run(3)
    session.step_back("epoch")
    session.seek(0)
    assert weights(session, 1) == other
    assert weights(session, 0) == {key: value.tobytes() for key, value in doubled.items()}


def test_every_copy_in_a_block_has_weights_of_its_own() -> None:
    inner = bn.Repeat(times=3, layers=(bn.Residual(layers=(bn.Linear(4), bn.Tanh())),))
    tied = bn.Repeat(times=3, layers=(bn.Linear(4), bn.Tanh()), tied=True)
    layers = (bn.Linear(4), inner, tied, bn.Linear(2))
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(bn.Stack(layers=layers),)))
    before = session.lanes[0].state_dict()
    session.scale_weights(4, layers=[(1, 0, 0), 2])
    for key, value in session.lanes[0].state_dict().items():
        times = 4 if key.startswith(("1.", "2.")) and key.endswith("weight") else 1
        assert np.array_equal(value, before[key] * times)
    assert sum(key.startswith("1.") and key.endswith("weight") for key in before) == 3


@pytest.mark.parametrize("factor", [1 / 64, 16.0])
def test_before_a_batchnorm_nothing_changes_but_the_gradient_by_one_over_the_factor(factor: float) -> None:
    """BN(aWx) = BN(Wx) and dL/d(aW) = 1/a dL/dW (Ioffe and Szegedy 2015, section 3.3), exact but for ε."""
    layers = (bn.Linear(9), bn.BatchNorm(eps=1e-14), bn.Sigmoid(), bn.Linear(2))
    plain = bn.Stack(name="plain", layers=(layers[0], *layers[2:]))
    training = bn.Training(precision="float64", batch_size=32)
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64), training=training, stacks=(bn.Stack(layers=layers), plain)
    )
    session, other = bn.Session(experiment), bn.Session(experiment)
    session.run(5)
    other.run(5)
    session.scale_weights(factor, layers=[0])
    for each in (session, other):
        while each.lanes[0].cursor.phase != "update":
            each.step("op")
    scaled_lane, lane = session.lanes[0], other.lanes[0]
    for layer in (1, 2, 3):
        np.testing.assert_allclose(scaled_lane.value(layer), lane.value(layer), rtol=1e-9, atol=1e-9)
    assert scaled_lane.loss == pytest.approx(lane.loss, rel=1e-9)
    gradient, before = scaled_lane.gradients(), lane.gradients()
    np.testing.assert_allclose(gradient["0.weight"] * factor, before["0.weight"], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(gradient["3.weight"], before["3.weight"], rtol=1e-7, atol=1e-12)
    assert session.lanes[1].loss != pytest.approx(other.lanes[1].loss, rel=1e-3)


def test_what_becomes_too_large_stops_the_run() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(3)
    session.scale_weights(1e300, lane="plain")
    session.scale_weights(1e300, lane="plain")
    session.run(50)
    assert session.stopped is not None
    assert session.iteration < 53


def test_the_time_line_says_what_was_changed_where() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(3)
    session.scale_weights(10, lane="bn")
    session.scale_weights(0.5, lane="plain", layers=[2])
    session.scale_weights(2)
    assert [(mark.iteration, mark.sentence) for mark in session.track().changes] == [
        (3, "weights of “bn” ×10 from iteration 3 on"),
        (3, "weights of Linear 2 of “plain” ×0.5 from iteration 3 on"),
        (3, "all weights ×2 from iteration 3 on"),
    ]


def test_a_hand_on_a_slider_makes_one_change() -> None:
    before = scaled((), [1, 2], 3.0, 1)
    changes = scaled_to(before, None, [1, 2], 2.0, 5)
    changes = scaled_to(before, changes[1], [1, 2], 4.0, 5)
    assert changes == scaled(before, [1, 2], 4.0, 5)
    changes = scaled_to(before, changes[1], [1, 2], 10.0, 9)
    assert changes == (*before, WeightScaling((1, 2), ((5, 4.0), (9, 2.5))))
    assert changes[1].total == 10
    assert scaled_to(before, changes[1], [1, 2], 4.0, 9) == scaled(before, [1, 2], 4.0, 5)
    assert scaled_to(before, scaled(before, [1, 2], 4.0, 5)[1], [1, 2], 1.0, 5) == before
    assert [total_of(changes, (2, 1), at) for at in (0, 1, 8, 9)] == [1, 3, 12, 30]
    assert total_of(changes, (1,), 9) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"factor": 0}, "positive"),
        ({"factor": -1.0}, "positive"),
        ({"factor": float("nan")}, "positive"),
        ({"factor": 2, "layers": [1]}, "Sigmoid, which has no weights"),
        ({"factor": 2, "layers": [17]}, "is no layer"),
    ],
)
def test_what_cannot_be_scaled_is_said_and_nothing_is_changed(arguments: dict, words: str) -> None:
    session = bn.Session(EXPERIMENT)
    with pytest.raises(bn.InputError, match=words):
        session.scale_weights(**arguments, lane="plain")
    with pytest.raises(bn.InputError, match="id 999"):
        session.changes = scaled((), [999], 2.0, 0)
    assert session.changes == ()


def test_factors_of_each_layer_at_an_iteration() -> None:
    changes = (WeightScaling((1, 2), ((3, 2.0), (5, 2.0))), WeightScaling((2,), ((4, 10.0),)))
    assert factors_at(changes, 2) == {}
    assert factors_at(changes, 3) == {1: 2.0, 2: 2.0}
    assert factors_at(changes, 9) == {1: 4.0, 2: 40.0}


def test_the_track_has_changes_and_loaded_weights_in_their_order() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(3)
    session.lane("plain").load_state_dict(session.lane("plain").state_dict())
    session.scale_weights(2, lane="plain")
    session.run(2)
    assert session.loaded == ((3, 0),)
    assert [(mark.iteration, mark.short) for mark in session.track().changes] == [(3, "×2"), (3, "loaded")]
    session.reset()
    assert session.loaded == ()
