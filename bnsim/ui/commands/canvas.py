"""Commands for the canvas: zoom, what cards show, and the field on a card."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from bnsim.ui.commands.action import Action
from bnsim.ui.model.preferences import CardContents


class Zoom(Protocol):
    """The zoom of the canvas, as far as commands use it."""

    def enlarge(self) -> None: ...
    def shrink(self) -> None: ...
    def fit(self) -> None: ...


class Canvas(Protocol):
    """The canvas, as far as commands use it."""

    @property
    def zoom(self) -> Zoom: ...
    def edit_selected(self) -> None: ...
    def set_contents(self, contents: CardContents) -> None: ...


ACTIONS: tuple[Action[Canvas], ...] = (
    Action(
        "edit.units",
        "Edit &in place",
        lambda canvas: canvas.edit_selected(),
        keys=("F2",),
        icon="edit",
        tip="Change the main value of the selected card",
        enabled=lambda state: state.main_field is not None,
        why="select a layer with a value to edit on its card first",
        short=lambda state: "Edit &in place" if state.main_field is None else f"Edit &{state.main_field.title.lower()}",
    ),
    *(
        Action(
            f"view.{contents}",
            text,
            partial(lambda canvas, contents: canvas.set_contents(contents), contents=contents),
            keys=(keys,),
            icon=f"look-{contents}",
            tip=tip,
            checked=partial(lambda state, contents: state.card_contents == contents, contents=contents),
        )
        for contents, text, keys, tip in (
            ("values", "&Values", "Ctrl+1", "Cards show outputs"),
            ("gradients", "&Gradients", "Ctrl+2", "Cards show gradients"),
            ("structure", "&Structure", "Ctrl+3", "Cards show what layers are"),
        )
    ),
    Action(
        "view.zoomIn",
        "Zoom &in",
        lambda canvas: canvas.zoom.enlarge(),
        keys=("Ctrl++", "Ctrl+="),
        icon="zoom-in",
        tip="Larger cards",
    ),
    Action(
        "view.zoomOut",
        "&Zoom out",
        lambda canvas: canvas.zoom.shrink(),
        keys=("Ctrl+-",),
        icon="zoom-out",
        tip="Smaller cards",
    ),
    Action(
        "view.fit",
        "&Fit the stacks",
        lambda canvas: canvas.zoom.fit(),
        keys=("Ctrl+0",),
        icon="fit",
        tip="Show all cards",
    ),
)
