"""What a person may let a fork do otherwise: kinds of changes with what is to be chosen, and the fork they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bnsim.spec.datasets import DataShape
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_NAME, Experiment, Stack
from bnsim.spec.fork_changes import (
    Change,
    ChangeTraining,
    InsertLayer,
    Place,
    RemoveLayers,
    ReplaceLayer,
    as_path,
)
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.fork_names import name_of_fork
from bnsim.spec.forks import stack_at
from bnsim.spec.layers import Layer
from bnsim.spec.problems import find_problems
from bnsim.spec.training import LaneTraining, Optimizer
from bnsim.spec.tree import Path
from bnsim.ui.model.fields import Field

NAMED = 2
"""Changes that a name tells of; of others it has the number."""
Value = Any
"""What was chosen in a change: a layer's id, a place, a type; or a number."""


class Choice(NamedTuple):
    """One of several: the words a list has for it, and what it stands for."""

    words: str
    value: Value


class Planned(NamedTuple):
    """A change as it was chosen, one of each of its kind's lists, and the number typed; None where it has none.

    `element`: that of an array that was typed; () where none is asked for.
    """

    kind: Kind
    chosen: tuple[Value, ...] = ()
    number: float | None = None
    element: tuple[int, ...] = ()


class Source(NamedTuple):
    """What is forked: the stack that runs as `iteration` begins, on data of that shape, if it is known."""

    experiment: Experiment
    stack_id: int
    iteration: int
    data: DataShape | None = None

    @property
    def name(self) -> str:
        """The lane's name."""
        return self.experiment.stack(self.stack_id).name

    @property
    def stack(self) -> Stack:
        """The stack that runs there."""
        return stack_at(self.experiment.stack(self.stack_id), self.iteration)

    @property
    def optimizer(self) -> Optimizer:
        """What it is trained with there."""
        return self.experiment.training_of(self.stack).optimizer


@dataclass
class Draft:
    """The changes of a fork while they are gathered, named by places in its source."""

    source: Source
    replaced: list[tuple[Path, Layer]] = field(default_factory=list)
    removed: dict[int, Path] = field(default_factory=dict)
    inserted: list[tuple[Place, Layer]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    others: list[Change] = field(default_factory=list)

    def changes(self) -> tuple[Change, ...]:
        """All of them, each by the places that are there once those before it are made: the last place comes first."""
        found: list[Change] = [ReplaceLayer(path, layer) for path, layer in self.replaced]
        moves: list[tuple[Path, Change]] = [(path, RemoveLayers((path,))) for path in self.removed.values()]
        moves += [(as_path(place), InsertLayer(layer, place)) for place, layer in reversed(self.inserted)]
        found += [change for _, change in sorted(moves, key=lambda each: each[0], reverse=True)]
        if self.training:
            found.append(ChangeTraining(LaneTraining(**self.training)))
        return (*found, *self.others)


@dataclass(frozen=True)
class Kind:
    """A kind of change. `lists` gives the choices of each of its lists, empty where it cannot be made.

    `number` is the field of the number it takes, for what is chosen, and `start` what is offered there; None for no
    number. `shape` is that of an array of which an element is to be named; None where none is. `add` adds it to a
    draft. `short` is what a lane's name says of it. With `again` there may be several.
    """

    name: str
    title: str
    lists: Callable[[Source], tuple[tuple[Choice, ...], ...]]
    add: Callable[[Draft, Planned], None]
    short: Callable[[Source, Planned], str]
    number: Callable[[tuple[Value, ...]], Field | None] = lambda _chosen: None
    start: Callable[[Source, tuple[Value, ...]], float] = lambda _source, _chosen: 1.0
    shape: Callable[[tuple[Value, ...]], tuple[int, ...] | None] = lambda _chosen: None
    why_not: str = ""
    again: bool = False

    def possible(self, source: Source) -> bool:
        """Whether there is something to choose in each of its lists."""
        return all(self.lists(source))


def draft(source: Source, plan: Sequence[Planned]) -> Draft:
    """All changes of a plan."""
    made = Draft(source)
    for each in plan:
        each.kind.add(made, each)
    return made


def default_name(source: Source, plan: Sequence[Planned]) -> str:
    """A short name that says what the fork does otherwise: "with BatchNorm, no BN, rate 0.01"."""
    shorts = [each.kind.short(source, each) for each in plan[:NAMED]]
    more = [f"+{len(plan) - NAMED}"] if len(plan) > NAMED else []
    return name_of_fork(source.name, ", ".join([*shorts, *more]))[:MAX_NAME]


def planned(source: Source, plan: Sequence[Planned], name: str, shape: DataShape | None) -> Experiment:
    """The experiment with the fork. InputError, in one sentence, if it cannot be, or could not run."""
    after = fork_stack(source.experiment, source.stack_id, source.iteration, name, draft(source, plan).changes())
    fork = fork_of(source, after)
    problem = next((each for each in find_problems(after, shape) if each.stack_id == fork.id), None)
    if problem is not None:
        raise InputError(problem.sentence())
    return after


def fork_of(source: Source, after: Experiment) -> Stack:
    """The fork in an experiment that was just made."""
    old = {stack.id for stack in source.experiment.stacks}
    return next(stack for stack in after.stacks if stack.id not in old)
