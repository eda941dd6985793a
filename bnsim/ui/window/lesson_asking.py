"""The question of a lesson's step: what would tell is covered until one has predicted; then it is held against that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from bnsim.lessons.lesson import Lesson, Prediction
from bnsim.lessons.progress import Done
from bnsim.plot.ghosts import Ghost
from bnsim.plot.theme import Theme
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.learn.lesson.panel import LessonPanel
from bnsim.ui.learn.lesson.prediction import PredictionBox
from bnsim.ui.learn.lesson.sketch_figures import MINE, predicted
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window import lesson_answers
from bnsim.ui.window.lesson_answers import Said
from bnsim.ui.window.lesson_cover import Cover
from bnsim.ui.window.lesson_numbers import LessonNumbers
from bnsim.ui.window.lesson_stage import LessonStage

if TYPE_CHECKING:  # pyqtgraph comes with it, which is imported for the first figure
    from bnsim.ui.learn.lesson.sketch import CurveSketch


class Asking(QObject):
    """Asks in one window. `answered` has the `Answer` to keep."""

    answered = Signal(object)

    def __init__(
        self,
        panel: LessonPanel,
        stage: LessonStage,
        cover: Cover,
        numbers: LessonNumbers,
        state: StateKeeper,
        docks: Sequence[PanelDock],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._panel, self._stage, self._cover, self._numbers = panel, stage, cover, numbers
        self._state, self._docks = state, docks
        self._lesson: Lesson | None = None
        self._step = 0
        self._open = False
        """Whether a prediction is waited for."""
        self._theme: Theme | None = None
        self.sketch: CurveSketch | None = None

    def begin(self, lesson: Lesson, step: int, done: Done) -> None:
        """A step begins: ask what it asks, or show what was predicted before."""
        self._lesson, self._step = lesson, step
        asked, box = self._asked, self._box
        answer = done.answers.get(lesson.steps[step].key)
        said = None if answer is None else lesson_answers.said_in(answer)
        if asked is not None and box is not None and said is None:
            self._open = True
            box.predicted.connect(self._predicted)
            box.curve_done.connect(self._curve_done)
            self._put_cover(asked)
            self._state.set_lesson(step + 1, self._cover.held(asked.hides))
            return
        self._state.set_lesson(step + 1)
        if said is not None:
            self._show_answer(said)

    def take_keyboard(self) -> None:
        """Give the keyboard to the axes on which a curve is drawn, if there are any."""
        if self.sketch is not None:
            self.sketch.setFocus(Qt.FocusReason.TabFocusReason)

    def end(self) -> None:
        """The step is left: nothing is covered or compared any more."""
        self._uncover()
        for dock in self._docks:
            if dock.made and dock.panel.ghost is not None and dock.panel.ghost.when == MINE:
                dock.panel.compare_with(None)

    def measured(self, done: Done) -> None:
        """More is measured by now: axes to draw on, or what an answer is held against."""
        asked = self._asked
        if self._lesson is None or asked is None:
            return
        if self._open and asked.kind == "curve" and self.sketch is None:
            self._put_cover(asked)
            focus = QApplication.focusWidget()
            if focus is not None and self._panel.isAncestorOf(focus):
                self.take_keyboard()
        answer = done.answers.get(self._lesson.steps[self._step].key)
        said = None if answer is None else lesson_answers.said_in(answer)
        if said is not None and not self._open:
            self._show_answer(said)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.sketch is not None:
            self.sketch.set_theme(theme)

    @property
    def _asked(self) -> Prediction | None:
        return None if self._lesson is None else self._lesson.steps[self._step].prediction

    @property
    def _box(self) -> PredictionBox | None:
        return None if self._panel.page is None else self._panel.page.prediction

    def _put_cover(self, asked: Prediction) -> None:
        figure, drawn = self._numbers.curves.get(self._step), asked.asked
        if drawn is None:
            self._cover.cover(asked.hides)
        elif figure is None:
            self._cover.cover((*asked.hides, "figures"))
        else:
            from bnsim.ui.learn.lesson.sketch import CurveSketch

            sketch = self.sketch = CurveSketch(figure, asked.column or "")
            self._cover.cover(asked.hides, drawn.kind, sketch)
            if self._theme is not None:
                sketch.set_theme(self._theme)
            if self._box is not None:
                sketch.drawn.connect(self._box.allow_curve)
                sketch.accepted.connect(self._box.submit)

    def _uncover(self) -> None:
        self._open = False
        self.sketch = None
        self._cover.lift()

    @Slot()
    def _curve_done(self) -> None:
        if self.sketch is not None:
            self._predicted(self.sketch.curve)

    @Slot(object)
    def _predicted(self, said: Said) -> None:
        """The prediction is made: show what is measured, and go where that is seen."""
        asked = self._asked
        if self._lesson is None or asked is None or not self._open:
            return
        said = lesson_answers.as_meant(asked, said, self._numbers.measurements)
        self._uncover()
        self._state.set_lesson(self._step + 1)
        curve = self._numbers.curves.get(self._step)
        answer = lesson_answers.answer_of(asked, said, self._judged(said), curve)
        if asked.at is not None or asked.iterations is not None:
            self._stage.go(self._lesson.stage_at(self._step, revealed=True))
        self._show_answer(said)
        self.answered.emit(answer)

    def _judged(self, said: Said) -> lesson_answers.Judged | None:
        asked, numbers = self._asked, self._numbers
        if asked is None:
            return None
        curve = numbers.curves.get(self._step)
        return lesson_answers.judged(asked, said, numbers.measurements, curve, numbers.shown)

    def _show_answer(self, said: Said) -> None:
        box, asked = self._box, self._asked
        if box is None or asked is None:
            return
        found = self._judged(said)
        box.show_answer(said, None if found is None else found.verdict)
        curve, drawn = self._numbers.curves.get(self._step), asked.asked
        if curve is not None and drawn is not None and found is not None and isinstance(said, np.ndarray):
            dock = next(dock for dock in self._docks if dock.name == drawn.kind)
            dock.panel.compare_with(Ghost(predicted(curve, asked.column or "", said), MINE))
