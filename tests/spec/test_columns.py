from __future__ import annotations

from hypothesis import given

import bnsim as bn
from bnsim.spec.columns import align, align_rows
from tests.spec.experiments import stack_rows


def weights(stack: bn.Stack) -> list[int]:
    return [index for index, layer in enumerate(stack.layers) if isinstance(layer, bn.Linear)]


@given(stack_rows)
def test_columns_keep_each_stack_in_order(stacks: tuple[bn.Stack, ...]) -> None:
    columns = align(stacks)
    for stack, of in zip(stacks, columns.of, strict=True):
        assert len(of) == len(stack.layers)
        assert list(of) == sorted(set(of))
        assert all(0 <= column < columns.count for column in of)


@given(stack_rows)
def test_no_column_is_empty(stacks: tuple[bn.Stack, ...]) -> None:
    columns = align(stacks)
    assert {column for of in columns.of for column in of} == set(range(columns.count))


@given(stack_rows)
def test_weight_layers_share_columns_by_number_and_with_nothing_else(stacks: tuple[bn.Stack, ...]) -> None:
    columns = align(stacks)
    of_weights = [[of[index] for index in weights(stack)] for stack, of in zip(stacks, columns.of, strict=True)]
    longest = max(of_weights, key=len, default=[])
    assert all(row == longest[: len(row)] for row in of_weights)
    for stack, of in zip(stacks, columns.of, strict=True):
        others = {column for index, column in enumerate(of) if index not in weights(stack)}
        assert others.isdisjoint(longest)


@given(stack_rows)
def test_a_column_holds_one_kind_or_activations(stacks: tuple[bn.Stack, ...]) -> None:
    columns = align(stacks)
    held: dict[int, set[str]] = {}
    for stack, of in zip(stacks, columns.of, strict=True):
        for layer, column in zip(stack.layers, of, strict=True):
            held.setdefault(column, set()).add(layer.group if layer.group == "activation" else type(layer).__name__)
    assert all(len(kinds) == 1 for kinds in held.values())


@given(stack_rows)
def test_equal_stacks_share_every_column(stacks: tuple[bn.Stack, ...]) -> None:
    for stack in stacks:
        columns = align((stack, stack))
        assert columns.of[0] == columns.of[1] == tuple(range(len(stack.layers)))


def test_the_default_lanes_differ_by_a_column_for_each_batchnorm() -> None:
    plain, normalized = align(bn.default_experiment().stacks).of
    assert plain[:4] == (0, 2, 3, 5)
    assert normalized[:6] == (0, 1, 2, 3, 4, 5)


def test_rows_share_columns_by_depth_and_key_and_may_skip_depths():
    columns = align_rows(
        [[(0, "a"), (1, "weight"), (3, "weight")], [(1, "weight"), (1, "b"), (2, "weight"), (3, "weight")]]
    )
    assert columns.of == ((0, 1, 4), (1, 2, 3, 4))
    assert columns.count == 5
    assert align_rows([]).count == 0
