"""Sets the stage of a step: the reader's own copy of the experiment, panels, view, and where the run stands."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject

from bnsim.lessons.lesson import FigureAsked, Lesson, Stage
from bnsim.lessons.numbers import id_of
from bnsim.runner.orders import GoBehind, Order, RemoveRun
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.layout import Layout, Panel
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.panels import Panels

UNSAVED = "You saved your copy as {}, and it has changes that are not saved: save it, then set the stage again."
UNDO = "set the stage of the lesson"


class LessonStage(QObject):
    """Does it in one window. What a person did to the experiment is an undo step away, whatever the lesson wants."""

    def __init__(
        self, document: Document, panels: Panels, docks: Docks, give: Callable[[Order], int], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._panels, self._docks, self._give = document, panels, docks, give
        self._experiment: Experiment | None = None
        self._asked: tuple[FigureAsked, ...] | None = None
        self._layout_before: Layout | None = None
        self.order = 0
        """The number of the last order that was given."""

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that the step began with."""
        return self._experiment

    @property
    def changed(self) -> bool:
        """Whether the experiment is another one than the step began with."""
        return self._experiment is not None and self._document.experiment != self._experiment

    def set(self, lesson: Lesson, number: int, *, revealed: bool) -> bool:
        """Set the stage of a step, from 0; True if that replaced what a person had changed.

        InputError if the experiment cannot be read.
        """
        stage = lesson.stage_at(number, revealed=revealed)
        replaced = self._open(lesson, stage)
        self._arrange(lesson, number, stage)
        if page := self._page(lesson, number):
            self._docks.shelf.bring_up(page)
        self._give(RemoveRun())  # what was tried in the step before is no comparison here
        self.go(stage)
        return replaced

    def go(self, stage: Stage) -> None:
        """Have the run stand where the stage says, of the experiment that is open; `order` is then the number of that.

        InputError for a layer that there is not.
        """
        if self._experiment is None:
            return
        place = stage.place
        phase = None if place is None or place.phase == "start" else place.phase
        layer = id_of(self._experiment, place.layer) if place is not None and place.layer else 0
        self.order = self._give(GoBehind(phase, stage.iterations or 0, layer))

    def begin(self) -> None:
        """A lesson begins: the experiment is not of it, and how the panels were arranged before all is kept."""
        if self._layout_before is None:
            self._layout_before = self._panels.layout.read()
        self._experiment = self._asked = None

    def end(self) -> None:
        """The lesson is closed: the panels are as they were, and the experiment stays as it is."""
        if self._layout_before is not None and self._asked is not None:
            self._panels.show_layout(self._layout_before)
        self._experiment = self._asked = self._layout_before = None

    def forget(self) -> None:
        """Files of the lesson are others now: the next stage is set in full."""
        self._asked = None

    def _page(self, lesson: Lesson, number: int) -> str:
        """The page at the right that a step has in front: to do something by hand, that of the layer; "" for none."""
        step = lesson.steps[number]
        return step.stage.view or (self._docks.inspector.objectName() if step.task is not None else "")

    def _open(self, lesson: Lesson, stage: Stage) -> bool:
        if stage.experiment is None:
            return False
        contents = replace(lesson.document(stage.experiment), layout=None)
        document, mine, changed = self._document, self._experiment is not None, self.changed
        self._experiment = contents.experiment
        if mine and document.experiment == contents.experiment:
            return False
        if mine and document.path is not None and document.modified:
            self._experiment = document.experiment
            raise InputError(UNSAVED.format(document.name))
        if any(each.layer for each in self._asked or ()):
            self._asked = None  # panels that stay with a layer stay with one of this experiment
        if mine and document.path is None and document.undo_stack.count():
            document.push(contents.experiment, UNDO)  # what was done before is there again with Undo
            return changed
        document.replace(contents, None, called=called(lesson))
        return False

    def _arrange(self, lesson: Lesson, number: int, stage: Stage) -> None:
        asked = stage.panels
        prediction = lesson.steps[number].prediction
        drawn = prediction.asked if prediction is not None else None
        if drawn is not None and drawn.kind not in [each.kind for each in asked or ()]:
            asked = (*(asked or ()), drawn)
        if asked is not None and self._experiment is not None and asked != self._asked:
            self._panels.show_layout(layout_of(asked, self._experiment))
            self._asked = asked


def called(lesson: Lesson) -> str:
    """What the reader's own copy is called."""
    number = lesson.name.split("-")[0]
    if number.isdecimal():
        return tr("Lesson {number}: {title}").format(number=int(number), title=lesson.title)
    return tr("Lesson: {title}").format(title=lesson.title)


def layout_of(asked: tuple[FigureAsked, ...], experiment: Experiment) -> Layout:
    """Figures side by side below the canvas."""
    width = 1 / max(len(asked), 1)
    panels = tuple(
        Panel(
            figure=each.kind,
            at=(round(number * width, 3), 0.0, round(width, 3), 1.0),
            layer=id_of(experiment, each.layer) if each.layer else None,
            options=dict(each.options),
        )
        for number, each in enumerate(asked)
    )
    return Layout(panels=panels)
