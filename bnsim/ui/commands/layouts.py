"""Commands for the panels of figures: their layouts, and comparing them with now."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from bnsim.ui.commands.action import Action


class Panels(Protocol):
    """The panels of the window, as far as commands use them."""

    def choose_layout(self, name: str) -> None: ...
    def previous_layout(self) -> None: ...
    def reset_layout(self) -> None: ...
    def link_axes(self) -> None: ...
    def pin_all(self) -> None: ...


LAYOUTS: dict[str, tuple[str, str, str]] = {
    "vanishing": ("&Vanishing", "Alt+1", "Gradients, activations and saturation by depth"),
    "batchnorm": ("&BatchNorm", "Alt+2", "What one BatchNorm measures and learns, before and after it"),
    "training": ("&Training", "Alt+3", "Loss, accuracy and how far updates move the weights"),
}
"""Text, keys and tip of the action for each layout (see `bnsim.ui.panels.named_layouts`)."""

ACTIONS: tuple[Action[Panels], ...] = (
    *(
        Action(
            f"layout.{name}",
            text,
            partial(lambda panels, name: panels.choose_layout(name), name=name),
            keys=(keys,),
            icon="layout",
            tip=tip,
        )
        for name, (text, keys, tip) in LAYOUTS.items()
    ),
    Action(
        "layout.previous",
        "&Previous layout",
        lambda panels: panels.previous_layout(),
        keys=("Alt+0",),
        icon="undo",
        tip="Back to the panels before the last layout; again brings that back",
        enabled=lambda state: state.layout_before,
        why="no other layout was chosen yet",
    ),
    Action(
        "view.layout",
        "&Reset layout",
        lambda panels: panels.reset_layout(),
        icon="show-all",
        tip="Put all panels back to their places",
    ),
    Action(
        "layout.link",
        "&Link iteration axes",
        lambda panels: panels.link_axes(),
        icon="link",
        tip="Panels over iterations zoom and move together",
        checked=lambda state: state.axes_linked,
    ),
    Action(
        "panels.pin",
        "Compare panels with &now",
        lambda panels: panels.pin_all(),
        keys=("Alt+P",),
        icon="pin",
        tip="What all open panels show stays behind what comes; again takes it away",
        checked=lambda state: state.pinned,
    ),
)
