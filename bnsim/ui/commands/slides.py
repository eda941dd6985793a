"""The command that makes slides of the run."""

from __future__ import annotations

from typing import Protocol

from bnsim.ui.commands.action import Action


class Slides(Protocol):
    """The window's maker of slides, as far as commands use it."""

    def open(self) -> None:
        """Ask what is on the slides and where they go, then make them."""


ACTIONS: tuple[Action[Slides], ...] = (
    Action(
        "file.makeSlides",
        "&Make slides…",
        lambda slides: slides.open(),
        icon="export",
        tip="A talk about the run as it stands, for PowerPoint or Beamer: a figure a slide, notes for the speaker",
        enabled=lambda state: state.can_run,
        why="no stack can run yet",
    ),
)
