"""Facts about a layer beside its name, for cards and the outline: size, settings, contents. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bnsim.spec.experiment import Stack
from bnsim.spec.kind import Kind
from bnsim.spec.layers import Block, Layer, LayerBase, Linear, Repeat
from bnsim.spec.naming import NO_COPIES, kind_name
from bnsim.spec.numerals import count, counted, significant, typed
from bnsim.spec.problems import out_width
from bnsim.spec.tree import Copies, copy_in, walk
from bnsim.ui.model.fields import main_field


def sizes(stack: Stack, features: int | None, batch: int, copies: Copies = NO_COPIES) -> dict[int, str]:
    """The size of every layer by id: "in → out" for a Linear, a number of layers for a block, else "batch × features".

    `features` None: not known. What is in a Repeat has the sizes of the copy that `copies` says.
    """
    found: dict[int, str] = {}
    for layer, width in _with_widths(stack.layers, features, copies):
        shown = "?" if width is None else count(width)
        if isinstance(layer, Linear):
            found[layer.id] = f"{shown} → {count(layer.units)}"
        elif isinstance(layer, Block):
            found[layer.id] = counted(sum(1 for _ in walk(layer.layers)), "layer")
        else:
            found[layer.id] = f"{count(batch)} × {shown}"
    return found


def widths(stack: Stack, features: int | None, copies: Copies = NO_COPIES) -> dict[int, int | None]:
    """The number of output features of every layer by id, in the copies shown; None where it is not known."""
    return {layer.id: _width_after(layer, width) for layer, width in _with_widths(stack.layers, features, copies)}


def _with_widths(layers: Sequence[Layer], width: int | None, copies: Copies) -> Iterator[tuple[Layer, int | None]]:
    """Every layer with the width of its input, None where it is not known."""
    for layer in layers:
        yield layer, width
        after = _width_after(layer, width)
        if isinstance(layer, Block):
            # What one copy puts out, whatever it got, the next one puts out as well.
            later = isinstance(layer, Repeat) and copy_in(layer, copies) > 0
            yield from _with_widths(layer.layers, after if later else width, copies)
        width = after


def _width_after(layer: Layer, width: int | None) -> int | None:
    return out_width(layer, 0 if width is None else width) or width


def inside(layer: LayerBase) -> tuple[tuple[str, str], ...]:
    """The layers a block holds, (group, name) each in order; empty for other layers."""
    if not isinstance(layer, Block):
        return ()
    return tuple((inner.group, kind_name(inner)) for inner in layer.layers)


def remark(layer: LayerBase) -> str:
    """A word or two on the card: an unusual setting of the layer, or its main number."""
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
    return f"{title} {typed(value)}"


def settings(layer: LayerBase) -> tuple[str, ...]:
    """The layer's settings, a few words a line; its formula if it has no settings."""
    lines = []
    for name in layer.__struct_fields__:
        value, words = getattr(layer, name), name.replace("_", " ")
        if name in ("id", "layers", "units"):
            continue
        if isinstance(value, Kind):
            lines.append(value.name)
        elif isinstance(value, bool):
            lines.append(words if value else f"no {words}")
        elif isinstance(value, float):
            lines.append(f"{words} {significant(value, 3)}")
        else:
            lines.append(f"{words} {value}")
    return tuple(lines) or (layer.formula,)
