"""The names and the few words by which cards, outline and status line call a layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import PALETTE, Block, Layer, LayerBase, Linear, Repeat
from bnsim.spec.losses import LOSSES
from bnsim.spec.problems import out_width
from bnsim.spec.tree import is_weight_layer, walk, weight_count
from bnsim.ui.canvas.plan.rows import shown_copy
from bnsim.ui.model.fields import main_field, number_text

SHORT_NAMES: Mapping[str, str] = MappingProxyType({kind.name: kind.short for kind in (*PALETTE, *DATA_SETS, *LOSSES)})
"""What cards are called where they are small, by their kind's name."""
NO_COPIES: Mapping[int, int] = MappingProxyType({})


def layer_name(layer: LayerBase) -> str:
    """The kind's name, as in the palette."""
    return layer.name


def shorter(title: str) -> tuple[str, ...]:
    """A card's title and what it can be called instead, ever shorter: "Linear 3", "Lin 3", "Lin"."""
    name, gap, rest = title.partition(" ")
    short = SHORT_NAMES.get(name, name)
    return (title, f"{short}{gap}{rest}", short)


def titles(stack: Stack, copies: Mapping[int, int] = NO_COPIES) -> dict[int, str]:
    """Of every layer by id; weight layers are numbered by depth, in a Repeat by that of the copy `copies` says."""
    found: dict[int, str] = {}
    _add_titles(stack.layers, 0, copies, found)
    return found


def _add_titles(layers: Sequence[Layer], depth: int, copies: Mapping[int, int], found: dict[int, str]) -> None:
    for layer in layers:
        if isinstance(layer, Block):
            inside = depth
            found[layer.id] = layer_name(layer)
            if isinstance(layer, Repeat):
                found[layer.id] = f"Repeat ×{layer.times}"
                inside += shown_copy(layer, copies) * weight_count(layer.layers)
            _add_titles(layer.layers, inside, copies, found)
            depth += weight_count((layer,))
        else:
            depth += is_weight_layer(layer)
            found[layer.id] = f"Linear {depth}" if isinstance(layer, Linear) else layer_name(layer)


def weight_layers(stack: Stack) -> int:
    """How many weight layers a stack has, copies counted."""
    return weight_count(stack.layers)


def sizes(stack: Stack, features: int | None, batch: int) -> dict[int, str]:
    """Of every layer by id: "in → out" for a Linear, how many layers for a block, "batch × features" for the others.

    `features` None: not known.
    """
    found: dict[int, str] = {}
    _add_sizes(stack.layers, features, batch, found)
    return found


def _add_sizes(layers: Sequence[Layer], width: int | None, batch: int, found: dict[int, str]) -> None:
    for layer in layers:
        shown = "?" if width is None else f"{width}"
        if isinstance(layer, Linear):
            found[layer.id] = f"{shown} → {layer.units}"
        elif isinstance(layer, Block):
            found[layer.id] = counted(sum(1 for _ in walk(layer.layers)))
            _add_sizes(layer.layers, width, batch, found)
        else:
            found[layer.id] = f"{batch} × {shown}"
        width = out_width(layer, 0 if width is None else width) or width


def widths(stack: Stack, features: int | None) -> dict[int, int | None]:
    """How many features every layer puts out, by id; None where it is not known."""
    found: dict[int, int | None] = {}
    _add_widths(stack.layers, features, found)
    return found


def _add_widths(layers: Sequence[Layer], width: int | None, found: dict[int, int | None]) -> None:
    for layer in layers:
        if isinstance(layer, Block):
            _add_widths(layer.layers, width, found)
        width = out_width(layer, 0 if width is None else width) or width
        found[layer.id] = width


def inside(layer: LayerBase) -> tuple[tuple[str, str], ...]:
    """What a block holds, (group, name) each in order; nothing for other layers."""
    if not isinstance(layer, Block):
        return ()
    return tuple((inner.group, layer_name(inner)) for inner in layer.layers)


def remark(layer: LayerBase) -> str:
    """What is unusual in how the layer is set, or its main number, in a word or two."""
    if isinstance(layer, Linear) and not layer.bias:
        return "no bias"
    if isinstance(layer, Repeat):
        return "tied weights" if layer.tied else ""
    field = main_field(type(layer))
    if field is None or isinstance(layer, Linear):
        return ""
    value = getattr(layer, field.name)
    if value == field.default and layer.group == "normalization":
        return ""
    title = field.title if len(field.title) < 3 else field.title.lower()
    return f"{title} {number_text(value)}"


def settings(layer: LayerBase) -> tuple[str, ...]:
    """How the layer is set, a few words a line; its formula if there is nothing to set."""
    lines = []
    for name in layer.__struct_fields__:
        value, words = getattr(layer, name), name.replace("_", " ")
        if name in ("id", "layers", "units"):
            continue
        if isinstance(value, Struct):
            lines.append(type(value).__name__)
        elif isinstance(value, bool):
            lines.append(words if value else f"no {words}")
        elif isinstance(value, float):
            lines.append(f"{words} {value:.3g}")
        else:
            lines.append(f"{words} {value}")
    return tuple(lines) or (layer.formula,)


def counted(count: int) -> str:
    """How many layers, in words."""
    return f"{count} layer{'' if count == 1 else 's'}"


def named(count: int, name: str) -> str:
    """For undo steps: the name of one layer, "3 layers" for several."""
    return name if count == 1 else f"{count} layers"


def loss_words(loss: float) -> str:
    """Four decimals, and few characters where there are no decimals to tell."""
    if abs(loss) < 1e5:
        return f"{loss:.4f}"
    return f"{loss:.3g}" if math.isfinite(loss) else short_number(loss)


def short_number(value: float) -> str:
    """Two significant digits at most, in few characters: "0.43", "3e-9"."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"
