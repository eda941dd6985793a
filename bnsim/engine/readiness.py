"""Whether a program's kernels are compiled, and getting them compiled without waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bnsim.engine.fusing import fast
from bnsim.engine.machine import Executor, Twins
from bnsim.engine.operation import Operation
from bnsim.engine.program import Program


class Readiness:
    """The kernels that some programs need, at one precision."""

    def __init__(self, programs: Sequence[Program], precision: str) -> None:
        used = (instruction.operation for program in programs for instruction in program.instructions)
        self._operations: list[type[Operation]] = list(dict.fromkeys(used))
        self._precision = precision
        fused = (instruction.operation for program in programs for instruction in fast(program).instructions)
        self._fast_operations = list(dict.fromkeys(fused))
        self._done = threading.Event()

    @property
    def ready(self) -> bool:
        """Whether `executor` gives the compiled kernels by now."""
        return self._done.is_set()

    @property
    def executor(self) -> type[Executor]:
        """What machines made now should run on."""
        if not self.ready:
            return Twins
        from bnsim.engine.kernels.compile import Kernels

        return Kernels

    def wait(self) -> None:
        """Compile, or load from the cache, here and now; `ready` before the fused operations of fast runs are."""
        from bnsim.engine.kernels.compile import compile_operations

        compile_operations(self._operations, self._precision)
        self._done.set()
        compile_operations(self._fast_operations, self._precision)

    def start(self) -> None:
        """Compile in the background. The thread is a daemon: a window that closes does not wait for it."""
        threading.Thread(target=self.wait, name="bnsim-kernels", daemon=True).start()
