"""How a number that is shown is written as a watch: the array's name, its lane, its layer, its element."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.expressions import in_quotes
from bnsim.spec.naming import layer_name
from bnsim.spec.symbols import SYMBOLS, Symbol
from bnsim.spec.tree import Path, last_inside, layer_at, leaves


class Spelling(NamedTuple):
    """How watches name what one lane has. `lane`: in parentheses and quotes, "" where there is one lane alone.

    With `stack` None there is nothing to name. `optimizer`: what trains it.
    """

    stack: Stack | None = None
    lane: str = ""
    optimizer: type[Struct] | None = None

    def recorded(self, name: str, path: Path | None = None) -> str:
        """The expression of a recorded number, such as "loss" or "saturated", of the lane or of a layer of it."""
        return self._written(next((each for each in SYMBOLS if each.record == name), None), path)

    def array(self, name: str, path: Path, element: tuple[int, ...] = ()) -> str:
        """The expression of an array of a layer, or of one element; `name` is the program's. "" if watches lack it.

        The output of a Repeat, and its gradient, are those of the last layer in its last copy.
        """
        path = path if self.stack is None else last_inside(self.stack.layers, path)
        return self._written(self._symbol(name, path), path, element)

    def kept(self, name: str, path: Path, parameter: str, element: tuple[int, ...] = ()) -> str:
        """The expression of what the optimizer keeps for a parameter of a layer, or of one element of it."""
        fitting = (each for each in SYMBOLS if each.array == name and each.keeps == parameter)
        symbol = next((each for each in fitting if self.optimizer in each.optimizers), None)
        return self._written(symbol, path, element)

    def norm(self, name: str, path: Path, function: str = "norm") -> str:
        """The expression of the norm of an array of a layer, or of another function of all of it."""
        array = self.array(name, path)
        return f"{function}({array})" if array else ""

    def _symbol(self, name: str, path: Path) -> Symbol | None:
        layer = None if self.stack is None else layer_at(self.stack.layers, path)
        arrays = (each for each in SYMBOLS if each.array == name and not each.keeps)
        return next((each for each in arrays if not each.of_layer or each.is_of(layer)), None)

    def _written(self, symbol: Symbol | None, path: Path | None, element: tuple[int, ...] = ()) -> str:
        if symbol is None or self.stack is None:
            return ""
        text = symbol.shown + self.lane
        if symbol.of_layer:
            key = None if path is None else layer_keys(self.stack).get(path)
            if key is None:
                return ""
            text += f"[{in_quotes(key)}]"
        return text + (f"[{', '.join(map(str, element))}]" if element else "")


NO_SPELLING = Spelling()


def spelling(experiment: Experiment, stack: Stack) -> Spelling:
    """How watches name what a lane has."""
    lane = f"({in_quotes(stack.name)})" if len(experiment.stacks) > 1 else ""
    return Spelling(stack, lane, type(experiment.training_of(stack).optimizer))


@lru_cache(maxsize=32)
def _keys(layers_of: _SameStack) -> Mapping[Path, str]:
    stack = layers_of.stack
    names = {leaf.path: layer_name(stack, leaf.path) for leaf in leaves(stack.layers)}
    called = list(names.values())
    once = {name for name in called if called.count(name) == 1}
    return MappingProxyType({path: name if name in once else ".".join(map(str, path)) for path, name in names.items()})


class _SameStack:
    """A stack as a key: two are one only if they are the same object, which costs nothing to find out."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def __hash__(self) -> int:
        return id(self.stack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameStack) and other.stack is self.stack


def layer_keys(stack: Stack) -> Mapping[Path, str]:
    """What watches call each layer of a stack: its name, or its path where others are called the same."""
    return _keys(_SameStack(stack))
