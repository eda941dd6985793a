"""The last Linear follows the data's classes until a person sets it."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.data import load
from bnsim.spec import edits
from bnsim.spec.datasets import DATA_SETS, FileData
from bnsim.spec.files import decode, encode
from bnsim.spec.last_linear import following, fresh, outputs_of
from bnsim.spec.layers import Linear
from bnsim.spec.tree import walk


def experiment(*layers: bn.Layer, data: bn.Data = bn.Blobs(samples=64)) -> bn.Experiment:  # noqa: B008  (a record)
    return bn.Experiment(data=data, stacks=(bn.Stack(layers=layers),))


def units(experiment: bn.Experiment) -> list[tuple[int, bool]]:
    return [(each.units, each.follows_data) for each in walk(experiment.stacks[0].layers) if isinstance(each, Linear)]


@pytest.mark.parametrize("kind", [kind for kind in DATA_SETS if kind is not FileData])
def test_the_outputs_of_every_data_set_are_those_it_has(kind: type) -> None:
    assert outputs_of(kind()) == load(kind()).shape.outputs


def test_only_its_file_says_how_many_classes_own_data_has() -> None:
    assert outputs_of(FileData(path="x.csv")) is None


def test_it_follows_the_data() -> None:
    before = experiment(Linear(8), bn.Sigmoid(), Linear(3, follows_data=True))
    after = edits.change_data(before, bn.Blobs(samples=64, classes=5))
    assert units(following(before, after, 5)) == [(8, False), (5, True)]
    assert units(following(before, after, None)) == [(8, False), (3, True)]


def test_it_follows_the_data_inside_a_repeat() -> None:
    before = experiment(Linear(8), bn.Repeat((bn.Repeat((bn.Sigmoid(), Linear(3, follows_data=True))),)))
    after = edits.change_data(before, bn.Blobs(samples=64, classes=5))
    assert units(following(before, after, 5)) == [(8, False), (5, True)]


def test_behind_a_skip_the_one_in_it_and_the_one_before_it_follow() -> None:
    before = experiment(Linear(8), Linear(3, follows_data=True), bn.Residual((bn.Sigmoid(),)))
    inside = before.stacks[0].layers[2].id
    both = following(before, edits.insert_layer(before, inside, 1, fresh(Linear)), 3)
    assert units(both) == [(8, False), (3, True), (3, True)]
    after = following(both, edits.change_data(both, bn.Blobs(samples=64, classes=5)), 5)
    assert units(after) == [(8, False), (5, True), (5, True)]


def test_what_a_person_sets_in_a_block_stays_when_the_block_is_taken_apart() -> None:
    before = experiment(Linear(8), bn.Repeat((Linear(3, follows_data=True),)))
    block = before.stacks[0].layers[1]
    assert isinstance(block, bn.Repeat)
    by_hand = following(before, edits.change_layer(before, block.layers[0].id, units=7), 3)
    assert units(by_hand) == [(8, False), (7, False)]
    assert units(following(by_hand, edits.ungroup_layers(by_hand, [block.id]), 3)) == [(8, False), (7, False)]


def test_one_from_the_palette_in_a_block_amid_the_stack_is_a_hidden_one() -> None:
    before = experiment(bn.Residual((bn.Sigmoid(),)), Linear(3, follows_data=True))
    after = edits.insert_layer(before, before.stacks[0].layers[0].id, 1, fresh(Linear))
    assert units(following(before, after, 3)) == [(64, False), (3, True)]


def test_what_a_person_sets_stays() -> None:
    before = experiment(Linear(3, follows_data=True))
    set_by_hand = following(before, edits.change_layer(before, before.stacks[0].layers[0].id, units=7), 3)
    assert units(set_by_hand) == [(7, False)]
    assert units(following(set_by_hand, edits.change_data(set_by_hand, bn.Digits()), 10)) == [(7, False)]


def test_one_from_the_palette_is_the_last_and_the_one_before_it_a_hidden_one() -> None:
    before = experiment()
    stack = before.stacks[0].id
    first = following(before, edits.insert_layer(before, stack, 0, fresh(Linear)), 3)
    assert units(first) == [(3, True)]
    second = following(first, edits.insert_layer(first, stack, 1, fresh(Linear)), 3)
    assert units(second) == [(64, False), (3, True)]


def test_one_from_the_palette_amid_the_stack_has_the_usual_units() -> None:
    before = experiment(Linear(8), Linear(3))
    after = following(before, edits.insert_layer(before, before.stacks[0].id, 1, fresh(Linear)), 3)
    assert units(after) == [(8, False), (64, False), (3, False)]


def test_an_experiment_in_which_none_follows_stays_the_very_same() -> None:
    before = experiment(Linear(8), Linear(3))
    assert following(before, before, 10) is before


def test_files_say_so_where_it_does_and_nothing_where_it_does_not() -> None:
    one = experiment(Linear(3, follows_data=True))
    assert decode(encode(one)) == one
    assert b"follows_data" not in encode(experiment(bn.Repeat((Linear(3),))))
