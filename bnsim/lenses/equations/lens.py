"""The equation of an instruction: its formula, the numbers of one element put in, and the result."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from msgspec import Struct

from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.lenses.equations.classes import classes_in_words
from bnsim.lenses.equations.expression import Env
from bnsim.lenses.equations.markup import Markup, latex, number
from bnsim.lenses.equations.normalizations import samples
from bnsim.lenses.equations.parts import Parts, parts_of
from bnsim.lenses.equations.pieces import Piece, left_piece, pieces
from bnsim.lenses.equations.setting import UNITS, Axis, Equation, Setting
from bnsim.lenses.equations.table import FORMULAS, SOURCES
from bnsim.lenses.equations.words import described, described_place, role_of, shape_text
from bnsim.lenses.lens import Lens
from bnsim.lenses.rerun import source_of
from bnsim.session.arrays import Tensor, lane_of, mini_batches_of, places, tensor_at
from bnsim.session.frame import Phase
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.naming import DATA, layer_name
from bnsim.spec.tree import layer_at

RESULT_DIGITS = 6


class Named(Struct, frozen=True):
    """A symbol of the formula and the tensor it names; `tensor` is None where there is none one could look at.

    `mark` is the number by which markup refers to it; `role` gives it its color.
    """

    mark: int
    symbol: str
    tensor: Tensor | None
    words: str
    shape: tuple[int, ...]
    role: str

    def sentence(self) -> str:
        """The tensor in words with its shape, such as "the output of Linear 3, 64 × 64"."""
        return ", ".join(filter(None, (self.words, shape_text(self.shape))))


class Line(Struct, frozen=True):
    """One equation. `numbers` and `result` are empty and None while not everything is computed.

    `value` is what stands in memory; None where that is not computed yet. `worked` is what the numbers come to.
    """

    formula: tuple[Piece, ...]
    numbers: tuple[Piece, ...]
    result: Markup | None
    value: float | None
    worked: float | None
    note: str = ""

    def latex(self) -> str:
        """The LaTeX of formula, numbers and result, one below the other."""
        left, *right = (piece.latex() for piece in self.formula)
        lines = [f"{left} &{' '.join(right)}"]
        if self.numbers:
            lines.append(" ".join(piece.latex() for piece in self.numbers).replace("=", "&=", 1))
        if self.result is not None:
            lines.append(f"&= {latex(self.result)}")
        body = " \\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


class Explained(Struct, frozen=True):
    """What the equation view shows. `done`: the instruction has been carried out.

    `gradient` is what it writes, if that is one that can be checked. `classes` says in words which classes the numbers
    and units shown are, where classes have names.
    """

    key: str
    layer: str
    op: str
    phase: Phase
    source: str
    lines: tuple[Line, ...]
    named: tuple[Named, ...]
    axes: tuple[Axis, ...]
    done: bool
    parts: Parts | None = None
    gradient: Tensor | None = None
    classes: str = ""

    def latex(self) -> str:
        """The LaTeX of all lines, a blank line between them."""
        return "\n\n".join(line.latex() for line in self.lines)


class EquationLens(Lens, frozen=True):
    """The equation of the instruction that a lane has just executed, or with `upcoming` of the next one.

    `sample`, `unit` and `input` choose the element; what is too large is taken as the last one. `quick` does without
    what parameters were before their update, where that would have to be computed again.
    """

    stack: int
    upcoming: bool = False
    sample: int = 0
    unit: int = 0
    input: int = 0
    quick: bool = False

    def answer(self, session: Session) -> Explained | None:
        """The equation with its numbers; None before any instruction is executed, or if the lane does not run."""
        lane = lane_of(session, self.stack)
        position = None if lane is None else position_of(lane, upcoming=self.upcoming)
        if lane is None or position is None:
            return None
        ahead = self.upcoming and lane.position == len(lane.program.instructions)
        setting = Setting(lane, position, partial(_before, session, lane, self.quick), ahead)
        return explain(setting, {"i": self.sample, "j": self.unit, "k": self.input}, session.class_names)


def _before(session: Session, lane: Lane, quick: bool) -> Array | None:
    kept = session.kept_before(lane)
    return kept if kept is not None or quick else session.state_before(lane)


class FormulasLens(Lens, frozen=True):
    """LaTeX of all formulas of a lane's program, in pieces and with colors, so that they can be typeset beforehand.

    Worked out once for a program, which takes a few milliseconds; the order is that of the program.
    """

    stack: int

    def answer(self, session: Session) -> tuple[str, ...] | None:
        """The LaTeX of each formula once; None if the lane does not run."""
        lane = lane_of(session, self.stack)
        if lane is None:
            return None
        if lane.program not in _FORMULAS:
            _FORMULAS[lane.program] = tuple(dict.fromkeys(_all_formulas(lane)))
        return _FORMULAS[lane.program]


_FORMULAS: WeakKeyDictionary[Program, tuple[str, ...]] = WeakKeyDictionary()


def _all_formulas(lane: Lane) -> Iterator[str]:
    seen = set()
    for position, instruction in enumerate(lane.program.instructions):
        kind = (instruction.operation.key, *(place.name for place in instruction.places))
        if not instruction.hidden and kind not in seen:
            seen.add(kind)
            setting = Setting(lane, position)
            for each in FORMULAS[instruction.operation.key](setting):
                yield from (latex(piece.body, colored=True) for piece in _formula(each))


def position_of(lane: Lane, *, upcoming: bool) -> int | None:
    """Position of the last instruction executed, or of the next one, that a person can stop at; None if none is."""
    instructions = lane.program.instructions
    if upcoming:
        start = lane.position if lane.position < len(instructions) else 0
        return next((at for at in range(start, len(instructions)) if not instructions[at].hidden), None)
    return next((at for at in reversed(range(lane.position)) if not instructions[at].hidden), None)


def explain(o: Setting, chosen: dict[str, int], class_names: tuple[str, ...] = ()) -> Explained:
    """The equation of the instruction in `o`, at the element whose index letters `chosen` sets."""
    instruction, stack = o.instruction, o.lane.stack
    operation = instruction.operation
    with np.errstate(all="ignore"):
        equations = FORMULAS[operation.key](o)
        axes = _axes(o, equations, chosen)
        env = _environment(o, axes)
        done = o.done
        lines = tuple(_line(each, env, done) for each in equations)
        parts = parts_of(o, env) if done else None
    used = {mark for each in equations for piece in _formula(each) for mark in _marks(piece.body)}
    named = tuple(each for each in _named(o) if each.mark in used)
    written = next((each.tensor for each in named if equations and each.mark == equations[-1].left.mark), None)
    checkable = written is not None and source_of(o.lane.program, stack.layers, written) is not None
    return Explained(
        key=operation.key,
        layer=DATA if operation.key == "batch" else layer_name(stack, instruction.path),
        op=operation.title,
        phase=instruction.phase,
        source=SOURCES.get(operation.key, ""),
        lines=lines,
        named=named,
        axes=axes,
        done=done,
        parts=parts,
        gradient=written if checkable else None,
        classes=classes_in_words(o, equations, axes, class_names),
    )


def _formula(each: Equation) -> tuple[Piece, ...]:
    return (left_piece(each.left), *pieces(each.right, None, "←" if each.arrow else "="))


def _line(each: Equation, env: Env, done: bool) -> Line:
    value = float(each.left.value(env)) if done and each.left.array is not None else None
    worked: float | None = float(each.right.value(env))
    shown: tuple[Piece, ...] = ()
    if _known(each.right):
        shown = pieces(each.right, env, "=")
    else:
        worked = None
    found = worked if value is None else value
    result = None if found is None else number(found, RESULT_DIGITS, each.left.mark)
    return Line(_formula(each), shown, result, value, worked, each.note)


def _known(part: Any) -> bool:
    """Whether every array the expression reads has been computed."""
    if hasattr(part, "array"):
        return part.array is not None
    inner = getattr(part, "__dict__", {})
    return all(_known(each) for given in inner.values() for each in (given if isinstance(given, tuple) else (given,)))


def _marks(part: Any) -> set[int]:
    if isinstance(part, tuple):
        return set().union(*map(_marks, part)) if part else set()
    if not isinstance(part, Struct):
        return set()
    own = {part.mark} if hasattr(part, "mark") else set()
    return own.union(*(_marks(getattr(part, field)) for field in part.__struct_fields__))


def _axes(o: Setting, equations: list[Equation], chosen: dict[str, int]) -> tuple[Axis, ...]:
    counts: dict[str, int] = {}
    for each in equations:
        for letter, count in zip(each.left.index, each.left.shape, strict=False):
            if isinstance(letter, str) and letter not in ("p", "g"):
                counts[letter] = count
        if "p" in each.left.index:
            counts["i"] = o.lane.program.inputs.shape[0]
        if "g" in each.left.index:
            counts["j"] = o.instruction.places[0].shape[1]
    words = UNITS | dict(pair for each in equations for pair in each.words)
    return tuple(
        Axis(letter, words[letter], min(max(chosen.get(letter, 0), 0), count - 1), count)
        for letter, count in sorted(counts.items())
    )


def _environment(o: Setting, axes: tuple[Axis, ...]) -> dict[str, int]:
    env = {axis.letter: axis.at for axis in axes}
    if o.of_groups:
        env["g"] = env.get("j", 0) // o.sharing
        env["first"] = env["g"] * o.sharing
    elif "μ" in o.names and len(o.place("μ").shape) == 2 and "x" in o.names:
        m = samples(o, "x", "μ")
        env["p"] = env.get("i", 0) // m
        env["first"] = env["p"] * m
    return env


_KNOWN: WeakKeyDictionary[Program, dict[int, tuple[Named, ...]]] = WeakKeyDictionary()


def _named(o: Setting) -> tuple[Named, ...]:
    """The symbols of all operands; worked out once for each instruction."""
    known = _KNOWN.setdefault(o.lane.program, {})
    if o.position not in known:
        known[o.position] = tuple(
            _name(o, name, place) for name, place in zip(o.names, o.instruction.places, strict=True)
        )
    return known[o.position]


def _name(o: Setting, name: str, place: Place) -> Named:
    """What an operand is called; of an earlier mini-batch's array, which is none to look at, of which one it is."""
    stack, path = o.lane.stack, o.instruction.path
    tensor = tensor_at(o.lane, place)
    here = tensor is not None and places(o.lane, tensor.path).get(tensor.name) is place
    part = "" if here else mini_batches_of(o.lane, place)
    if tensor is not None and (here or part):
        role, words = role_of(tensor.name, layer_at(stack.layers, tensor.path)), described(stack, tensor)
    else:
        role = role_of(place.name, layer_at(stack.layers, path)) if o.instruction.phase != "update" else "update"
        words = described_place(stack, place, path)
    symbol = o[name]
    words = ", ".join(filter(None, (words, part)))
    return Named(symbol.mark, symbol.tex.replace("_{%}", ""), tensor if here else None, words, place.shape, role)
