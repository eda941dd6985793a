"""Which classes the numbers and the chosen units of an equation are, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bnsim.lenses.class_names import kind_of_classes, shorter
from bnsim.lenses.equations.expression import Expr, Sym
from bnsim.lenses.equations.functions import Is, Letter
from bnsim.lenses.equations.setting import Axis, Equation, Setting


def classes_in_words(o: Setting, equations: Sequence[Equation], axes: Sequence[Axis], names: tuple[str, ...]) -> str:
    """Such as "Sample 5 is of class 2 (virginica) · unit 0 is class 0 (setosa)"; empty where no class is shown.

    Where targets of many samples are shown that are classes themselves, 0 and 1, all classes are named.
    """
    if not names:
        return ""
    chosen = {axis.letter: axis for axis in axes}
    found: dict[str, None] = {}
    for part in _parts([each for equation in equations for each in (equation.left, equation.right)]):
        for said in _said(o, part, chosen, names):
            found[said] = None
    words = " · ".join(found)
    return words[:1].upper() + words[1:]


def _said(o: Setting, part: Expr, chosen: dict[str, Axis], names: tuple[str, ...]) -> Iterator[str]:
    if isinstance(part, Is):
        for item in part.items:
            if isinstance(item, Letter) and item.letter in chosen:
                yield _of_axis(chosen[item.letter], names)
    if not isinstance(part, Sym) or not part.mark:
        return
    kind = kind_of_classes(o.lane, o.instruction.places[part.mark - 1], len(names))
    if kind == "columns" and part.index[1] in chosen:
        yield _of_axis(chosen[part.index[1]], names)
    elif kind == "numbers" and part.index[0] in chosen and part.array is not None:
        axis = chosen[part.index[0]]
        number = int(part.array[axis.at, 0])
        yield f"{axis.word} {axis.at} is of class {number} ({shorter(names[number])})"
    elif kind == "numbers" and part.index[0] not in chosen and part.array is not None:
        yield " · ".join(f"{number} is {shorter(name)}" for number, name in enumerate(names))


def _of_axis(axis: Axis, names: tuple[str, ...]) -> str:
    return f"{axis.word} {axis.at} is class {axis.at} ({shorter(names[axis.at])})"


def _parts(found: Any) -> Iterator[Expr]:
    """All expressions inside, but for those that are only the index of another: what they are is not shown."""
    for each in found:
        if isinstance(each, tuple):
            yield from _parts(each)
        elif isinstance(each, Expr):
            yield each
            if not isinstance(each, Sym):
                yield from _parts(each.__dict__.values())
