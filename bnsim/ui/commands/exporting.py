"""Commands for exports: what has the focus as a file or on the clipboard, the last one again, the whole window."""

from __future__ import annotations

from typing import Protocol

from bnsim.ui.commands.action import Action

NOTHING = "nothing that has a picture is shown"


class Exports(Protocol):
    """The window's exports, as far as commands use them."""

    def export(self) -> None:
        """Open the dialog for what has the focus, or had it last."""

    def copy(self) -> None:
        """Copy that as a picture, and what it says as text."""

    def export_again(self) -> None:
        """Write what was exported last, as it is now, beside the last file."""

    def export_axes(self) -> None:
        """Open the dialog for what BatchNorm, LayerNorm and RMSNorm average over."""

    def export_window(self) -> None:
        """Ask for a file, and write the whole window as a picture."""


ACTIONS: tuple[Action[Exports], ...] = (
    Action(
        "export.export",
        "&Export…",
        lambda exports: exports.export(),
        keys=("Ctrl+Shift+E",),
        icon="export",
        tip="What has the focus as a picture for a slide, a paper or a web page, with a preview",
        enabled=lambda state: bool(state.exports),
        why=NOTHING,
        shown=lambda state: f"&Export “{state.exports}”…" if state.exports else "&Export…",
    ),
    Action(
        "export.again",
        "Export aga&in",
        lambda exports: exports.export_again(),
        keys=("Ctrl+Alt+E",),
        icon="export",
        tip="What was exported last, as it is now and in the same way, beside the last file",
        enabled=lambda state: bool(state.exports_again),
        why="nothing was exported yet",
        shown=lambda state: f"Export “{state.exports_again}” aga&in" if state.exports_again else "Export aga&in",
    ),
    Action(
        "export.copy",
        "Cop&y picture",
        lambda exports: exports.copy(),
        keys=("Ctrl+Shift+C",),
        icon="copy",
        tip="What has the focus as a picture, and its LaTeX or its numbers as text",
        enabled=lambda state: bool(state.exports),
        why=NOTHING,
        shown=lambda state: f"Cop&y “{state.exports}”" if state.exports else "Cop&y picture",
    ),
    Action(
        "export.axes",
        "What normalizations average over…",
        lambda exports: exports.export_axes(),
        icon="export",
        tip="A picture for a slide: the axes over which BatchNorm, LayerNorm and RMSNorm take their statistics",
    ),
    Action(
        "export.window",
        "Picture of the win&dow…",
        lambda exports: exports.export_window(),
        icon="picture",
        tip="The whole window as it is on the screen, at twice its resolution",
    ),
)
