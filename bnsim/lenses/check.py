"""Stub."""

from __future__ import annotations

from typing import Any

from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.tensors import Tensor
from bnsim.session.session import Session


class GradientCheck(Inquiry, frozen=True):
    """Stub."""

    tensor: Tensor

    def inquire(self, session: Session, go_on: GoOn) -> Any:
        """Stub."""
        return None
