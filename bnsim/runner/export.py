"""Writes runs, weights and scripts in threads of its own: that takes seconds, and stepping goes on meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.session.saved_run import SavedRun
    from bnsim.spec.experiment import Experiment

PROGRESS_SECONDS = 0.5
"""Seconds between two notices of how much of a run is written."""

log = logging.getLogger(__name__)


class FileWriter:
    """Writes one file after another; `notify(sentence, kind)` is called in its threads with the result of each."""

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._unfinished = 0
        self._scripts = 0
        """How many scripts were asked for: the last one is written, the others are given up."""

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._unfinished > 0

    def write_run(self, run: SavedRun, path: Path) -> None:
        """Queue a run to be written and return at once."""
        self._queue(path, partial(self._write_run, run, path))

    def write_weights(self, arrays: Mapping[str, Any], path: Path) -> None:
        """Queue a lane's weights to be written and return at once."""
        self._queue(path, partial(self._write_weights, arrays, path))

    def write_pytorch(self, experiment: Experiment, path: Path, title: str, iterations: int) -> None:
        """Have a PyTorch script written, held to about so many iterations, and return at once.

        It trains for that, in a thread of its own, so that other files do not wait. One that is under way is given up.
        """
        self._scripts += 1
        self._notify(f"Writing {path.name}", "info")
        work = partial(self._write_pytorch, experiment, path, title, iterations, self._scripts)
        self._queue(path, work, "bnsim-script")

    def _queue(self, path: Path, work: Callable[[], str], thread: str = "bnsim-export") -> None:
        """Have `work` done in the thread of that name; it returns what is to be said of the file beside its name."""
        if thread not in self._pools:
            self._pools[thread] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=thread)
        with self._lock:
            self._unfinished += 1
        self._pools[thread].submit(self._write, path, work)

    def close(self) -> None:
        """Finish writing, give up what takes long, and end the thread."""
        self._scripts += 1
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _write_run(self, run: SavedRun, path: Path) -> str:
        from bnsim.session.run_file import write_run

        write_run(run, path, self._progress(f"Saving {path.name}"))
        return ""

    def _write_weights(self, arrays: Mapping[str, Any], path: Path) -> str:
        from bnsim.session.weights_file import write_weights

        write_weights(arrays, path)
        return ""

    def _write_pytorch(self, experiment: Experiment, path: Path, title: str, iterations: int, script: int) -> str:
        from bnsim.interop.writing import fitting_iterations, write_pytorch

        progress = self._progress(f"Writing {path.name}")

        def going_on(share: float) -> bool:
            progress(share)
            return script == self._scripts

        most = fitting_iterations(experiment, iterations)
        _, numbers = write_pytorch(experiment, path, title=title, iterations=most, going_on=going_on)
        return f"its numbers are in {numbers.name}"

    def _progress(self, doing: str) -> Callable[[float], None]:
        """A function that tells now and then how much is done, of a fraction from 0 to 1."""
        told = time.monotonic()

        def tell(share: float) -> None:
            nonlocal told
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                self._notify(f"{doing}: {share:.0%}", "info")

        return tell

    def _write(self, path: Path, work: Callable[[], str]) -> None:
        try:
            lacking = work()
            self._notify(f"Saved {path}; {lacking}" if lacking else f"Saved {path}", "done")
        except InputError as error:
            self._notify(str(error), "problem")
        except OSError as error:
            self._notify(f"Cannot write {path}: {error.strerror or error}; choose another place or name.", "problem")
        except Exception as error:
            log.exception("writing a file failed")
            sentence = f"Cannot write {path.name} ({type(error).__name__}: {error}); choose another format."
            self._notify(sentence, "problem")
        finally:
            with self._lock:
                self._unfinished -= 1
