"""The equation of an instruction: its formula, the numbers of one element put in, and the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place, Program
from bnsim.lenses.equations.classes import classes_in_words
from bnsim.lenses.equations.line import Line, formula_of, line_of
from bnsim.lenses.equations.markup import Element, latex
from bnsim.lenses.equations.normalizations import samples
from bnsim.lenses.equations.parts import Parts, parts_of
from bnsim.lenses.equations.setting import UNITS, Axis, Equation, Setting
from bnsim.lenses.equations.table import FORMULAS, SOURCES
from bnsim.lenses.equations.words import described, described_place, role_of, shape_text
from bnsim.lenses.lens import Lens
from bnsim.lenses.rerun import source_of
from bnsim.session.arrays import Kept, Tensor, lane_of, mini_batches_of, optimizer_places, places, tensor_at
from bnsim.session.frame import Phase
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.naming import DATA, layer_name
from bnsim.spec.spelling import NO_SPELLING, Spelling, spelling
from bnsim.spec.tree import Path, layer_at

BOOKKEEPING = ("running", "commit")
"""Operations that keep running statistics, which are not what a layer does with its values."""


class Named(Struct, frozen=True):
    """A symbol of the formula and the tensor it names; `tensor` is None where there is none one could look at.

    `mark` is the number by which markup refers to it; `role` gives it its color. `recorded`: what the history calls
    it, if that has it. `kept`: what it is of the optimizer, if it is that. `unwatched`: why no watch can have it.
    """

    mark: int
    symbol: str
    tensor: Tensor | None
    words: str
    shape: tuple[int, ...]
    role: str
    recorded: str = ""
    kept: Kept | None = None
    unwatched: str = ""

    def watch(self, element: Element, spelled: Spelling) -> str:
        """The expression of an element; "" where watches cannot have it. `spelled` is the lane's."""
        if self.recorded:
            return spelled.recorded(self.recorded)
        if self.kept is not None:
            return spelled.kept(*self.kept, element)
        fits = self.tensor is not None and len(element) == len(self.shape)
        return spelled.array(self.tensor.name, self.tensor.path, element) if self.tensor is not None and fits else ""

    def sentence(self) -> str:
        """The tensor in words with its shape, such as "the output of Linear 3, 64 × 64"."""
        return ", ".join(filter(None, (self.words, shape_text(self.shape))))


class Operation(Struct, frozen=True):
    """One of the operations that a lane's step by a layer carries out together, with its equations.

    `number` counts them from 0; `last`: it is the one that the lane has executed last, or will execute next.
    """

    number: int
    op: str
    lines: tuple[Line, ...]
    named: tuple[Named, ...]
    done: bool
    last: bool


