"""What is recorded is what it says it is, and a long run keeps a bounded amount of it."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.session.checkpoints import Checkpoints
from bnsim.session.rows import BoundedRows
from bnsim.spec import edits

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=200),
    training=bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.5)),
    stacks=(
        bn.Stack(
            name="net",
            layers=(
                bn.Linear(8, init=bn.Normal(std=6.0)),
                bn.Sigmoid(),
                bn.Linear(8, init=bn.Normal(std=3.0)),
                bn.Tanh(),
                bn.Linear(20, init=bn.Normal(std=2.0)),
                bn.ReLU(),
                bn.Linear(2),
            ),
        ),
    ),
)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("wait", [True, False], ids=["kernels", "twins"])
def test_every_number_is_what_its_name_says(precision: str, wait: bool) -> None:
    session = Session(edits.change_training(EXPERIMENT, precision=precision), wait=wait, recording="all")
    session.run(3)
    lane = session.lanes[0]
    before = lane.state_dict()
    session.step("iteration")
    after = lane.state_dict()
    row = {name: lane.history[name][-1] for name in lane.history}
    values, gradients = ([getter(k) for k in range(7)] for getter in (lane.value, lane.gradient))
    rtol = 1e-12 if precision == "float64" else 1e-4
    norm = np.linalg.norm

    def close(name: str, wanted: list) -> None:
        np.testing.assert_allclose(row[name], wanted, rtol=rtol, err_msg=name)

    close("activation_norm", [norm(value) for value in values])
    close("activation_gradient_norm", [norm(gradient) for gradient in gradients])
    close("gradient_norm", [norm(gradients[k]) for k in (0, 2, 4, 6)])
    weights = [f"{k}.weight" for k in (0, 2, 4, 6)]
    close("weight_norm", [norm(before[key]) for key in weights])
    close("weight_gradient_norm", [norm(lane.gradients()[key]) for key in weights])
    ratios = [norm(after[key].astype(float) - before[key]) / norm(before[key]) for key in weights]
    np.testing.assert_allclose(row["update_ratio"], ratios, rtol=max(rtol, 1e-9))
    inputs = [values[k] for k in (0, 2, 4)]
    close("percentiles", [np.percentile(x.astype(float), [15, 50, 85]) for x in inputs])
    for histogram, x in zip(row["histogram"], inputs, strict=True):
        assert (histogram[0], histogram[1], histogram[2:].sum()) == (x.min(), x.max(), x.size)
        np.testing.assert_allclose(np.cumsum(histogram[2:]), np.cumsum(np.histogram(x, 32)[0]), atol=2)
    sigmoid, tanh, relu = values[1], values[3], values[5]
    close("saturated", [np.mean(sigmoid * (1 - sigmoid) < 0.025), np.mean(1 - tanh * tanh < 0.1)])
    close("dead", [np.mean((relu == 0).all(axis=0))])
    close("zero", [np.mean(relu == 0)])
    targets = lane.program.view(lane.machine.memory, lane.program.targets)[:, 0]
    assert row["accuracy"] == pytest.approx(np.mean(values[6].argmax(axis=1) == targets))
    assert 0 < row["saturated"][0] < 1
    assert 0 < row["zero"][0] < 1
    assert lane.history["loss"].shape == lane.history["accuracy"].shape == (4,)


def test_what_is_not_asked_for_is_not_recorded() -> None:
    none, norms = Session(EXPERIMENT, recording="none"), Session(EXPERIMENT, recording="norms")
    for session in (none, norms):
        session.run(2)
    assert list(none.lanes[0].history) == ["loss"]
    assert "gradient_norm" in norms.lanes[0].history
    assert "histogram" not in norms.lanes[0].history
    assert none.lanes[0].history["loss"].tobytes() == norms.lanes[0].history["loss"].tobytes()


@pytest.mark.parametrize("scale", [1e-30, 1e25, 0.0])
def test_norms_neither_vanish_nor_overflow(scale: float) -> None:
    from bnsim.engine.kernels.record import norm_twin

    numbers = (np.random.default_rng(0).normal(size=100) * scale).astype(np.float32)
    assert norm_twin(numbers) == pytest.approx(np.linalg.norm(numbers.astype(float)), rel=1e-5)


def test_vanished_gradients_have_norms() -> None:
    layers = [layer for _ in range(40) for layer in (bn.Linear(8), bn.Sigmoid())]
    training = bn.Training(batch_size=32, precision="float32")
    stack = bn.Stack(name="deep", layers=(*layers, bn.Linear(2)))
    session = Session(bn.Experiment(data=EXPERIMENT.data, training=training, stacks=(stack,)), recording="all")
    session.step("iteration")
    lane = session.lanes[0]
    wanted = [np.linalg.norm(lane.gradient(k).astype(float)) for k in range(0, 81, 2)]
    assert wanted[0] < 1e-20
    np.testing.assert_allclose(lane.history["gradient_norm"][0], wanted, rtol=1e-4)


def test_rows_thin_out_evenly_and_their_end_is_complete() -> None:
    rows = BoundedRows(1, np.dtype(float), 100 * 16)
    for start in range(0, 100_000, 37):
        rows.write(start, np.arange(start, start + 37, dtype=float)[:, None])
        assert len(rows) <= 100
    end = start + 37
    np.testing.assert_array_equal(rows.rows[:, 0], rows.kept)
    assert (rows.kept[0], rows.kept[-1]) == (0, end - 1)
    assert np.all(np.diff(rows.kept[-20:]) == 1)
    assert np.diff(rows.kept).max() <= 2 * rows.stride
    assert rows.stride < end / 20


def test_how_rows_are_written_changes_nothing() -> None:
    one, many = (BoundedRows(1, np.dtype(float), 100 * 16) for _ in range(2))
    numbers = np.arange(5000, dtype=float)[:, None]
    many.write(0, numbers)
    for k in range(5000):
        one.write(k, numbers[k : k + 1])
    np.testing.assert_array_equal(one.kept, many.kept)


def test_a_long_run_is_bounded_and_rewinds_exactly() -> None:
    long, full = Session(EXPERIMENT, history_bytes=100_000, recording="all"), Session(EXPERIMENT, recording="all")
    long.run(3000)
    full.run(3000)
    lane, other = long.lanes[0], full.lanes[0]
    assert lane.history._rows._rows.nbytes <= 100_000
    assert lane.history.iterations == 3000
    kept = lane.history.kept
    assert len(kept) < 200
    for name in lane.history:
        np.testing.assert_array_equal(lane.history[name], other.history[name][kept], err_msg=name)
    long.seek(1234)
    assert lane.history.kept[-1] == 1233
    long.run(100)
    full.seek(1334)
    assert all(array.tobytes() == other.state_dict()[key].tobytes() for key, array in lane.state_dict().items())
    np.testing.assert_array_equal(lane.history["loss"], other.history["loss"][lane.history.kept])
    assert len(long.frame().lanes[0].losses) == 1000


def test_checkpoints_are_bounded_and_keep_the_present_one() -> None:
    checkpoints = Checkpoints(limit_bytes=100_000)
    for iteration in [*range(0, 20_000, 8), *range(17, 40)]:
        checkpoints.save(iteration, (np.zeros(10),))
        assert checkpoints.get(iteration) is not None
    assert len(checkpoints._saved) * 280 <= 2 * 100_000


def test_details_now_and_then_are_the_same_numbers_with_gaps() -> None:
    every, some = (Session(EXPERIMENT, recording="all", details_every=n) for n in (1, 5))
    for session in (every, some):
        session.run(23)
        session.step("iteration")
        session.run(3)
    lane, other = some.lanes[0], every.lanes[0]
    detailed = np.arange(27) % 5 == 0
    for name in lane.history:
        rows, whole = lane.history[name], other.history[name]
        if name in ("activation_norm", "activation_gradient_norm", "percentiles", "histogram"):
            assert np.isnan(rows[~detailed]).all(), name
            assert rows[detailed].tobytes() == whole[detailed].tobytes(), name
        else:
            assert rows.tobytes() == whole.tobytes(), name
        assert lane.current(name).tobytes() == whole[-1].tobytes(), name
    before = {name: lane.history[name].tobytes() for name in lane.history}
    some.seek(8)
    assert np.isnan(lane.history["percentiles"][7]).all()
    assert lane.current("percentiles").tobytes() == other.history["percentiles"][7].tobytes()
    some.seek(27)
    assert {name: lane.history[name].tobytes() for name in lane.history} == before
    assert lane.state_dict()["0.weight"].tobytes() == other.state_dict()["0.weight"].tobytes()


def test_details_every_none_is_refused() -> None:
    with pytest.raises(bn.InputError, match="details every 0 iterations; give 1 or more"):
        Session(EXPERIMENT, details_every=0)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_percentiles_and_histogram_of_any_numbers(precision: str) -> None:
    from bnsim.engine.kernels.compile import Kernels, compile_operations
    from bnsim.engine.kernels.record_distribution import Distribution

    compile_operations([Distribution], precision)
    generator = np.random.default_rng(0)
    tiny = float(np.finfo(precision).tiny)
    for size in (1, 2, 3, 7, 64, 65, 300, 2049, 9000):
        normal = generator.normal(size=size)
        kinds = (normal, np.round(normal), np.exp(5 * normal), np.maximum(normal, 0), normal + 1e4, normal * tiny)
        for x in (kind.astype(precision) for kind in kinds):
            percentiles, histogram = distribution_of(x, Kernels)
            wanted, bins = np.empty(3, precision), np.empty(34, precision)
            Distribution.twin(x, wanted, bins)
            np.testing.assert_allclose(percentiles, wanted, rtol=1e-5 if precision == "float32" else 1e-12, atol=1e-44)
            assert histogram.tobytes() == bins.tobytes()
            low, high = np.sort(x)[[int(0.15 * (size - 1)), -1]]
            assert low <= percentiles[0] <= percentiles[1] <= percentiles[2] <= high
    for bad in (np.nan, np.inf, -np.inf):
        x[3] = bad
        assert all(np.isnan(part).all() for part in distribution_of(x, Kernels))


def distribution_of(x: np.ndarray, kernels: type) -> tuple[np.ndarray, np.ndarray]:
    """By the compiled kernel, lowered as the recording of an activation's input is."""
    from bnsim.engine.builder import Builder
    from bnsim.engine.lowering.record import record_input

    b = Builder(len(x), bn.Training(batch_size=len(x)), recording="all")
    place, loss = b.place("x", len(x), 1), b.place("ℓ")
    record_input(b, bn.Sigmoid(), place)
    program = b.program(place, place, loss)
    memory = np.zeros(program.memory_size, x.dtype)
    program.view(memory, place)[:, 0] = x
    data = np.zeros(1, x.dtype)
    data.setflags(write=False)
    kernels(program, memory, data).execute(0, 0, 1)
    found = {record.name: program.view(memory, record.places[0]) for record in program.records}
    return found["percentiles"], found["histogram"]


