"""Grouping layers into blocks and back."""

from __future__ import annotations

import pytest

from bnsim.spec import edits
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Linear, ReLU, Repeat, Residual, Sigmoid, Tanh


def two_stacks() -> Experiment:
    return Experiment(stacks=(Stack(layers=(Linear(8), BatchNorm(), Sigmoid(), Linear(2))), Stack(layers=(Linear(2),))))


def kinds(layers) -> list[str]:
    return [type(layer).__name__ for layer in layers]


@pytest.mark.parametrize("block", [Residual(), Repeat(times=3, tied=True)])
def test_grouped_layers_stand_in_a_block_with_their_ids_and_come_back(block):
    before = two_stacks()
    ids = [layer.id for layer in before.stacks[0].layers[1:3]]
    after = edits.group_layers(before, ids, block)
    made = after.stacks[0].layers[1]
    assert kinds(after.stacks[0].layers) == ["Linear", type(block).__name__, "Linear"]
    assert [layer.id for layer in made.layers] == ids
    assert made.id not in {layer.id for layer in before.stacks[0].layers}
    if isinstance(made, Repeat):
        assert (made.times, made.tied) == (3, True)
    assert edits.ungroup_layers(after, [made.id]).stacks == before.stacks


def test_blocks_are_grouped_inside_blocks_and_taken_apart_one_at_a_time():
    before = Experiment(stacks=(Stack(layers=(Repeat((Linear(4), Tanh(), ReLU())),)),))
    block = before.stacks[0].layers[0]
    after = edits.group_layers(before, [layer.id for layer in block.layers[1:]], Residual())
    inner = after.layers_of(block.id)[1]
    assert kinds(inner.layers) == ["Tanh", "ReLU"]
    flat = edits.ungroup_layers(after, [block.id])
    assert kinds(flat.stacks[0].layers) == ["Linear", "Residual"]
    both = edits.ungroup_layers(after, [block.id, inner.id])
    assert kinds(both.stacks[0].layers) == ["Linear", "Tanh", "ReLU"]


@pytest.mark.parametrize("places", [[], [(0, 0), (0, 2)], [(0, 3), (1, 0)]])
def test_what_does_not_stand_side_by_side_is_refused(places):
    experiment = two_stacks()
    ids = [experiment.stacks[stack].layers[index].id for stack, index in places]
    with pytest.raises(InputError, match="side by side"):
        edits.group_layers(experiment, ids, Residual())


def test_taking_apart_what_is_no_block_is_refused():
    experiment = two_stacks()
    with pytest.raises(InputError, match="No block"):
        edits.ungroup_layers(experiment, [experiment.stacks[0].layers[0].id])


def test_the_place_behind_a_layer():
    experiment = Experiment(stacks=(Stack(layers=(Repeat((Linear(4),)), Residual())),))
    block, empty = experiment.stacks[0].layers
    assert edits.place_behind(experiment, block.layers[0].id) == (block.id, 1)
    assert edits.place_behind(experiment, block.id) == (experiment.stacks[0].id, 1)
    assert edits.place_behind(experiment, empty.id) == (empty.id, 0)
    assert edits.place_behind(experiment, 0) == (experiment.stacks[0].id, 2)
