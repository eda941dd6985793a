"""Commands for those who begin, and for those who learn: the start page, and figures of papers."""

from __future__ import annotations

from typing import Protocol

from bnsim.ui.commands.action import Action


class Learning(Protocol):
    """The part of the window that shows what one can begin with."""

    def show_start(self) -> None: ...
    def show_tour(self) -> None: ...
    def show_marks(self) -> None: ...
    def open_papers(self) -> None: ...
    def show_or_hide_told(self) -> None: ...


ACTIONS: tuple[Action[Learning], ...] = (
    Action(
        "help.start",
        "&Start page",
        lambda learning: learning.show_start(),
        keys=("Alt+Home",),
        icon="start",
        tip="What one can begin with: a first step, recent files, questions, examples, figures of papers",
    ),
    Action(
        "help.tour",
        "One-minute &tour",
        lambda learning: learning.show_tour(),
        icon="tour",
        tip="Step, back, through time, look closer, change, export: each is shown, and done by you; Escape ends it",
    ),
    Action(
        "help.marks",
        "What the &marks mean",
        lambda learning: learning.show_marks(),
        keys=("Shift+F1",),
        icon="marks",
        tip="≠, +, hollow, dashed and waiting: the signs on cards, in figures and on the time line",
    ),
    Action(
        "help.told",
        "What this &experiment shows",
        lambda learning: learning.show_or_hide_told(),
        icon="papers",
        tip="The claim of the paper that was opened, what agrees and what does not, or what an example shows",
        enabled=lambda state: state.told,
        why="open an example or a figure of a paper first",
        checked=lambda state: state.told_shown,
    ),
    Action(
        "file.papers",
        "&Figures of papers…",
        lambda learning: learning.open_papers(),
        icon="papers",
        tip="Figures of papers, made anew: the claim, our figure, what agrees and what does not",
    ),
)
