"""Many updates: optimizers, schedules, clipping and accumulation, against PyTorch and across a session's ways."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.builder import Builder
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine
from bnsim.session import Session
from bnsim.spec.datasets import DataShape
from tests.golden import cases, engine_run, training_cases
from tests.golden.training_cases import CLIPS, SCHEDULES, UPDATES

VECTORS = np.load(Path(__file__).parents[1] / "golden" / "training.npz")
TRAININGS = training_cases.trainings()
KINDS = pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])


def machine_for(training: bn.Training, *, compiled: bool = True) -> Machine:
    x, y = training_cases.data()
    shape = cases.shape_of(x)
    return engine_run.machine_for(training_cases.STACK, x, y, shape, training, compiled=compiled)


def operations(training: bn.Training) -> list[str]:
    x, _ = training_cases.data()
    program = lower(training_cases.STACK, training, cases.shape_of(x))
    return [i.operation.key for i in program.instructions[program.first_update :]]


# Against PyTorch


@KINDS
@pytest.mark.parametrize("name", TRAININGS)
def test_a_hundred_updates(name: str, compiled: bool) -> None:
    machine = machine_for(TRAININGS[name], compiled=compiled)
    machine.load_parameters(training_cases.shaped(VECTORS["start"], machine.parameters()))
    machine.run(0, UPDATES)
    found = training_cases.flat(machine.parameters())
    np.testing.assert_allclose(found, VECTORS[name], rtol=1e-9, atol=1e-9 * float(np.abs(VECTORS[name]).max()))


def test_every_optimizer_schedule_and_clip_has_a_vector() -> None:
    from bnsim.spec import training

    for field, records in (("optimizer", training.Optimizer), ("schedule", training.Schedule), ("clip", training.Clip)):
        assert {type(getattr(case, field)) for case in TRAININGS.values()} == set(records.__args__)


@KINDS
@pytest.mark.parametrize("schedule", [*SCHEDULES.values(), bn.WarmUp(updates=7, start=1.0), bn.Cosine(period=1)])
def test_rates_are_those_of_pytorchs_schedulers(schedule: bn.Cosine, compiled: bool) -> None:
    torch_training = pytest.importorskip("tests.golden.torch_training", reason="PyTorch is not installed")
    training = bn.Training(batch_size=12, optimizer=bn.Adam(lr=0.3), schedule=schedule)
    machine = machine_for(training, compiled=compiled)
    (place,) = {i.places[0] for i in machine.program.instructions if i.operation.title == "rate"}
    found = []
    for iteration in range(200):
        machine.run(iteration, 1)
        found.append(float(machine.program.view(machine.memory, place)))
    np.testing.assert_allclose(found, torch_training.rates(training, 200), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (bn.StepDecay(every=2, gamma=0.5), [0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.05]),
        (bn.Cosine(period=2, lr_min=0.2), [0.4, 0.3, 0.2, 0.3, 0.4, 0.3, 0.2]),
        (bn.WarmUp(updates=4, start=0.0), [0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4]),
    ],
    ids=["step", "cosine", "warm-up"],
)
def test_rates_by_hand(schedule: bn.Cosine, rates: list[float]) -> None:
    machine = machine_for(bn.Training(batch_size=12, optimizer=bn.SGD(lr=0.4), schedule=schedule))
    (place,) = {i.places[0] for i in machine.program.instructions if i.operation.title == "rate"}
    for iteration, rate in enumerate(rates):
        machine.run(iteration, 1)
        assert float(machine.program.view(machine.memory, place)) == pytest.approx(rate, abs=1e-15)


# Clipping


@KINDS
@pytest.mark.parametrize("clip", CLIPS)
def test_gradients_that_are_shown_are_those_before_clipping(clip: str, compiled: bool) -> None:
    found = []
    for chosen in (bn.NoClip(), CLIPS[clip]):
        machine = machine_for(bn.Training(batch_size=12, clip=chosen), compiled=compiled)
        machine.run(0, 1)
        program = machine.program
        found.append([program.view(machine.memory, p.gradient).copy() for p in program.parameters if p.gradient])
    assert all(np.array_equal(plain, clipped) for plain, clipped in zip(*found, strict=True))


class _Scene:
    """Operations on arrays of one's own, by twin or by kernel."""

    def __init__(self, *shapes: tuple[int, ...]) -> None:
        self.b = Builder(2, bn.Training())
        self.places = [self.b.place(f"p{k}", *shape) for k, shape in enumerate(shapes)]
        self.loss = self.b.place("ℓ")

    def run(self, arrays: list[list[float]], compiled: bool, precision: str = "float64") -> list[np.ndarray]:
        from bnsim.engine.readiness import Readiness

        program = self.b.program(self.places[0], self.places[0], self.loss)
        readiness = Readiness([program], precision)
        if compiled:
            readiness.wait()
        machine = Machine(program, np.zeros(1, precision), 1, readiness.executor)
        for place, array in zip(self.places, arrays, strict=False):
            program.view(machine.memory, place)[...] = array
        machine.execute(0, 0, len(program.instructions))
        return [program.view(machine.memory, place).copy() for place in self.places]


