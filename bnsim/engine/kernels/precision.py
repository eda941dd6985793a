"""Functions that kernels call and that each precision has a form of its own of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True)
class Forms:
    """By the function a kernel names, what is compiled for it in one precision; `helpers` are what that calls."""

    of: Mapping[Function, Function]
    helpers: tuple[Function, ...] = ()