def test_checkpoints_of_a_long_run_fill_the_memory_and_leave_no_long_gap() -> None:
    checkpoints = Checkpoints(limit_bytes=280 * 400)
    for iteration in range(0, 10_000, 4):
        if iteration % checkpoints.spacing == 0:
            checkpoints.save(iteration, (np.zeros(10),))
    kept = sorted(checkpoints._saved)
    assert kept[0] == 0
    assert 300 < len(kept) <= 400
    assert np.diff(kept).max() <= 64  # 10 000 / 400 is 25: at most every second one of a spacing of 32 is missing


def test_a_checkpoint_used_again_is_the_last_to_go() -> None:
    checkpoints = Checkpoints(limit_bytes=280 * 64)
    checkpoints.save(0, (np.zeros(10),))
    checkpoints.save(7, (np.zeros(10),))
    for iteration in range(1, 200):
        checkpoints.save(1000 + iteration, (np.zeros(10),))
        assert checkpoints.use(7)
    assert not checkpoints.use(1001)
    assert checkpoints.nearest(500)[0] == 7


def test_a_run_that_passes_by_keeps_few_checkpoints_besides_those_it_should_take() -> None:
    checkpoints = Checkpoints()
    checkpoints.save(0, (np.zeros(10),))
    checkpoints.save(5, (np.zeros(10),))
    for iteration in range(8, 4000, 4):
        checkpoints.save(iteration, (np.zeros(10),), passing=True)
    kept = checkpoints.iterations
    assert {0, 5, *range(16, 4000, checkpoints.spacing)} <= {*kept}
    assert [*kept[-8:]] == [*range(4000 - 8 * 4, 4000, 4)]
    assert len(kept) <= 2 + 4000 // checkpoints.spacing + 8


def test_a_checkpoint_of_a_passing_run_that_is_used_stays() -> None:
    checkpoints = Checkpoints()
    checkpoints.save(0, (np.zeros(10),))
    for iteration in range(1, 40):
        checkpoints.save(iteration, (np.zeros(10),), passing=True)
        assert checkpoints.use(iteration)
    assert checkpoints.iterations == tuple(range(40))
