"""Measures claims in a thread of its own, and can be given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from bnsim.lessons import papers
from bnsim.lessons.checking import updates
from bnsim.lessons.claims import Measurement
from bnsim.lessons.kept_numbers import kept_or_measured
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.papers import Remade
from bnsim.spec.errors import InputError

T = TypeVar("T")
GoOn = Callable[[int], bool]
"""Is told how many updates are done, and ends it all by False."""


class Measuring(Generic[T]):
    """Runs `measure` for what is claimed of `name`; it begins at once. Its fields are read from another thread.

    `done` of `total` updates are made. In the end there are `measurements`, or a `problem` in one sentence, or neither
    if it was given up.
    """

    def __init__(self, name: str, total: int, measure: Callable[[GoOn], T]) -> None:
        self.name = name
        self.total = total
        self.done = 0
        self.measurements: T | None = None
        self.problem = ""
        self._measure = measure
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bnsim-measuring", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether there is nothing to wait for."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """End it soon, without waiting for that: compiling kernels cannot be given up."""
        self._given_up.set()

    def give_up(self) -> None:
        """End it soon, and wait for that."""
        self._given_up.set()
        self._thread.join()

    def _go_on(self, done: int) -> bool:
        self.done = done
        return not self._given_up.is_set()

    def _run(self) -> None:
        try:
            found = self._measure(self._go_on)
        except (InputError, MemoryError) as error:
            self.problem = str(error) or "There is not enough memory to run it; close something else."
            return
        if not self._given_up.is_set():
            self.measurements = found


def measuring_paper(name: str) -> Measuring[Remade]:
    """Measures the claims of the paper of that name, and makes our figure."""
    return Measuring(name, papers.updates(papers.papers()[name]), partial(papers.remade, name))


def measuring_lesson(lesson: Lesson) -> Measuring[dict[str, Measurement]]:
    """Measures the claims of a lesson by name, unless their numbers are kept from before; keeps them then."""
    return Measuring(lesson.name, updates(lesson), partial(kept_or_measured, lesson))
