from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import bnsim as bn
from bnsim.spec import edits
from tests.spec.experiments import data, experiments, layer_rows, layers, trainings


def ids(experiment: bn.Experiment) -> list[int]:
    return [stack.id for stack in experiment.stacks] + layer_ids(experiment)


def layer_ids(experiment: bn.Experiment) -> list[int]:
    return [layer.id for stack in experiment.stacks for layer in stack.layers]


def assert_sound(experiment: bn.Experiment) -> None:
    used = ids(experiment)
    assert len(set(used)) == len(used)
    assert all(0 < identity < experiment.next_id for identity in used)


def random_edit(experiment: bn.Experiment, draw: Callable[..., Any]) -> bn.Experiment:
    """One edit a person could make."""
    kind = draw(st.sampled_from(["insert", "remove", "move", "copy", "change layer", "training", "data", "name"]))
    stack = draw(st.sampled_from(experiment.stacks))
    index = draw(st.integers(0, len(stack.layers)))
    present = layer_ids(experiment)
    chosen = draw(st.sets(st.sampled_from(present))) if present else set()
    match kind:
        case "insert":
            return edits.insert_layers(experiment, stack.id, index, draw(layer_rows))
        case "remove":
            return edits.remove_layers(experiment, chosen)
        case "move":
            return edits.move_layers(experiment, chosen, stack.id, index)
        case "copy":
            return edits.copy_layers(experiment, chosen, stack.id, index)
        case "change layer" if any(isinstance(experiment.layer(one), bn.Linear) for one in chosen):
            linear = next(one for one in chosen if isinstance(experiment.layer(one), bn.Linear))
            return edits.change_layer(experiment, linear, units=draw(st.integers(1, 99)))
        case "training":
            return edits.change_training(experiment, seed=draw(trainings).seed)
        case "data":
            return edits.change_data(experiment, draw(data))
        case _:
            return edits.change_stack(experiment, stack.id, name="renamed")


@given(experiments)
def test_every_stack_and_layer_has_an_id_of_its_own(experiment: bn.Experiment) -> None:
    assert_sound(experiment)


@given(experiments.filter(lambda it: bool(it.stacks)), st.data())
def test_ids_live_as_long_as_what_they_name_and_never_come_back(experiment: bn.Experiment, data: st.DataObject) -> None:
    seen: dict[int, type] = {layer.id: type(layer) for stack in experiment.stacks for layer in stack.layers}
    gone: set[int] = set()
    for _ in range(data.draw(st.integers(1, 8))):
        before = set(layer_ids(experiment))
        experiment = random_edit(experiment, data.draw)
        assert_sound(experiment)
        after = set(layer_ids(experiment))
        gone |= before - after
        assert not after & gone
        for stack in experiment.stacks:
            for layer in stack.layers:
                assert seen.setdefault(layer.id, type(layer)) is type(layer)


@given(experiments.filter(lambda it: bool(it.stacks)), layers, st.data())
def test_an_inserted_layer_stands_where_it_was_put(
    experiment: bn.Experiment, layer: bn.Linear, data: st.DataObject
) -> None:
    stack = data.draw(st.sampled_from(experiment.stacks))
    index = data.draw(st.integers(0, len(stack.layers)))
    edited = edits.insert_layer(experiment, stack.id, index, layer)
    now = edited.stack(stack.id).layers
    assert replace(now[index], id=0) == replace(layer, id=0)
    assert now[:index] + now[index + 1 :] == stack.layers
    assert edits.remove_layers(edited, {now[index].id}).stacks == experiment.stacks


