"""When figures that take long are measured: as the run rests, every so many updates, or when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.plot.figure import Axis, Figure
from bnsim.runner.updates import Measurement
from bnsim.session.moment import Moment
from bnsim.spec.giving_up import giving_up
from bnsim.spec.numerals import count
from bnsim.spec.phrases import capital, joined, phrase

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session


class _Measured(NamedTuple):
    """A figure, when it was measured, what it is about besides (layer, options), and what it has cost."""

    figure: Figure
    moment: Moment
    updates: int
    about: Any
    seconds: float
    passes: int


class Measuring:
    """Keeps the figures as they were measured last, and says which are to be measured now.

    `make(session, name)` makes one, `about(name)` says what it is about: where that changes it is measured anew.
    `every` has after how many updates a figure is measured again, also while the session plays; the others are as soon
    as it rests.
    """

    def __init__(self, make: Callable[[Session, str], Figure], about: Callable[[str], object]) -> None:
        self._make = make
        self._about = about
        self.every: Mapping[str, int] = MappingProxyType({})
        self._last: dict[str, _Measured] = {}
        self._asked: set[str] = set()
        self._declined: dict[str, object] = {}

    def forget(self) -> None:
        """Drop all that was measured: the run may be another one."""
        self._last.clear()
        self._declined.clear()

    def ask(self, name: str) -> None:
        """Measure that figure as soon as possible, also while the session plays."""
        self._asked.add(name)

    def decline(self, session: Session, names: Iterable[str]) -> None:
        """Measure none of these until the next time that one is asked for or due."""
        self._asked.clear()
        self._declined = {name: self._occasion(session, name) for name in names}

    def due(self, session: Session, names: Iterable[str], *, moving: bool) -> tuple[str, ...]:
        """Those of the figures that are to be measured at the present moment."""
        return tuple(name for name in names if self._is_due(session, name, moving=moving))

    def until_due(self, session: Session, names: Iterable[str]) -> int | None:
        """The updates until the next of these is due while the session plays; None if none ever is."""
        periods = (self.every.get(name, 0) for name in names)
        return min((period - session.iteration % period for period in periods if period), default=None)

    def measure(self, session: Session, name: str, wanted: Callable[[], bool]) -> Figure:
        """Measure that figure at the present moment; NotWantedError once it is not `wanted`.

        That is asked before each pass through the network, which are counted by it.
        """
        passes = 0

        def go_on() -> bool:
            nonlocal passes
            passes += 1
            return wanted()

        started, about = time.monotonic(), self._about(name)
        with giving_up(go_on):
            figure = self._make(session, name)
        seconds = time.monotonic() - started
        self._last[name] = _Measured(figure, session.moment, session.iteration, about, seconds, passes)
        self._asked.discard(name)
        self._declined.pop(name, None)
        return figure

    def here(self, session: Session, name: str) -> Figure | None:
        """The figure if it was measured here and now."""
        last = self._last.get(name)
        here = last is not None and (last.moment, last.about) == (session.moment, self._about(name))
        return last.figure if here and last is not None else None

    def shown(self, session: Session, name: str, *, moving: bool) -> Figure:
        """The figure as it was measured last, which its verdict says unless that was here and now."""
        last, here = self._last.get(name), self.here(session, name)
        if here is not None:
            return here
        if self._is_due(session, name, moving=moving):
            words = phrase("Measuring")
        elif moving and not self.every.get(name):
            words = phrase("Measured when it pauses")
        elif last is None or name in self._declined:
            words = phrase("Not measured here")
        else:
            words = ""
        if last is None or last.about != self._about(name):
            return Figure(name, FIGURES[name].title, words, Axis(""), Axis(""))
        one, number = last.updates == 1, count(last.updates)
        when = phrase("after {number} update" if one else "after {number} updates", number=number)
        said = joined("; ", (words, when)) if words else capital(when)
        return replace(last.figure, verdict=joined(": ", (said, last.figure.verdict)))

    def measurement(self, session: Session, name: str, *, moving: bool) -> Measurement:
        """How things stand with that figure."""
        last, due = self._last.get(name), self._is_due(session, name, moving=moving)
        if last is None:
            return Measurement(under_way=due)
        return Measurement(last.updates, last.seconds, last.passes, due)

    def _is_due(self, session: Session, name: str, *, moving: bool) -> bool:
        if name in self._asked:
            return True
        if moving and not self.every.get(name):
            return False
        now, last = self._occasion(session, name), self._last.get(name)
        if self._declined.get(name) == now:
            return False
        return last is None or self._named(name, last.moment, last.updates, last.about) != now

    def _occasion(self, session: Session, name: str) -> object:
        """What is measured once: a moment, or the updates until the figure is due again."""
        return self._named(name, session.moment, session.iteration, self._about(name))

    def _named(self, name: str, moment: Moment, updates: int, about: object) -> object:
        period = self.every.get(name, 0)
        return (updates // period, period, about) if period else (moment, about)
