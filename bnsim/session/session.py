"""An experiment in motion: lanes stepped together, forward and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np

from bnsim import data
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.session.cards import card_frames
from bnsim.session.checkpoints import Checkpoints
from bnsim.session.frame import Frame, LaneFrame
from bnsim.session.history import History
from bnsim.session.lane import Lane
from bnsim.session.lockstep import Lockstep
from bnsim.spec.columns import align
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.problems import find_problems

Size = Literal["op", "layer", "iteration"]
SIZES = ("op", "layer", "iteration")
LOSSES_SHOWN = 1000


class Session:
    """Lanes of an experiment, their cursor and their history.

    Where the session stands is (iteration, tick): see `bnsim.session.lockstep`. Everything readable is a pure function
    of the experiment and that, to the bit, however one got there. With `wait=False` the NumPy twins serve until the
    compiled kernels are there; `poll` then replays what was done on them.

    Raises InputError, in one sentence, if the experiment cannot run.
    """

    def __init__(self, experiment: Experiment, *, wait: bool = True) -> None:
        loaded = data.load(experiment.data)
        problems = find_problems(experiment, loaded.shape)
        if problems:
            raise InputError(problems[0].sentence())
        self.experiment = experiment
        training = experiment.training
        self._data = flat_data(loaded.x, loaded.y, training.precision)
        programs = [lower(stack, training, loaded.shape) for stack in experiment.stacks]
        self._readiness = Readiness(programs, training.precision)
        if wait:
            self._readiness.wait()
        else:
            self._readiness.start()
        self.kernels_ready = self._readiness.ready
        self.lanes = tuple(
            Lane(index, stack, program, self._machine(program), self._load)
            for index, (stack, program) in enumerate(zip(experiment.stacks, programs, strict=True))
        )
        self._lockstep = Lockstep(programs, align(experiment.stacks))
        self._checkpoints = Checkpoints()
        self._loaded: dict[int, dict[int, Array]] = {}
        self._tick = 0
        self._base = 0
        self._pool: ThreadPoolExecutor | None = None
        self._begin(0)

    @property
    def iteration(self) -> int:
        """How many updates are done."""
        return self._base + (self._tick == self._lockstep.last)

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

    def step(self, size: Size = "layer") -> bool:
        """To the next operation, layer or update, in every lane; always True."""
        _check(size)
        if self._tick == self._lockstep.last:
            self._begin(self._base + 1)
        self._forward(self._lockstep.next_tick(self._tick, size))
        return True

    def step_back(self, size: Size = "layer") -> bool:
        """To where the last step of that size began; False, and nothing done, at the very start."""
        _check(size)
        if self.at_start:
            return False
        if self._tick == 0:
            self._go(self._base - 1, self._lockstep.last)
            return True
        target = self._lockstep.previous_tick(self._tick, size)
        if target == 0 and self._base > 0:
            self._go(self._base - 1, self._lockstep.last)
        else:
            self._go(self._base, target)
        return True

    def run(self, iterations: int, cancelled: Callable[[], bool] = lambda: False) -> None:
        """That many more updates, from the middle of an iteration too; `cancelled` is asked every few of them."""
        if self._tick not in (0, self._lockstep.last) and iterations > 0:
            self.step("iteration")
            iterations -= 1
        target = self.iteration + iterations
        while self.iteration < target and not cancelled():
            self._run_chunk(target)

    def seek(self, iteration: int) -> None:
        """To just after update number `iteration`, forward or back; 0 is the start."""
        if iteration < 0:
            raise InputError(f"Cannot go to iteration {iteration}; the first is 0.")
        if iteration >= self.iteration:
            if self._tick not in (0, self._lockstep.last):
                self.step("iteration")
            self.run(iteration - self.iteration)
        elif iteration == 0:
            self._go(0, 0)
        else:
            self._go(iteration - 1, self._lockstep.last)

    def reset(self) -> None:
        """Back to the start, the history empty; states loaded on the way are forgotten."""
        self._loaded = {at: states for at, states in self._loaded.items() if at == 0}
        self._go(0, 0)
        self._checkpoints.forget_after(0)

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
        self._truncate(0)
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
        lanes = tuple(
            LaneFrame(
                stack_id=lane.stack.id,
                name=lane.stack.name,
                cursor=lane.cursor,
                executed=lane.executed,
                waiting=not self._lockstep.busy[self._tick][lane.index],
                loss=lane.loss,
                cards=card_frames(lane),
                losses=_thinned(lane),
            )
            for lane in self.lanes
        )
        return Frame(self.iteration, self._tick, self._lockstep.last, lanes, self.kernels_ready)

    def _machine(self, program: Program) -> Machine:
        return Machine(program, self._data, self.experiment.training.seed, self._readiness.executor)

    def _begin(self, iteration: int) -> None:
        """Stand at tick 0 of an iteration, its state in memory; keep that as a checkpoint."""
        self._base, self._tick = iteration, 0
        self._apply_loaded(iteration)
        self._checkpoints.save(iteration, tuple(lane.machine.state for lane in self.lanes))
        self._place()

    def _apply_loaded(self, iteration: int) -> None:
        """What was loaded at the start of an iteration is loaded again whenever one comes by."""
        for index, state in self._loaded.get(iteration, {}).items():
            self.lanes[index].machine.state = state

    def _forward(self, tick: int) -> None:
        """Carry out ticks of the present iteration."""
        for lane, position in zip(self.lanes, self._lockstep.positions[tick], strict=True):
            lane.machine.execute(self._base, lane.position, position)
        self._tick = tick
        self._place()
        if tick == self._lockstep.last:
            for lane in self.lanes:
                lane.history.write(self._base, lane.machine.record[None])
            self._apply_loaded(self._base + 1)

    def _run_chunk(self, target: int) -> None:
        """Whole iterations up to `target` or the next place to stop at: a checkpoint, a loaded state."""
        start = self.iteration
        self._begin(start)
        spacing = self._checkpoints.spacing
        stop = min([target, (start // spacing + 1) * spacing, *(at for at in self._loaded if at > start)])
        self._map(lambda lane: lane.history.write(start, lane.machine.run(start, stop - start)))
        self._base, self._tick = stop - 1, self._lockstep.last
        self._place()
        self._apply_loaded(stop)

    def _go(self, iteration: int, tick: int) -> None:
        """Stand anywhere, by the shortest way: stay and undo the updates, or replay from a checkpoint."""
        last = self._lockstep.last
        if iteration != self._base or self._checkpoints.get(iteration) is None:
            self._replay(iteration)
            self._forward(tick)
        elif tick >= self._tick:
            self._forward(tick)
        else:
            self._undo_updates(tick)
        self._truncate(iteration + (tick == last))

    def _undo_updates(self, tick: int) -> None:
        """Within the present iteration: values stay where they are, parameters come back, updated as far as `tick`."""
        states = self._checkpoints.get(self._base)
        assert states is not None
        for lane, state, position in zip(self.lanes, states, self._lockstep.positions[tick], strict=True):
            first = lane.program.first_update
            if lane.position > first:
                lane.machine.state = state
                lane.position = min(position, first)
                lane.machine.execute(self._base, first, max(position, first))
        self._tick = tick
        self._place()

    def _replay(self, iteration: int) -> None:
        """Stand at tick 0 of an iteration."""
        start, states = self._checkpoints.nearest(iteration)
        for lane, state in zip(self.lanes, states, strict=True):
            lane.machine.state = state
        self._begin(start)
        while self._base < iteration:
            if self.iteration < iteration:
                self._run_chunk(iteration)
            else:
                self._begin(iteration)

    def _place(self) -> None:
        for lane, position in zip(self.lanes, self._lockstep.positions[self._tick], strict=True):
            lane.iteration, lane.position = self._base, position

    def _truncate(self, iterations: int) -> None:
        for lane in self.lanes:
            lane.history.truncate(iterations)

    def _map(self, work: Callable[[Lane], None]) -> None:
        """Every lane on a thread of its own, where that can be faster: the kernels hold no GIL."""
        if len(self.lanes) == 1 or not self.kernels_ready:
            for lane in self.lanes:
                work(lane)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(len(self.lanes), thread_name_prefix="bnsim-lane")
        list(self._pool.map(work, self.lanes))

    def _load(self, lane: Lane, arrays: Mapping[str, Array]) -> None:
        if self._tick not in (0, self._lockstep.last):
            raise InputError(
                "Cannot load a state in the middle of an iteration; finish it first with step('iteration')."
            )
        at = self.iteration
        lane.machine.load_parameters(arrays)
        self._loaded = {there: states for there, states in self._loaded.items() if there <= at}
        self._loaded.setdefault(at, {})[lane.index] = lane.machine.state
        self._checkpoints.forget_after(at - 1)
        if at == 0:
            self._begin(0)


def _check(size: str) -> None:
    if size not in SIZES:
        raise InputError(f"There is no step of size {size!r}; use one of {', '.join(SIZES)}.")


def _thinned(lane: Lane) -> Array:
    count = lane.history.iterations
    chosen = np.unique(np.linspace(0, count - 1, min(count, LOSSES_SHOWN)).astype(np.int64))
    return lane.history.rows("loss", chosen).astype(np.float64)
