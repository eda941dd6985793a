"""Keeping a run, and going on with one that was kept: from the parts of a session to a `SavedRun` and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import Moment
from bnsim.session.replay import Replay
from bnsim.session.rows import KeptRows
from bnsim.session.run_log import RunLog
from bnsim.session.saved_run import (
    SavedFacts,
    SavedForm,
    SavedLane,
    SavedRun,
    chosen_states,
    frozen,
    loaded_name,
    packed,
    parameters_of,
    state_name,
    unpacked,
)
from bnsim.session.track import Mark
from bnsim.spec import budget
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError


class Keeper:
    """Reads and sets the parts of a session. `state_before` gives a lane's state as the present iteration began."""

    def __init__(self, lanes: Lanes, replay: Replay, log: RunLog, state_before: Callable[[Lane], Array]) -> None:
        self._lanes = lanes
        self._replay = replay
        self._log = log
        self._state_before = state_before

    def saved(self, document: Document, **facts: Any) -> SavedRun:
        """The run as it stands, copied; `facts` are those of `SavedFacts` that only the session knows.

        InputError if there is no memory for the copy.
        """
        budget.request(sum(lane.history.nbytes for lane in self._lanes), budget.RUN)
        states = self._states()
        arrays: dict[str, Array] = {}
        for iteration, of_lanes in states.items():
            for lane, state in zip(self._lanes, of_lanes, strict=True):
                arrays[state_name(lane.index, iteration)] = packed(lane.form_before(iteration).program, state)
        lanes = tuple(self._saved_lane(lane, arrays) for lane in self._lanes)
        whole = SavedFacts(
            moment=(self._lanes.moment.iteration, self._lanes.moment.tick),
            states=tuple(states),
            lanes=lanes,
            hits=tuple(self._log.hits.items()),
            marks=tuple((mark.iteration, mark.tick, mark.sentence) for mark in self._log.marks),
            changes=self._replay.timetable.changes,
            **facts,
        )
        return SavedRun(document, whole, frozen(arrays))

    def restore(self, run: SavedRun) -> None:
        """Stand where a run stood, with its past; the lanes stand at the start.

        InputError if it is of other networks or contradicts itself. The session cannot be used then.
        """
        facts, moment = run.facts, Moment(*run.facts.moment)
        try:
            self._check(facts, moment)
            for lane, record in zip(self._lanes, facts.lanes, strict=True):
                self._restore_lane(lane, record, run)
            self._replay.timetable.put(facts.changes)
        except InputError as error:
            raise InputError(f"Cannot open {run.name}: {error}; save the run again.") from error
        # What was saved last stays longest where memory is short.
        for iteration in sorted(facts.states, key=lambda at: (at in (0, moment.iteration), at)):
            self._replay.checkpoints.save(iteration, self._states_of(run, iteration))
        for number, record in enumerate(facts.lanes):
            for updates in record.loaded:
                state = unpacked(
                    self._lanes[number].form_before(updates).program, run.arrays[loaded_name(number, updates)]
                )
                self._replay.loaded.setdefault(updates, {})[number] = state
        non_finite = {number: [Moment(*at) for at in lane.not_finite_at] for number, lane in enumerate(facts.lanes)}
        self._log.restore((Mark(*mark) for mark in facts.marks), non_finite, dict(facts.hits))
        self._replay.rebuild(moment)

    def _states(self) -> dict[int, tuple[Array, ...]]:
        """Every lane's state at the start of the iterations that are kept, by iteration."""
        present = self._lanes.moment.iteration
        here = tuple(self._state_before(lane) for lane in self._lanes)
        checkpoints = self._replay.checkpoints
        here = checkpoints.get(present) or here  # what is kept is from before the changes of that iteration
        chosen = chosen_states(checkpoints.iterations, present, sum(state.nbytes for state in here))
        states = {at: checkpoints.get(at) for at in chosen} | {present: here}
        return {at: states for at, states in sorted(states.items()) if states is not None}

    def _saved_lane(self, lane: Lane, arrays: dict[str, Array]) -> SavedLane:
        """What is kept of a lane; its arrays are added to `arrays`."""
        number, history, tests = lane.index, lane.history.kept_rows(), lane.tests.kept_rows()
        loaded = sorted(at for at, of_lanes in self._replay.loaded.items() if number in of_lanes)
        for updates in loaded:
            arrays[loaded_name(number, updates)] = packed(
                lane.form_before(updates).program, self._replay.loaded[updates][number]
            )
        arrays[f"lane-{number}/history"], arrays[f"lane-{number}/iterations"] = history.rows, history.at
        arrays[f"lane-{number}/tests"], arrays[f"lane-{number}/test-updates"] = tests.rows, tests.at
        return SavedLane(
            stack=lane.stack.id,
            parameters=parameters_of(lane.forms[-1].program),
            past=_past(lane),
            columns=lane.history.columns,
            rows=len(history.at),
            recorded=lane.history.recorded,
            unfilled=lane.history.unfilled,
            stride=history.stride,
            tests=len(tests.at),
            test_columns=tests.rows.shape[1],
            test_stride=tests.stride,
            test_not_finite=lane.tests.first_not_finite,
            loaded=tuple(loaded),
            not_finite_at=tuple((at.iteration, at.tick) for at in self._log.stops_at_non_finite(number)),
        )

    def _check(self, facts: SavedFacts, moment: Moment) -> None:
        """InputError, without the file's name, if a run is of other lanes or cannot be."""
        if [lane.stack.id for lane in self._lanes] != [record.stack for record in facts.lanes]:
            raise InputError("its lanes are not those of its document that can run")
        last = self._lanes.lockstep_of(self._lanes.era_of(moment.iteration)).last
        if moment.tick > last or not {0, moment.iteration} <= {*facts.states}:
            raise InputError("the moment at which it stands is not in it")
        updates = moment.iteration + (moment.tick == last)
        for lane, record in zip(self._lanes, facts.lanes, strict=True):
            own = parameters_of(lane.forms[-1].program)
            if record.past != _past(lane):
                raise InputError(f"lane “{lane.stack.name}” was forked from another one, or elsewhere")
            if record.parameters != own:
                strange = next(
                    (each for each, there in zip(record.parameters, own, strict=False) if each != there), None
                )
                what = "how many arrays there are" if strange is None else f"{strange[0]} of shape {strange[1]}"
                raise InputError(f"its weights are not those of lane “{lane.stack.name}” ({what})")
            if not updates <= record.recorded or record.unfilled > record.recorded:
                raise InputError(f"the history of lane “{lane.stack.name}” ends before the moment at which it stands")

    def _restore_lane(self, lane: Lane, record: SavedLane, run: SavedRun) -> None:
        part = f"lane-{lane.index}/"
        at, tested = run.arrays[part + "iterations"], run.arrays[part + "test-updates"]
        if not (_ascending(at, 0, record.recorded) and _ascending(tested, 1, record.recorded + 1)):
            raise InputError(f"the iterations of lane “{lane.stack.name}” in its history are not in order")
        rows = KeptRows(at, run.arrays[part + "history"], record.stride)
        lane.history.restore(rows, record.columns, record.recorded, record.unfilled)
        tests = KeptRows(tested, run.arrays[part + "tests"], record.test_stride)
        lane.tests.restore(tests, record.test_not_finite)

    def _states_of(self, run: SavedRun, iteration: int) -> tuple[Array, ...]:
        return tuple(
            unpacked(lane.form_before(iteration).program, run.arrays[state_name(lane.index, iteration)])
            for lane in self._lanes
        )


def _past(lane: Lane) -> tuple[SavedForm, ...]:
    """What a lane was before it was forked."""
    later = zip(lane.forms, lane.forms[1:], strict=False)
    return tuple(SavedForm(until=after.start, parameters=parameters_of(form.program)) for form, after in later)


def _ascending(at: Array, first: int, end: int) -> bool:
    """Whether whole numbers ascend from `first` on, and end before `end`."""
    return not len(at) or bool(at[0] >= first and at[-1] < end and (np.diff(at) > 0).all())
