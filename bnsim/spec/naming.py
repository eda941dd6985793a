"""What things are called, wherever a person reads or hears it: layers and their copies, operations, phases, lanes.

A layer has one name, "Sigmoid 3": its kind, and the ordinal of the weight layer that it is, ends with or follows, all
copies counted. Where it stands in a Repeat the name goes on with the copy: "Sigmoid 3, copy 2 of 5". On a card and in
the outline, where one sees what it follows, only weight layers carry their ordinal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from types import MappingProxyType

from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import PALETTE, Block, Layer, LayerBase, Repeat
from bnsim.spec.losses import LOSSES
from bnsim.spec.numerals import count, counted
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import (
    Copies,
    Path,
    copies_on,
    copy_in,
    is_weight_layer,
    layer_at,
    leaves,
    ordinal_at,
    path_in,
    weight_count,
    weight_layers,
)

NO_COPIES: Copies = MappingProxyType({})
DATA = "data"
PHASES = MappingProxyType(
    {
        "forward": ("▶", "forward"),
        "loss": ("●", "loss"),
        "backward": ("◀", "backward"),
        "update": ("↻", "update"),
    }
)
"""Sign and word of each phase: direction is never said by color alone."""
_PASSES = MappingProxyType({"forward": "forward pass", "backward": "backward pass"})
_SHORT_NAMES = MappingProxyType({kind.name: kind.short for kind in (*PALETTE, *DATA_SETS, *LOSSES)})
_OPERATIONS = MappingProxyType({"batch": "mini-batch", "sgd": "SGD", "running": "running values"})


def kind_name(layer: LayerBase) -> str:
    """The kind of a layer as the palette calls it, such as "BatchNorm"."""
    return layer.name


def operation_name(op: str) -> str:
    """An operation's name, from its title in a program: "mean", "dσ²", "mini-batch"."""
    return _OPERATIONS.get(op, op)


def pass_name(phase: str) -> str:
    """A phase's name in a sentence: "forward pass", "update"."""
    return _PASSES.get(phase, phase)


def mini_batches(which: range, per_update: int) -> str:
    """Which of an update's mini-batches, counted from 0: "mini-batch 2 of 3", "mini-batches 1 to 2 of 3"."""
    several = len(which) > 1
    first, of = count(which[0] + 1), count(per_update)
    return f"mini-batches {first} to {count(which[-1] + 1)} of {of}" if several else f"mini-batch {first} of {of}"


def several(layers: Sequence[LayerBase]) -> str:
    """Layers in the words of undo steps and drags: the kind of a single one, else "3 layers"."""
    return kind_name(layers[0]) if len(layers) == 1 else counted(len(layers), "layer")


def numbered(layer: LayerBase, ordinal: int) -> str:
    """A layer's name from its kind and ordinal: "Sigmoid 3", or "Sigmoid" before the first weight layer."""
    return f"{kind_name(layer)} {count(ordinal)}" if ordinal else kind_name(layer)


def layer_title(stack: Stack, path: Path) -> str:
    """The name of the layer at a path of the unrolled stack without its copy: "Sigmoid 3"; for the loss, "MSE"."""
    layer = layer_at(stack.layers, path)
    return stack.loss.name if layer is None else numbered(layer, ordinal_at(stack.layers, path))


def layer_name(stack: Stack, path: Path) -> str:
    """The full name of the layer at a path of the unrolled stack: "Sigmoid 3, copy 2 of 5"."""
    return _with_copy(layer_title(stack, path), stack, path)


def layer_names(stack: Stack) -> dict[Path, str]:
    """The full names of all layers of the unrolled stack, by path: as `layer_name`, in one pass."""
    found, ordinal = {}, 0
    for leaf in leaves(stack.layers):
        ordinal += is_weight_layer(leaf.layer)
        found[leaf.path] = _with_copy(numbered(leaf.layer, ordinal), stack, leaf.path)
    return found


def copy_name(stack: Stack, path: Path) -> str:
    """The copies a path leads through: "copy 2 of 5", "copy 1 of 2 in copy 2 of 5", "" outside of any Repeat."""
    named = [_copy(repeat, copy) for repeat, copy in copies_on(stack.layers, path)]
    return joined(phrase(" in "), reversed(named))


def layer_name_of(stack: Stack, layer_id: int) -> str:
    """The name of a layer of the document with all its copies: "Sigmoid 3", "Sigmoid 1, 5 copies"."""
    path = path_in(stack.layers, layer_id, NO_COPIES)
    copies = 1
    for repeat, _ in copies_on(stack.layers, path):
        copies *= repeat.times
    title = layer_title(stack, path)
    return title if copies == 1 else f"{title}, {count(copies)} copies"


def quoted(stack: Stack) -> str:
    """A lane's name in quotes."""
    return f"“{stack.name}”"


def whose_weights(stacks: Sequence[Stack], layers: Collection[int], lane_name: Callable[[Stack], str] = quoted) -> str:
    """The weights of some of the stacks' layers, given by id: "all weights", "weights of 3 layers of “plain”"."""
    owners = [(stack, here) for stack in stacks if (here := [id for id in weight_layers(stack.layers) if id in layers])]
    if owners == [(stack, list(weight_layers(stack.layers))) for stack in stacks]:
        return "all weights"
    whole = all(len(here) == len(weight_layers(stack.layers)) for stack, here in owners)
    lanes = " and ".join(lane_name(stack) for stack, _ in owners)
    lanes = lanes if len(owners) < 3 else counted(len(owners), "lane")
    number = sum(len(here) for _, here in owners)
    if whole:
        return f"weights of {lanes}"
    one = layer_name_of(owners[0][0], owners[0][1][0]) if number == 1 else counted(number, "layer")
    return f"weights of {one} of {lanes}"


