"""One name for every layer of any stack: blocks in blocks, copies, several of a kind."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec import naming
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Block, Layer, Linear, Repeat
from bnsim.spec.tree import Path, copies_on, layer_at, path_in, paths_of, walk

ISSUE = (bn.Linear(8), bn.Sigmoid(), bn.Linear(8), bn.Linear(8), bn.Sigmoid(), bn.Linear(2))
PLAIN = st.sampled_from([bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Sigmoid(), bn.Dropout(), bn.LayerNorm()])
LAYERS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(bn.Residual, layers=st.lists(inner, max_size=3).map(tuple)),
        st.builds(bn.Repeat, layers=st.lists(inner, max_size=3).map(tuple), times=st.integers(1, 3)),
    ),
    max_leaves=6,
)
STACKS = st.lists(LAYERS, min_size=1, max_size=4).map(
    lambda layers: Experiment(stacks=(Stack(layers=tuple(layers)),)).stacks[0]
)


def ends(layers: tuple[Layer, ...], prefix: Path = (), before: int = 0) -> tuple[dict[Path, int], int]:
    """How many Linears have been passed where each layer ends, and where the last one does; every copy walked."""
    found: dict[Path, int] = {}
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                inner, before = ends(layer.layers, (*path, copy), before)
                found |= inner
        elif isinstance(layer, Block):
            inner, before = ends(layer.layers, path, before)
            found |= inner
        else:
            before += isinstance(layer, Linear)
        found[path] = before
    return found, before


def test_the_second_sigmoid_is_sigmoid_3():
    stack = Experiment(stacks=(Stack(layers=ISSUE),)).stacks[0]
    titles = [naming.layer_title(stack, (index,)) for index in range(7)]
    assert titles == ["Linear 1", "Sigmoid 1", "Linear 2", "Linear 3", "Sigmoid 3", "Linear 4", "CrossEntropy"]


@settings(deadline=None, max_examples=150)
@given(STACKS)
def test_a_name_is_the_kind_and_the_weight_layers_up_to_its_end(stack):
    for path, ordinal in ends(stack.layers)[0].items():
        layer = layer_at(stack.layers, path)
        kind = type(layer).__name__
        assert naming.layer_title(stack, path) == (f"{kind} {ordinal}" if ordinal else kind)


@settings(deadline=None, max_examples=150)
@given(STACKS)
def test_card_heading_and_name_agree_in_every_copy(stack):
    repeats = [layer for layer in walk(stack.layers) if isinstance(layer, Repeat)]
    for shown in list(product(*(range(repeat.times) for repeat in repeats)))[:30]:
        copies = {repeat.id: copy for repeat, copy in zip(repeats, shown, strict=True)}
        cards = naming.card_titles(stack, copies)
        for layer in walk(stack.layers):
            path = path_in(stack.layers, layer.id, copies)
            assert layer_at(stack.layers, path) is layer
            assert {block.id: copy for block, copy in copies_on(stack.layers, path)}.items() <= copies.items()
            title, where = naming.heading(stack, layer.id, copies)
            name = naming.layer_name(stack, path)
            if isinstance(layer, Block):
                assert title == cards[layer.id]
            else:
                assert title == naming.layer_title(stack, path)
                assert cards[layer.id] == (title if isinstance(layer, Linear) else type(layer).__name__)
                said = f"layer {title.rpartition(' ')[2]} of" if " " in title else "before the first Linear"
                assert where.startswith(said)
            parts = naming.layer_title(stack, path), naming.copy_name(stack, path)
            assert name == ", ".join(part for part in parts if part)


@settings(deadline=None, max_examples=100)
@given(STACKS)
def test_names_tell_copies_apart(stack):
    for layer in walk(stack.layers):
        paths = list(paths_of(stack.layers, layer.id))
        names = {naming.copy_name(stack, path) for path in paths}
        assert len(names) == len(paths)
        whole = naming.layer_name_of(stack, layer.id)
        assert whole.startswith(naming.layer_title(stack, paths[0]))
        assert whole.endswith(f"{len(paths)} copies") == (len(paths) > 1)


@pytest.mark.parametrize(
    ("path", "name", "place", "operation"),
    [
        ((0,), "Linear 1", "layer 1 of 14 · Linear", "Linear 1 dW"),
        ((1, 2, 0), "Linear 4, copy 3 of 3", "layer 4 of 14, copy 3 of 3 · Linear", "Linear 4 dW, copy 3 of 3"),
        (
            (2, 1, 1, 2, 1),
            "BatchNorm 12, copy 3 of 3 in copy 2 of 2",
            "layer 12 of 14, copy 3 of 3 in copy 2 of 2 · BatchNorm",
            "BatchNorm 12 dW, copy 3 of 3 in copy 2 of 2",
        ),
        (
            (2, 1, 2),
            "Residual 12, copy 2 of 2",
            "layer 12 of 14, copy 2 of 2 · Residual",
            "Residual 12 dW, copy 2 of 2",
        ),
        ((2,), "Repeat 12", "layer 12 of 14 · Repeat", "Repeat 12 dW"),
        ((5,), "MSE", "loss · MSE", "MSE dW"),
    ],
)
def test_copies_are_said_with_how_many_there_are(path, name, place, operation):
    inner = bn.Repeat((bn.Linear(4), bn.BatchNorm()), times=3)
    outer = bn.Repeat((bn.Linear(4), inner, bn.Residual(())), times=2)
    layers = (bn.Linear(4), bn.Repeat((bn.Linear(4),), times=3), outer, bn.Linear(4), bn.Linear(2))
    stack = Experiment(stacks=(Stack(layers=layers, loss=bn.MSE()),)).stacks[0]
    assert naming.layer_name(stack, path) == name
    assert naming.place(stack, path) == place
    assert naming.operation_of(stack, path, "dW") == operation


def test_what_comes_before_the_first_weight_layer_has_no_number():
    stack = Experiment(stacks=(Stack(layers=(bn.BatchNorm(), bn.Linear(2))),)).stacks[0]
    assert naming.layer_name(stack, (0,)) == "BatchNorm"
    assert naming.place(stack, (0,)) == "input · BatchNorm"
    assert naming.heading(stack, stack.layers[0].id, {}) == ("BatchNorm", "before the first Linear")


def test_lanes_that_are_called_alike_are_told_apart():
    stacks = [Stack(name=name) for name in ("a", "a", "", "b", "a", "")]
    assert naming.lane_names(stacks) == ["a", "a (2)", "lane", "b", "a (3)", "lane (2)"]


def test_operations_and_passes_are_words():
    assert [naming.operation_name(op) for op in ("batch", "sgd", "dσ²")] == ["mini-batch", "SGD", "dσ²"]
    assert [naming.pass_name(phase) for phase in naming.PHASES] == ["forward pass", "loss", "backward pass", "update"]
