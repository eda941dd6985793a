"""A lane with a training of its own equals, to the bit, the same lane alone in an experiment with that training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import asdict, replace

import bnsim as bn

OWN = {
    "rate": bn.LaneTraining(optimizer=bn.SGD(lr=0.7)),
    "momentum": bn.LaneTraining(optimizer=bn.SGD(lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3)),
    "rmsprop": bn.LaneTraining(optimizer=bn.RMSprop(lr=0.01, momentum=0.5)),
    "centered": bn.LaneTraining(optimizer=bn.RMSprop(lr=0.01, centered=True)),
    "adagrad": bn.LaneTraining(optimizer=bn.Adagrad(lr=0.1, lr_decay=0.01, initial_accumulator_value=0.1)),
    "adam": bn.LaneTraining(optimizer=bn.Adam(lr=0.02), schedule=bn.Cosine(period=20)),
    "adamw": bn.LaneTraining(optimizer=bn.AdamW(lr=0.02, weight_decay=0.1), decay_all=False),
    "steps": bn.LaneTraining(schedule=bn.StepDecay(every=5)),
    "warm-up": bn.LaneTraining(schedule=bn.WarmUp(updates=9), gain=3.0),
    "value": bn.LaneTraining(clip=bn.ClipValue(limit=0.01)),
    "norm": bn.LaneTraining(clip=bn.ClipNorm(limit=0.1), gain=0.5),
    "everything": bn.LaneTraining(
        optimizer=bn.Adam(lr=0.01, weight_decay=0.1),
        schedule=bn.StepDecay(every=3),
        clip=bn.ClipNorm(limit=0.3),
        decay_all=False,
        gain=2.0,
    ),
}
LAYERS = (bn.Linear(12, bias=False), bn.BatchNorm(), bn.ReLU(), bn.Dropout(p=0.2), bn.Linear(10, init=bn.He(gain=0.7)))


def _shared(precision: str, **fields: Any) -> bn.Training:
    """What the lanes are compared under: another optimizer, schedule, clipping and gain than any lane's own."""
    return bn.Training(
        batch_size=16,
        accumulate=2,
        precision=precision,  # type: ignore[arg-type]
        seed=3,
        optimizer=bn.SGD(lr=0.3, momentum=0.4, weight_decay=1e-2),
        schedule=bn.Cosine(period=50, lr_min=0.01),
        clip=bn.ClipNorm(limit=5.0),
        gain=1.5,
        **fields,
    )


def _among_others(own: bn.LaneTraining, training: bn.Training) -> bn.Session:
    stacks = (
        bn.Stack(name="before", layers=LAYERS),
        bn.Stack(name="own", layers=LAYERS, training=own),
        bn.Stack(name="behind", layers=(*LAYERS[:1], bn.Tanh(), *LAYERS[3:])),
    )
    experiment = bn.Experiment(data=bn.Digits(test_fraction=0.1), training=training, stacks=stacks)
    return bn.Session(experiment, recording="all")


def _alone(own: bn.LaneTraining, training: bn.Training) -> bn.Session:
    said = {name: value for name, value in asdict(own).items() if value is not None}
    experiment = bn.Experiment(
        data=bn.Digits(test_fraction=0.1),
        training=replace(training, **said),
        stacks=(bn.Stack(name="own", layers=LAYERS),),
    )
    return bn.Session(experiment, recording="all")


def _assert_same(first: bn.Session, second: bn.Session) -> None:
    mine, alone = first.lane("own"), second.lane("own")
    assert first.iteration == second.iteration
    np.testing.assert_array_equal(mine.machine.state, alone.machine.state)
    for (key, value), (other, wanted) in zip(mine.state_dict().items(), alone.state_dict().items(), strict=True):
        assert key == other
        np.testing.assert_array_equal(value, wanted)
    for key, gradient in mine.gradients().items():
        np.testing.assert_array_equal(gradient, alone.gradients()[key])
    assert mine.loss == alone.loss
    for name in mine.history:
        np.testing.assert_array_equal(mine.history[name], alone.history[name])


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_stepped_run_rewound_and_replayed_it_equals_the_lane_alone(own: bn.LaneTraining, precision: str) -> None:
    together, alone = _among_others(own, _shared(precision)), _alone(own, _shared(precision))
    assert together.lane("own").training == alone.experiment.training
    for session in (together, alone):
        session.run(iterations=7)
    _assert_same(together, alone)
    for session in (together, alone):
        session.step("iteration")
        while session.iteration < 9:
            session.step("op")
    _assert_same(together, alone)
    assert together.lane("own").evaluate() == alone.lane("own").evaluate()
    at_nine = together.lane("own").machine.state
    for session in (together, alone):
        session.seek(iteration=4)
    _assert_same(together, alone)
    for session in (together, alone):
        session.run(iterations=5)
    _assert_same(together, alone)
    np.testing.assert_array_equal(together.lane("own").machine.state, at_nine)
    for session in (together, alone):
        session.step_back("layer")
        session.reset()
        session.run(iterations=3)
    _assert_same(together, alone)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_so_it_is_in_compiled_kernels(precision: str) -> None:
    own = OWN["everything"]
    together, alone = (make(own, _shared(precision)) for make in (_among_others, _alone))
    for session in (together, alone):
        session.run(iterations=12)
        session.seek(iteration=5)
        session.run(iterations=2)
        session.step("iteration")
    _assert_same(together, alone)


def test_what_a_lane_does_not_say_is_the_experiments() -> None:
    shared = _shared("float64", evaluate_every=3, shuffle=False)
    session = _among_others(bn.LaneTraining(gain=2.0), shared)
    assert session.lane("before").training == session.lane("behind").training == shared
    assert session.lane("own").training == replace(shared, gain=2.0)


def test_the_gain_multiplies_weights_beside_the_layers_own_and_never_biases() -> None:
    session = _among_others(bn.LaneTraining(gain=3.0), replace(_shared("float64"), gain=1.0))
    one, three = session.lane("before").state_dict(), session.lane("own").state_dict()
    np.testing.assert_array_equal(three["0.weight"], 3.0 * one["0.weight"])
    np.testing.assert_allclose(three["4.weight"], 3.0 * one["4.weight"], rtol=1e-15)
    np.testing.assert_array_equal(three["4.bias"], one["4.bias"])
    np.testing.assert_array_equal(three["1.weight"], one["1.weight"])


def test_a_saved_run_goes_on_with_each_lanes_own(tmp_path: Path) -> None:
    session = _among_others(OWN["everything"], _shared("float64"))
    session.run(iterations=4)
    session.save(tmp_path / "own.bnrun")
    opened = bn.load_run(tmp_path / "own.bnrun", recording="all")
    assert opened.lane("own").training == session.lane("own").training
    for each in (session, opened):
        each.run(iterations=3)
    _assert_same(session, opened)
