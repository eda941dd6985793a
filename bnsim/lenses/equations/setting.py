"""One instruction of a lane, with the arrays it works on, for the tables of formulas to pick from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec import Struct

from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place
from bnsim.lenses.equations.expression import Expr, Num, Sym
from bnsim.lenses.equations.functions import Sum
from bnsim.session.lane import Lane

TEX = {
    "x": "x_{%}",
    "y": "y_{%}",
    "z": "z_{%}",
    "t": "t_{%}",
    "target": "T_{%}",
    "p": "p_{%}",
    "log p": r"\log p_{%}",
    "ℓ": r"\ell",
    "g": "g_{%}",
    "W": "W_{%}",
    "b": "b_{%}",
    "a": "a_{%}",
    "c": "c_{%}",
    "μ": r"\mu_{%}",
    "σ²": r"\sigma^2_{%}",
    "q": "q_{%}",
    "1/s": "s_{%}",
    "x̂": r"\hat{x}_{%}",
    "γ": r"\gamma_{%}",
    "β": r"\beta_{%}",
    "running mean": r"\bar\mu_{%}",
    "running var": r"\bar\sigma^2_{%}",
    "next mean": r"\bar\mu'_{%}",
    "next var": r"\bar\sigma'^2_{%}",
    "batches": "n",
    "next batches": "n'",
    "mask": "m_{%}",
    "m": "m_{%}",
    "s": "s_{%}",
    "n": "n_{%}",
    "h": "h_{%}",
    "w": "w_{%}",
    "d": "d_{%}",
    "u": "u_{%}",
    "v": "v_{%}",
    "η": r"\eta_t",
    "η'": r"\eta'",
    "r": "r",
    "f": "f",
    "N": "N",
    "‖g‖": "N",
}
"""LaTeX of an operand by its name; % stands for its index."""

UNITS = {"i": "sample", "j": "unit", "k": "input", "p": "device", "g": "group"}


def derivative(tex: str) -> str:
    """LaTeX of the loss's derivative by `tex`."""
    return rf"\frac{{\partial \ell}}{{\partial {tex}}}"


def tex_of(name: str) -> str:
    """LaTeX of an operand by its name; a name such as "dW" is the loss's derivative by W."""
    if name in TEX:
        return TEX[name]
    if name.startswith("d"):
        return derivative(TEX.get(name[1:], f"{name[1:]}_{{%}}"))
    return rf"\mathrm{{{name}}}_{{%}}"


@dataclass(frozen=True, eq=False)
class Ref:
    """An operand: called with letters, one element of it. `old`: what it was before it was updated in place."""

    name: str
    place: Place
    array: Array | None
    mark: int
    tex: str
    old: bool = False

    def __call__(self, *index: Any) -> Sym:
        """The element at these index letters, one for each dimension."""
        return Sym(self.tex, self.array, index, self.mark, self.place.shape, self.old)

    def called(self, tex: str) -> Ref:
        """The same operand written with another symbol."""
        return Ref(self.name, self.place, self.array, self.mark, tex, self.old)


