"""An experiment in motion: lanes stepped together, forward and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bnsim import data
from bnsim.engine.builder import Recording
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.session.breakpoints import AtLayer, Breakpoint
from bnsim.session.cards import CardReader
from bnsim.session.checkpoints import Checkpoints
from bnsim.session.evaluation import Evaluation, EvaluationHistory, Evaluator, Split
from bnsim.session.frame import Frame, LaneFrame, Phase
from bnsim.session.history import LIMIT_BYTES, History, LaneHistory
from bnsim.session.lane import Lane
from bnsim.session.lockstep import Lockstep
from bnsim.session.track import LaneTrack, Track
from bnsim.session.travel import At, Size, Travel, never
from bnsim.session.watch import Watch, owners_of
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count
from bnsim.spec.problems import find_problems
from bnsim.spec.tree import walk

SIZES = ("op", "layer", "iteration", "epoch")
SPLITS: tuple[Split, ...] = ("test", "train")
LOSSES_SHOWN = 1000
FARTHEST = 10_000
"""Iterations a run to a breakpoint goes if nothing else is said."""
TRACK_POINTS = 1000
"""Losses of a lane on a time line: as many as it has pixels."""


class Session(Travel):
    """Lanes of an experiment, their cursor and their history.

    Where the session stands is (iteration, tick): see `bnsim.session.lockstep`. Everything readable is a pure function
    of the experiment and that, to the bit, however one got there. With `wait=False` the NumPy twins serve until the
    compiled kernels are there; `poll` then replays what was done on them.

    `recording` says how much history keeps: "none" is the loss alone; "norms" adds batch statistics, γ, β, accuracy and
    the norms of weights, of their gradients and of the gradient by depth; "all" adds norms of every layer's output and
    its gradient, percentiles, histograms, saturated and dead fractions, and takes up to half a step's time more. With
    `details_every=8` those norms, percentiles and histograms are measured in iterations 0, 8, 16, ... only, and the
    rows of the others hold NaN; where the session stands they are there all the same (`Lane.current`). 1, all of them,
    is the default: who asks for everything should find no gaps.
    A lane's history takes at most `history_bytes`; see `bnsim.session.history`. A NaN or an infinity stops whatever is
    under way at the operation that wrote it, in each lane once; `stopped` says so, and one may go on from there.

    Raises InputError, in one sentence, if the experiment cannot run.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        wait: bool = True,
        recording: Recording = "norms",
        details_every: int = 1,
        history_bytes: int = LIMIT_BYTES,
    ) -> None:
        loaded = data.load(experiment.data)
        problems = find_problems(experiment, loaded.shape)
        if problems:
            raise InputError(problems[0].sentence())
        self.experiment = experiment
        training = experiment.training
        self._data = flat_data(loaded.x, loaded.y, training.precision)
        if details_every < 1:
            raise InputError(f"Cannot record details every {details_every} iterations; give 1 or more.")
        lowered = [lower(stack, training, loaded.shape, recording=recording) for stack in experiment.stacks]
        programs = [replace(program, details_every=details_every) for program in lowered]
        self._evaluators: dict[tuple[int, Split], Evaluator] = {
            (index, split): Evaluator(stack, training, loaded, split)
            for index, stack in enumerate(experiment.stacks)
            for split in SPLITS
        }
        evaluations = [program for evaluator in self._evaluators.values() for program in evaluator.programs]
        self._readiness = Readiness([*programs, *evaluations], training.precision)
        if wait:
            self._readiness.wait()
        else:
            self._readiness.start()
        ready = self._readiness.ready
        lanes = tuple(
            Lane(
                index,
                stack,
                self._machine(program),
                LaneHistory(program, self._data.dtype, history_bytes),
                EvaluationHistory(loaded.shape.classification),
                self._load,
                self._evaluate,
            )
            for index, (stack, program) in enumerate(zip(experiment.stacks, programs, strict=True))
        )
        super().__init__(lanes, Lockstep(programs, experiment.stacks), training.evaluate_every)
        self.kernels_ready = ready
        self.recording: Recording = recording
        self._accumulate = training.accumulate
        self._batches = loaded.shape.rows // training.batch_size
        self._watch = self._checks
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._readers = [CardReader(lane) for lane in lanes]
        self._begin(0)

    @property
    def at_start(self) -> bool:
        """Whether there is nothing to step back over."""
        return self._base == 0 and self._tick == 0

    @property
    def history(self) -> History:
        """What was recorded, by name and then by lane."""
        return History({lane.stack.name: lane.history for lane in self.lanes})

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
        self._watch = Watch(self.lanes, self._lockstep, breakpoints, self.recording)
        self._breakpoints = tuple(breakpoints)

    def hits(self, breakpoint: Breakpoint) -> int:
        """How often a breakpoint has stopped this session."""
        return self._hits.get(breakpoint, 0)

    def step(self, size: Size = "layer", *, heeding: bool = False, cancelled: Callable[[], bool] = never) -> bool:
        """To the next operation, layer, update or end of an epoch, in every lane, or to a NaN on the way; always True.

        An epoch is as many updates as there are whole mini-batches in the training part. `heeding`: breakpoints stop
        it, too. `cancelled` is asked every few updates of an epoch.
        """
        _check(size)
        self.stopped = None
        watch = self._watch if heeding else self._checks
        if size == "epoch":
            self._travel(self._next_epoch(), cancelled, watch)
            return True
        if self._tick == self._lockstep.last:
            self._begin(self._base + 1)
        self._step_to(self._lockstep.next_tick(self._tick, size), watch)
        return True

    def step_back(self, size: Size = "layer", *, heeding: bool = False) -> bool:
        """To where the last step of that size began; False, and nothing done, at the very start.

        `heeding`: or to the nearest breakpoint on the way.
        """
        _check(size)
        if self.at_start:
            return False
        self.stopped = None
        self._back_to(self._back_by(size), self._watch if heeding else self._checks)
        return True

    def run(self, iterations: int, cancelled: Callable[[], bool] = never) -> None:
        """That many more updates, from the middle of an iteration too; `cancelled` is asked every few of them.

        Ends early at a breakpoint and at a NaN: then `stopped` says why.
        """
        self.stopped = None
        self._travel(self.iteration + iterations, cancelled, self._watch)

    def run_back(self, iterations: int) -> None:
        """As many steps back by an iteration, or to the nearest breakpoint or NaN on the way."""
        self.stopped = None
        if iterations > 0 and not self.at_start:
            self._back_to(self._after(max(0, self._base + 1 - iterations)), self._watch)

    def run_to_breakpoint(
        self, reverse: bool = False, limit: int = FARTHEST, cancelled: Callable[[], bool] = never
    ) -> bool:
        """To the next place where a breakpoint holds or a NaN comes up, at most `limit` iterations away.

        In reverse: to the nearest one before; if there is none, nothing moves. True if there is one; `stopped` says
        which.
        """
        self.stopped = None
        if reverse:
            self._travel_back((max(0, self._base - limit), 0), cancelled, self._watch)
        else:
            self._travel(self.iteration + limit, cancelled, self._watch)
        return self.stopped is not None

    def run_to_layer(self, layer: int, reverse: bool = False) -> bool:
        """To where the cursor next comes to a layer or block of that id, in whatever phase, or to a breakpoint before.

        In reverse: to where it last did; if it has not yet, nothing moves. True if something stopped it.
        """
        if not any(layer == each.id for stack in self.experiment.stacks for each in walk(stack.layers)):
            raise InputError("That layer is not in a stack that can run; select another one.")
        self.stopped = None
        watch = Watch(self.lanes, self._lockstep, (*self._breakpoints, AtLayer(layer=layer)), self.recording)
        if reverse:
            self._travel_back((max(0, self._base - 1), 0), never, watch)
        else:
            self._travel(self.iteration + 2, never, watch)
        return self.stopped is not None

    @property
    def place(self) -> At:
        """Where the session stands: an iteration, and a tick of it (see `bnsim.session.lockstep`)."""
        return self._base, self._tick

    def go_to(self, place: At) -> None:
        """To a place where this session, or one of the same stacks and training, has been."""
        self.stopped = None
        iteration, tick = place
        self._travel(iteration, never, self._checks)
        self._go(iteration, min(tick, self._lockstep.last))

    def track(self) -> Track:
        """All that was recorded, before the present moment and after it."""
        lanes = tuple(
            LaneTrack(lane.stack.id, lane.stack.name, *lane.history.losses(TRACK_POINTS)) for lane in self.lanes
        )
        marks = tuple(self._marks[at] for at in sorted(self._marks))
        return Track(self.recorded[0], lanes, marks)

    @property
    def recorded(self) -> tuple[int, int]:
        """How many updates and how many stops `track` has; when these are the same, it is."""
        return min(lane.history.recorded for lane in self.lanes), len(self._marks)

    def operations(self) -> dict[int, tuple[tuple[Phase, str], ...]]:
        """Of each layer and block, by id, what its instructions are: (phase, name), in order, once each."""
        found: dict[int, dict[tuple[Phase, str], None]] = {}
        for lane in self.lanes:
            owners = owners_of(lane.stack.layers)
            for instruction in lane.program.instructions:
                for layer_id in () if instruction.hidden else owners.get(instruction.path, ()):
                    found.setdefault(layer_id, {})[instruction.phase, instruction.operation.title] = None
        return {layer_id: tuple(each) for layer_id, each in found.items()}

    def keyframe(self, iteration: int) -> int:
        """The last iteration up to that one at which the session can stand after replaying just one update."""
        return 0 if iteration == 0 else min(self._checkpoints.nearest(iteration - 1)[0] + 1, iteration)

    def seek(self, iteration: int) -> None:
        """To just after update number `iteration`, forward or back; 0 is the start. Breakpoints are passed by."""
        if iteration < 0:
            raise InputError(f"Cannot go to iteration {count(iteration)}; the first is 0.")
        self.stopped = None
        if iteration > self.iteration:
            self._jump(iteration)
            self._travel(iteration, never, self._checks)
        elif iteration == 0:
            self._go(0, 0)
        elif iteration < self.iteration or self._tick != self._lockstep.last:
            near = self.iteration - iteration < self._checkpoints.spacing
            self._go(iteration - 1, self._lockstep.last, dense=near)

    def reset(self) -> None:
        """Back to the start, the history empty; states loaded on the way are forgotten."""
        self.stopped = None
        self._loaded = {at: states for at, states in self._loaded.items() if at == 0}
        self._go(0, 0)
        self._forget_after(0)

    def poll(self) -> bool:
        """Move over to the compiled kernels if they are ready by now: replays what was done; True if it did."""
        if self.kernels_ready or not self._readiness.ready:
            return False
        base, tick = self._base, self._tick
        for lane in self.lanes:
            lane.machine = self._machine(lane.program)
        self.kernels_ready = True
        self._checkpoints = Checkpoints()
        self._tick = self._base = 0
        self._forget_after(0)
        self._begin(0)
        self._go(base, tick)
        return True

    def close(self) -> None:
        """Let the lanes' threads go, and give up compiling; the session can still be used."""
        self._readiness.stop()
        if self._pool:
            self._pool.shutdown()
            self._pool = None

    def frame(self) -> Frame:
        """Everything the window shows of this moment, as fresh immutable records."""
        read = [reader.frames(self._loaded) for reader in self._readers]
        moving = self._lockstep.moving(self._tick)
        lanes = tuple(
            LaneFrame(
                stack_id=lane.stack.id,
                name=lane.stack.name,
                cursor=lane.cursor,
                executed=lane.executed,
                waiting=not self._lockstep.busy[self._tick][lane.index],
                loss=lane.loss,
                cards=cards,
                inner=inner,
                moves=moving[lane.index],
                losses=_thinned(lane),
            )
            for lane, (cards, inner) in zip(self.lanes, read, strict=True)
        )
        stopped = self.stopped.sentence if self.stopped else ""
        return Frame(self.iteration, self._tick, self._lockstep.last, lanes, self.kernels_ready, stopped)

    def state_before(self, lane: Lane) -> Array:
        """What of a lane outlives an iteration, as it was at the start of the present one, a copy.

        Where no checkpoint has it, machines on the side compute it anew, and it is kept as one; lanes are only read.
        """
        if lane.position <= lane.program.first_update:
            return lane.machine.state
        if self._checkpoints.get(self._base) is None:
            self._checkpoints.save(self._base, tuple(self._replayed(each) for each in self.lanes))
        states = self._checkpoints.get(self._base)
        assert states is not None
        return states[lane.index].copy()

    def _replayed(self, lane: Lane) -> Array:
        """A lane's state at the start of the present iteration, from the nearest checkpoint on."""
        start, states = self._checkpoints.nearest(self._base)
        # On what the lane runs on: compiled kernels may be ready that it has not moved over to yet.
        executor = self._readiness.executor if self.kernels_ready else None
        machine = Machine(lane.program, self._data, self.experiment.training.seed, executor)
        machine.state = states[lane.index]
        for iteration in range(start, self._base):
            machine.run(iteration, 1)
            if lane.index in (loaded := self._loaded.get(iteration + 1, {})):
                machine.state = loaded[lane.index]
        return machine.state

    @property
    def data(self) -> Array:
        """The data set as the lanes read it (see `flat_data`), read-only."""
        return self._data

    def _machine(self, program: Program) -> Machine:
        return Machine(program, self._data, self.experiment.training.seed, self._readiness.executor)

    def _back_to(self, target: At, watch: Watch) -> None:
        if watch is self._checks or not self._travel_back(target, never, watch):
            self._go(*target, dense=True)

    def _evaluate(self, lane: Lane, split: Split) -> Evaluation:
        if split not in SPLITS:
            raise InputError(f"There is no part {split!r} of the data; use one of {', '.join(SPLITS)}.")
        return self._evaluators[lane.index, split].evaluate(lane.machine, self._readiness.executor)

    def _load(self, lane: Lane, arrays: Mapping[str, Array]) -> None:
        if self._tick not in (0, self._lockstep.last):
            raise InputError(
                "Cannot load a state in the middle of an iteration; finish it first with step('iteration')."
            )
        at = self.iteration
        lane.machine.load_parameters(arrays)
        self._blown.pop(lane.index, None)
        self._loaded = {there: states for there, states in self._loaded.items() if there <= at}
        self._loaded.setdefault(at, {})[lane.index] = lane.machine.state
        self._forget_after(at)
        self._checkpoints.forget_after(at - 1)
        if at == 0:
            self._begin(0)


def _check(size: str) -> None:
    if size not in SIZES:
        raise InputError(f"There is no step of size {size!r}; use one of {', '.join(SIZES)}.")


def _thinned(lane: Lane) -> Array:
    kept = lane.history.kept
    count = lane.history.iterations
    wanted = np.linspace(0, count - 1, min(count, LOSSES_SHOWN)).astype(np.int64)
    chosen = np.minimum(np.searchsorted(kept, wanted), max(len(kept) - 1, 0))
    return lane.history.rows("loss", chosen).astype(np.float64)
