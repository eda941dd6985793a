"""Many runs of a small experiment take no more memory than some."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.sweeps import Processes, Progress, Results, Sweep, read_axis, run_sweep

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read where Linux tells it")
MIB = 1024 * 1024


def resident(process: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Here(Executor):
    """Does each run as it is submitted."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*arguments, **named))
        return done


def sweep_of(small: bn.Experiment, runs: int) -> Sweep:
    one = replace(small, stacks=small.stacks[1:])
    axes = (read_axis(one, "training.optimizer.lr=0.01:1:log:10"), read_axis(one, "width=1:10"))
    return Sweep(experiment=one, axes=axes, seeds=tuple(range(runs // 100)), iterations=5, measure="loss")


def grown(sweep: Sweep, workers: Executor | Processes, first: int) -> list[int]:
    """By how many bytes this process and each of its own grew from `first` runs done to the end."""
    before: dict[int, int] = {}
    after: dict[int, int] = {}

    def look(progress: Progress, results: Callable[[], Results]) -> None:
        if progress.done in (first, progress.runs):
            gc.collect()
            found = before if progress.done == first else after
            here = [os.getpid(), *(each.pid for each in multiprocessing.active_children() if each.pid)]
            found.update({process: resident(process) for process in here if process not in found})

    assert run_sweep(sweep, workers, on_change=look).done == sweep.runs
    return [after[process] - before[process] for process in before if process in after]


def test_three_hundred_runs_take_no_more_memory_than_a_hundred(small: bn.Experiment) -> None:
    (growth,) = grown(sweep_of(small, 300), Here(), first=100)
    assert growth < 12 * MIB  # 60 kB a run would be more


@pytest.mark.long
def test_ten_thousand_runs_take_no_more_memory_than_a_thousand(small: bn.Experiment) -> None:
    growths = grown(sweep_of(small, 10_000), Processes(2), first=1_000)
    assert len(growths) == 3
    assert max(growths) < 64 * MIB
