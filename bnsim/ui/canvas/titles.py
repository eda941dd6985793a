"""The names and the few words by which cards, outline and status line call a layer."""

from __future__ import annotations

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import LayerBase, Linear
from bnsim.spec.problems import widths


def layer_name(layer: LayerBase) -> str:
    """The kind's name, as in the palette."""
    return type(layer).__name__


def titles(stack: Stack) -> tuple[str, ...]:
    """One for each layer; weight layers are numbered by depth."""
    out, depth = [], 0
    for layer in stack.layers:
        if isinstance(layer, Linear):
            depth += 1
            out.append(f"Linear {depth}")
        else:
            out.append(layer_name(layer))
    return tuple(out)


def sizes(stack: Stack, features: int | None, batch: int) -> tuple[str, ...]:
    """Of each layer: "in → out" for a Linear, "batch × features" for the others. `features` None: not known."""
    out = []
    width: int | None = features
    for layer, after in zip(stack.layers, widths(stack, features or 0), strict=True):
        if isinstance(layer, Linear):
            out.append(f"{'?' if width is None else width} → {after}")
            width = after
        else:
            out.append(f"{batch} × {'?' if width is None else width}")
    return tuple(out)


def remark(layer: LayerBase) -> str:
    """What is unusual in how the layer is set, in a word or two."""
    return "no bias" if isinstance(layer, Linear) and not layer.bias else ""


def named(count: int, name: str) -> str:
    """For undo steps: the name of one layer, "3 layers" for several."""
    return name if count == 1 else f"{count} layers"


def short_number(value: float) -> str:
    """Two significant digits at most, in few characters: "0.43", "3e-9"."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"
