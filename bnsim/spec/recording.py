"""How much of a run is recorded."""

from __future__ import annotations

from typing import Literal

Recording = Literal["none", "norms", "all"]
"""What history keeps: the loss alone; norms, BatchNorm's numbers and accuracy; or distributions and fractions too."""