def operation_of(stack: Stack, path: Path, op: str) -> str:
    """An operation and the layer it belongs to: "BatchNorm 3 dσ²", "Linear 3 dW, copy 2 of 5", "data mini-batch"."""
    title = DATA if op == "batch" else layer_title(stack, path)
    said = f"{title} {operation_name(op)}"
    return said if op == "batch" else _with_copy(said, stack, path)


def place(stack: Stack, path: Path, op: str = "") -> str:
    """Where in the stack an operation belongs, at length: "layer 3 of 21 · BatchNorm", "data", "loss · MSE"."""
    if op == "batch":
        return DATA
    layer = layer_at(stack.layers, path)
    if layer is None:
        return f"loss · {stack.loss.name}"
    ordinal = ordinal_at(stack.layers, path)
    where = f"layer {count(ordinal)} of {count(weight_count(stack.layers))}" if ordinal else "input"
    return f"{_with_copy(where, stack, path)} · {kind_name(layer)}"


def short_place(stack: Stack, path: Path, op: str = "") -> str:
    """Where in the stack an operation belongs, in few words: "BatchNorm 3", "data", "MSE"."""
    return DATA if op == "batch" else layer_title(stack, path)


def heading(stack: Stack, layer_id: int, copies: Copies) -> tuple[str, str]:
    """Two lines for one layer: ("BatchNorm 11", "layer 11 of 21 · in Repeat ×3, copy 2").

    A block's first line is what its card says, since the second counts its layers. In a Repeat the layer is that of
    the copy which `copies` says.
    """
    path = path_in(stack.layers, layer_id, copies)
    layer = layer_at(stack.layers, path)
    assert layer is not None
    last = ordinal_at(stack.layers, path)
    whole = count(weight_count(stack.layers))
    if isinstance(layer, Block):
        inside = weight_count((layer,))
        first = count(last - inside + 1)
        where = f"layers {first} to {count(last)} of {whole}" if inside > 1 else f"layer {count(last)} of {whole}"
        title, where = block_title(layer), where if inside else "without weights"
    else:
        title = numbered(layer, last)
        where = f"layer {count(last)} of {whole}" if last else "before the first Linear"
    return title, " · ".join([where, *(f"in {block}" for block in reversed(_blocks_on(stack.layers, path)))])


def block_title(block: Block) -> str:
    """A block's name on its card and in paths: "Repeat ×3", "Residual"."""
    return f"{kind_name(block)} ×{count(block.times)}" if isinstance(block, Repeat) else kind_name(block)


def card_titles(stack: Stack, copies: Copies = NO_COPIES) -> dict[int, str]:
    """The titles of all layers by id, as cards and the outline show them: "Linear 3", "Sigmoid", "Repeat ×3".

    What is in a Repeat is counted in the copy that `copies` says.
    """
    found: dict[int, str] = {}
    _add_titles(stack.layers, 0, copies, found, _card_title)
    return found


def layer_titles(stack: Stack) -> dict[int, str]:
    """The names of all layers by id: "Linear 3", "Sigmoid 3", "Repeat ×3"; in a Repeat those of its first copy."""
    found: dict[int, str] = {}
    _add_titles(stack.layers, 0, NO_COPIES, found, numbered)
    return found


def shorter(title: str) -> tuple[str, ...]:
    """A card's title and shorter forms of it for less room: "Linear 3", "Lin 3", "Lin"."""
    name, gap, rest = title.partition(" ")
    short = _SHORT_NAMES.get(name, name)
    return (title, f"{short}{gap}{rest}", short)


def lane_names(stacks: Iterable[Stack]) -> list[str]:
    """The names of lanes shown together, made unique: the second of two called "a" is "a (2)"."""
    names: list[str] = []
    for stack in stacks:
        own = name = stack.name or "lane"
        number = 2
        while name in names:
            name, number = f"{own} ({number})", number + 1
        names.append(name)
    return names


def _copy(repeat: Repeat, copy: int) -> str:
    return phrase("copy {number} of {times}", number=count(copy + 1), times=count(repeat.times))


def _with_copy(words: str, stack: Stack, path: Path) -> str:
    copy = copy_name(stack, path)
    return joined(", ", (words, copy)) if copy else words


def _blocks_on(layers: Sequence[Layer], path: Path) -> list[str]:
    """The blocks around what stands at a path, outer ones first: "Repeat ×3, copy 2"."""
    named = []
    while len(path) > 1:
        block, path = layers[path[0]], path[1:]
        assert isinstance(block, Block)
        title = block_title(block)
        if isinstance(block, Repeat):
            title, path = f"{title}, copy {count(path[0] + 1)}", path[1:]
        named.append(title)
        layers = block.layers
    return named


def _card_title(layer: Layer, ordinal: int) -> str:
    return numbered(layer, ordinal) if is_weight_layer(layer) else kind_name(layer)


def _add_titles(
    layers: Sequence[Layer], depth: int, copies: Copies, found: dict[int, str], title: Callable[[Layer, int], str]
) -> None:
    """Add the titles of layers of which `depth` weight layers stand before; `title(layer, ordinal)` makes one."""
    for layer in layers:
        inside = weight_count((layer,))
        if isinstance(layer, Block):
            found[layer.id] = block_title(layer)
            before = copy_in(layer, copies) * weight_count(layer.layers) if isinstance(layer, Repeat) else 0
            _add_titles(layer.layers, depth + before, copies, found, title)
        else:
            found[layer.id] = title(layer, depth + inside)
        depth += inside
