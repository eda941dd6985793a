"""What was chosen of exports, kept for the next one."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bnsim.plot.style import STYLES, Style
from bnsim.spec.errors import InputError
from bnsim.ui.model import preferences


class ExportChoices(Struct, frozen=True):
    """`format` is a suffix; `style` a page with what was changed of it, its name that of the one it comes from.

    `frames`: how many pictures a film has at most. `attaches`: the file carries the experiment, the moment and the
    layout; `embeds`: and the person's own data.
    """

    format: str = "png"
    style: Style = STYLES["slide"]
    attaches: bool = True
    embeds: bool = False
    frames: int = 48


def load_choices(theme: str = "light") -> ExportChoices:
    """What was chosen last; before the first export the page of a slide in that theme."""
    kept = preferences.load().exports
    if kept:
        try:
            choices = msgspec.convert(kept, ExportChoices)
            choices.style.checked()
            return choices
        except (msgspec.ValidationError, InputError):
            pass  # of another version
    name = "dark" if theme == "dark" else "light"
    return ExportChoices(style=msgspec.structs.replace(STYLES["slide"], theme=name))


def keep_choices(choices: ExportChoices) -> None:
    """Keep what was chosen for the next export, also of the next start."""
    preferences.update(exports=msgspec.to_builtins(choices))
