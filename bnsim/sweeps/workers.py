"""Who runs the runs: processes of this machine, a Dask cluster, or an executor that is given.

All of them are `concurrent.futures.Executor`s in the end. `open` makes one, and another one after the one before broke.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from bnsim.spec.budget import share_with
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count

MOST = 61
"""Processes of one pool; Windows can wait for no more."""


class Workers(Protocol):
    """`count` runs can be under way at a time."""

    count: int

    def open(self) -> Executor:
        """An executor; a new one if the last one broke."""

    def close(self) -> None:
        """End what `open` made, and what runs in it, at once."""


def cores() -> int:
    """How many cores this process may use, at most MOST; macOS and Windows do not say more than how many there are."""
    there_are = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there_are, MOST)


class Given:
    """An executor that belongs to the caller, who also ends it. It cannot be made anew if it breaks."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.count = int(getattr(executor, "_max_workers", 0)) or 8

    def open(self) -> Executor:
        """The executor."""
        return self._executor

    def close(self) -> None:
        """Nothing: it is the caller's."""


class Processes:
    """A pool of processes on this machine, one for each core unless `workers` says how many.

    They are started anew ("spawn"), so that neither locks nor threads of this process come along, load compiled kernels
    from the cache, and end with this process however it ends. A script must have `if __name__ == "__main__":` around
    what starts them, as with every such pool.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and not 1 <= workers <= MOST:
            raise InputError(f"Cannot run {count(workers)} workers; choose from 1 to {MOST}.")
        self.count = workers or cores()
        self._pool: ProcessPoolExecutor | None = None

    def open(self) -> Executor:
        """A new pool; the one before, if there was one, is ended."""
        self.close()
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_begin, initargs=(self.count,))
        return self._pool

    def close(self) -> None:
        """End the processes, whatever they do."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # Waiting for runs under way could take minutes, and nobody wants them any more.
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            with suppress(OSError, ValueError):  # it has ended by itself
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


class Cluster:
    """A Dask cluster that runs already, by the address of its scheduler, such as "tcp://10.0.0.1:8786".

    Its workers need the same bnsim. InputError if Dask is not installed, or nobody answers there.
    """

    def __init__(self, address: str, *, timeout: float = 30.0) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise InputError(
                "Cannot use a Dask cluster: the package distributed is not installed; install bnsim[dask]."
            ) from error
        try:
            self._client = Client(address, timeout=timeout, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            said = str(error).partition("\n")[0] or type(error).__name__
            raise InputError(
                f"Cannot reach a Dask cluster at {address}: {said}; look whether its scheduler runs."
            ) from error
        self._executor: Any = None
        self.count = max(sum(self._client.nthreads().values()), 1)

    def open(self) -> Executor:
        """An executor whose runs the cluster's workers do."""
        self._executor = self._client.get_executor(pure=False)
        executor: Executor = self._executor
        return executor

    def close(self) -> None:
        """Take back the runs that have not begun, and leave the cluster, which goes on."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        self._client.close()


def _begin(processes: int) -> None:
    """What a worker process does first: take its part of memory, leave Ctrl+C to the parent, end when that ends."""
    share_with(processes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="bnsim-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
