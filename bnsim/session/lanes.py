"""All lanes of a session: one lockstep, one moment, a thread for each where that is faster."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bnsim.engine.blas import one_thread
from bnsim.engine.operation import Array
from bnsim.session.lane import Lane
from bnsim.session.lockstep import Lockstep
from bnsim.session.moment import START, Moment


class Lanes:
    """`moment` is where every lane stands; `compiled` says whether they run on compiled kernels or on their twins.

    Between two forks the lanes run in one lockstep: that is an era.
    """

    def __init__(self, lanes: tuple[Lane, ...]) -> None:
        self.all = lanes
        self.forks = sorted({form.start for lane in lanes for form in lane.forms[1:]})
        """The iterations as which forks begin."""
        self._locksteps: dict[int, Lockstep] = {}
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
    def lockstep(self) -> Lockstep:
        """The lockstep of the present iteration."""
        return self.lockstep_of(self.era_of(self.moment.iteration))

    def lockstep_of(self, era: int) -> Lockstep:
        """The lockstep of an era; made when first needed: lanes may be deep, and hardly anybody goes before a fork."""
        if era not in self._locksteps:
            forms = [lane.form_at((0, *self.forks)[era]) for lane in self.all]
            self._locksteps[era] = Lockstep([form.program for form in forms], [form.stack for form in forms])
        return self._locksteps[era]

    def era_of(self, iteration: int) -> int:
        """The number of the era that an iteration is in."""
        return bisect_right(self.forks, iteration)

    def era_start(self, iteration: int) -> int:
        """The first iteration of the era that an iteration is in."""
        return max((at for at in self.forks if at <= iteration), default=0)

    def take(self, iteration: int, states: Sequence[Array]) -> None:
        """Put into every lane its state as an iteration begins, from before a fork and changes there."""
        for lane, state in zip(self.all, states, strict=True):
            lane.stand_in(lane.form_before(iteration))
            lane.machine.state = state

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
        if updates <= 0:
            return START
        return Moment(updates - 1, self.lockstep_of(self.era_of(updates - 1)).last)

    def stand_at(self, iteration: int, tick: int) -> None:
        """Set the moment at which the lanes stand; their memory must be of that moment already."""
        self.moment = Moment(iteration, tick)
        for lane in self.all:
            if lane.form is not (form := lane.form_at(iteration)):
                lane.stand_in(form)
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

    def programs_changed(self) -> None:
        """The forms have other programs, of the same operations but for hidden ones; the lanes stand where they did."""
        self._locksteps = {}
        self.stand_at(*self.moment)

    def close(self) -> None:
        """End the threads; they are started again when needed."""
        if self._threads:
            self._threads.shutdown()
            self._threads = None
