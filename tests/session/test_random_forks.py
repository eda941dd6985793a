"""A fork with no edit stays bit-identical to its source, whatever the stack, however one moves about."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import bnsim as bn
from bnsim.session.lane import Lane
from bnsim.session.moment import Moment
from bnsim.session.opening import load_run
from bnsim.session.session import SIZES
from bnsim.spec.files import decode, encode
from tests.golden import cases
from tests.golden.random_stacks import random_stacks

trainings = st.builds(
    bn.LaneTraining,
    optimizer=st.sampled_from(
        (
            bn.SGD(lr=0.05),
            bn.SGD(lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3),
            bn.Adagrad(lr_decay=0.1),
            bn.RMSprop(momentum=0.5, centered=True),
            bn.Adam(weight_decay=1e-3),
            bn.AdamW(weight_decay=0.1),
        )
    ),
    schedule=st.sampled_from((bn.ConstantRate(), bn.StepDecay(every=7), bn.Cosine(period=50), bn.WarmUp(updates=30))),
    clip=st.sampled_from((bn.NoClip(), bn.ClipNorm(0.5), bn.ClipValue(0.1))),
)


@st.composite
def experiments(draw: st.DrawFn, deepest: int) -> bn.Experiment:
    """One lane, which has noise and a Dropout before all else."""
    stack = draw(random_stacks(deepest=deepest))
    layers = (bn.Noise(), bn.Dropout(0.2), *stack.layers)
    only = replace(stack, layers=layers, name="source", training=draw(trainings))
    training = bn.Training(
        batch_size=16,
        seed=draw(st.integers(0, 1000)),
        accumulate=draw(st.sampled_from((1, 1, 2))),
        precision=draw(st.sampled_from(("float32", "float64"))),
        shuffle=draw(st.booleans()),
        evaluate_every=draw(st.sampled_from((0, 0, 25))),
    )
    data = bn.GaussianNoise(samples=160, features=cases.FEATURES, classes=cases.CLASSES)
    return bn.Experiment(data=data, training=training, stacks=(only,))


def come_to(session: bn.Session, updates: int) -> None:
    """Stand after so many updates: what is not finite stops a movement once in each lane."""
    session.seek(updates)
    while session.iteration != updates:
        assert session.stopped is not None
        session.seek(updates)


def seen(lane: Lane) -> dict[str, bytes]:
    """All that can be read of a lane."""
    arrays: dict[str, object] = {f"state {key}": value for key, value in lane.state_dict().items()}
    arrays |= {f"history {name}": lane.history[name] for name in lane.history}
    arrays |= {f"tests {name}": lane.tests[name] for name in lane.tests}
    arrays |= {f"gradient {key}": value for key, value in lane.gradients().items()}
    arrays |= {f"value {path}": lane.value(path) for path in lane.program.values}
    arrays["loss"] = lane.loss
    return {name: b"" if value is None else np.asarray(value).tobytes() for name, value in arrays.items()}


def alike(session: bn.Session, *names: str) -> None:
    first, *others = (seen(session.lane(name)) for name in names)
    for other in others:
        assert {name for name in first if first[name] != other.get(name)} == set()
        assert first.keys() == other.keys()


def check_twin(
    experiment: bn.Experiment, at: int, iterations: int, ways: tuple[str, ...], keep: tuple[int, ...] | None
) -> None:
    """A twin of the lane; with `keep` one of its fork at that iteration, in which these samples have other mates."""
    session = bn.Session(experiment, recording="all")
    session.seek(at)
    at = session.moment.iteration + session.between_iterations * (session.moment.tick > 0)
    source = "source"
    if keep is not None:
        source = session.fork("source", "swapped", (bn.OtherBatchMates(keep),)).stack.name
    twin = session.fork(source).stack.name
    assert session.moment == Moment(at, 0)
    last = at + iterations
    for updates in (last, at // 2, at, at + 1, at + iterations // 3, last):
        come_to(session, updates)
        alike(session, source, twin)
    come_to(session, at + 1)
    for size in ways:
        session.step(size)
        alike(session, source, twin)
    for size in (*ways, *reversed(ways)):
        session.step_back(size)
        alike(session, source, twin)
    second = session.fork(twin).stack.name
    # From before the fork on it is a fork of the source's past.
    groups = ((source, twin), ("source", second)) if session.iteration < at else ((source, twin, second),)
    come_to(session, session.iteration + 5)
    for group in groups:
        alike(session, *group)
    session.changes = ()
    with tempfile.TemporaryDirectory() as folder:
        session.save(Path(folder) / "run.bnrun")
        opened = load_run(Path(folder) / "run.bnrun")
    come_to(opened, at + 7)
    come_to(session, at + 7)
    for group in groups:
        alike(opened, *group)
    read = bn.Session(decode(encode(session.experiment)), recording="all")
    come_to(read, at + 7)
    for group in groups:
        alike(read, *group)
    for name in ("source", source, second):
        assert seen(opened.lane(name)) == seen(session.lane(name)) == seen(read.lane(name))
    for each in (session, opened, read):
        each.close()


WAYS = st.lists(st.sampled_from(SIZES), min_size=3, max_size=8).map(tuple)
KEPT = st.sampled_from((None, (), (3,), (0, 7, 15)))


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(experiments(deepest=6), st.integers(0, 40), WAYS, KEPT)
def test_random_twins(experiment: bn.Experiment, at: int, ways: tuple[str, ...], keep: tuple[int, ...] | None) -> None:
    check_twin(experiment, at, 60, ways, keep)


@pytest.mark.fuzz
@settings(max_examples=60)
@given(experiments(deepest=20), st.integers(0, 300), WAYS, KEPT)
def test_many_random_twins_stay_identical_for_500_iterations(
    experiment: bn.Experiment, at: int, ways: tuple[str, ...], keep: tuple[int, ...] | None
) -> None:
    check_twin(experiment, at, 500, ways, keep)
