"""Activations that work on every element by itself, each written once: its value and its derivative.

From a subclass of `Elementwise` follow the two operations a person can stop at, with twins and kernels, how its layer
is lowered, where it is flat (`bnsim.engine.flat`) and its equations (`bnsim.lenses.equations.activations`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from bnsim.engine.kernels.elementary import through
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation
from bnsim.spec.layer_base import LayerBase

Function = Callable[..., Any]

ELEMENTWISE: list[type[Elementwise]] = []
"""All of them, in the order of definition."""


class Elementwise:
    """Base of these activations; defining a subclass registers it and its operations, "`key`" and "`key` dx".

    `layer` is the record it computes, `numbers` what that hands on as the function's own `scalars`: by default its
    fields. `fits` is for records that stand for more than one function.

    `value(n, x, *scalars)` is y = f(x), `slope(n, x, *scalars)` is f'(x), or with `reads` "y" the derivative as a
    function of the output. They are written in functions of `elementary`, `exponential`, `logarithm` and `composed`,
    with constants made by `n`, so that the same lines serve an array, one number in a kernel, and a symbol. A slope may
    be a condition, which counts as 1 or 0.

    Where careful arithmetic would hide what is meant, `formula` and `slope_formula` say it plainly, for equations; they
    need no more digits than these show. `kinks(*scalars)` are inputs where the derivative jumps. `source` is where the
    formula is from, `note` and `slope_note` remarks for the equations.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    layer: ClassVar[type[LayerBase]]
    scalars: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[Literal["x", "y"]] = "x"
    source: ClassVar[str] = ""
    note: ClassVar[str] = ""
    slope_note: ClassVar[str] = ""
    value: ClassVar[Function]
    slope: ClassVar[Function]
    formula: ClassVar[Function]
    slope_formula: ClassVar[Function]
    kinks: ClassVar[Function] = staticmethod(lambda *scalars: ())

    def __init_subclass__(cls) -> None:
        cls.title = cls.__dict__.get("title", cls.key)
        cls.formula = staticmethod(cls.__dict__.get("formula", cls.value))
        cls.slope_formula = staticmethod(cls.__dict__.get("slope_formula", cls.slope))
        ELEMENTWISE.append(cls)
        _make_operation(cls, cls.key, cls.title, ("x",), "y", _value_twin(cls.value), _value_kernel(cls))
        _make_operation(cls, f"{cls.key} dx", "dx", ("g", cls.reads), "dx", _slope_twin(cls.slope), _slope_kernel(cls))

    @classmethod
    def fits(cls, layer: LayerBase) -> bool:
        """Whether it is what this layer computes."""
        return isinstance(layer, cls.layer)

    @classmethod
    def numbers(cls, layer: Any) -> tuple[float, ...]:
        """The scalars of a layer that fits."""
        return tuple(getattr(layer, name) for name in layer.__struct_fields__ if name != "id")[: len(cls.scalars)]


def elementwise_of(layer: LayerBase) -> type[Elementwise] | None:
    """What a layer computes element by element; None if it is no such layer."""
    return next((known for known in _computed_by(type(layer)) if known.fits(layer)), None)


@cache
def _computed_by(kind: type[LayerBase]) -> tuple[type[Elementwise], ...]:
    """What layers of a kind may compute, depending on their fields: figures ask it of every layer at every update."""
    return tuple(known for known in ELEMENTWISE if issubclass(kind, known.layer))


def _make_operation(
    cls: type[Elementwise], key: str, title: str, reads: tuple[str, ...], writes: str, twin: Function, kernel: Function
) -> None:
    # Numba's cache has a file for each qualified name: two processes that fill one file could mix up its kernels.
    kernel.__qualname__ = f"{cls.__name__}.{writes}"
    members: dict[str, Any] = {"key": key, "title": title, "reads": reads, "writes": (writes,), "scalars": cls.scalars}
    members |= {"twin": staticmethod(twin), "kernel": staticmethod(kernel), "__doc__": cls.__doc__}
    type(f"{cls.__name__}{'' if writes == 'y' else 'Gradient'}", (Operation,), members)


def _none(s: Array) -> tuple[Any, ...]:
    return ()


def _one(s: Array) -> tuple[Any, ...]:
    return (s[0],)


def _two(s: Array) -> tuple[Any, ...]:
    return s[0], s[1]


SCALARS = (_none, _one, _two)
"""By how many an operation has: its scalars, read before the loop, since what is written might overlap them."""


def _value_twin(value: Function) -> Function:
    def twin(x: Array, y: Array, *scalars: float) -> None:
        with np.errstate(over="ignore"):
            y[...] = value(x.dtype.type, x, *scalars)

    return twin


def _slope_twin(slope: Function) -> Function:
    def twin(g: Array, read: Array, d_x: Array, *scalars: float) -> None:
        n = read.dtype.type
        with np.errstate(over="ignore"):
            d_x[...] = through(n, g, slope(n, read, *scalars))

    return twin


def _value_kernel(cls: type[Elementwise]) -> Function:
    value, scalars_of = cls.value, SCALARS[len(cls.scalars)]

    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        scalars = scalars_of(s)
        for i in range(x.shape[0]):
            y[i] = value(memory.dtype.type, x[i], *scalars)

    return kernel


def _slope_kernel(cls: type[Elementwise]) -> Function:
    slope, scalars_of = cls.slope, SCALARS[len(cls.scalars)]

    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        read = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        scalars = scalars_of(s)
        for i in range(g.shape[0]):
            d_x[i] = through(memory.dtype.type, g[i], slope(memory.dtype.type, read[i], *scalars))

    return kernel
