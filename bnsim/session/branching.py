"""Going on as another experiment that has the same past: with a fork, without one, or with a fork that is another.

Lanes of the session after have a lane each in the session before: that of their id or, for a fork, its source. Up to
where the first of them goes its own way all that is known of the run stays true: checkpoints, history, stops, changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count, zip_longest
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from bnsim.session.changes import Changes, WeightScaling, until
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import Moment
from bnsim.session.replay import Replay
from bnsim.session.run_log import RunLog
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.forks import fork_records, renumbered, stages
from bnsim.spec.training import LaneTraining
from bnsim.spec.tree import walk

NEVER = 2**53


class Run(NamedTuple):
    """The parts of a session that know its run."""

    lanes: Lanes
    replay: Replay
    log: RunLog


class Kin(Struct, frozen=True):
    """For each lane after the index of its lane before, and its ids by those of that one.

    `unchanged`: which go on as the very lanes they were. `until`: the first iteration that is another one in some lane;
    `NEVER` if there is none.
    """

    lanes: tuple[int, ...]
    ids: tuple[dict[int, int], ...]
    unchanged: tuple[bool, ...]
    until: int


def kin_of(before: Experiment, after: Experiment) -> Kin | None:
    """How the lanes of one experiment follow from another's; None where one has no past in it."""
    if before.data != after.data or _shared(before) != _shared(after):
        return None
    index_of = {stack.id: index for index, stack in enumerate(before.stacks)}
    lanes, ids, unchanged, part = [], [], [], NEVER
    for stack in after.stacks:
        index = index_of.get(stack.id)
        if index is None and stack.fork is not None:
            index = index_of.get(stack.fork.source.id)
        if index is None:
            return None
        other = before.stacks[index]
        at = _parted(_canonical(before, other), _canonical(after, stack))
        part = min(part, at)
        unchanged.append(at == NEVER and stack.id == other.id)
        lanes.append(index)
        ids.append(_ids(other, stack))
    return Kin(tuple(lanes), tuple(ids), tuple(unchanged), part) if part >= 0 else None


def branch_off(run: Run, before: Run, kin: Kin) -> None:
    """Stand where another session stands, or where the first lane goes its own way if that is before, with its past.

    Lanes that are unchanged are handed over, with their machines and records; others have a copy of what is theirs. If
    something cannot be had, such as memory, an InputError is raised, and the other session is as it was.
    """
    pairs = [(lane, before.lanes[index]) for lane, index in zip(run.lanes, kin.lanes, strict=True)]
    handed = [pair for pair, same in zip(pairs, kin.unchanged, strict=True) if same and _same_programs(*pair)]
    _keep_present(before, kin.until)
    for lane, other in pairs:
        if (lane, other) not in handed:
            lane.history.branch_off(other.history, [form.start for form in lane.forms], kin.until)
            lane.tests.branch_off(other.tests, kin.until)
    for lane, other in handed:
        lane.exchange(other)
    try:
        _have_past(run, before, kin)
        run.replay.rebuild(_moment(run.lanes, before.lanes, kin.until))
    except BaseException:
        for lane, other in handed:
            lane.exchange(other)
        before.replay.rebuild(before.lanes.moment)
        raise
    for lane, _ in handed:
        lane.history.forget_after(kin.until)
        lane.tests.forget_after(kin.until)


def _same_programs(lane: Lane, other: Lane) -> bool:
    return [form.start for form in lane.forms] == [form.start for form in other.forms] and all(
        form.program is theirs.program for form, theirs in zip(lane.forms, other.forms, strict=True)
    )


def _keep_present(before: Run, until: int) -> None:
    """Have a checkpoint of the iteration from which on a lane goes its own way, if the run has just come to it."""
    lanes, checkpoints = before.lanes, before.replay.checkpoints
    if lanes.updates == until and lanes.moment.tick and checkpoints.get(until) is None:
        checkpoints.save(until, tuple(lane.machine.state for lane in lanes))


def _have_past(run: Run, before: Run, kin: Kin) -> None:
    """Know what is known of the run up to where the first lane goes its own way."""
    saved = before.replay.checkpoints
    run.replay.checkpoints.spacing = saved.spacing
    for at in saved.iterations:
        states = saved.get(at)
        if at <= kin.until and states is not None:
            run.replay.checkpoints.save(at, tuple(states[index] for index in kin.lanes))
    run.replay.loaded = {
        at: {number: states[index] for number, index in enumerate(kin.lanes) if index in states}
        for at, states in before.replay.loaded.items()
        if at <= kin.until
    }
    run.log.branch_off(before.log, kin.lanes, kin.until)
    run.replay.timetable.put(_changes(before.replay.timetable.changes, kin))


def _moment(lanes: Lanes, other: Lanes, end: int) -> Moment:
    iteration, tick = other.moment
    if other.updates >= end:
        return Moment(end, 0)
    if tick and other.between_iterations:
        return lanes.after(other.updates)
    return Moment(iteration, tick if len(lanes) == len(other) and end == NEVER else 0)


def _changes(changes: Changes, kin: Kin) -> Changes:
    found = []
    for each in until(changes, kin.until):
        layers = tuple(ids[layer] for ids in kin.ids for layer in each.layers if layer in ids)
        found += [WeightScaling(layers, each.factors)] if layers else []
    return tuple(found)


def _shared(experiment: Experiment) -> object:
    """What is the same for all lanes of the training."""
    lane = LaneTraining.__struct_fields__
    training = experiment.training
    return {name: getattr(training, name) for name in training.__struct_fields__ if name not in lane}


def _canonical(experiment: Experiment, stack: Stack) -> list[tuple[Any, ...]]:
    """What decides the numbers of each stage of a lane, whatever its ids are."""
    numbers: Callable[[], int] = count(1).__next__
    same = replace(renumbered(stack, numbers), id=0, name="", color=0, hidden=False)
    changes: list[tuple[Any, ...]] = [(), *((*fork.changes, fork.as_drawn) for fork in fork_records(same))]
    return [
        (start, each.layers, each.loss, experiment.training_of(each), made)
        for (start, each), made in zip(stages(same), changes, strict=True)
    ]


def _parted(first: Sequence[tuple[Any, ...]], second: Sequence[tuple[Any, ...]]) -> int:
    """The iteration as which two lanes part; -1 if they have nothing in common."""
    if first[0] != second[0]:
        return -1
    for one, other in zip_longest(first, second):
        if one != other:
            return min(int(stage[0]) for stage in (one, other) if stage is not None)
    return NEVER


def _ids(before: Stack, after: Stack) -> dict[int, int]:
    found: dict[int, int] = {}
    for (_, one), (_, other) in zip(stages(before), stages(after), strict=False):
        found |= zip((each.id for each in walk(one.layers)), (each.id for each in walk(other.layers)), strict=False)
    return found