@dataclass(frozen=True, eq=False)
class Setting:
    """What a formula is about. `before` gives the lane's state before its update; None if that is not kept.

    `ahead`: it belongs to the next iteration, in which nothing has been computed yet.
    """

    lane: Lane
    position: int
    before: Callable[[], Array | None] = lambda: None
    ahead: bool = False

    @cached_property
    def instruction(self) -> Instruction:
        """The instruction that the formula is about."""
        return self.lane.program.instructions[self.position]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the instruction's operands, in order."""
        return self.instruction.operation.operands()

    @property
    def iteration(self) -> int:
        """Number of the iteration in which the instruction is executed."""
        return self.lane.iteration + self.ahead

    @property
    def done(self) -> bool:
        """Whether the instruction has been executed."""
        return not self.ahead and self.position < self.lane.position

    def place(self, name: str) -> Place:
        """Where the operand stands in the lane's memory."""
        return self.instruction.places[self.names.index(name)]

    def __getitem__(self, name: str) -> Ref:
        """An operand; of one that is updated in place, what it is afterwards."""
        place = self.place(name)
        lost = self.ahead and self.lane.program.offsets[place] >= self.lane.program.state_size
        return Ref(name, place, None if lost else self.lane.peek(place), self.names.index(name) + 1, tex_of(name))

    def old(self, name: str) -> Ref:
        """What an operand that is updated in place was before."""
        ref = self[name]
        return Ref(name, ref.place, self._before(ref.place), ref.mark, ref.tex, old=self.done)

    def take(self, *names: str) -> tuple[Ref, ...]:
        """Several operands by their names."""
        return tuple(self[name] for name in names)

    def scalar(self, name: str, tex: str = "") -> Num:
        """A constant of the operation, such as ε, written with the symbol `tex`."""
        value = self.instruction.scalars[self.instruction.operation.scalars.index(name)]
        return Num(value, tex or name)

    def size(self, name: str, axis: int) -> int:
        """The length of an operand along an axis."""
        return self.place(name).shape[axis]

    @property
    def of_groups(self) -> bool:
        """Whether it works with statistics of groups of a sample's features."""
        return self.instruction.operation.key.startswith("gn ")

    @property
    def sharing(self) -> int:
        """How many of a sample's features share a statistic, in an operation of a layer or group normalization."""
        samples, features = self.instruction.places[0].shape
        return samples * features // self.place("1/s" if "1/s" in self.names else "μ").size

    def letters(self, name: str) -> str:
        """Index letters of an operand treated element by element: sample and unit, or a weight's unit and input."""
        shape = self.place(name).shape
        if len(shape) == 2:
            return "jk" if self.of_weights else "ij"
        return "j" * len(shape)

    @property
    def of_weights(self) -> bool:
        """Whether the operation works on parameters or their gradients: rows are units, columns inputs."""
        written = self.instruction.places[-1].name
        return self.instruction.phase == "update" or written in ("dweight", "dbias")

    def sum(self, letters: str, body: Expr, *stops: int, starts: tuple[Any, ...] = ()) -> Sum:
        """The sum of `body` over the letters, each from 0 or from its number in `starts` on."""
        return Sum(letters, body, stops, starts)

    def _before(self, place: Place) -> Array | None:
        """The operand as it was just before this instruction; None where the state before the update is not kept."""
        program, machine = self.lane.program, self.lane.machine
        if not self.done:
            return self.lane.peek(place)
        state = self.before()
        if state is None or program.offsets[place] + place.size > len(state):
            return None
        kept = program.view(state, place).copy()
        for earlier in range(program.first_update, self.position):
            instruction = program.instructions[earlier]
            if place in written(instruction):
                views = [kept if at is place else program.view(machine.memory, at) for at in instruction.places]
                instruction.operation.twin(*views, *instruction.scalars)
        return kept


def written(instruction: Instruction) -> list[Place]:
    """The places that an instruction writes to, in the order of its operands."""
    operation = instruction.operation
    pairs = zip(operation.operands(), instruction.places, strict=True)
    return [place for name, place in pairs if name in operation.writes]


class Axis(Struct, frozen=True):
    """An index one may choose: element `at` of `count`."""

    letter: str
    word: str
    at: int
    count: int


@dataclass(frozen=True, eq=False)
class Equation:
    """One equation: `left` is what is computed, `right` the formula. `letters`: which indices one may choose, in order.

    `arrow`: the left side is overwritten. `note` is a remark in words. `words`: index letters with what they
    count, where that is not what `UNITS` says.
    """

    left: Sym
    right: Expr
    letters: str
    arrow: bool = False
    note: str = ""
    words: tuple[tuple[str, str], ...] = ()


def equation(
    left: Sym,
    right: Expr,
    *,
    arrow: bool = False,
    also: str = "",
    note: str = "",
    words: tuple[tuple[str, str], ...] = (),
) -> Equation:
    """An equation whose index letters are those of the left side, and `also`, on which the right side depends."""
    own = "".join(part for part in left.index if isinstance(part, str) and part in UNITS)
    return Equation(left, right, "".join(sorted({*own.replace("p", "i").replace("g", "j"), *also})), arrow, note, words)
