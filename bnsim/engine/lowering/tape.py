"""The form every layer is lowered in.

A function emits a layer's forward instructions and returns its output's place together with a function that, called
when the gradient of that output has arrived, emits the backward ones and returns the gradient's next place: a tape,
written once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnsim.engine.builder import Builder
from bnsim.engine.program import Place

Backward = Callable[[Place, bool], Place]
"""Emits from the gradient of a layer's output that of its input; the flag says whether the latter is wanted."""

Lower = Callable[[Builder, Any, Place], tuple[Place, Backward]]
