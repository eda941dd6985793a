"""Writing a figure to a file; the suffix gives the format. What draws is imported when it is used.

A format is a function (figure, theme, size, dpi) -> bytes in a module here, and a line in `_FORMATS`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme, load_theme
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

Render = Callable[[Figure, Theme, tuple[float, float], float], bytes]

_FORMATS = {
    "png": ("pictures", "png"),
    "svg": ("pictures", "svg"),
    "pdf": ("pictures", "pdf"),
    "csv": ("tables", "csv"),
}
FORMATS = tuple(_FORMATS)
"""Suffixes, without their dot."""

_LARGEST_INCHES = 100.0
_LARGEST_PIXELS = 20_000


def write(
    figure: Figure,
    path: str | os.PathLike[str],
    theme: str = "light",
    size: tuple[float, float] = (7.5, 4.6),
    dpi: float = 200.0,
) -> None:
    """Write `figure` to `path`, whole or not at all; `size` in inches, `dpi` for PNG.

    The same figure and options give the same bytes. InputError for a suffix that is not in `FORMATS`, for
    sizes that no page has, and for a place that cannot be written to.
    """
    target = place(path)
    format = target.suffix.removeprefix(".").lower()
    if format not in _FORMATS:
        ending = f"its ending {target.suffix} is no format" if format else "its name has no ending"
        endings = ", ".join(f".{known}" for known in FORMATS)
        raise InputError(f"Cannot write {target}: {ending}; use a name that ends in one of {endings}.")
    content = render(figure, format, theme, size, dpi)
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot write {target}: {reason}; choose another place or name.") from error


def render(
    figure: Figure,
    format: str,
    theme: str = "light",
    size: tuple[float, float] = (7.5, 4.6),
    dpi: float = 200.0,
) -> bytes:
    """The content `write` would give a file of that format; for the clipboard, and for slides."""
    if format not in _FORMATS:
        raise InputError(f"Cannot draw the figure: {format!r} is no format; choose from {', '.join(FORMATS)}.")
    if not all(math.isfinite(inches) and 1 <= inches <= _LARGEST_INCHES for inches in size):
        raise InputError(f"Cannot write the figure: {size} inches is no size; use 1 to 100 either way.")
    if not (math.isfinite(dpi) and dpi >= 10 and max(size) * dpi <= _LARGEST_PIXELS):
        raise InputError(
            f"Cannot write the figure: {dpi:g} dots per inch is out of range; use 10 or more, "
            f"and at most {count(_LARGEST_PIXELS)} pixels on the longer side."
        )
    module, function = _FORMATS[format]
    to_bytes: Render = getattr(import_module(f"{__name__}.{module}"), function)
    return to_bytes(figure, load_theme(theme), size, dpi)


def boxes_in(figure: Figure, path: str | os.PathLike[str]) -> str:
    """The end of a sentence that says which characters a picture at `path` shows boxes for; empty if none.

    An SVG holds its words as text, which the program that shows it finds fonts for.
    """
    from bnsim.plot.writers.fonts import missing

    lacking = missing(figure) if place(path).suffix.lower() in (".png", ".pdf") else ""
    return f"no installed font has {' '.join(lacking)}, in whose place there are boxes" if lacking else ""


def draw_onto(figure: Figure, axes: Any, theme: str) -> Any:
    """Draw the figure on matplotlib's Axes, or on those of a new pyplot figure if that is None, and return them."""
    return import_module(f"{__name__}.onto").draw_onto(figure, axes, theme)


def frame(figure: Figure) -> Any:
    """The figure's numbers as a pandas DataFrame; InputError without pandas."""
    return import_module(f"{__name__}.frames").frame(figure)
