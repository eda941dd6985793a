from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.sweeps import Axis, Control, Kept, Processes, Progress, Results, Sweep, read_axis, run_sweep
from bnsim.sweeps.measuring import measure_run
from bnsim.sweeps.results import DIVERGED, DONE, FAILED, WAITING
from bnsim.sweeps.running import AHEAD


def sweep_of(small: bn.Experiment, *over: str, **fields: Any) -> Sweep:
    axes = tuple(read_axis(small, each) for each in over or ("training.optimizer.lr=0.1:1:log:3",))
    return Sweep(**{"experiment": small, "axes": axes, "seeds": (1, 2), "iterations": 8, "measure": "loss", **fields})


def same(one: Results, other: Results) -> bool:
    return one.values.tobytes() == other.values.tobytes() and one.states.tobytes() == other.states.tobytes()


class Inline(Executor):
    """Does each run as it is submitted, and counts them."""

    def __init__(self) -> None:
        self.runs: list[tuple[Any, ...]] = []

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        self.runs.append(arguments)
        try:
            done.set_result(function(*arguments, **named))
        except Exception as error:
            done.set_exception(error)
        return done


class Made:
    """Workers that open what a function makes."""

    def __init__(self, make: Callable[[], Executor], count: int = 2) -> None:
        self._make = make
        self.count = count
        self.opened = 0

    def open(self) -> Executor:
        self.opened += 1
        return self._make()

    def close(self) -> None:
        pass


def test_a_run_gives_what_the_same_session_gives(small: bn.Experiment) -> None:
    sweep = sweep_of(small, "training.optimizer.lr=0.1,0.4")
    results = run_sweep(sweep, Inline())
    session = bn.Session(replace(small, training=replace(small.training, optimizer=bn.SGD(lr=0.4), seed=2)))
    session.run(8)
    for lane in session.lanes:
        assert results.values[lane.index, 1, 1] == lane.evaluate("train").loss
    assert (results.states == DONE).all()


def test_the_factor_is_that_of_the_next_mini_batch(small: bn.Experiment) -> None:
    deep = replace(small, stacks=(bn.Stack(layers=(*[bn.Linear(16), bn.BatchNorm(), bn.ReLU()] * 6, bn.Linear(2))),))
    results = run_sweep(sweep_of(deep, "width=16", seeds=(1,), iterations=0, measure="gradient_factor"), Inline())
    session = bn.Session(deep)
    session.step("iteration")
    norms = session.history["gradient_norm"]["stack"][0]
    steps = np.log(norms[1:-2] / norms[2:-1])
    assert results.values.item() == pytest.approx(np.exp(2 * steps.mean()))


def test_numbers_do_not_depend_on_who_runs_them_or_in_which_order(
    small: bn.Experiment, threads: ThreadPoolExecutor
) -> None:
    sweep = sweep_of(small, "training.optimizer.lr=0.1:1:log:3", "batchnorm=on,off")
    alone = run_sweep(sweep, Inline())
    assert same(alone, run_sweep(sweep, threads))
    assert same(alone, run_sweep(sweep, Processes(2)))


def test_the_same_run_is_done_once_and_used_everywhere(small: bn.Experiment) -> None:
    """With BatchNorm taken away the second lane is another one, with it there again it is as it was."""
    inline = Inline()
    results = run_sweep(sweep_of(small, "stacks.1.batchnorm=on,off", seeds=(1,)), inline)
    assert len(inline.runs) == 3  # the first lane is the same in both
    assert results.values[0, 0, 0] == results.values[0, 1, 0]


def test_what_is_done_is_kept_and_a_wider_sweep_runs_the_rest(small: bn.Experiment, tmp_path: Path) -> None:
    first, second = Inline(), Inline()
    sweep = sweep_of(small)
    results = run_sweep(sweep, first, kept=Kept(tmp_path))
    assert same(results, run_sweep(sweep, second, kept=Kept(tmp_path)))
    assert second.runs == []
    renamed = replace(small, stacks=tuple(replace(stack, name="x", color=3) for stack in small.stacks))
    wider = sweep_of(renamed, "training.optimizer.lr=0.1:1:log:5", seeds=(1, 2, 3))
    told: list[Progress] = []
    whole = run_sweep(wider, second, kept=Kept(tmp_path), on_change=lambda progress, _: told.append(progress))
    assert len(second.runs) == wider.runs - sweep.runs
    assert told[-1] == Progress(wider.runs, wider.runs, sweep.runs, told[-1].left)
    assert same(whole, run_sweep(wider, Inline()))
    other = sweep_of(small, iterations=9)
    third = Inline()
    run_sweep(other, third, kept=Kept(tmp_path))
    assert len(third.runs) == other.runs


