"""Why a number is what it is: each operation's formula, with names, with numbers, and what they come to."""

from bnsim.lenses.equations.chain import Chain, ChainLens, Link
from bnsim.lenses.equations.lens import EquationLens, Explained, FormulasLens, Named, Operation, explain
from bnsim.lenses.equations.line import Line
from bnsim.lenses.equations.markup import Markup, latex
from bnsim.lenses.equations.parts import Part, Parts
from bnsim.lenses.equations.pieces import Piece, in_parts
from bnsim.lenses.equations.setting import Axis

__all__ = [
    "Axis",
    "Chain",
    "ChainLens",
    "EquationLens",
    "Explained",
    "FormulasLens",
    "Line",
    "Link",
    "Markup",
    "Named",
    "Operation",
    "Part",
    "Parts",
    "Piece",
    "explain",
    "in_parts",
    "latex",
]
