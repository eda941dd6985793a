"""An experiment in motion: lanes stepped together, forward and back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from bnsim import data
from bnsim.data import Dataset
from bnsim.engine.machine import Twins
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.session.branching import Run, branch_off, kin_of
from bnsim.session.building import Building, GivenUp
from bnsim.session.carrying import Carrier, check_changes
from bnsim.session.changes import Changes, named_layers, scaled, words
from bnsim.session.checkpoints import FEWEST
from bnsim.session.conditions import Conditions
from bnsim.session.epochs import Epochs
from bnsim.session.evaluation import Evaluation, EvaluationHistory, Evaluator, Split
from bnsim.session.filling import Filling
from bnsim.session.frame import Frame, OperationName, Phase
from bnsim.session.framing import Framing, operation_names
from bnsim.session.history import History, LaneHistory
from bnsim.session.keeping import Keeper
from bnsim.session.lane import Form, Lane
from bnsim.session.lanes import Lanes
from bnsim.session.machines import Machines
from bnsim.session.materials import Materials
from bnsim.session.modes import BothModes, Outputs
from bnsim.session.moment import START, Moment
from bnsim.session.probe import Probe
from bnsim.session.recording import level_of
from bnsim.session.replay import Replay
from bnsim.session.row_layouts import Layouts
from bnsim.session.run_file import write_run
from bnsim.session.run_log import RunLog
from bnsim.session.saved_run import SavedRun, digest_of
from bnsim.session.stop import Stop
from bnsim.session.track import LOADED, Mark, Track
from bnsim.session.travel import Size, Travel, never
from bnsim.session.watching import SessionWatch, Watching
from bnsim.spec import budget, shown
from bnsim.spec.breakpoints import AtLayer, Breakpoint, OnWatch
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_changes import Change
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.forks import draw_numbers, fork_records, stages
from bnsim.spec.naming import quoted
from bnsim.spec.numerals import count, counted, significant, times
from bnsim.spec.problems import find_problems
from bnsim.spec.recording import Recording
from bnsim.spec.tree import Path, leaf_count, walk

SIZES = ("op", "layer", "phase", "iteration", "epoch")
SPLITS: tuple[Split, ...] = ("test", "train")
FARTHEST = 10_000
"""Most iterations of a run to a breakpoint unless `limit` says otherwise."""


class Session:
    """An experiment that runs: its lanes, their cursor and their history.

    The session stands at a `moment`. Everything readable follows from the experiment, the `changes` of the run and the
    moment alone, to the bit, however the session came there. With `wait=False` lanes run on the NumPy twins until the
    kernels are compiled; `poll` then switches to the kernels and replays what was done.

    `recording` says how much history keeps: "none" is the loss alone; "norms" adds batch statistics, γ, β, accuracy and
    the norms of weights, of their gradients and of the gradient by depth; "all" adds norms of every layer's output and
    its gradient, percentiles, histograms, saturated and dead fractions, and takes up to half a step's time more. A set
    of names, such as {"gradient_norm", "dead"}, is the least of these that records them all. With `details_every=4`
    those norms, percentiles and histograms are measured in iterations 0, 4, 8, ... only, and the rows of the others
    hold NaN; at the present moment they are measured in any case (`Lane.current`). The default is 1: every iteration.
    A lane's history takes at most `history_bytes`; see `bnsim.session.history`. A NaN or an infinity stops every
    movement at the operation that wrote it, once in each lane; `stopped` says so, and the session can go on from there.

    `before` is a session that this one is about to `branch_off` from: until then it has no numbers, and no memory for
    what it will be handed over. They share `materials`.

    `materials` is what sessions made one after another share; by itself a session makes all anew. `go_on` is told the
    fraction of the session that is made, and answers whether to go on: else GivenUp is raised.

    `class_names` are the names of the classes that are to be predicted, () if they have none.

    Raises InputError, in one sentence, if the experiment cannot run.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        wait: bool = True,
        recording: Recording | Collection[str] = "norms",
        details_every: int = 1,
        history_bytes: int = budget.HISTORY.most,
        materials: Materials | None = None,
        go_on: Callable[[float], bool] | None = None,
        before: Session | None = None,
    ) -> None:
        loaded = _loaded(experiment)
        if details_every < 1:
            raise InputError(f"Cannot record details every {details_every} iterations; give 1 or more.")
        training = experiment.training
        self.experiment = experiment
        self.recording = level_of(recording)
        self.details_every, self._history_bytes = details_every, history_bytes
        self.class_names = loaded.class_names
        self._holding = budget.Holding()
        if materials is None:
            materials = Materials() if before is None else before._materials
        self._materials: Materials = materials
        building = Building(go_on)
        building.begin(training.accumulate * sum(leaf_count(stack.layers) for stack in experiment.stacks))
        programs = materials.programs(experiment, loaded.shape, self.recording, details_every, building.done)
        self._data = materials.flat(loaded, training.precision)
        flat_programs = [program for of_lane in programs for program in of_lane]
        self._take_memory(flat_programs, [] if before is None else before.watches.plain_programs)
        self._evaluators: dict[tuple[int, int, Split], Evaluator] = {
            (index, number, split): Evaluator(stage, experiment.training_of(stage), loaded, split, materials)
            for index, stack in enumerate(experiment.stacks)
            for number, (_, stage) in enumerate(stages(stack))
            for split in SPLITS
        }
        # Parts of the data differ in how many rows they have, which makes no other operations.
        self._readiness = Readiness(
            flat_programs,
            training.precision,
            lambda: [each.programs()[0] for (_, _, split), each in self._evaluators.items() if split == "test"],
        )
        if before is not None and wait:
            self._readiness.wait_for_own()
        elif wait:
            self._readiness.wait()
        elif before is None or not self._readiness.go_on_as(before._readiness):
            self._readiness.start()
        compiled = self._readiness.ready
        self._machines = Machines(self._data, training.seed, self._readiness, lambda: self.kernels_ready)
        building.begin(sum(len(program.parameters) for program in flat_programs))
        try:
            self.lanes = tuple(
                Lane(
                    index,
                    self._forms(stack, of_lane, building if before is None else None),
                    LaneHistory(
                        Layouts(of_lane, [stage for _, stage in stages(stack)]), self._data.dtype, history_bytes
                    ),
                    EvaluationHistory(loaded.shape.classification, "test" if len(loaded.test_x) else "train"),
                    self._load,
                    self._evaluate,
                )
                for index, (stack, of_lane) in enumerate(zip(experiment.stacks, programs, strict=True))
            )
        except GivenUp:
            self._readiness.stop()
            raise
        self._together = Lanes(self.lanes)
        self._together.compiled = compiled
        self._log = RunLog(self._together, training.evaluate_every)
        for lane in self.lanes:
            check_changes(lane)
        self._replay = Replay(self._together, self._log, Carrier(self._machines.beside, training.seed))
        self._epochs = Epochs(loaded.shape.rows // training.batch_size, training.accumulate)
        self._travel = Travel(self._together, self._log, self._replay, self._epochs)
        self._keeper = Keeper(self._together, self._replay, self._log, self.state_before)
        self.watches: Watching = Watching(self._together, self._replay, self._machines.as_lanes, self._remake)
        self._log.forgetting = self.watches.forget_after
        self._no_breakpoints = self._conditions = Conditions(self._together)
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._framing = Framing(self._together, self._replay)
        self._modes = BothModes(loaded.shape)
        self._filling = Filling(self._together, self._replay, self._machines.drawn)
        if before is None:
            self._replay.begin(0)
        materials.end()

    def _forms(self, stack: Stack, programs: Sequence[Program], building: Building | None) -> list[Form]:
        """The forms of the lane that runs a stack; the first one's parameters are drawn if it is being built anew."""
        forms = [
            Form(start, stage, self.experiment.training_of(stage), program, self._machines.as_lanes, draws, fork)
            for (start, stage), program, draws, fork in zip(
                stages(stack), programs, draw_numbers(stack), (None, *fork_records(stack)), strict=True
            )
        ]
        if building is not None:
            forms[0].made = self._machines.drawn(programs[0], building.done)
        return forms

    def _take_memory(self, programs: Sequence[Program], there: Sequence[Program]) -> None:
        """Ask for the lanes' memory, for the fewest checkpoints that there can be, and for a state on the way there.

        That of programs that are `there` is handed over.
        """
        item, new = self._data.itemsize, Counter(programs)
        new.subtract(there)
        self._holding.grow(_numbers(new.elements()) * item + (FEWEST + 1) * _states(programs) * item, budget.SESSION)
        self._holding.change((_numbers(programs) + _states(programs)) * item)

    def rename(self, experiment: Experiment) -> None:
        """Have an experiment that computes the same, in which names and colors are others."""
        self.experiment = experiment
        for lane in self.lanes:
            for form, (_, stage) in zip(lane.forms, stages(experiment.stack(lane.stack.id)), strict=True):
                form.stack = stage

    def __repr__(self) -> str:
        losses = ", ".join(f"{lane.stack.name} loss {significant(lane.loss)}" for lane in self.lanes)
        return f"<Session: {counted(self.iteration, 'iteration')} done; {losses}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the experiment, and each lane's loss at this moment."""
        experiment = self.experiment
        more = (("loss now", [significant(lane.loss) for lane in self.lanes]),)
        said = shown.table(experiment.data, experiment.training, experiment.stacks, more)
        return f"<div>{counted(self.iteration, 'iteration')} done</div>{said}"

    @property
    def moment(self) -> Moment:
        """The moment at which all lanes stand: iteration and tick."""
        return self._together.moment

    @property
    def iteration(self) -> int:
        """Number of updates that are complete."""
        return self._together.updates

    @property
    def between_iterations(self) -> bool:
        """Whether no iteration is under way, so that weights can be loaded."""
        return self._together.between_iterations

    @property
    def at_start(self) -> bool:
        """Whether the session stands at the very start, with nothing to step back over."""
        return self.moment == START

    @property
    def stopped(self) -> Stop | None:
        """Why the last movement ended before its end; None if it did not."""
        return self._travel.stopped

    @property
    def kernels_ready(self) -> bool:
        """Whether the lanes run on compiled kernels; until then they run on the NumPy twins."""
        return self._together.compiled

    @property
    def kernels_problem(self) -> str:
        """Why the kernels, or those of fast runs, could not be compiled; "" as long as nothing went wrong."""
        return self._readiness.problem

    @property
    def history(self) -> History:
        """The records by name, then by lane name: arrays with the iteration along the first axis; so are watches."""
        return History({lane.stack.name: lane.history for lane in self.lanes}, self._watched)

    def watch(self, expression: str) -> SessionWatch:
        """A number to follow, by an expression such as "norm(dW[3]) / norm(W[3])" (see `bnsim.spec.expressions`).

        From then on `history[expression]` has its values. InputError, with the column, if it cannot be read or no lane
        has what it names.
        """
        return self.watches.watch(expression)

    def _watched(self, name: str) -> Any | None:
        watch = self.watches.known(name)
        return None if watch is None else watch.history

    def lane(self, name: str) -> Lane:
        """The lane of that name; KeyError if there is none."""
        for lane in self.lanes:
            if lane.stack.name == name:
                return lane
        raise KeyError(name)

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Where runs stop. Setting them raises InputError if one asks for what is not recorded."""
        return self._breakpoints

    @breakpoints.setter
    def breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        Conditions(self._together, breakpoints, self.recording, self.watches)
        self._breakpoints = tuple(breakpoints)
        self.watches.break_on(each.expression for each in breakpoints if isinstance(each, OnWatch) and each.enabled)
        self._find_conditions()

    def _find_conditions(self) -> None:
        self._no_breakpoints = Conditions(self._together)
        # Lanes may have been renamed since: a breakpoint on a watch that cannot be found waits for its new name.
        lost = [
            each
            for each in self._breakpoints
            if isinstance(each, OnWatch) and each.enabled and self.watches.problem(each.expression)
        ]
        there = [each for each in self._breakpoints if each not in lost]
        self._conditions = Conditions(self._together, there, self.recording, self.watches)

    def hits(self, breakpoint: Breakpoint) -> int:
        """How many times a breakpoint has stopped this session."""
        return self._log.hits.get(breakpoint, 0)

    def step(
        self, size: Size = "layer", *, stop_at_breakpoints: bool = False, cancelled: Callable[[], bool] = never
    ) -> bool:
        """Step every lane to the next operation, layer, phase, update or end of an epoch; always True.

        A NaN before that ends it. Phases are forward, loss, backward and update.

        An epoch is as many updates as there are whole mini-batches in the training part. `cancelled` is called every
        few updates of an epoch.
        """
        _check(size)
        self._travel.stopped = None
        conditions = self._conditions if stop_at_breakpoints else self._no_breakpoints
        if size == "epoch":
            self._travel.forward(self._travel.epoch_end(), cancelled, conditions)
            return True
        self._replay.begin_next_if_done()
        lockstep = self._together.lockstep
        self._travel.step_to(lockstep.next_tick(self.moment.tick, size), conditions)
        return True

    def step_to_landmark(self, layers: Iterable[int] = (), *, back: bool = False) -> bool:
        """Step to the next moment worth a look, or back to the last; False, and nothing done, at the very start.

        That is the end of a phase, the first layer in which the lanes differ, these `layers` (ids) on the way forward
        and backward, or what stops the session before that: a breakpoint, a NaN.
        """
        lockstep, (iteration, tick) = self._together.lockstep, self.moment
        self._travel.stopped = None
        if back:
            if self.at_start:
                return False
            before = 0 if tick == 0 else lockstep.previous_landmark(tick, layers)
            target = Moment(iteration, before) if before else self._together.after(iteration)
            if not self._travel.back(target, never, self._conditions):
                self._replay.go_to(target, dense=True)
            return True
        self._replay.begin_next_if_done()
        lockstep = self._together.lockstep
        self._travel.step_to(lockstep.next_landmark(self.moment.tick, layers), self._conditions)
        return True

    def step_back(self, size: Size = "layer", *, stop_at_breakpoints: bool = False) -> bool:
        """Go back to where the last step of that size began; False, and nothing done, at the very start.

        With `stop_at_breakpoints` it stops at the nearest breakpoint or NaN on the way, if there is one.
        """
        _check(size)
        if self.at_start:
            return False
        self._travel.stopped = None
        target = self._travel.start_of_last_step(size)
        if not (stop_at_breakpoints and self._travel.back(target, never, self._conditions)):
            self._replay.go_to(target, dense=True)
        return True

    def run(self, iterations: int, cancelled: Callable[[], bool] = never, at_a_time: int | None = None) -> None:
        """Run `iterations` more updates, from the middle of an iteration too.

        `cancelled` is called every `at_a_time` updates, every few if that is None; where it says so, the run ends after
        one more. Ends early at a breakpoint and at a NaN: then `stopped` says why.
        """
        self._travel.stopped = None
        self._travel.forward(self.iteration + iterations, cancelled, self._conditions, at_a_time)

    def run_back(self, iterations: int) -> None:
        """Step back by that many iterations, or to the nearest breakpoint or NaN on the way."""
        self._travel.stopped = None
        if iterations > 0 and not self.at_start:
            target = self._together.after(max(0, self.moment.iteration + 1 - iterations))
            if not self._travel.back(target, never, self._conditions):
                self._replay.go_to(target, dense=True)

    def run_to_breakpoint(
        self, reverse: bool = False, limit: int = FARTHEST, cancelled: Callable[[], bool] = never
    ) -> bool:
        """Run to where a breakpoint next holds or a NaN comes up, at most `limit` iterations away.

        In reverse: go to where one last did, or nowhere if there is none. True if there is one; `stopped` says which.
        """
        self._travel.stopped = None
        if reverse:
            floor = Moment(max(0, self.moment.iteration - limit), 0)
            return self._travel.back(floor, cancelled, self._conditions)
        self._travel.forward(self.iteration + limit, cancelled, self._conditions)
        return self.stopped is not None

    def run_to_layer(self, layer: int, reverse: bool = False) -> bool:
        """Run to where the cursor next comes to the layer or block of id `layer`, in any phase, or to a breakpoint.

        In reverse: go to where it last did, or nowhere if it has not yet. True if something stopped the run.
        """
        if not any(layer == each.id for stack in self.experiment.stacks for each in walk(stack.layers)):
            raise InputError("That layer is not in a stack that can run; select another one.")
        self._travel.stopped = None
        conditions = Conditions(
            self._together, (*self._breakpoints, AtLayer(layer=layer)), self.recording, self.watches
        )
        if reverse:
            return self._travel.back(Moment(max(0, self.moment.iteration - 1), 0), never, conditions)
        self._travel.forward(self.iteration + 2, never, conditions)
        return self.stopped is not None

    def go_to(self, moment: Moment) -> None:
        """Stand at a moment that this session, or one of the same stacks and training, has been at."""
        self._travel.stopped = None
        self._travel.forward(moment.iteration, never, self._no_breakpoints)
        lockstep = self._together.lockstep_of(self._together.era_of(moment.iteration))
        self._replay.go_to(Moment(moment.iteration, min(moment.tick, lockstep.last)))

    def moment_behind(self, phase: Phase | None, updates: int = 0, layer: int = 0) -> Moment:
        """Where the session stands in the iteration after so many updates once a phase, or a layer's part, is done.

        None: nothing of it is done; after an "update" it is over. `layer` is an id.
        """
        if phase is None:
            return self._together.after(updates)
        if phase == "update":
            return self._together.after(updates + 1)
        lockstep = self._together.lockstep_of(self._together.era_of(updates))
        return Moment(updates, lockstep.end_of(phase, layer))

    def go_to_operation(self, stack_id: int, iteration: int, position: int) -> None:
        """Stand where the lane of the stack of that id has just done the instruction at `position` of an iteration.

        Does nothing if there is no such lane, or the run has not come to that iteration yet.
        """
        lane = next((number for number, each in enumerate(self.lanes) if each.stack.id == stack_id), None)
        if lane is not None and iteration <= self.moment.iteration:
            lockstep = self._together.lockstep_of(self._together.era_of(iteration))
            self.go_to(Moment(iteration, lockstep.tick_of(lane, position)))

    def track(self) -> Track:
        """The losses, stops and changes of the whole recorded run, before the present moment and after it."""
        stacks = self.experiment.stacks
        marks = [Mark(each.iteration, 0, words(each, stacks), times(each.total)) for each in self.changes]
        marks += [
            Mark(at, 0, f"weights loaded into {quoted(self.lanes[lane].stack)} as iteration {count(at)} begins", LOADED)
            for at, lane in self.loaded
        ]
        return replace(self._log.track(), changes=tuple(sorted(marks, key=lambda mark: mark.iteration)))

    @property
    def loaded(self) -> tuple[tuple[int, int], ...]:
        """After how many updates a state was loaded by hand, and the index of the lane, ascending."""
        return tuple(sorted((at, lane) for at, states in self._replay.loaded.items() for lane in states))

    @property
    def recorded(self) -> tuple[int, int]:
        """Number of updates in `track`, and its version; while both stay the same, so does the track."""
        return self._log.recorded, self._log.version

    def operations(self) -> dict[int, tuple[OperationName, ...]]:
        """The operations of each layer and block in order, by its id; within a phase, each title once."""
        return operation_names(self._together)

    def keyframe(self, iteration: int) -> int:
        """The last iteration up to that one at which the session can stand after replaying a single update."""
        return 0 if iteration == 0 else min(self._replay.checkpoints.nearest(iteration - 1)[0] + 1, iteration)

    def seek(self, iteration: int) -> None:
        """Stand just after update number `iteration`, forward or back; 0 is the start. Breakpoints do not stop it."""
        if iteration < 0:
            raise InputError(f"Cannot go to iteration {count(iteration)}; the first is 0.")
        self._travel.stopped = None
        target = self._together.after(iteration)
        if iteration > self.iteration:
            self._travel.jump(iteration)
            self._travel.forward(iteration, never, self._no_breakpoints)
        elif self.moment != target:
            near = self.iteration - iteration < self._replay.checkpoints.spacing
            self._replay.go_to(target, dense=near and iteration > 0)

    @property
    def changes(self) -> Changes:
        """What was done to weights in this run, in order; a replay does it again.

        Setting them makes the run one that has these: `session.changes = session.changes[:-1]` undoes the last one. If
        that makes another past, the session goes back to where it parts from the one there was, and what was recorded
        since is forgotten. InputError, and nothing set, if one cannot be made.
        """
        return self._replay.timetable.changes

    @changes.setter
    def changes(self, changes: Changes) -> None:
        self._travel.stopped = None
        self._replay.change(tuple(changes))

    @property
    def next_iteration(self) -> int:
        """The iteration that begins next, or the present one if it has begun and nothing of it is done."""
        return self.moment.iteration + (self.moment.tick > 0)

    def scale_weights(
        self, factor: float, lane: str | None = None, layers: Collection[int | Path] | None = None
    ) -> None:
        """Multiply weights by a positive factor as the next iteration begins: a change of this run, not its experiment.

        `lane` is the name of one, None for all of them; `layers` are indices of layers or paths into blocks, of which
        every Linear is scaled, None for all. Its W alone is: biases, γ and β stay, and so do an optimizer's sums. Where
        the next iteration was recorded before, that and all that follows is forgotten. Going back before it gives the
        run as it was, and going on from there makes the change again, to the bit; `changes` undoes it.
        """
        stacks = self.experiment.stacks if lane is None else (self.lane(lane).stack,)
        self.changes = scaled(self.changes, named_layers(stacks, layers), factor, self.next_iteration)

    def reset(self) -> None:
        """Go back to the start, with an empty history; loaded states and changes are forgotten."""
        self._travel.stopped = None
        self._replay.reset()

    def poll(self) -> bool:
        """Switch to the compiled kernels if they are ready, and replay what was done; True if it did."""
        if self.kernels_ready or not self._readiness.ready:
            return False
        self._machines.make_anew(self.lanes)
        self._together.compiled = True
        self.watches.release()
        self._replay.run_again()
        return True

    @property
    def can_take_over(self) -> bool:
        """Whether its kernels are ready, so that it can take over from another session."""
        return self._readiness.ready

    def take_over(self, before: Session) -> None:
        """Stand where another session of the same experiment stands, with its past; that one cannot be used any more.

        Both run on compiled kernels, and this one records more: what the other did not record is NaN in the history
        until `fill` has replayed it.
        """
        if not (before.kernels_ready and self.can_take_over):
            raise RuntimeError("sessions on other kernels have other numbers, to the last bit")
        self.experiment, moment = before.experiment, before.moment
        self._replay.take_over(before._replay)
        self._log.take_over(before._log)
        for lane, other in zip(self.lanes, before.lanes, strict=True):
            for form, other_form in zip(lane.forms, other.forms, strict=True):
                form.stack = other_form.stack
            lane.tests = other.tests
            lane.history.take_over(other.history)
        if not self._together.compiled:
            self._machines.make_anew(self.lanes)
            self._together.compiled = True
        self.watches.release()
        self._replay.rebuild(moment)
        self._travel.stopped = before.stopped

    def fork(self, lane: str, name: str = "", changes: Sequence[Change] = ()) -> Lane:
        """A new lane with the past of another one, to the bit, that goes its own way from this iteration on.

        `changes` are records of `bnsim.spec.fork_changes`, such as `bnsim.RemoveLayers`; () for a twin. In the middle
        of an iteration the session goes back to its start. What was recorded after it is forgotten. `experiment` is
        another one then, `lanes` are others. InputError, and nothing done, if there is no room for another lane or a
        change cannot be made.
        """
        source = self.lane(lane).stack.id
        after = Session(
            fork_stack(self.experiment, source, self.iteration, name, changes),
            wait=self.kernels_ready,
            recording=self.recording,
            details_every=self.details_every,
            history_bytes=self._history_bytes,
            before=self,
        )
        place = next(index for index, each in enumerate(self.experiment.stacks) if each.id == source) + 1
        after.breakpoints = self._breakpoints
        try:
            after.branch_off(self)
        except Exception:
            after.release()
            raise
        former = object.__new__(Session)
        # One session for whoever holds it: this object is the new one from here on, which its lanes know as `after`.
        former.__dict__, self.__dict__ = self.__dict__, after.__dict__
        former.release()
        return self.lanes[place]

    def branch_off(self, before: Session) -> None:
        """Stand where another session stands, with its past, as far as that is the past of this one's lanes, too.

        This one has just been made, with `before`, of lanes that each have one there (`bnsim.session.branching`). Lanes
        that go on as they were are handed over: of the other session, which is to be released, they are gone.
        """
        kin = kin_of(before.experiment, self.experiment)
        if kin is None or (before.kernels_ready and not self._readiness.ready):
            raise InputError("This lane has no past that goes on here; the run would have to start anew.")
        self._together.compiled = before.kernels_ready
        self.watches.follow(before.watches.expressions)
        branch_off(
            Run(self._together, self._replay, self._log), Run(before._together, before._replay, before._log), kin
        )
        self._readiness.take_over(before._readiness)

    @property
    def unfilled(self) -> int:
        """Iterations before that one lack in the history what was not recorded as they were run; 0: none do."""
        return self._filling.since

    @property
    def filled_share(self) -> float:
        """How much of what the history lacked is filled in, 0 to 1."""
        return self._filling.share

    def fill(self, seconds: float) -> None:
        """Replay for about so long what the history lacks, the newest iterations first; the lanes stay where they are.

        InputError if there is no memory for a second copy of the lanes.
        """
        self._filling.advance(seconds)

    def saved(self, document: Document | None = None) -> SavedRun:
        """The run as it stands, copied, to be written to a file; `document` is what it is of beside the experiment.

        InputError if there is no memory for the copy.
        """
        document = document or Document(experiment=self.experiment, breakpoints=self._breakpoints)
        return self._keeper.saved(
            document,
            recording=self.recording,
            details_every=self.details_every,
            history_bytes=self._history_bytes,
            stopped=self.stopped,
            data=digest_of(self.experiment, self._data),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the run to a .bnrun file, whole or not at all; `bnsim.load_run` goes on with it, to the bit.

        It holds the experiment and the breakpoints, weights, the optimizer's arrays, the history and the moment.
        InputError if it cannot be written.
        """
        write_run(self.saved(), path)

    def restore(self, run: SavedRun) -> None:
        """Stand where a run stood, with its past. The session has just been made, of the same lanes.

        InputError if the run is of others; the session cannot be used then.
        """
        if run.facts.data and run.facts.data != digest_of(self.experiment, self._data):
            raise InputError(
                f"Cannot open {run.name}: the data file has changed since the run was saved, so that it cannot go on; "
                "put the former file back."
            )
        self._keeper.restore(run)
        self._travel.stopped = run.facts.stopped

    def close(self) -> None:
        """End the lanes' threads and give up compiling; the session can still be used."""
        self._readiness.stop()
        self._together.close()

    def freeze(self) -> None:
        """Be there only to be looked at from now on; what moving on would need is given back."""
        self.close()
        self._filling.end()
        self.watches.release()
        self._replay.checkpoints.keep_two(self.moment.iteration)

    def release(self) -> None:
        """Close it and give its memory back at once; it cannot be used any more."""
        self.close()
        self._filling.end()
        self.watches.release()
        for lane in self.lanes:
            lane.release()
        for evaluator in self._evaluators.values():
            evaluator.release()
        self._replay.release()
        self._data = self._data[:0].copy()
        self._machines.release()
        self._holding.release()

    def frame(self) -> Frame:
        """Everything that a window shows of this moment, as fresh immutable records."""
        stopped = self.stopped.sentence if self.stopped else ""
        return self._framing.frame(stopped, compiling=not self.kernels_ready and not self.kernels_problem)

    def in_both_modes(self, lane: Lane) -> Mapping[Path, Outputs] | None:
        """What every layer of a lane gives in train and in eval mode, by path; None while no mini-batch is loaded.

        Both are of the present mini-batch at the present parameters, computed anew: two forward passes.
        """
        return self._modes.outputs(lane)

    def probe(self, lane: Lane) -> Probe | None:
        """A lane's network to be run at other parameters, beside the run; None while no mini-batch is loaded."""
        if lane.inputs() is None:
            return None
        # The executor of the lanes: compiled kernels may be ready to which they have not switched yet.
        executor = self._readiness.executor if self.kernels_ready else Twins
        return Probe(lane, self._data, executor, self._epochs, self._replay.checkpoints)

    def kept_before(self, lane: Lane) -> Array | None:
        """A lane's parameters and states at the start of the present iteration, flat; None where they are not kept."""
        states = self._replay.state_at_begin()
        return None if states is None else states[lane.index]

    def state_before(self, lane: Lane) -> Array:
        """A lane's parameters and states at the start of the present iteration, flat, a copy.

        If no checkpoint has it, other machines compute it, and it becomes a checkpoint; lanes are only read.
        """
        return self._replay.state_before(lane, self._machines.beside)

    @property
    def data(self) -> Array:
        """The data set as the lanes read it (see `flat_data`), read-only."""
        return self._data

    def _remake(self, programs: Mapping[Form, Program]) -> bool:
        """Have forms run programs that differ in what watches measure; False if there is no memory for it."""
        growth = _numbers(programs.values()) - _numbers(form.program for form in programs)
        growth *= self._data.itemsize
        try:
            self._holding.grow(growth, budget.AGAIN)
        except InputError:
            return False
        if self._readiness.ready:  # machines may be on the kernels before the lanes have switched to them
            self._readiness.extend(tuple(programs.values()))
        for form, program in programs.items():
            form.program, before = program, form.made
            form.made = None if before is None else before.with_program(program)
        self._filling.end()
        self._together.programs_changed()
        self._framing = Framing(self._together, self._replay)
        self._find_conditions()
        return True

    def _evaluate(self, lane: Lane, split: Split) -> Evaluation:
        if split not in SPLITS:
            raise InputError(f"There is no part {split!r} of the data; use one of {', '.join(SPLITS)}.")
        return self._evaluators[lane.index, lane.forms.index(lane.form), split].evaluate(
            lane.machine, self._readiness.executor, self._together.updates
        )

    def _load(self, lane: Lane, arrays: Mapping[str, Array]) -> None:
        if not self._together.between_iterations:
            raise InputError(
                "Cannot load a state in the middle of an iteration; finish it first with step('iteration')."
            )
        self._replay.load(lane, arrays)


def _numbers(programs: Iterable[Program]) -> int:
    return sum(program.memory_size for program in programs)


def _states(programs: Iterable[Program]) -> int:
    return sum(program.state_size for program in programs)


def _loaded(experiment: Experiment) -> Dataset:
    """The experiment's data; InputError if it cannot run on it."""
    loaded = data.load(experiment.data)
    problems = find_problems(experiment, loaded.shape)
    if problems:
        raise InputError(problems[0].sentence())
    return loaded


def _check(size: str) -> None:
    if size not in SIZES:
        raise InputError(f"There is no step of size {size!r}; use one of {', '.join(SIZES)}.")