@given(experiments.filter(lambda it: bool(it.stacks)), st.data())
def test_moving_keeps_every_layer_and_its_id(experiment: bn.Experiment, data: st.DataObject) -> None:
    present = layer_ids(experiment)
    chosen = data.draw(st.sets(st.sampled_from(present))) if present else set()
    stack = data.draw(st.sampled_from(experiment.stacks))
    index = data.draw(st.integers(0, len(stack.layers)))
    moved = edits.move_layers(experiment, chosen, stack.id, index)
    assert sorted(layer_ids(moved)) == sorted(present)
    assert all(moved.layer(one) == experiment.layer(one) for one in present)
    assert chosen <= {layer.id for layer in moved.stack(stack.id).layers}
    staying = [one for one in present if one not in chosen]
    assert [one for one in layer_ids(moved) if one not in chosen] == staying
    assert [one for one in layer_ids(moved) if one in chosen] == [one for one in present if one in chosen]


def test_equal_layers_of_a_repeated_tuple_get_ids_of_their_own() -> None:
    experiment = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(8), bn.Sigmoid()) * 3),))
    assert layer_ids(experiment) == [2, 3, 4, 5, 6, 7]


def test_given_ids_are_kept_and_doubles_renamed() -> None:
    stack = bn.Stack(id=5, layers=(bn.Linear(8, id=9), bn.Sigmoid(id=9), bn.Tanh(id=7)))
    experiment = bn.Experiment(stacks=(stack,))
    assert ids(experiment) == [5, 9, 10, 7]
    assert experiment.next_id == 11


def test_an_unknown_id_is_a_key_error() -> None:
    experiment = bn.default_experiment()
    for look in (experiment.stack, experiment.layer, experiment.find):
        with pytest.raises(KeyError):
            look(10**9)


def test_experiments_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        bn.default_experiment().training.seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "unique"),
    [
        (["a", "a"], ["a", "a 2"]),
        (["a", "a", "a", "b"], ["a", "a 2", "a 3", "b"]),
        (["a", "a", "a 2"], ["a", "a 3", "a 2"]),
        (["a 2", "a 2"], ["a 2", "a 2 2"]),
        (["a", "a 2", "a 2"], ["a", "a 2", "a 3"]),
        (["", ""], ["", "lane 2"]),
        (["x" * 80, "x" * 80], ["x" * 80, "x" * 78 + " 2"]),
    ],
)
def test_no_two_lanes_have_the_same_name(given: list[str], unique: list[str]) -> None:
    experiment = bn.Experiment(stacks=tuple(bn.Stack(name=name) for name in given))
    assert [stack.name for stack in experiment.stacks] == unique
    again = bn.Experiment(stacks=experiment.stacks)
    assert [stack.name for stack in again.stacks] == unique


def test_a_renamed_lane_gets_a_number_and_the_other_keeps_its_name() -> None:
    experiment = bn.Experiment(stacks=(bn.Stack(name="a"), bn.Stack(name="b")))
    first, second = (stack.id for stack in experiment.stacks)
    assert [stack.name for stack in edits.rename_stack(experiment, first, "b").stacks] == ["b 2", "b"]
    assert [stack.name for stack in edits.rename_stack(experiment, second, "a").stacks] == ["a", "a 2"]
    assert [stack.name for stack in edits.rename_stack(experiment, second, "b").stacks] == ["a", "b"]


@pytest.mark.parametrize("depth", [65, 3000])
def test_blocks_are_nested_at_most_so_deeply(depth: int) -> None:
    layer: bn.Layer = bn.ReLU()
    for _ in range(depth):
        layer = bn.Residual(layers=(layer,))
    with pytest.raises(bn.InputError, match=f"has blocks nested {depth} deep; nest at most 64"):
        bn.Experiment(stacks=(bn.Stack(layers=(layer,)),))


def test_an_edit_that_nests_too_deeply_is_refused() -> None:
    layer: bn.Layer = bn.ReLU()
    for _ in range(64):
        layer = bn.Residual(layers=(layer,))
    experiment = bn.Experiment(stacks=(bn.Stack(layers=(layer,)),))
    with pytest.raises(bn.InputError, match="nest at most 64"):
        edits.group_layers(experiment, {experiment.stacks[0].layers[0].id}, bn.Residual())
