"""A figure's numbers as CSV: a column for each of `Figure.data()`, floats written so that reading gives the same bits.

Shorter columns end in empty cells; a cell that holds "nan" is a gap in a line.
"""

from __future__ import annotations

import csv as csv_module
import io
from itertools import zip_longest

from bnsim.plot.carried import Carried
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style


def csv(figure: Figure, style: Style, carried: Carried) -> bytes:
    """UTF-8, comma separated, one header line, lines ending in a line feed."""
    columns = figure.data()
    text = io.StringIO(newline="")
    writer = csv_module.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # tolist() gives Python floats, whose repr is the shortest text that reads back to the same bits
    cells = [[repr(number) for number in column.tolist()] for column in columns.values()]
    writer.writerows(zip_longest(*cells, fillvalue=""))
    return text.getvalue().encode()