class Explained(Struct, frozen=True):
    """What the equation view shows. `done`: the instruction has been carried out.

    `visit` are all operations of the layer in this phase, this one, number `number`, among them.

    `gradient` is what it writes, if that is one that can be checked. `classes` says in words which classes the numbers
    and units shown are, where classes have names. `spelled`: how watches name what the lane has.
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
    visit: tuple[Operation, ...] = ()
    number: int = 0
    spelled: Spelling = NO_SPELLING

    def latex(self) -> str:
        """The LaTeX of all lines, a blank line between them."""
        return "\n\n".join(line.latex() for line in self.lines)


class EquationLens(Lens, frozen=True):
    """The equation of the instruction that a lane has just executed, or with `upcoming` of the next one.

    `sample`, `unit` and `input` choose the element; what is too large is taken as the last one. `quick` does without
    what parameters were before their update, where that would have to be computed again. After a step by a whole
    layer (`whole`) the last operation that shows what the layer does is taken, not the bookkeeping after it;
    `operation` takes the one of that number in the layer's visit.
    """

    stack: int
    upcoming: bool = False
    sample: int = 0
    unit: int = 0
    input: int = 0
    quick: bool = False
    whole: bool = False
    operation: int | None = None

    def answer(self, session: Session) -> Explained | None:
        """The equation with its numbers; None before any instruction is executed, or if the lane does not run."""
        lane = lane_of(session, self.stack)
        position = None if lane is None else position_of(lane, upcoming=self.upcoming)
        if lane is None or position is None:
            return None
        ahead = self.upcoming and lane.position == len(lane.program.instructions)
        visit = visit_of(lane.program, position)
        before = partial(_before, session, lane, self.quick)
        settings = [Setting(lane, at, before, ahead) for at in visit]
        chosen = {"i": self.sample, "j": self.unit, "k": self.input}
        number = self._number(lane.program, visit, position)
        spelled = spelling(session.experiment, lane.stack)
        explained = explain(settings[number], chosen, session.class_names, spelled)
        if len(visit) == 1:
            return explained
        operations = (
            _operation(each, at, explained.lines if at == number else _lines(each, chosen), position)
            for at, each in enumerate(settings)
        )
        return replace(explained, visit=tuple(operations), number=number)

    def _number(self, program: Program, visit: Sequence[int], position: int) -> int:
        """Which operation of the visit is explained."""
        if self.operation is not None and self.operation < len(visit):
            return self.operation
        number = visit.index(position)
        if self.whole and not self.upcoming:
            titles = [program.instructions[at].operation.title for at in visit[: number + 1]]
            return next((at for at in reversed(range(len(titles))) if titles[at] not in BOOKKEEPING), number)
        return number


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
                yield from (latex(piece.body, colored=True) for piece in formula_of(each))


def position_of(lane: Lane, *, upcoming: bool) -> int | None:
    """Position of the last instruction executed, or of the next one, that a person can stop at; None if none is."""
    instructions = lane.program.instructions
    if upcoming:
        start = lane.position if lane.position < len(instructions) else 0
        return next((at for at in range(start, len(instructions)) if not instructions[at].hidden), None)
    return next((at for at in reversed(range(lane.position)) if not instructions[at].hidden), None)


def visit_of(program: Program, position: int) -> tuple[int, ...]:
    """Positions of the instructions that a step by a layer carries out with the one at `position`, but hidden ones."""
    instructions = program.instructions
    here = _visit_key(instructions[position])
    first = last = position
    while first > 0 and _visit_key(instructions[first - 1]) == here:
        first -= 1
    while last + 1 < len(instructions) and _visit_key(instructions[last + 1]) == here:
        last += 1
    return tuple(at for at in range(first, last + 1) if not instructions[at].hidden)


def _visit_key(instruction: Instruction) -> tuple[int, Phase, Path]:
    return instruction.micro, instruction.phase, instruction.path


def _lines(o: Setting, chosen: dict[str, int]) -> tuple[Line, ...]:
    with np.errstate(all="ignore"):
        equations = FORMULAS[o.instruction.operation.key](o)
        env = _environment(o, _axes(o, equations, chosen))
        return tuple(line_of(each, env, o.done) for each in equations)


def _operation(o: Setting, number: int, lines: tuple[Line, ...], position: int) -> Operation:
    title = o.instruction.operation.title
    return Operation(number, title, lines, _named(o), o.done, o.position == position)


def explain(
    o: Setting, chosen: dict[str, int], class_names: tuple[str, ...] = (), spelled: Spelling = NO_SPELLING
) -> Explained:
    """The equation of the instruction in `o`, at the element whose index letters `chosen` sets."""
    instruction, stack = o.instruction, o.lane.stack
    operation = instruction.operation
    with np.errstate(all="ignore"):
        equations = FORMULAS[operation.key](o)
        axes = _axes(o, equations, chosen)
        env = _environment(o, axes)
        done = o.done
        lines = tuple(line_of(each, env, done) for each in equations)
        parts = parts_of(o, env, spelled) if done else None
    used = {mark for each in equations for piece in formula_of(each) for mark in _marks(piece.body)}
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
        spelled=spelled,
    )


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
        words = described_place(stack, place, path, update=o.instruction.phase == "update")
    symbol = o[name]
    words = ", ".join(filter(None, (words, part)))
    symbol_tex = symbol.tex.replace("_{%}", "")
    phase = o.instruction.phase
    sums = optimizer_places(o.lane.program) if phase == "update" else {}
    kept = next((each for each, there in sums.items() if there is place), None)
    why = _unwatched(place, part, phase)
    shown = tensor if here else None
    return Named(symbol.mark, symbol_tex, shown, words, place.shape, role, _recorded(o.lane, place), kept, why)


def _recorded(lane: Lane, place: Place) -> str:
    """What the history calls a number of a whole lane; "" for all else."""
    if place is lane.program.loss:
        return "loss"
    record = next((each for each in lane.program.records if each.name == "clip_norm"), None)
    return "clip_norm" if record is not None and record.places[0] is place else ""


def _unwatched(place: Place, part: str, phase: Phase) -> str:
    """Why no watch has an array; it is said only where none does."""
    if part:
        return "the next mini-batch of the same update overwrites it"
    if phase == "update":
        return "the update makes it on its way, and it is gone with the update"
    if "next" in place.name or "batches" in place.name:
        return "it is what the update will put in place of the running statistics"
    return "it is a part of a sum, and has no name of its own before that is added"
