"""A lane's network at other parameters and on other mini-batches, computed beside the run: the lane is only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from bnsim.engine.executor import Executor
from bnsim.engine.mates import executor_of
from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.session.checkpoints import Checkpoints
from bnsim.session.epochs import Epochs
from bnsim.session.lane import Lane
from bnsim.spec import budget
from bnsim.spec.giving_up import check
from bnsim.spec.tree import Path


class Probe:
    """Runs a lane's program on memory of its own, on the mini-batch, masks and noise of the lane's present iteration.

    `theta` holds the trained parameters as they are now, one after another, in float64 and read-only; `shapes` are
    theirs by `state_dict` key, in the same order. Whoever waits may give it up between two runs (`giving_up`).
    InputError if there is not enough memory.
    """

    def __init__(
        self,
        lane: Lane,
        data: Array,
        executor: Callable[[Program, Array, Array], Executor],
        epochs: Epochs,
        checkpoints: Checkpoints,
    ) -> None:
        self._program, self._iteration, self._epochs = lane.program, lane.iteration, epochs
        memory = lane.machine.memory
        budget.request(memory.nbytes, budget.AGAIN)
        self._memory = memory.copy()
        self._checkpoints, self._index = checkpoints, lane.index
        self._start = lane.form.start if lane.form.fork else -1
        """States of iterations after that one are of this network: of others a fork has what it was forked from."""
        self._state = memory[: self._program.state_size].copy()
        self._executor = executor_of(executor, self._program, self._memory, data)
        trained = {each.value: each for each in self._program.parameters if each.trained and each.gradient is not None}
        self._values = tuple(trained)
        self._gradients = tuple(each.gradient for each in trained.values() if each.gradient is not None)
        self.shapes: Mapping[str, tuple[int, ...]] = MappingProxyType(
            {each.key: each.value.shape for each in trained.values()}
        )
        self.theta = self._read(self._values)
        self.theta.flags.writeable = False

    def loss(self, theta: Array) -> float:
        """The mini-batch's loss in train mode at the parameters `theta`; not finite where the network is not."""
        self._run(theta, self._program.written_by[self._program.loss] + 1)
        return float(self._program.view(self._memory, self._program.loss))

    def gradient(self, theta: Array) -> tuple[float, Array]:
        """The loss, and its gradient by `theta`, before clipping and weight decay."""
        self._run(theta, self._program.first_update)
        return float(self._program.view(self._memory, self._program.loss)), self._read(self._gradients)

    def kept(self, updates: int) -> tuple[int, Array]:
        """The trained parameters after so many updates, as `theta` has them; or the last before that were kept.

        Also returned is after how many updates that was.
        """
        at, state = self._kept(min(updates, self._iteration))
        return at, np.concatenate(
            [self._program.view(state, place).ravel() for place in self._values], dtype=np.float64
        )

    def kept_at(self, most: int) -> tuple[int, ...]:
        """Numbers of updates after which parameters were kept, up to now, ascending: at most `most`, evenly spread."""
        found = [at for at in self._checkpoints.iterations if self._start < at <= self._iteration]
        chosen = np.unique(np.linspace(0, len(found) - 1, min(len(found), most)).round().astype(int))
        return tuple(found[k] for k in chosen)

    def given_after(self, updates: int, layer: Path, before: Path | None) -> Array:
        """What the present mini-batch gives a layer with what was kept after so many updates, (batch, features).

        In train mode, with the masks and the noise of the present iteration; float64. `before` is as in `given`.
        """
        program = self._program
        place = program.inputs if before is None else program.values[before]
        steps, written = program.instructions, program.written_by[place]
        state = self._kept(updates)[1]
        self._execute(
            state, self._iteration, next(k for k, each in enumerate(steps) if k > written and each.path == layer)
        )
        return np.array(program.view(self._memory, place), np.float64)

    def given(self, layer: Path, before: Path | None, most: int) -> Array:
        """What a layer is given in train mode, at the present parameters, by each mini-batch of the present epoch.

        Shape (batches, batch, features), in float64. `before` is the path of what gives it, None for the mini-batch
        itself. At most `most` numbers are returned, but two mini-batches if the epoch has so many; where several make
        an update, the last of each.
        """
        program = self._program
        place = program.inputs if before is None else program.values[before]
        first, stop = self._epochs.last_end(self._iteration), self._epochs.next_end(self._iteration)
        count = min(stop - first, max(most // place.size, 2))
        steps, written = program.instructions, program.written_by[place]
        end = next(k for k, each in enumerate(steps) if k > written and each.path == layer)
        found = np.empty((count, *place.shape))
        for batch in range(count):
            self._execute(self._state, first + batch, end)
            found[batch] = program.view(self._memory, place)
        return found

    def mini_batches(self) -> Iterator[Callable[[Path | None], Array]]:
        """Run the forward pass of each mini-batch of the present epoch, in train mode, at the present parameters.

        Each is a function of a layer's path, None for the mini-batch itself, that reads what is there, (batch,
        features), until the next one. Where several make an update, the last of each.
        """
        program, end = self._program, self._program.written_by[self._program.loss] + 1

        def read(path: Path | None) -> Array:
            return program.view(self._memory, program.inputs if path is None else program.values[path])

        for batch in range(self._epochs.last_end(self._iteration), self._epochs.next_end(self._iteration)):
            self._execute(self._state, batch, end)
            yield read

    def _kept(self, updates: int) -> tuple[int, Array]:
        """The last state kept after at most so many updates; that of now where there is none of this network."""
        at, states = self._checkpoints.nearest(updates)
        return (at, states[self._index]) if at > self._start else (self._iteration, self._state)

    def _run(self, theta: Array, stop: int) -> None:
        state, start = self._state.copy(), 0
        with np.errstate(over="ignore"):
            for place in self._values:
                self._program.view(state, place)[...] = theta[start : start + place.size].reshape(place.shape)
                start += place.size
        self._execute(state, self._iteration, stop)

    def _execute(self, state: Array, iteration: int, stop: int) -> None:
        check()
        self._memory[: self._program.state_size] = state
        self._executor.execute(iteration, 0, stop)

    def _read(self, places: tuple[Place, ...]) -> Array:
        views = [self._program.view(self._memory, place).ravel() for place in places]
        return np.concatenate(views, dtype=np.float64) if views else np.empty(0)
