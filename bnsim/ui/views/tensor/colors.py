"""The color of a tensor, the same in every view.

Color never says it alone: the symbol does, and a tooltip or a list says name and shape.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from bnsim.lenses.equations.words import role
from bnsim.plot.theme import Theme
from bnsim.session.arrays import Tensor
from bnsim.spec.experiment import Stack


def role_color(theme: Theme, role_name: str) -> QColor:
    """The color of a role of `bnsim.lenses.equations.words`, such as "mean" or "gradient"."""
    return QColor(theme.color(f"tensor-{role_name}"))


def tensor_color(theme: Theme, stack: Stack, tensor: Tensor) -> QColor:
    """The color of a tensor of that stack."""
    return role_color(theme, role(stack, tensor))
