"""Names in watches, and in breakpoints on them, follow the lanes and layers that they name."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.session import OnWatch
from bnsim.spec import edits
from bnsim.spec.document import Document
from bnsim.spec.naming import layer_name, layer_names
from bnsim.spec.tree import leaves
from bnsim.spec.watches import Watch

LAYERS = (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(4), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(),
    stacks=(bn.Stack(name="net", layers=LAYERS), bn.Stack(name="other", layers=LAYERS[:3] + LAYERS[6:])),
)
NET, OTHER = EXPERIMENT.stacks
WATCHES = (
    'norm(x̂("net")["BatchNorm 2"][:, 1]) / norm( x̂("other")["BatchNorm 1"] )',
    "mean(dγ['BatchNorm 1'])",
    'loss("net") - loss("other")',
    "norm(W[3]) + norm(W['3'])",
)


def document(*expressions: str) -> Document:
    return Document(
        experiment=EXPERIMENT,
        watches=tuple(map(Watch, expressions)),
        breakpoints=tuple(OnWatch(expression=each, when="changes") for each in expressions),
    )


def after(experiment: bn.Experiment, *expressions: str) -> list[str]:
    """The expressions of watches once the experiment is another one; those of breakpoints are the same."""
    made = document(*expressions).with_experiment(experiment)
    found = [each.expression for each in made.watches]
    assert [each.expression for each in made.breakpoints if isinstance(each, OnWatch)] == found
    return found


def test_a_lane_that_is_renamed_keeps_its_watches() -> None:
    renamed = edits.rename_stack(EXPERIMENT, NET.id, 'my "net"')
    assert after(renamed, *WATCHES) == [
        'norm(x̂("my \\"net\\"")["BatchNorm 2"][:, 1]) / norm( x̂("other")["BatchNorm 1"] )',
        WATCHES[1],
        'loss("my \\"net\\"") - loss("other")',
        WATCHES[3],
    ]


def test_a_name_in_use_gets_a_number_and_is_followed() -> None:
    renamed = edits.rename_stack(EXPERIMENT, NET.id, "other")
    name = renamed.stack(NET.id).name
    assert after(renamed, 'loss("net")') == [f'loss("{name}")']


def test_lanes_may_change_names() -> None:
    swapped = edits.rename_stack(EXPERIMENT, NET.id, "x")
    swapped = edits.rename_stack(swapped, OTHER.id, "net")
    swapped = edits.rename_stack(swapped, NET.id, "other")
    assert after(swapped, WATCHES[2]) == ['loss("other") - loss("net")']


def test_a_layer_that_is_called_otherwise_keeps_its_watches() -> None:
    inserted = edits.insert_layer(EXPERIMENT, NET.id, 0, bn.Linear(4))
    assert after(inserted, *WATCHES) == [
        'norm(x̂("net")["BatchNorm 3"][:, 1]) / norm( x̂("other")["BatchNorm 1"] )',
        WATCHES[1],  # of both lanes, in one of which it has the name that it had
        WATCHES[2],
        WATCHES[3],
    ]
    both = edits.insert_layer(inserted, OTHER.id, 0, bn.Linear(4))
    assert after(both, WATCHES[1]) == ['mean(dγ["BatchNorm 2"])']


def test_a_layer_that_is_removed_is_said_to_be_and_comes_back_with_undo() -> None:
    first = NET.layers[:3]
    removed = edits.remove_layers(EXPERIMENT, {layer.id for layer in first})
    expression = 'norm(x̂("net")["BatchNorm 1"])'
    (there,) = after(removed, expression)
    assert there == 'norm(x̂("net")["BatchNorm 1 (removed)"])'
    with pytest.raises(bn.InputError, match=r"“net” has no layer \"BatchNorm 1 \(removed\)\"; did you mean"):
        bn.Session(removed).watch(there)
    assert after(edits.remove_layers(EXPERIMENT, {NET.layers[1].id}), expression) == [expression]


def test_what_cannot_be_read_or_would_get_too_long_is_left_alone() -> None:
    renamed = edits.rename_stack(EXPERIMENT, NET.id, "n" * 80)
    long = " + ".join(['loss("net")'] * 9)
    assert after(renamed, 'loss("net"', long, 'loss("elsewhere")') == ['loss("net"', long, 'loss("elsewhere")']


def test_names_of_all_layers_are_those_of_each() -> None:
    block = bn.Repeat(layers=(bn.Residual(layers=(bn.Linear(4), bn.ReLU())), bn.BatchNorm()), times=2)
    stack = bn.Experiment(stacks=(bn.Stack(layers=(bn.Sigmoid(), block, bn.Linear(2), bn.Tanh())),)).stacks[0]
    names = layer_names(stack)
    assert names == {leaf.path: layer_name(stack, leaf.path) for leaf in leaves(stack.layers)}
