"""A tensor named by its layer's id instead of its path, so that the choice survives edits."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from bnsim.session.arrays import VALUE, Tensor
from bnsim.spec.experiment import Experiment
from bnsim.spec.tree import Copies, layer_at, path_in, paths_of


class Chosen(Struct, frozen=True):
    """A tensor of the layer of an id. `copy` counts the copies a Repeat makes of it.

    Layer 0 is the loss of the stack `stack`.
    """

    layer: int
    name: str = VALUE
    copy: int = 0
    stack: int = 0


def tensor_of(experiment: Experiment, chosen: Chosen) -> Tensor | None:
    """The tensor in the present experiment; None if its layer has been removed."""
    if not chosen.layer:
        stacks = [stack for stack in experiment.stacks if stack.id == chosen.stack]
        return Tensor(stacks[0].id, (len(stacks[0].layers),), chosen.name) if stacks else None
    try:
        stack, _ = experiment.find(chosen.layer)
    except KeyError:
        return None
    path = next(islice(paths_of(stack.layers, chosen.layer), chosen.copy, None), None)
    return None if path is None else Tensor(stack.id, path, chosen.name)


def chosen_of(experiment: Experiment, tensor: Tensor) -> Chosen | None:
    """The choice that names the tensor; None if there is no such layer."""
    try:
        stack = experiment.stack(tensor.stack)
    except KeyError:
        return None
    layer = layer_at(stack.layers, tensor.path)
    if layer is None:
        return Chosen(0, tensor.name, 0, stack.id) if tensor.path == (len(stack.layers),) else None
    copy = next((k for k, path in enumerate(paths_of(stack.layers, layer.id)) if path == tensor.path), 0)
    return Chosen(layer.id, tensor.name, copy)


def of_layer(experiment: Experiment, layer_id: int, name: str, copies: Copies) -> Chosen:
    """A tensor of a layer, in a Repeat of the copy that `copies` says."""
    try:
        stack, _ = experiment.find(layer_id)
    except KeyError:
        return Chosen(layer_id, name)
    shown = path_in(stack.layers, layer_id, copies)
    return Chosen(layer_id, name, next(k for k, path in enumerate(paths_of(stack.layers, layer_id)) if path == shown))


def copies(experiment: Experiment, layer_id: int) -> int:
    """Number of copies of a layer in the unrolled stack; 0 if it has been removed."""
    try:
        stack, _ = experiment.find(layer_id)
    except KeyError:
        return 0
    return sum(1 for _ in paths_of(stack.layers, layer_id))
