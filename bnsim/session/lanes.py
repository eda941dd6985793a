"""All lanes of a session: one lockstep, one moment, a thread for each where that is faster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from bnsim.engine.blas import one_thread
from bnsim.session.lane import Lane
from bnsim.session.lockstep import Lockstep
from bnsim.session.moment import START, Moment


class Lanes:
    """`moment` is where every lane stands; `compiled` says whether they run on compiled kernels or on their twins."""

    def __init__(self, lanes: tuple[Lane, ...], lockstep: Lockstep) -> None:
        self.all = lanes
        self.lockstep = lockstep
        self.moment = START
        self.compiled = False
        self._threads: ThreadPoolExecutor | None = None

    def __iter__(self) -> Iterator[Lane]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, index: int) -> Lane:
        return self.all[index]

    @property
    def updates(self) -> int:
        """Number of updates that are complete."""
        return self.moment.iteration + (self.moment.tick == self.lockstep.last)

    @property
    def between_iterations(self) -> bool:
        """Whether no iteration is under way."""
        return self.moment.tick in (0, self.lockstep.last)

    def after(self, updates: int) -> Moment:
        """The moment just after that many updates, with everything the last of them computed still readable."""
        return Moment(updates - 1, self.lockstep.last) if updates > 0 else START

    def stand_at(self, iteration: int, tick: int) -> None:
        """Set the moment at which the lanes stand; their memory must be of that moment already."""
        self.moment = Moment(iteration, tick)
        for lane, position in zip(self.all, self.lockstep.positions[tick], strict=True):
            lane.iteration, lane.position = iteration, position

    def each(self, work: Callable[[Lane], None]) -> None:
        """Call `work` for every lane, on a thread for each where that can be faster: the kernels hold no GIL."""
        if len(self.all) == 1 or not self.compiled:
            for lane in self.all:
                work(lane)
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(self.all), thread_name_prefix="bnsim-lane")
        with one_thread():
            list(self._threads.map(work, self.all))

    def close(self) -> None:
        """End the threads; they are started again when needed."""
        if self._threads:
            self._threads.shutdown()
            self._threads = None
