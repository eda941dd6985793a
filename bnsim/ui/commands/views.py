"""Commands for the views at the right: equation, tensor, X-ray, why. A view says why it cannot do something now."""

from __future__ import annotations

from functools import partial
from typing import Literal, Protocol

from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.state import one_selected

BatchNormAction = Literal["measure", "swap", "identity", "putBack"]


class Views(Protocol):
    """The views, as far as commands use them."""

    def show_of_selected(self, name: str) -> None:
        """Show the "value" or "gradient" of the selected layer."""

    def check_gradient(self) -> None:
        """Compare the gradient on screen with the slope of the loss."""

    def copy_equation(self) -> None:
        """Copy the equation to the clipboard, as LaTeX."""

    def ask_why(self) -> None:
        """Ask why the gradient at the selected layer is what it is; without one, at the first weight layer."""

    def ask_why_value(self) -> None:
        """Ask why the value of the selected layer is what it is."""

    def ask_why_loss(self) -> None:
        """Ask why the loss does not move."""

    def jump_to_link(self) -> None:
        """Go to the operation of the link that is pointed at in the Why view, else of the largest."""

    def press_batchnorm(self, action: BatchNormAction) -> None:
        """Click a button of the BatchNorm's X-ray."""


ACTIONS: tuple[Action[Views], ...] = (
    Action(
        "equation.copy",
        "Copy &equation as LaTeX",
        lambda views: views.copy_equation(),
        icon="copy",
        tip="Formula, numbers and result of the operation just executed",
    ),
    Action(
        "view.output",
        "Show &output",
        lambda views: views.show_of_selected(VALUE),
        keys=("Alt+O",),
        icon="look-values",
        tip="All numbers of the selected layer's output",
        enabled=one_selected,
        why=SELECT,
    ),
    Action(
        "view.gradient",
        "Show gra&dient",
        lambda views: views.show_of_selected(GRADIENT),
        keys=("Alt+G",),
        icon="look-gradients",
        tip="All numbers of its gradient",
        enabled=one_selected,
        why=SELECT,
    ),
    Action(
        "view.why",
        "&Why is this so small?",
        lambda views: views.ask_why(),
        keys=("?",),
        icon="why",
        tip="Trace the gradient at the selected layer to the loss, link by link",
    ),
    Action(
        "view.whyValue",
        "Why is its value so?",
        lambda views: views.ask_why_value(),
        keys=("Alt+Shift+O",),
        icon="why",
        tip="Trace the output of the selected layer to the mini-batch: why it is large, saturated, or the same for all",
        enabled=one_selected,
        why=SELECT,
    ),
    Action(
        "view.whyLoss",
        "Why does the loss not move?",
        lambda views: views.ask_why_loss(),
        icon="why",
        tip="The rate, the gradient and the update ratio of every weight",
    ),
    Action(
        "view.whyJump",
        "Jump to the operation of a link",
        lambda views: views.jump_to_link(),
        keys=("Alt+J",),
        icon="link",
        tip="Stand where the Why view's link is made, the one pointed at or the largest; the question stays",
        enabled=lambda state: state.can_run,
        why="no stack can run yet",
    ),
    Action(
        "run.check",
        "Check this &gradient",
        lambda views: views.check_gradient(),
        keys=("Alt+C",),
        icon="check",
        tip="Compare the gradient on screen with the slope of the loss",
    ),
    *(
        Action(
            f"xray.{name}",
            text,
            partial(lambda views, name: views.press_batchnorm(name), name=name),
            icon=icon,
            tip=tip,
        )
        for name, text, icon, tip in (
            ("measure", "&Measure all rows", "xray-measure", "The BatchNorm over all training rows at once"),
            ("swap", "&Swap batch-mates", "xray-swap", "One sample among others, at the selected BatchNorm"),
            ("identity", "Make BN the &identity", "xray-identity", "γ = √(σ² + ε), β = μ of the next batch"),
            ("putBack", "&Put γ and β back", "undo", "As they were before it was made the identity"),
        )
    ),
)
