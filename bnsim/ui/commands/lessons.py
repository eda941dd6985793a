"""Commands for lessons: open one, go through it, keep what one did in it."""

from __future__ import annotations

from typing import Protocol

from bnsim.ui.commands.action import Action
from bnsim.ui.commands.state import State


class Lessons(Protocol):
    """The part of the window that has lessons."""

    def show_list(self) -> None: ...
    def open_folder(self) -> None: ...
    def next_step(self) -> None: ...
    def previous_step(self) -> None: ...
    def set_stage(self) -> None: ...
    def close_lesson(self) -> None: ...
    def begin_again(self) -> None: ...
    def save_answers(self) -> None: ...
    def make_deck(self) -> None: ...
    def change_side(self) -> None: ...


NONE_OPEN = "no lesson is open"


def _open(state: State) -> bool:
    return state.lesson_step > 0


ACTIONS: tuple[Action[Lessons], ...] = (
    Action(
        "help.lessons",
        "&Lessons…",
        lambda lessons: lessons.show_list(),
        keys=("Ctrl+Shift+L",),
        icon="lesson",
        tip="All lessons: each takes up a question, lets you predict, and shows what is measured",
    ),
    Action(
        "help.lessonFolder",
        "Open a lesson f&older…",
        lambda lessons: lessons.open_folder(),
        icon="lesson-folder",
        tip="A lesson of your own; what you change in its files is shown at once",
    ),
    Action(
        "lesson.next",
        "&Next step",
        lambda lessons: lessons.next_step(),
        keys=("Alt+PgDown",),
        icon="lesson-next",
        tip="On to the next step of the lesson",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.back",
        "&Previous step",
        lambda lessons: lessons.previous_step(),
        keys=("Alt+PgUp",),
        icon="lesson-back",
        tip="Back to the step before, and its stage",
        enabled=lambda state: state.lesson_step > 1,
        why="this is the first step",
    ),
    Action(
        "lesson.stage",
        "&Set the stage again",
        lambda lessons: lessons.set_stage(),
        icon="revert",
        tip="Experiment, panels and place as the step began with them; undo brings what you changed back",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.again",
        "Begin the lesson a&gain",
        lambda lessons: lessons.begin_again(),
        icon="reset",
        tip="From the first step, with your predictions forgotten",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.answers",
        "Save my &answers…",
        lambda lessons: lessons.save_answers(),
        icon="save",
        tip="Your predictions beside what is measured, as a file for a teacher",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.deck",
        "Make &deck, handout and plan…",
        lambda lessons: lessons.make_deck(),
        icon="picture",
        tip="The lesson as slides, as pages to hand out, and as a plan for the teacher",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.side",
        "Panel at the &other side",
        lambda lessons: lessons.change_side(),
        icon="dock",
        tip="The lesson stands at the left or at the right of the canvas, and does so next time",
        enabled=_open,
        why=NONE_OPEN,
    ),
    Action(
        "lesson.close",
        "&Close the lesson",
        lambda lessons: lessons.close_lesson(),
        icon="close-window",
        tip="The window is as it was; what you did is kept",
        enabled=_open,
        why=NONE_OPEN,
    ),
)