def test_a_line_that_was_cut_off_is_run_again(small: bn.Experiment, tmp_path: Path) -> None:
    sweep = sweep_of(small)
    run_sweep(sweep, Inline(), kept=Kept(tmp_path))
    file = tmp_path / "runs.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    inline = Inline()
    results = run_sweep(sweep, inline, kept=Kept(tmp_path))
    assert len(inline.runs) == 1
    assert same(results, run_sweep(sweep, Inline()))
    again = Inline()
    run_sweep(sweep, again, kept=Kept(tmp_path))
    assert again.runs == []


def test_data_that_changed_is_run_again(small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.normal(size=(64, 2)), y=np.arange(64) % 2)
    sweep = sweep_of(replace(small, data=bn.FileData(str(path))), "width=4", seeds=(1,))
    before = run_sweep(sweep, Inline(), kept=Kept(tmp_path))
    np.savez(path, x=rng.normal(size=(80, 2)), y=np.arange(80) % 2)
    after = run_sweep(sweep, Inline(), kept=Kept(tmp_path))
    assert not same(before, after)


def test_a_run_that_diverges_or_cannot_be_is_told_and_the_others_go_on(small: bn.Experiment) -> None:
    layers = (bn.Linear(4), bn.ReLU(), bn.Linear(1))
    stack = bn.Stack(name="wild", layers=layers, loss=bn.MSE())
    wild = replace(small, data=bn.Curve(samples=64), stacks=(stack,))
    results = run_sweep(sweep_of(wild, "training.optimizer.lr=0.01,1e6", seeds=(1,), iterations=400), Inline())
    assert results.states[0].tolist() == [[DONE], [DIVERGED]]
    assert np.isnan(results.values[0, 1, 0])
    assert "first" in results.notes[0, 1, 0]
    results = run_sweep(sweep_of(small, "training.batch_size=1,16", seeds=(1,)), Inline())
    assert results.states[:, :, 0].tolist() == [[DONE, DONE], [FAILED, DONE]]
    assert "BatchNorm" in results.notes[1, 0, 0]


def test_a_measure_that_there_is_not_is_told(small: bn.Experiment) -> None:
    curve = replace(small, data=bn.Curve(samples=64), stacks=(bn.Stack(layers=(bn.Linear(1),), loss=bn.MSE()),))
    results = run_sweep(sweep_of(curve, seeds=(1,), measure="accuracy"), Inline())
    assert (results.states == FAILED).all()
    assert "measure the loss" in results.notes[0, 0, 0]
    results = run_sweep(sweep_of(small, seeds=(1,), measure="test_loss"), Inline())
    assert "test part" in results.notes[0, 0, 0]


class Dying(Inline):
    """A pool that breaks, once for all, at some runs: the exception is what a worker that is killed leaves behind."""

    def __init__(self, kills: Callable[[tuple[Any, ...]], bool]) -> None:
        super().__init__()
        self._kills, self._dead = kills, False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        if self._dead:
            raise BrokenProcessPool("broken")
        if self._kills(arguments):
            self._dead = True
            lost: Future[Any] = Future()
            lost.set_exception(BrokenProcessPool("a worker was killed"))
            return lost
        return super().submit(function, *arguments, **named)


def test_a_worker_that_dies_costs_a_second_try_only(small: bn.Experiment) -> None:
    deaths = [3]

    def kills(arguments: tuple[Any, ...]) -> bool:
        deaths[0] -= 1
        return deaths[0] == 0

    workers = Made(lambda: Dying(kills))
    sweep = sweep_of(small)
    assert same(run_sweep(sweep, workers), run_sweep(sweep, Inline()))
    assert workers.opened == 2


def test_a_run_that_kills_its_worker_again_is_given_up_and_no_other(small: bn.Experiment) -> None:
    sweep = sweep_of(small)
    bad = replace(small.training, optimizer=bn.SGD(lr=1.0))
    workers = Made(lambda: Dying(lambda arguments: b'"lr": 1.0' in arguments[0] and arguments[1] == 2))
    results, right = run_sweep(sweep, workers), run_sweep(sweep, Inline())
    assert bad.optimizer.lr == sweep.axes[0].values[2]
    assert (results.states[:, 2, 1] == FAILED).all()
    assert "given up" in results.notes[0, 2, 1]
    others = results.states == DONE
    assert others.sum() == sweep.runs - 2
    assert (results.values[others] == right.values[others]).all()


@pytest.mark.parametrize("count", [1, 20])
def test_processes_that_all_die_end_the_sweep_in_a_sentence(small: bn.Experiment, count: int) -> None:
    sweep = sweep_of(small, "training.optimizer.lr=0.1:1:log:9")
    with pytest.raises(bn.InputError, match="end before any run is done"):
        run_sweep(sweep, Made(lambda: Dying(lambda arguments: True), count))


