"""A figure's numbers as CSV: a column for each of `Figure.data()`, floats written so that reading gives the same bits.

Before the line with the names of the columns stands a head of comments, unless the style wants none. Shorter columns
end in empty cells; a cell that holds "nan" is a gap in a line.
"""

from __future__ import annotations

import csv as csv_module
import io
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from bnsim.plot.carried import Carried
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.speaker import words_now
from bnsim.plot.style import Style
from bnsim.spec.phrases import phrase
from bnsim.spec.printable import printable


def csv(figure: Figure, style: Style, carried: Carried) -> bytes:
    """UTF-8, comma separated, lines ending in a line feed; the head's lines begin with "# "."""
    columns = figure.data()
    text = io.StringIO(newline="")
    if style.head:
        text.writelines(f"# {line}\n" for line in _head(figure, carried))
    # What reads comments would take the rest of a bare name with a "#" for one.
    names: dict[str, Any] = {"lineterminator": "\n", "quoting": csv_module.QUOTE_MINIMAL}
    if any("#" in name for name in columns):
        names["quoting"] = csv_module.QUOTE_ALL
    csv_module.writer(text, **names).writerow(columns)
    # tolist() gives Python floats, whose repr is the shortest text that reads back to the same bits
    cells = [[repr(number) for number in column.tolist()] for column in columns.values()]
    csv_module.writer(text, lineterminator="\n").writerows(zip_longest(*cells, fillvalue=""))
    return text.getvalue().encode()


def said(figure: Figure, carried: Carried) -> Iterator[str]:
    """What a head of comments says of a figure, line by line: what it shows, its axes, where it comes from."""
    yield printable(figure.title)
    if figure.verdict:
        yield printable(figure.verdict)
    yield f"x: {_axis(figure.x)}"
    yield f"y: {_axis(figure.y)}"
    if scale := figure.color_scale:
        low, high = (f"{limit:g}" for limit in scale.limits)
        yield words_now(
            phrase("colors: {scale}, from {low} to {high}", scale=printable(scale.label), low=low, high=high)
        )
    yield from map(printable, carried.lines)


def _head(figure: Figure, carried: Carried) -> list[str]:
    lines = list(said(figure, carried))
    how: str = 'pandas.read_csv(FILE, comment="#")'
    if not any(sign in name for name in figure.data() for sign in ',"#'):  # NumPy knows no quotes
        # It would take the first line of the head for the names.
        skipped = f"skip_header={len(lines) + 1}"
        other = f'numpy.genfromtxt(FILE, delimiter=",", names=True, encoding="utf-8", {skipped})'
        how = phrase("{one} or {other}", one=how, other=other)
    return [*lines, words_now(phrase("to read: {how}", how=how))]


def _axis(axis: Axis) -> str:
    label = printable(axis.label)
    if axis.scale == "log":
        label = words_now(phrase("{axis} (logarithmic)", axis=label))
    ticks = (words_now(phrase("{number} is {name}", number=f"{at:g}", name=printable(name))) for at, name in axis.ticks)
    return "; ".join(filter(None, (label, ", ".join(ticks))))
