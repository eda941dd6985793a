"""A lane's iteration executed again in float64 on a copy, and how far rounding may move what it computes.

Monte Carlo arithmetic (Parker 1997): every result is changed at random by about its last digit, and what differs in the
end is what rounding can do there. It knows of sums that cancel and of stacks that amplify, without a theory of either.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from bnsim import data
from bnsim.engine.lowering import lower
from bnsim.engine.mates import load_mates, loads
from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.rerun import kinks_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec import budget

SHARE = 32
"""Bytes for each number of a lane: a float64 copy, and complex ones of what is executed again."""
DRAWS = 4
"""Executions with results changed at random."""
DIGITS = 2.0
"""How far a result is changed, at most, in units of the precision's epsilon: a few roundings' worth."""
TIMES = 8
"""How many times the largest difference seen is still counted as rounding's."""


class Copy:
    """The present iteration of a lane up to its update, in float64: same parameters, mini-batch, masks and noise."""

    def __init__(self, session: Session, lane: Lane) -> None:
        training = replace(lane.training, precision="float64")
        shape = data.describe(session.experiment.data)
        self.program = lower(lane.stack, training, shape, recording="none", draws=lane.draws, mates=lane.program.mates)
        budget.request(SHARE * self.program.memory_size, budget.FLOAT64_COPY)
        self._lane, self._state = lane, session.state_before(lane)
        self._data = session.data.astype(np.float64)
        self.memory = self._execute(None, "float64")

    def read(self, place: Place) -> Array:
        """What the copy computed there."""
        return self.program.view(self.memory, place)

    def doubt(self, place: Place, precision: str) -> Array:
        """How far rounding in that precision may move each number there; infinite where it makes a NaN or infinity."""
        exact, largest = self.read(place), np.zeros(place.shape)
        for draw in range(DRAWS):
            found = self.program.view(self._execute(np.random.Generator(np.random.Philox(draw)), precision), place)
            with np.errstate(invalid="ignore"):
                largest = np.maximum(largest, np.abs(found - exact))
        return TIMES * np.where(np.isfinite(largest), largest, np.inf)

    def same_sides(self) -> bool:
        """Whether every input of an activation with a kink is on the same side of it as the lane's."""
        mine, theirs = (
            kinks_of(program.instructions[: program.first_update]) for program in (self.program, self._lane.program)
        )
        memory = self._lane.machine.memory
        return all(
            np.array_equal(self.read(place) > point, self._lane.program.view(memory, other) > point)
            for (place, point), (other, _) in zip(mine, theirs, strict=True)
        )

    def _execute(self, generator: np.random.Generator | None, precision: str) -> Array:
        program, size = self.program, DIGITS * float(np.finfo(precision).eps)

        def shake(numbers: Array) -> None:
            if generator is not None:
                numbers *= 1 + size * generator.uniform(-1, 1, numbers.shape)
                if precision != "float64":
                    numbers[...] = numbers.astype(precision)

        memory, loading = np.zeros(program.memory_size), loads(program)
        with np.errstate(all="ignore"):
            for mine, theirs in zip(program.parameters, self._lane.program.parameters, strict=True):
                value = program.view(memory, mine.value)
                value[...] = self._lane.program.view(self._state, theirs.value)
                if mine.trained:
                    shake(value)
            for position, step in enumerate(program.instructions[: program.first_update]):
                if step.hidden:
                    continue
                views = [program.view(memory, place) for place in step.places]
                # What reads the clock draws: batches, masks, noise.
                clock = (self._data, self._lane.iteration) if step.operation.clock else ()
                step.operation.twin(*clock, *views, *step.scalars)
                if position in loading:
                    load_mates(program, memory, self._data, self._lane.iteration, position)
                for name, view in zip(step.operation.operands(), views, strict=True):
                    if name in step.operation.writes and not clock:
                        shake(view)
        return memory
