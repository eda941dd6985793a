"""What an operation is: one step of arithmetic a person can stop at.

A subclass of `Operation` holds everything about one: its kernel, its twin, what it reads and what it writes.
Defining the class registers it; nothing else has to know.
"""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

Array = NDArray[Any]

OPERATIONS: dict[str, type[Operation]] = {}
"""Every operation by its key, in the order of definition."""


def title_of(key: str) -> str:
    """What an operation is called on screen; its key while the kernels are not imported, or if there is none."""
    operation = OPERATIONS.get(key)
    return key if operation is None else operation.title


class Operation:
    """Base of all operations.

    `key` names it in a program, `title` on screen. `reads` and `writes` name its operands (one that is updated in
    place stands in both), `scalars` its real numbers. `scratch` names operands it works in: afterwards what stands
    there is nothing to be read, as a number or at all. Everything in `writes` is written whenever it is carried out. An
    operation with `clock` also gets the iteration and the data set, which batches and noise are functions of.

    `twin(*operands, *scalars)` is the reference in plain NumPy: shaped arrays in, results written into those of
    `writes`. With `clock` it is `twin(data, iteration, *operands, *scalars)`.

    `kernel(memory, data, clock, at, s)` is the same for Numba, one signature for all: `memory` is the lane's flat
    block, `data` the flat data set, `clock[0]` the iteration, `clock[1]` where the product in tiles is (see
    `bnsim.engine.kernels.products`), `at` the addresses of the operands (see `bnsim.engine.kernels.views`), `s` the
    scalars. Operands never overlap, except for those in both `reads` and `writes`.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ()
    scratch: ClassVar[tuple[str, ...]] = ()
    scalars: ClassVar[tuple[str, ...]] = ()
    clock: ClassVar[bool] = False
    twin: ClassVar[Any]
    kernel: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        if cls.key in OPERATIONS:
            raise TypeError(f"two operations are called {cls.key!r}")
        OPERATIONS[cls.key] = cls

    @classmethod
    def operands(cls) -> tuple[str, ...]:
        """Names in the order twins and addresses have them."""
        return cls.reads + tuple(name for name in cls.writes if name not in cls.reads) + cls.scratch
