"""Whether what a task asks for is so: its condition on the session, and what has to stay as it was."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from bnsim.lenses.lens import Lens
from bnsim.lessons.lesson import Kept, Task
from bnsim.spec.comparisons import Compared, Comparison, comparisons
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.numerals import significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import leaves, weight_count

if TYPE_CHECKING:  # the engine comes with it, which a question does not need
    from bnsim.session.session import Session

HOLDS: Mapping[Compared, Callable[[float, float], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
)
_KEPT: Mapping[Kept, str] = MappingProxyType(
    {
        "depth": phrase("The number of weight layers is to stay as it was."),
        "layers": phrase("The layers are to stay as they were."),
        "data": phrase("The data is to stay as it was."),
        "training": phrase("The training is to stay as it was."),
    }
)


class TaskState(Struct, frozen=True):
    """Whether a task is done; if not, `words` say how things stand: what there is, or what was changed.

    `lost`: a lane or layer that it is about is not there; `words` say which.
    """

    done: bool
    words: str = ""
    lost: bool = False


class TaskLens(Lens, frozen=True):
    """Asks at every moment whether `task` is done; `begun` is the experiment with which its step began."""

    task: Task
    begun: Experiment

    def answer(self, session: Session) -> TaskState:
        """How the task stands at this moment."""
        found = state(session, self.task.condition)
        if not found.lost:
            for kept in self.task.keeps:
                if not _is_kept(kept, self.begun, session.experiment):
                    return TaskState(False, _KEPT[kept])
        return found


def state(session: Session, condition: str) -> TaskState:
    """Whether a condition holds at the present moment.

    Where it names no lane, all of it has to hold in one of them. What is not computed yet, or is NaN, keeps no
    condition.
    """
    whole: set[str] | None = None
    words = []
    for comparison in comparisons(condition):
        try:
            values = _values(session, comparison.expression)
        except InputError as error:
            return TaskState(False, f"{error}", lost=True)
        held = {lane for lane, value in values.items() if value is not None and HOLDS[comparison.sign](value, 0.0)}
        if not held:
            words.append(_words(session, comparison))
        if "" not in values:
            whole = held if whole is None else whole & held
        elif not held:
            whole = set()
    if words or whole == set():
        return TaskState(False, words[0] if words else phrase("No lane has all of it."))
    return TaskState(True)


def cannot_be_asked(session: Session, condition: str) -> str:
    """Why a condition has no answer in a session, in a sentence: it names what is not there; "" if it has."""
    try:
        for comparison in comparisons(condition):
            session.watches.bind(comparison.expression)
    except InputError as error:
        return str(error)
    return ""


def _values(session: Session, expression: str) -> dict[str, float | None]:
    """The value of an expression in each lane; by "" if it names its lanes."""
    per_lane, bounds = session.watches.bind(expression)
    return {lane.stack.name if per_lane else "": bound.now() for lane, bound in bounds.items()}


def _words(session: Session, comparison: Comparison) -> str:
    """What the left side is, where it is not what it has to be."""
    values = _values(session, comparison.left)
    if all(value is None for value in values.values()):
        return phrase("{expression} is not computed yet.", expression=comparison.left)
    there = {lane: significant(value, 3) for lane, value in values.items() if value is not None}
    several = len(values) > 1
    return phrase(
        "{expression} is {values}; it has to be {limit}.",
        expression=comparison.left,
        values=joined(
            ", ",
            (phrase("{value} in “{lane}”", value=each, lane=lane) if several else each for lane, each in there.items()),
        ),
        limit=f"{comparison.sign} {comparison.right}",
    )


def _is_kept(kept: Kept, begun: Experiment, now: Experiment) -> bool:
    if kept == "data":
        return begun.data == now.data
    if kept == "training":
        return begun.training == now.training
    there = {stack.id: stack for stack in now.stacks}
    of = _kinds if kept == "layers" else _depth
    return all(stack.id in there and of(there[stack.id]) == of(stack) for stack in begun.stacks)


def _depth(stack: Stack) -> object:
    return weight_count(stack.layers)


def _kinds(stack: Stack) -> object:
    return [type(leaf.layer) for leaf in leaves(stack.layers)]
