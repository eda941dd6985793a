"""Compiling the kernels of programs, in the background or at once, and knowing whether they are ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from bnsim.engine.fusing import fast
from bnsim.engine.machine import Executor, Twins
from bnsim.engine.operation import Operation
from bnsim.engine.program import Program
from bnsim.spec.errors import readable

log = logging.getLogger(__name__)


class Readiness:
    """The kernels that some programs need, at one precision.

    `problem` says in a sentence why kernels could not be compiled in the background; "" as long as nothing went wrong.
    """

    def __init__(self, programs: Sequence[Program], precision: str) -> None:
        used = (instruction.operation for program in programs for instruction in program.instructions)
        self._programs = tuple(programs)
        self._operations: list[type[Operation]] = list(dict.fromkeys(used))
        self._precision = precision
        forms = [fast(program) for program in programs]
        forms += [fast(program, details=False) for program in programs if program.details_every > 1]
        fused = (instruction.operation for form in forms for instruction in form.instructions)
        self._fast_operations = list(dict.fromkeys(fused))
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._given_up = False
        self.problem = ""

    @property
    def ready(self) -> bool:
        """Whether `executor` gives the compiled kernels by now."""
        return self._done.is_set()

    @property
    def executor(self) -> type[Executor]:
        """The class on which machines made now should run: compiled kernels if ready, else the twins."""
        if not self.ready:
            return Twins
        from bnsim.engine.kernels.compile import Kernels

        return Kernels

    def wait(self) -> None:
        """Compile the kernels, or load them from the cache, now; those of fast runs follow in the background."""
        from bnsim.engine.kernels.compile import compile_operations, compile_product

        compile_product(self._programs, self._precision)
        compile_operations(self._operations, self._precision)
        self._done.set()
        self.start()

    def wait_for_fast(self) -> None:
        """Like `wait`, and return only when the fused operations are compiled too."""
        self.wait()
        assert self._thread
        self._thread.join()

    def start(self) -> None:
        """Start to compile the kernels in the background."""
        self._thread = threading.Thread(target=self._compile, name="bnsim-kernels")
        self._thread.start()

    def stop(self) -> None:
        """Stop compiling in the background, after the operation under way."""
        self._given_up = True
        if self._thread:
            self._thread.join()
            self._thread = None

    def _wanted(self) -> bool:
        # A thread that compiles while the interpreter is shut down would abort the process: it has to end by itself.
        return not self._given_up and threading.main_thread().is_alive()

    def _compile(self) -> None:
        try:
            self._compile_all()
        except Exception as error:  # whatever it is, a person who waits must hear of it
            log.exception("kernels could not be compiled")
            what = f"{type(error).__name__}: {readable(str(error))}" if str(error) else type(error).__name__
            self.problem = f"Kernels cannot be compiled ({what}); it goes on without them, more slowly."

    def _compile_all(self) -> None:
        from bnsim.engine.kernels.compile import compile_operations, compile_product

        compile_product(self._programs, self._precision)
        if compile_operations(self._operations, self._precision, self._wanted):
            self._done.set()
            compile_operations(self._fast_operations, self._precision, self._wanted)
