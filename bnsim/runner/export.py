"""Writes figures to files in a thread of its own: drawing takes seconds, and stepping goes on meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bnsim.plot.figure import Figure
from bnsim.spec.errors import InputError

log = logging.getLogger(__name__)


class FigureWriter:
    """Writes figures one after another; `notify(sentence, kind)` is called in its thread with the result of each."""

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._unfinished = 0

    @property
    def busy(self) -> bool:
        """Whether a figure is being written."""
        return self._unfinished > 0

    def write(self, figure: Figure, path: Path, options: Mapping[str, Any]) -> None:
        """Queue a figure to be written and return at once. `options` are those of `Figure.save`."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bnsim-export")
        with self._lock:
            self._unfinished += 1
        self._pool.submit(self._write, figure, path, options)

    def close(self) -> None:
        """Finish writing and end the thread."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _write(self, figure: Figure, path: Path, options: Mapping[str, Any]) -> None:
        from bnsim.plot.writers import boxes_in

        try:
            figure.save(path, **options)
            lacking = boxes_in(figure, path)
            self._notify(f"Saved {path}; {lacking}" if lacking else f"Saved {path}", "done")
        except InputError as error:
            self._notify(str(error), "problem")
        except OSError as error:
            self._notify(f"Cannot write {path}: {error.strerror or error}; choose another place or name.", "problem")
        except Exception as error:
            log.exception("the export failed")
            sentence = f"Cannot write {path.name} ({type(error).__name__}: {error}); choose another format."
            self._notify(sentence, "problem")
        finally:
            with self._lock:
                self._unfinished -= 1