def total_norm(first: list[float], second: list[float], limit: float, compiled: bool, precision: str) -> list[float]:
    scene = _Scene((len(first),), (len(second),), (), (), (), ())
    one, two, total, factor, so_far, more = scene.places
    scene.b.emit("norm", one, so_far)
    scene.b.emit("norm", two, more)
    scene.b.emit("total norm", so_far, more, total)
    scene.b.emit("clip factor", total, factor, scalars=(limit,))
    found = scene.run([first, second], compiled, precision)
    return [float(found[2]), float(found[3])]


@KINDS
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_total_norm_of_numbers_whose_squares_leave_the_range(compiled: bool, precision: str) -> None:
    big, tiny = (1e30, 1e-30) if precision == "float32" else (1e200, 1e-200)
    for size in (big, tiny):
        norm, factor = total_norm([3 * size, 0.0], [0.0, -4 * size], size, compiled, precision)
        assert norm == pytest.approx(5 * size, rel=1e-6)
        assert factor == pytest.approx(min(1.0, size / (norm + 1e-6)), rel=1e-6)
    assert total_norm([0.0], [0.0], 1.0, compiled, precision) == [0.0, 1.0]


@KINDS
def test_total_norm_of_what_is_not_finite(compiled: bool) -> None:
    assert total_norm([np.inf], [1.0], 1.0, compiled, "float64") == [np.inf, 0.0]
    for first, second in ([np.nan], [1.0]), ([1.0], [np.nan]), ([np.inf], [np.nan]):
        assert np.isnan(total_norm(first, second, 1.0, compiled, "float64")).all()


@KINDS
def test_clipping_by_value_keeps_a_nan(compiled: bool) -> None:
    scene = _Scene((5,), (5,))
    scene.b.emit("clip value", *scene.places, scalars=(0.5,))
    found = scene.run([[-2.0, -0.5, 0.25, np.inf, np.nan]], compiled)[1]
    np.testing.assert_array_equal(found, [-0.5, -0.5, 0.25, 0.5, np.nan])


# What it costs, and what is kept


def test_plain_sgd_is_one_operation_a_parameter() -> None:
    updates = [key for key in operations(bn.Training(batch_size=12)) if key in ("sgd", "bn commit")]
    assert updates == ["sgd", "sgd", "sgd", "bn commit", "sgd", "sgd", "sgd", "sgd"]
    assert not {"rate", "sgd scheduled", "clip norm", "weight decay"} & set(operations(bn.Training(batch_size=12)))


def test_weight_decay_can_leave_out_what_is_no_matrix() -> None:
    for decay_all, count in ((True, 7), (False, 3)):
        training = bn.Training(batch_size=12, optimizer=bn.SGD(weight_decay=0.1), decay_all=decay_all)
        assert operations(training).count("weight decay") == count


@KINDS
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_gradient_that_does_not_change_has_a_variance_of_zero_and_no_less(precision: str, compiled: bool) -> None:
    """Rounding leaves the running mean square below the square of the running mean: PyTorch's root of it is NaN."""
    x, y = np.full((8, 1), 0.7), np.full((8, 1), 1e6)
    stack = cases.stack_of((bn.Linear(1),), bn.MSE())
    training = engine_run.whole_batch(
        x, precision=precision, optimizer=bn.RMSprop(lr=0.0, alpha=0.5, centered=True, eps=1e-3)
    )
    shape = DataShape(8, 1, 1, False)
    machine = engine_run.machine_for(stack, x, y, shape, training, compiled=compiled)
    machine.run(0, 200)
    centered = [place for place in machine.program.offsets if place.name == "c"]
    assert len(centered) == 2
    for place in centered:
        assert machine.program.view(machine.memory, place) >= 0
    assert all(np.isfinite(array).all() for array in machine.parameters().values())


