"""Sweeps on a Dask cluster that the test starts; skipped where Dask, an extra, is not installed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import bnsim as bn
from bnsim.cli import main
from bnsim.sweeps import Cluster, Progress, Results, Sweep, read_axis, run_sweep

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install bnsim[dask]")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def sweep(small: bn.Experiment) -> Sweep:
    axes = (read_axis(small, "training.optimizer.lr=0.1:1:log:4"),)
    return Sweep(experiment=small, axes=axes, seeds=(1, 2), iterations=5, measure="loss")


def right(sweep: Sweep) -> Results:
    with ThreadPoolExecutor(1) as executor:
        return run_sweep(sweep, executor)


def test_a_cluster_gives_the_same_numbers(sweep: Sweep, cluster: Any) -> None:
    workers = Cluster(cluster.scheduler_address)
    assert workers.count == 2
    assert run_sweep(sweep, workers).values.tobytes() == right(sweep).values.tobytes()


def test_a_worker_of_the_cluster_that_dies_is_made_up_for(sweep: Sweep, cluster: Any) -> None:
    killed: list[int] = []

    def kill_one(progress: Progress, results: Callable[[], Results]) -> None:
        if not killed:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    results = run_sweep(sweep, Cluster(cluster.scheduler_address), on_change=kill_one)
    assert killed
    assert results.values.tobytes() == right(sweep).values.tobytes()


def test_the_command_line_takes_its_address(small: bn.Experiment, cluster: Any, tmp_path: Path) -> None:
    bn.save(small, tmp_path / "small.bnsim")
    arguments = ["sweep", str(tmp_path / "small.bnsim"), "--over", "width=2,4", "--iterations", "2", "--format", "csv"]
    assert main([*arguments, "--dask", cluster.scheduler_address, "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "sweep.csv").read_text(encoding="utf-8").count("\n") == 5


def test_where_nobody_answers_it_is_one_sentence() -> None:
    with pytest.raises(bn.InputError, match="Cannot reach a Dask cluster"):
        Cluster("tcp://127.0.0.1:1", timeout=0.2)
    with pytest.raises(bn.InputError, match="Cannot reach a Dask cluster"):
        Cluster("nonsense://x", timeout=0.2)
