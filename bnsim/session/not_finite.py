"""A NaN or an infinity in words."""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place
from bnsim.spec.experiment import Stack
from bnsim.spec.naming import layer_name, operation_name


def came_up(values: Array, place: Place, stack: Stack, instruction: Instruction, when: str, mode: str = "") -> str:
    """Such as "first infinity, in z of Linear 3 (iteration 5, forward, linear)"; `mode` comes after what it is.

    `values` is what `instruction` wrote to `place`; with a NaN among them it is that.
    """
    first = f"first {'NaN' if np.isnan(values).any() else 'infinity'}" + mode
    done = f" ({when}, {instruction.phase}, {operation_name(instruction.operation.title)})"
    return f"{first}, in {place.name} of {layer_name(stack, instruction.path)}" + done
