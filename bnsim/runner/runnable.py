"""The part of an experiment that can run: stacks with problems are left out."""

from __future__ import annotations

from msgspec.structs import replace

from bnsim.session.frame import Frame
from bnsim.spec.datasets import DataShape
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.forks import fork_records, stages
from bnsim.spec.problems import Problem, find_problems


def problems_of(experiment: Experiment, shape: DataShape | InputError) -> tuple[Problem, ...]:
    """Problems with data of that shape, or with data that could not be read, for which the error says why."""
    if isinstance(shape, DataShape):
        return find_problems(experiment, shape)
    return (problem_of(shape, "choose another data set"), *find_problems(experiment, None))


def problem_of(error: InputError, mend: str = "make it smaller") -> Problem:
    """A sentence as a problem of the whole experiment; `mend` is what to do if it does not say so."""
    message, _, remedy = str(error).rstrip(".").partition("; ")
    return Problem(0, 0, message, remedy or mend)


def left_out(experiment: Experiment, problems: tuple[Problem, ...]) -> tuple[str, ...]:
    """The names of the stacks that cannot run, but for those in which there is nothing yet."""
    broken = {problem.stack_id for problem in problems if not problem.empty}
    return tuple(stack.name for stack in experiment.stacks if 0 in broken or stack.id in broken)


def runnable(experiment: Experiment, problems: tuple[Problem, ...]) -> Experiment | None:
    """The experiment of the stacks that have no problem; None if none can run."""
    broken = {problem.stack_id for problem in problems}
    # The others keep the color of the place they have on the canvas.
    stacks = tuple(
        replace(stack, color=stack.lane_color(number) + 1)
        for number, stack in enumerate(experiment.stacks)
        if stack.id not in broken
    )
    return None if 0 in broken or not stacks else replace(experiment, stacks=stacks)


def still_true(frame: Frame, before: Experiment, now: Experiment) -> bool:
    """Whether a frame of one experiment holds for the other: differences did not run, or are names and colors."""
    ran = {lane.stack_id for lane in frame.lanes}
    kept = [replace(each, stacks=tuple(s for s in each.stacks if s.id in ran)) for each in (before, now)]
    return same_numbers(*kept)


def same_numbers(first: Experiment, second: Experiment) -> bool:
    """Whether both experiments compute the same, so that a run of one can go on as the other."""
    return first.data == second.data and [_computed(first, stack) for stack in first.stacks] == [
        _computed(second, stack) for stack in second.stacks
    ]


def branches_off(before: Experiment, after: Experiment) -> bool:
    """Whether all that is another in two experiments are forks: one more or less, or what one does after its start."""
    one, other = ({stack.id: stack for stack in each.stacks} for each in (before, after))
    changed = [
        each
        for number in one.keys() | other.keys()
        for each in (one.get(number), other.get(number))
        if each is not None
        and (
            number not in one
            or number not in other
            or _computed(before, one[number]) != _computed(after, other[number])
        )
    ]
    return bool(changed) and all(stack.fork is not None for stack in changed)


def _computed(experiment: Experiment, stack: Stack) -> tuple[object, ...]:
    """What decides a lane's numbers."""
    own = tuple((start, each.layers, each.loss, experiment.training_of(each)) for start, each in stages(stack))
    return stack.id, own, tuple((fork.changes, fork.as_drawn) for fork in fork_records(stack))
