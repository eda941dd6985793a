"""A lesson in a window as it is gone through: its step, what that asks, and what follows from the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QMainWindow

from bnsim.figures import FIGURES
from bnsim.lessons import progress
from bnsim.lessons.lesson import Lesson, Point
from bnsim.lessons.progress import Answer, Done
from bnsim.plot.theme import Theme
from bnsim.runner.orders import Order
from bnsim.runner.updates import Notice, Update
from bnsim.spec.errors import InputError
from bnsim.ui.commands.menus import LESSON
from bnsim.ui.language import tr
from bnsim.ui.learn.lesson.panel import LessonPanel
from bnsim.ui.learn.pointer import TargetPointer
from bnsim.ui.window.lesson_cover import Cover
from bnsim.ui.window.lesson_files import LessonFiles
from bnsim.ui.window.lesson_making import LessonMaking
from bnsim.ui.window.lesson_numbers import LessonNumbers
from bnsim.ui.window.lesson_room import Host, LessonRoom

if TYPE_CHECKING:
    from bnsim.lessons.tasks import TaskLens
    from bnsim.ui.learn.lesson.sketch import CurveSketch

OF_SELECTED = ("tensor", "xray", "why")
"""Views of the selected layer: it is the one whose card is pointed at."""


class LessonPlayer(QObject):
    """Shows lessons in one window, one at a time; the panel and all else are made when the first one is opened."""

    def __init__(
        self,
        window: QMainWindow,
        host: Host,
        give: Callable[[Order], int],
        notify: Callable[[Notice], object],
    ) -> None:
        super().__init__(window)
        self._window, self._host, self._notify = window, host, notify
        self._give = give
        self._theme: Theme | None = None
        self.files = LessonFiles(window, self)
        self.files.chosen.connect(self.open_lesson)
        self.files.changed.connect(self._reload)
        self.files.refused.connect(self._refuse)
        self.files.said.connect(self._say)
        self.making = LessonMaking(window, self)
        self.making.said.connect(self._say)
        self.making.failed.connect(self._refuse)
        self.lesson: Lesson | None = None
        self.step = 0
        self._room: LessonRoom | None = None
        self._task: TaskLens | None = None
        self._lost = False
        """Whether what the task is about is not there any more, and that is said."""
        self._setting = False
        self._closed = False
        self._reveals: Point | None = None
        """The card or operation that is to be seen once the run has come to its place."""
        host.document.changed.connect(self._experiment_changed)
        host.document.replaced.connect(self._document_replaced)

    # What commands ask for

    def show_list(self) -> None:
        """Show all lessons, with what was done in each."""
        self.files.show_list(None if self.lesson is None else self.lesson.name)

    def open_folder(self) -> None:
        """Ask for a folder with a lesson in it, and open that."""
        self.files.ask_folder()

    def open(self, name: str) -> None:
        """Open the lesson of that name, or in the folder at that path; a sentence says why not."""
        self.files.open(name)

    @Slot(object)
    def open_lesson(self, lesson: Lesson) -> None:
        """Open a lesson where it was left: here if nothing of anybody's is in this window, else in another one."""
        document = self._host.document
        mine = self.lesson is not None and not document.modified
        if not (document.untouched or mine):
            self._host.another_window().lessons.player.open_lesson(lesson)
            return
        self._host.end_tour()
        room = self._made
        if self.lesson is None or self.lesson.name != lesson.name:
            room.stage.begin()
        self.lesson = lesson
        self.files.watch(lesson)
        room.numbers.forget()
        room.numbers.measure(lesson)
        room.dock.show()
        self._window.activateWindow()  # from a dialog or another window
        done = progress.done_in(lesson.name)
        keys = [step.key for step in lesson.steps]
        self._go(keys.index(done.at) if done.at in keys and not done.finished else 0)

    def next_step(self) -> None:
        """On to the next step; after the last one the lesson is done, and closed."""
        lesson = self.lesson
        if lesson is None:
            return
        if self.step + 1 < len(lesson.steps):
            self._go(self.step + 1)
            return
        self._keep(lambda done: _finished(done))
        self.close_lesson()
        self._notify(Notice(tr(f"Lesson done: {lesson.title}. What you did is kept."), "done"))

    def previous_step(self) -> None:
        """Back to the step before."""
        if self.lesson is not None and self.step > 0:
            self._go(self.step - 1)

    @Slot()
    def set_stage(self) -> None:
        """Set the stage of the present step again."""
        if self.lesson is not None:
            self._go(self.step)

    def begin_again(self) -> None:
        """Forget what was done in the lesson, and begin it."""
        if self.lesson is not None:
            progress.forget(self.lesson.name)
            self._go(0)

    @Slot()
    def close_lesson(self) -> None:
        """Close the lesson at any step: all that was off or covered comes back, the experiment stays as it is."""
        if self.lesson is None or self._room is None:
            return
        self._leave_step()
        self.lesson = None
        self.files.watch(None)
        self._room.numbers.give_up()
        self._room.stage.end()
        self._room.dock.hide()
        self._host.state.set_lesson(0)
        self._host.canvas.setFocus()

    def save_answers(self) -> None:
        """Ask for a file, and write the answers there, for a teacher."""
        if self.lesson is not None:
            self.files.save_answers(self.lesson, progress.done_in(self.lesson.name), self._made.numbers.shown)

    def make_deck(self) -> None:
        """Ask for a file, and make slides and a handout of the lesson."""
        if self.lesson is not None:
            self.making.make(self.lesson, "light" if self._theme is None else self._theme.name)

    def change_side(self) -> None:
        """Put the panel at the other side of the canvas."""
        if self.lesson is not None:
            self._made.dock.change_side()

    def close(self) -> None:
        """The window is closed."""
        self._closed = True
        self.close_lesson()
        self.files.close()
        self.making.close()

    # What it shows

    @property
    def panel(self) -> LessonPanel:
        """The panel, made if it is not there yet."""
        return self._made.panel

    @property
    def dock_shown(self) -> bool:
        """Whether the panel is shown."""
        return self._room is not None and self._room.dock.shown

    @property
    def pointer(self) -> TargetPointer:
        """What points at what a step is about."""
        return self._made.pointer

    @property
    def cover(self) -> Cover:
        """What lies over what would tell."""
        return self._made.cover

    @property
    def numbers(self) -> LessonNumbers:
        """What is measured of the lesson."""
        return self._made.numbers

    @property
    def sketch(self) -> CurveSketch | None:
        """The empty axes on which a curve is drawn; None without any."""
        return self._made.asking.sketch

    def show_update(self, update: Update) -> None:
        """Show how the step's task stands, and the card that is pointed at once the run is where the step has it."""
        arrived = self._room is not None and update.last_order >= self._room.stage.order and not update.playing
        if self._reveals is not None and arrived:
            QTimer.singleShot(0, self, partial(self._reveal, self._reveals))  # canvas and equation follow the run first
            self._reveals = None
        page = None if self.lesson is None else self.panel.page
        if page is None or page.task is None or self._task is None:
            return
        state = update.answers.get(self._task)
        if state is not None:
            before = page.task.done
            page.task.show_state(state.done, "" if state.lost else state.words)
            self._say_lost(state.lost and not page.task.done)
            if state.done and not before:
                self._keep(lambda done: done.did_task(self._key))
                self.panel.show_next()

    def _say_lost(self, lost: bool) -> None:
        """Offer to set the stage again where the lane or layer that the task is about was removed."""
        if lost != self._lost:
            self._lost = lost
            self.panel.note(tr("What the task is about is not there any more.") if lost else "", again=lost)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._room is not None:
            self._room.set_theme(theme)

    @property
    def _made(self) -> LessonRoom:
        if self._room is None:
            room = self._room = LessonRoom(self._window, self._host, self._give, self)
            panel = room.panel
            panel.next_asked.connect(self.next_step)
            panel.back_asked.connect(self.previous_step)
            panel.step_asked.connect(self._go)
            panel.stage_asked.connect(self.set_stage)
            panel.close_asked.connect(self.close_lesson)
            actions = self._host.actions_by_name
            entries = [actions[name] if name else None for name in ("help.lessons", "", *LESSON)]
            panel.set_entries(entries)
            room.asking.answered.connect(self._answered)
            room.numbers.changed.connect(self._measured)
            room.numbers.failed.connect(self._refuse)
            if self._theme is not None:
                room.set_theme(self._theme)
        return self._room

    # A step

    @property
    def _key(self) -> str:
        assert self.lesson is not None
        return self.lesson.steps[self.step].key

    def _keep(self, change: Callable[[Done], Done]) -> Done:
        assert self.lesson is not None
        done = change(progress.done_in(self.lesson.name))
        progress.keep(self.lesson.name, done)
        return done

    @Slot(int)
    def _go(self, number: int) -> None:
        """Begin a step, from 0: its stage is set, whatever stood there before."""
        lesson, room = self.lesson, self._made
        assert lesson is not None
        self._leave_step()
        self.step = number
        done = self._keep(lambda done: done.went_to(lesson.steps[number].key))
        keys = [step.key for step in lesson.steps]
        seen = frozenset(keys.index(key) for key in done.seen if key in keys)
        page = room.panel.show_step(lesson, number, seen, _title_of)
        self._explain()
        self._setting = True
        try:
            replaced = room.stage.set(lesson, number, revealed=self._key in done.answers)
        except InputError as error:
            self._refuse(str(error))
            replaced = False
        finally:
            self._setting = False
        if replaced:
            room.panel.note(tr("The stage is set. What you changed is one Undo away."))
        self._made.asking.begin(lesson, number, done)
        self._point()
        if page.task is not None and room.stage.experiment is not None:
            self._look_at_task()
            if self._key in done.tasks:
                page.task.show_state(True, "")
        room.panel.begin()
        room.asking.take_keyboard()

    @Slot(object)
    def _answered(self, answer: Answer) -> None:
        """A prediction is made: it is kept, and what was off because of it is on again."""
        self._keep(lambda done: done.answered(self._key, answer))
        self._made.panel.show_next()
        assert self.lesson is not None
        asked, point = self.lesson.steps[self.step].prediction, self.lesson.steps[self.step].stage.pointed
        if asked is not None and (asked.at is not None or asked.iterations is not None):
            self._reveals = point

    def _reveal(self, point: Point) -> None:
        """Bring what is pointed at into sight, and where the run stands if that is no card."""
        targets = self._made.targets
        if layer := targets.layer(point):
            self._host.canvas.reveal(layer)
        else:
            self._host.canvas.reveal_executed()
        here = self.lesson is not None and self.lesson.steps[self.step].stage.pointed == point
        if here and not targets.reveal_operation(point) and self._reveals is None:
            self._reveals = point  # the view has it with one of the next updates

    def _explain(self) -> None:
        """Show the explanation at the right where the step has something there, or editing to do."""
        assert self.lesson is not None
        step = self.lesson.steps[self.step]
        shows = step.stage.view is not None or step.task is not None
        self._made.dock.make_room(explanation=shows)

    def _leave_step(self) -> None:
        """Take away all that belongs to the present step alone."""
        room = self._made
        room.asking.end()
        room.pointer.point(None)
        if not self._host.scaler.isHidden():
            self._host.scaler.leave()  # the next stage has the weights of its experiment
        if self._task is not None:
            self._task = None
            self._host.docks.shelf.always_ask((), "lesson")

    def _point(self) -> None:
        assert self.lesson is not None
        point = self.lesson.steps[self.step].stage.pointed
        self.pointer.point(None if point is None else self._made.targets.where(point))
        self._reveals = point
        step = self.lesson.steps[self.step]
        selected = step.stage.view in OF_SELECTED or (step.task is not None and step.stage.view is None)
        chosen = self._made.targets.layer(point) if selected else 0
        self._host.canvas.selection.set([chosen] if chosen else [])

    def _look_at_task(self) -> None:
        from bnsim.lessons.tasks import TaskLens

        assert self.lesson is not None
        task, begun = self.lesson.steps[self.step].task, self._made.stage.experiment
        assert task is not None
        assert begun is not None
        self._task, self._lost = TaskLens(task, begun), False
        self._host.docks.shelf.always_ask((self._task,), "lesson")

    # What follows from what

    @Slot()
    def _measured(self) -> None:
        """More is measured: fill it in; a curve can be drawn, an answer can be judged."""
        if self.lesson is not None:
            self.panel.show_numbers(self.numbers.shown)
            self._made.asking.measured(progress.done_in(self.lesson.name))

    @Slot()
    def _experiment_changed(self) -> None:
        if self.lesson is None or self._setting or self._closed:
            return
        room = self._made
        if self.lesson.steps[self.step].task is None:
            words = tr("You have changed the experiment since this step began.") if room.stage.changed else ""
            room.panel.note(words, again=room.stage.changed)

    @Slot()
    def _document_replaced(self) -> None:
        """Something else was opened in the window: that is no place for the lesson any more."""
        if not self._setting:
            self.close_lesson()

    @Slot(object)
    def _reload(self, lesson: Lesson) -> None:
        """Files of the open lesson have changed: go on with what they say now, at the same step if it is there."""
        if self.lesson is None:
            return
        key = self._key
        self.lesson = lesson
        room = self._made
        room.stage.forget()
        room.numbers.measure(lesson)
        keys = [step.key for step in lesson.steps]
        self._go(keys.index(key) if key in keys else min(self.step, len(keys) - 1))

    @Slot(str)
    def _say(self, words: str) -> None:
        self._notify(Notice(words, "done"))

    @Slot(str)
    def _refuse(self, words: str) -> None:
        """Say in the panel what is wrong with the lesson, or in the status bar where none is open."""
        if self.lesson is not None:
            self.panel.note(words)
        else:
            self._notify(Notice(words, "problem"))


def _title_of(kind: str) -> str:
    return FIGURES[kind].title if kind in FIGURES else kind


def _finished(done: Done) -> Done:
    from msgspec.structs import replace

    return replace(done, finished=True)
