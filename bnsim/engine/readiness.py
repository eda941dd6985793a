"""Compiling the kernels of programs, in the background or at once, and knowing whether they are ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from bnsim.engine.executor import Executor
from bnsim.engine.fusing import fast
from bnsim.engine.machine import Twins
from bnsim.engine.operation import Operation
from bnsim.engine.program import Program
from bnsim.spec.errors import readable

log = logging.getLogger(__name__)


class Readiness:
    """The kernels that some programs need, at one precision.

    `others` makes more programs, in the background, whose kernels are compiled as well. The fast forms of `programs`,
    and the kernels these need, follow last. `problem` says in a sentence why something could not be compiled in the
    background; "" as long as nothing went wrong.
    """

    def __init__(
        self, programs: Sequence[Program], precision: str, others: Callable[[], Iterable[Program]] = tuple
    ) -> None:
        self._programs = tuple(programs)
        self._others = others
        self._precision = precision
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []
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
        """Compile the programs' own kernels, or load them from the cache, now; others follow in the background."""
        self.wait_for_own()
        self.start()

    def wait_for_own(self) -> None:
        """Like `wait`, but others follow only after `start`."""
        compile_now(self._programs, self._precision)
        self._done.set()

    def go_on_as(self, before: Readiness) -> bool:
        """Be ready at once if those of a session that runs on compiled kernels are all that is needed; else False."""
        if before.ready:
            from bnsim.engine.kernels.compile import are_compiled

            if are_compiled(operations_of(self._programs), self._precision):
                self._done.set()
        return self.ready

    def wait_for_fast(self) -> None:
        """Like `wait`, and return only when the fused operations are compiled too."""
        self.wait()
        for thread in self._threads:
            thread.join()

    def extend(self, programs: Sequence[Program]) -> None:
        """Compile the kernels that more programs need, and make their fast forms if those of others are made."""
        compile_now(programs, self._precision)
        for program in programs:
            for details in (True, False) if program.details_every > 1 else (True,):
                fast(program, details=details)

    def start(self) -> None:
        """Start to compile the kernels in the background."""
        thread = threading.Thread(target=self._compile, name="bnsim-kernels")
        self._threads.append(thread)
        thread.start()

    def take_over(self, before: Readiness) -> None:
        """Compile in place of another one, which stops after the operation under way; that is not waited for."""
        before._given_up = True
        started = bool(self._threads)
        self._threads += before._threads
        before._threads = []
        if not started:
            self.start()

    def stop(self) -> None:
        """Stop compiling in the background, after the operation under way."""
        self._given_up = True
        for thread in self._threads:
            thread.join()
        self._threads = []

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
        for programs in (self._programs, self._others()):
            if not compile_operations(operations_of(programs), self._precision, self._wanted):
                return
        self._done.set()
        for form in self._fast_forms():
            if not compile_operations(operations_of([form]), self._precision, self._wanted):
                return

    def _fast_forms(self) -> Iterator[Program]:
        for program in self._programs:
            for details in (True, False) if program.details_every > 1 else (True,):
                if self._wanted():
                    yield fast(program, details=details)


def compile_now(programs: Sequence[Program], precision: str) -> None:
    """Compile the kernels of some programs, or load them from the cache, so far as that is not done."""
    from bnsim.engine.kernels.compile import compile_operations, compile_product

    compile_product(programs, precision)
    compile_operations(operations_of(programs), precision)


def operations_of(programs: Iterable[Program]) -> list[type[Operation]]:
    """The operations of some programs, each once."""
    return list(dict.fromkeys(instruction.operation for program in programs for instruction in program.instructions))
