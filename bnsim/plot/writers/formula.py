r"""The LaTeX of a formula's diagram, a part of a document to be read with \input."""

from __future__ import annotations

from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.spec.printable import printable


def tex(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """Display mathematics, one for each formula, below comments that say what it is; the style has no effect."""
    assert isinstance(picture, Diagram)
    said = [picture.title, picture.description, *carried.lines, r"needs \usepackage{amsmath}"]
    head = [f"% {line}" for each in said if each for line in printable(each).splitlines()]
    formulas = [f"\\[\n{each}\n\\]" for each in picture.latex.split("\n\n")]
    return "\n".join([*head, *formulas, ""]).encode()
