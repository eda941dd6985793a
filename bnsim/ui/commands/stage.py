"""Commands for who stands before an audience: what is explained, a pointer, a dark screen, a second screen, notes."""

from __future__ import annotations

from typing import Protocol

from bnsim.ui.commands.action import Action


class Stage(Protocol):
    """What the audience sees, as far as commands use it."""

    def next_view(self) -> None:
        """Show the next of the views: equation, tensor, X-ray, why."""

    def toggle_spotlight(self) -> None:
        """Darken all but what is around the pointer, or not any more."""

    def toggle_laser(self) -> None:
        """Let a red spot follow the pointer, or not any more."""

    def toggle_blank(self) -> None:
        """Make the screen dark, or show it again."""

    def toggle_audience(self) -> None:
        """Show the audience's view on the second screen, or close it."""

    def next_panel(self) -> None:
        """Let the audience see the next of the panels."""

    def show_notes(self) -> None:
        """Show the lecturer's notes."""


ACTIONS: tuple[Action[Stage], ...] = (
    Action(
        "stage.view",
        "Next &explanation",
        lambda stage: stage.next_view(),
        keys=("F3",),
        icon="layout",
        tip="Equation, tensor, X-ray, why: the next of them beside the canvas",
    ),
    Action(
        "stage.spotlight",
        "&Spotlight",
        lambda stage: stage.toggle_spotlight(),
        keys=("F4",),
        icon="spotlight",
        tip="Darken all but what is around the mouse pointer; again, or Escape, ends it",
    ),
    Action(
        "stage.laser",
        "&Laser pointer",
        lambda stage: stage.toggle_laser(),
        keys=("Shift+F4",),
        icon="laser",
        tip="A red spot with a tail follows the mouse; again, or Escape, ends it",
    ),
    Action(
        "stage.blank",
        "&Blank screen",
        lambda stage: stage.toggle_blank(),
        keys=(".",),
        icon="blank",
        tip="Nothing but black, as the key of clickers has it; again, or Escape, ends it",
    ),
    Action(
        "stage.audience",
        "Screen for the &audience",
        lambda stage: stage.toggle_audience(),
        keys=("Shift+F11",),
        icon="audience",
        tip="Canvas, explanation and one panel, large, on the second screen; this window stays as it is",
    ),
    Action(
        "stage.panel",
        "Audience: next &panel",
        lambda stage: stage.next_panel(),
        keys=("Shift+F3",),
        icon="picture",
        tip="The next of the panels that are open, on the audience's screen",
    ),
    Action(
        "stage.notes",
        "&Notes for yourself",
        lambda stage: stage.show_notes(),
        keys=("Alt+N",),
        icon="notes",
        tip="Notes of your own for this file, which the audience does not see",
    ),
)
