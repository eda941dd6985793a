"""What is asked: an array of a layer by its id, so that the question survives edits, and which copy of the layer."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from bnsim.session.arrays import GRADIENT, Tensor
from bnsim.spec.experiment import Experiment
from bnsim.spec.tree import Copies, path_in, paths_of, weight_layers


class Question(Struct, frozen=True):
    """Why is this array of the layer so? `layer` 0: the first weight layer there is; `copy` None: the one on screen."""

    layer: int = 0
    copy: int | None = None
    name: str = GRADIENT


def asked_in(experiment: Experiment, question: Question, copies: Copies) -> Tensor | None:
    """What is asked about; of the first weight layer if the layer has been removed, None if there is none at all."""
    layer = question.layer or _first(experiment)
    try:
        stack, _ = experiment.find(layer)
    except KeyError:
        return asked_in(experiment, Question(), copies) if question.layer else None
    path = path_in(stack.layers, layer, copies)
    if question.copy is not None:
        path = next(islice(paths_of(stack.layers, layer), question.copy, None), path)
    return Tensor(stack.id, path, question.name) if path else None


def _first(experiment: Experiment) -> int:
    """The id of the first weight layer, else of the first layer, of the first lane that has one; 0 without any."""
    for stack in experiment.stacks:
        found = weight_layers(stack.layers) or tuple(layer.id for layer in stack.layers)
        if found:
            return found[0]
    return 0