@pytest.mark.parametrize("name", ["momentum", "rmsprop, momentum, decay", "adam", "adagrad, decay"])
def test_what_an_optimizer_keeps_is_in_the_state_and_not_in_the_state_dict(name: str) -> None:
    plain, kept = (
        machine_for(bn.Training(batch_size=12, optimizer=o)) for o in (bn.SGD(), training_cases.OPTIMIZERS[name])
    )
    assert kept.parameters().keys() == plain.parameters().keys()
    assert kept.program.state_size > plain.program.state_size


@pytest.mark.parametrize("name", ["momentum", "rmsprop", "adamw"])
def test_float32_stays_near(name: str) -> None:
    states = []
    for precision in ("float64", "float32"):
        machine = machine_for(
            bn.Training(
                batch_size=12, optimizer=training_cases.OPTIMIZERS[name], precision=precision, clip=CLIPS["norm"]
            )
        )
        machine.run(0, 20)
        assert machine.memory.dtype == precision
        states.append(training_cases.flat(machine.parameters()))
    np.testing.assert_allclose(*states, rtol=0, atol=1e-3)


# Through a session: how one got there leaves no trace

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=90),
    training=bn.Training(
        batch_size=16,
        optimizer=bn.Adam(lr=0.02, weight_decay=0.01),
        schedule=bn.Cosine(period=30),
        clip=bn.ClipNorm(limit=0.2),
        accumulate=2,
    ),
    stacks=(
        bn.Stack(name="plain", layers=(bn.Linear(7), bn.Sigmoid(), bn.Linear(5), bn.ReLU(), bn.Linear(2))),
        bn.Stack(name="bn", layers=(bn.Linear(7, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
    ),
)


def everything(session: Session) -> list[bytes]:
    """All of every lane's memory that outlives an iteration, and what one can read."""
    out = []
    for lane in session.lanes:
        out += [lane.machine.state.tobytes(), repr((lane.cursor, lane.executed, lane.loss)).encode()]
        out += [b"" if g is None else g.tobytes() for g in lane.gradients().values()]
        out += [lane.history[name].tobytes() for name in lane.history]
    return out


def test_running_equals_stepping() -> None:
    run, by_iteration, by_layer, by_op = (Session(EXPERIMENT) for _ in range(4))
    run.run(40)
    for session, size in ((by_iteration, "iteration"), (by_layer, "layer"), (by_op, "op")):
        while session.iteration < 40:
            session.step(size)
    assert everything(run) == everything(by_iteration) == everything(by_layer) == everything(by_op)


@pytest.mark.parametrize("size", ["op", "layer", "iteration"])
def test_steps_back_undo_steps(size: str) -> None:
    session = Session(EXPERIMENT)
    session.run(3)
    seen = [everything(session)]
    for _ in range(200 if size == "op" else 60):
        session.step(size)
        seen.append(everything(session))
    for wanted in reversed(seen[:-1]):
        assert session.step_back(size)
        assert everything(session) == wanted


def test_replay_equals_the_run() -> None:
    session = Session(EXPERIMENT)
    session.run(90)
    wanted = everything(session)
    session.seek(17)
    session.seek(90)
    assert everything(session) == wanted
    session.reset()
    session.run(90)
    assert everything(session) == wanted


def test_loading_a_state_leaves_the_optimizers_own_as_it_is() -> None:
    session = Session(EXPERIMENT)
    session.run(10)
    lane = session.lanes[0]
    kept = lane.machine.state
    lane.load_state_dict(lane.state_dict())
    assert lane.machine.state.tobytes() == kept.tobytes()
    session.run(15)
    wanted = everything(session)
    session.seek(4)
    session.seek(25)
    assert everything(session) == wanted


def test_equal_lanes_stay_equal() -> None:
    layers = EXPERIMENT.stacks[1].layers
    twins = (bn.Stack(name="one", layers=layers), bn.Stack(name="two", layers=layers))
    session = Session(bn.Experiment(data=EXPERIMENT.data, training=EXPERIMENT.training, stacks=twins))
    session.run(300)
    assert session.lanes[0].machine.state.tobytes() == session.lanes[1].machine.state.tobytes()