def test_a_process_that_is_killed_is_made_up_for(small: bn.Experiment) -> None:
    """A real pool: one of its processes is killed when the first run is done."""
    sweep = sweep_of(small)
    killed: list[int] = []

    def kill_one(progress: Progress, results: Callable[[], Results]) -> None:
        if not killed:
            killed.append(next(each.pid for each in multiprocessing.active_children() if each.pid))
            os.kill(killed[0], signal.SIGKILL)

    results = run_sweep(sweep, Processes(2), on_change=kill_one)
    assert killed
    assert same(results, run_sweep(sweep, Inline()))
    assert multiprocessing.active_children() == []


def test_it_can_be_paused_and_cancelled(small: bn.Experiment, threads: ThreadPoolExecutor) -> None:
    control, paused = Control(), threading.Event()
    sweep = sweep_of(small, "training.optimizer.lr=0.1:1:log:20")
    seen: list[int] = []

    def changed(progress: Progress, results: Callable[[], Results]) -> None:
        seen.append(progress.done)
        if progress.done == 3:
            control.pause()
            paused.set()

    done: list[Results] = []
    thread = threading.Thread(target=lambda: done.append(run_sweep(sweep, threads, control=control, on_change=changed)))
    thread.start()
    assert paused.wait()
    assert control.paused
    control.cancel()
    thread.join()
    assert 3 <= done[0].done <= 3 + AHEAD * 2
    assert (done[0].states == WAITING).sum() == sweep.runs - done[0].done


def many(small: bn.Experiment, runs: int) -> tuple[Sweep, Counting]:
    one = replace(small, stacks=small.stacks[:1])
    return sweep_of(one, "width=1:10", seeds=tuple(range(runs // 10)), iterations=1), Counting()


class Counting(Executor):
    """Finishes runs as late as it may, and counts how many there are at a time."""

    def __init__(self) -> None:
        self._max_workers = 2
        self.waiting: list[Future[Any]] = []
        self.most = self.runs = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append(future)
        self.runs += 1
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == AHEAD * 2 or self.runs % 10 == 0:
            for each in self.waiting:
                each.set_result(measured)
            self.waiting.clear()
        return future


measured: Any = None


def test_a_few_runs_are_in_flight_whatever_the_size_of_the_sweep(small: bn.Experiment) -> None:
    global measured
    sweep, executor = many(small, 300)
    measured = measure_run(bn.spec.files.encode(sweep.at((0,), 0)), 1, 1, "loss")  # type: ignore[attr-defined]
    results = run_sweep(sweep, executor)
    assert executor.runs == results.done == 300
    assert executor.most <= AHEAD * 2


def test_axes_are_checked_when_a_sweep_is_made(small: bn.Experiment) -> None:
    rate = read_axis(small, "training.optimizer.lr=0.1,1")
    for axes, said in (
        ((), "one or two parameters"),
        ((rate, rate), "twice"),
        ((Axis(path="training.batch_size", values=(0,)),), "Cannot set training.batch_size to 0"),
    ):
        with pytest.raises(bn.InputError, match=said):
            Sweep(experiment=small, axes=axes)
    with pytest.raises(bn.InputError, match="too many"):
        Sweep(experiment=small, axes=(rate,), seeds=tuple(range(100_000)))
    with pytest.raises(bn.InputError, match="no measure"):
        Sweep(experiment=small, axes=(rate,), measure="speed")  # type: ignore[arg-type]
    with pytest.raises(bn.InputError, match="no lane"):
        Sweep(experiment=bn.Experiment(), axes=(rate,))


def test_a_lane_keeps_its_own_training(small: bn.Experiment) -> None:
    own = replace(small.stacks[1], training=bn.LaneTraining(optimizer=bn.Adam(lr=0.01)))
    twin = replace(small, stacks=(small.stacks[0], own))
    results = run_sweep(sweep_of(twin, "training.optimizer.lr=0.1,0.4", seeds=(1,)), Inline())
    session = bn.Session(twin)
    session.run(8)
    assert results.values[:, 0, 0].tolist() == [lane.evaluate("train").loss for lane in session.lanes]
    assert results.values[1, 0, 0] == results.values[1, 1, 0]
    rate = sweep_of(twin, "stacks.1.training.optimizer.lr=0.01,0.1", seeds=(1,))
    assert run_sweep(rate, Inline()).values[1, 0, 0] == results.values[1, 0, 0]


@pytest.mark.parametrize("counted", [True, False])
def test_as_many_processes_as_are_asked_for_whatever_the_system_tells(
    counted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not counted:
        monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert Processes(3).count == 3
    assert Processes().count >= 1
