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
        "file.papers",
        "&Figures of papers…",
        lambda learning: learning.open_papers(),
        icon="papers",
        tip="Figures of papers, made anew: the claim, our figure, what agrees and what does not",
    ),
)
