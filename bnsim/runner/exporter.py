"""Writing figures to files in a thread of its own: drawing takes seconds, stepping goes on meanwhile. No Qt here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bnsim.plot.figure import Figure
from bnsim.spec.errors import InputError

log = logging.getLogger(__name__)


class Exporter:
    """`say(sentence, kind)` tells how it went."""

    def __init__(self, say: Callable[..., None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._writing = 0

    @property
    def busy(self) -> bool:
        """Whether a figure is being written."""
        return self._writing > 0

    def write(self, figure: Figure, path: Path, options: dict[str, Any]) -> None:
        """Begin to."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bnsim-export")
        with self._lock:
            self._writing += 1
        self._pool.submit(self._write, figure, path, options)

    def close(self) -> None:
        """Finish what was begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _write(self, figure: Figure, path: Path, options: dict[str, Any]) -> None:
        try:
            figure.save(path, **options)
            self._say(f"Saved {path}", "done")
        except InputError as error:
            self._say(str(error), "problem")
        except OSError as error:
            self._say(f"Cannot write {path}: {error.strerror or error}; choose another place or name.", "problem")
        except Exception as error:
            log.exception("the export failed")
            self._say(f"Cannot write {path.name} ({type(error).__name__}: {error}); choose another format.", "problem")
        finally:
            with self._lock:
                self._writing -= 1
