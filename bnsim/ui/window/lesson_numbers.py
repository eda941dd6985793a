"""Measured numbers and curves of a lesson, which a thread of its own runs the experiments for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.lines import CLAIMS
from bnsim.lessons.shipped import is_shipped
from bnsim.plot.figure import Figure

if TYPE_CHECKING:
    from bnsim.lessons.claims import Measurement
    from bnsim.lessons.measuring import Measuring

LOOK_MS = 60


class LessonNumbers(QObject):
    """Begins anew with `measure`; what there is by then is in its fields, and `changed` tells of more."""

    changed = Signal()
    failed = Signal(str)
    """A sentence: why something cannot be measured."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.measurements: Mapping[str, Measurement] = MappingProxyType({})
        self.curves: Mapping[int, Figure] = MappingProxyType({})
        """The figures with the curves that are asked for, by the number of the step."""
        self._claims: Measuring[dict[str, Measurement]] | None = None
        self._drawing: Measuring[dict[int, Figure]] | None = None
        self._formulas: Measuring[None] | None = None
        """Looks whether formulas of a lesson of one's own can be set."""
        self._own = False
        """Whether it is a lesson of one's own, of which it is told what does not hold."""
        self._draw: Callable[[], Measuring[dict[int, Figure]]] | None = None
        """Begins to measure the curves, once the claims are there."""
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def shown(self) -> dict[str, str]:
        """What stands in the text for each claim that is measured."""
        return {name: each.shown for name, each in self.measurements.items()}

    @property
    def measuring(self) -> bool:
        """Whether something is still to come."""
        return any(each is not None for each in (self._claims, self._draw, self._drawing, self._formulas))

    def measure(self, lesson: Lesson) -> None:
        """Measure what a lesson claims and asks for; what is measured before is shown until that is there."""
        from bnsim.lessons.curves import measured_curves
        from bnsim.lessons.formulas import check_formulas
        from bnsim.lessons.measuring import Measuring, measuring_lesson

        self.give_up()
        # One after the other: the run of the window wants a core, too.
        self._claims = measuring_lesson(lesson)
        if any(step.prediction and step.prediction.kind == "curve" for step in lesson.steps):
            self._draw = lambda: Measuring(lesson.name, 0, lambda go_on: measured_curves(lesson, lambda: go_on(0)))
        self._own = not is_shipped(lesson)
        if self._own:
            self._formulas = Measuring(lesson.name, 0, lambda _go_on: check_formulas(lesson))
        self._timer.start()

    def forget(self) -> None:
        """Another lesson comes."""
        self.give_up()
        self.measurements, self.curves = MappingProxyType({}), MappingProxyType({})

    def give_up(self) -> None:
        """End what is measured soon; nothing comes of it any more."""
        self._timer.stop()
        for each in (self._claims, self._drawing, self._formulas):
            if each is not None:
                each.stop()
        self._claims = self._drawing = self._draw = self._formulas = None

    def _broken(self) -> str:
        """The claims of a lesson of one's own that do not hold, in a sentence; "" if all do."""
        broken = [
            f"{name} is {each.shown}, not {each.limits}" for name, each in self.measurements.items() if not each.holds
        ]
        return f"{CLAIMS}: {'; '.join(broken)}." if self._own and broken else ""

    @Slot()
    def _look(self) -> None:
        before = self.measuring
        problem = ""
        if self._drawing is not None and self._drawing.ended:
            self.curves = MappingProxyType(self._drawing.measurements or {})
            problem, self._drawing = self._drawing.problem, None
            self.changed.emit()
        if self._claims is not None and self._claims.ended:
            self.measurements = MappingProxyType(self._claims.measurements or {})
            problem, self._claims = problem or self._claims.problem or self._broken(), None
            if self._draw is not None:
                self._drawing, self._draw = self._draw(), None
            self.changed.emit()
        if self._formulas is not None and self._formulas.ended:
            problem, self._formulas = problem or self._formulas.problem, None
        if problem:
            self.failed.emit(problem)
        if before and not self.measuring:
            self._timer.stop()
