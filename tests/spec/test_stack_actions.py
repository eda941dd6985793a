"""Whole-stack actions: what changes, what stays, and for which stacks."""

from __future__ import annotations

import pytest

from bnsim.spec import stack_actions as actions
from bnsim.spec.datasets import DataShape
from bnsim.spec.defaults import default_experiment
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.initializers import He, PyTorchDefault
from bnsim.spec.layers import BatchNorm, Dropout, LeakyReLU, Linear, ReLU, Repeat, Residual, Sigmoid, Tanh
from bnsim.spec.problems import find_problems
from bnsim.spec.tree import walk


def stack_of(*layers) -> Experiment:
    return Experiment(stacks=(Stack(name="one", layers=layers),))


def kinds(experiment: Experiment, number: int = 0) -> list[str]:
    return [type(layer).__name__ for layer in walk(experiment.stacks[number].layers)]


def linears(experiment: Experiment, number: int = 0) -> list[Linear]:
    return [layer for layer in walk(experiment.stacks[number].layers) if isinstance(layer, Linear)]


def ids(experiment: Experiment) -> list[int]:
    return [layer.id for stack in experiment.stacks for layer in walk(stack.layers)]


PLAIN = (Linear(8), Sigmoid(), Linear(8), Tanh(), Linear(2))
NESTED = (Linear(8), Repeat((Linear(8), ReLU()), times=3), Residual((Linear(8), Sigmoid())), Linear(2))


def test_batchnorm_goes_before_or_after_every_activation_once():
    before = actions.insert_batchnorm_before_activations(stack_of(*PLAIN))
    assert kinds(before) == ["Linear", "BatchNorm", "Sigmoid", "Linear", "BatchNorm", "Tanh", "Linear"]
    after = actions.insert_batchnorm_after_activations(stack_of(*PLAIN))
    assert kinds(after) == ["Linear", "Sigmoid", "BatchNorm", "Linear", "Tanh", "BatchNorm", "Linear"]
    assert actions.insert_batchnorm_before_activations(before) == before
    assert actions.insert_batchnorm_after_activations(after) == after


def test_batchnorm_goes_into_blocks_too_and_out_again():
    experiment = stack_of(*NESTED)
    inserted = actions.insert_batchnorm_before_activations(experiment)
    assert kinds(inserted) == [
        "Linear", "Repeat", "Linear", "BatchNorm", "ReLU", "Residual", "Linear", "BatchNorm", "Sigmoid", "Linear",
    ]  # fmt: skip
    assert actions.remove_batchnorm(inserted).stacks == experiment.stacks


def test_removing_batchnorm_takes_a_block_along_that_held_nothing_else():
    removed = actions.remove_batchnorm(stack_of(Linear(4), Residual((BatchNorm(),)), Repeat(), Linear(2)))
    assert kinds(removed) == ["Linear", "Repeat", "Linear"]  # the Repeat was empty before


def test_the_same_stack_with_and_without():
    plain, normalized = default_experiment().stacks
    experiment = actions.remove_batchnorm(default_experiment(), [normalized.id])
    assert kinds(experiment, 1) == kinds(experiment, 0)
    assert experiment.stacks[0] == plain


def test_activations_change_under_their_ids():
    experiment = stack_of(*NESTED)
    changed = actions.change_activations(experiment, LeakyReLU(0.2))
    assert kinds(changed) == ["Linear", "Repeat", "Linear", "LeakyReLU", "Residual", "Linear", "LeakyReLU", "Linear"]
    assert ids(changed) == ids(experiment)
    with pytest.raises(InputError, match="no activation"):
        actions.change_activations(experiment, Dropout())


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 7])
def test_hidden_depth(depth):
    experiment = stack_of(Dropout(), *PLAIN)
    deep = actions.set_hidden_depth(experiment, depth)
    assert len(linears(deep)) == depth + 1
    assert deep.stacks[0].layers[-1] == experiment.stacks[0].layers[-1]
    assert kinds(deep)[0] == "Dropout"
    assert len(set(ids(deep))) == len(ids(deep))
    assert set(ids(experiment)[: 1 + 2 * min(depth, 2)]) <= set(ids(deep))
    assert find_problems(deep, DataShape(rows=200, features=4, outputs=2, classification=True)) == ()
    if depth > 2:
        assert kinds(deep)[-3:] == ["Linear", "Tanh", "Linear"]


def test_hidden_depth_that_cannot_be():
    with pytest.raises(InputError, match="no hidden Linear"):
        actions.set_hidden_depth(stack_of(Linear(2)), 3)
    with pytest.raises(InputError, match="0 or more"):
        actions.set_hidden_depth(stack_of(*PLAIN), -1)
    with pytest.raises(InputError, match="the most"):
        actions.set_hidden_depth(stack_of(*PLAIN), 5000)
    assert actions.set_hidden_depth(stack_of(Linear(2)), 0) == stack_of(Linear(2))


@pytest.mark.parametrize("layers", [(), (Sigmoid(),)])
def test_a_stack_without_weights_has_no_hidden_depth_to_change(layers):
    with pytest.raises(InputError, match="no hidden Linear"):
        actions.set_hidden_depth(stack_of(*layers), 3)
    assert actions.set_hidden_depth(stack_of(*layers), 0) == stack_of(*layers)


def test_hidden_width_leaves_the_head():
    wide = actions.set_hidden_width(stack_of(*NESTED), 32)
    assert [layer.units for layer in linears(wide)] == [32, 32, 32, 2]
    for width in (0, 70000):
        with pytest.raises(InputError, match="hidden width"):
            actions.set_hidden_width(wide, width)


def test_biases_go_only_where_a_batchnorm_subtracts_them():
    layers = (
        Linear(8), BatchNorm(), Sigmoid(), Linear(8), Sigmoid(), BatchNorm(), Linear(8), BatchNorm(mode="eval"),
        Repeat((Linear(8), BatchNorm())), Linear(2),
    )  # fmt: skip
    dropped = actions.drop_redundant_biases(stack_of(*layers))
    assert [layer.bias for layer in linears(dropped)] == [False, True, True, False, True]


def test_initialize_all():
    done = actions.initialize_all(stack_of(*NESTED), He())
    assert {type(layer.init) for layer in linears(done)} == {He}


@pytest.mark.parametrize(
    "action",
    [
        actions.insert_batchnorm_before_activations,
        actions.insert_batchnorm_after_activations,
        actions.remove_batchnorm,
        actions.drop_redundant_biases,
        lambda experiment, stacks=None: actions.change_activations(experiment, Tanh(), stacks),
        lambda experiment, stacks=None: actions.set_hidden_depth(experiment, 4, stacks),
        lambda experiment, stacks=None: actions.set_hidden_width(experiment, 12, stacks),
        lambda experiment, stacks=None: actions.initialize_all(experiment, PyTorchDefault(gain=2.0), stacks),
    ],
)
def test_only_the_named_stacks_change_and_nothing_to_do_changes_nothing(action):
    layers = (Linear(8), BatchNorm(), ReLU(), Linear(8), Sigmoid(), Linear(2))
    experiment = Experiment(stacks=(Stack(name="a", layers=layers), Stack(name="b", layers=layers)))
    second = action(experiment, [experiment.stacks[1].id])
    assert second.stacks[0] == experiment.stacks[0]
    assert second.stacks[1] != experiment.stacks[1]
    everywhere = action(experiment)
    assert kinds(everywhere, 0) == kinds(everywhere, 1)
    assert action(everywhere) == everywhere
    assert action(Experiment()) == Experiment()
