"""Lanes as edits: add, duplicate, remove, move, rename, recolor, hide."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bnsim.spec import edits, files
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_STACKS, Experiment, Stack
from bnsim.spec.layers import Linear, Repeat, Sigmoid
from bnsim.spec.tree import walk


def three() -> Experiment:
    layers = (Linear(8), Repeat((Sigmoid(),)), Linear(2))
    return Experiment(stacks=tuple(Stack(name=name, layers=layers) for name in "abc"))


def names(experiment: Experiment) -> list[str]:
    return [stack.name for stack in experiment.stacks]


def test_add_up_to_the_most_and_no_further():
    experiment = Experiment()
    for _ in range(MAX_STACKS):
        experiment = edits.add_stack(experiment)
    assert names(experiment) == ["stack", *(f"stack {number}" for number in range(2, MAX_STACKS + 1))]
    with pytest.raises(InputError, match=f"{MAX_STACKS} lanes"):
        edits.add_stack(experiment)
    with pytest.raises(InputError, match=f"{MAX_STACKS} lanes"):
        edits.duplicate_stack(experiment, experiment.stacks[0].id)


def test_a_duplicate_stands_below_with_ids_of_its_own():
    before = three()
    after = edits.duplicate_stack(before, before.stacks[0].id)
    assert names(after) == ["a", "a 2", "b", "c"]
    ids = [layer.id for stack in after.stacks for layer in walk(stack.layers)]
    assert len(set(ids)) == len(ids)
    assert [type(layer) for layer in walk(after.stacks[1].layers)] == [
        type(layer) for layer in walk(after.stacks[0].layers)
    ]
    assert [replace(after.stacks[i], color=0) for i in (0, 2, 3)] == list(before.stacks)


def test_a_duplicate_takes_a_free_color_and_the_others_keep_theirs():
    experiment = three()
    a, b, c = (stack.id for stack in experiment.stacks)
    experiment = edits.recolor_stack(edits.recolor_stack(experiment, b, 4), c, 2)
    before = {stack.id: stack.lane_color(number) for number, stack in enumerate(experiment.stacks)}
    after = edits.duplicate_stack(experiment, a)
    colors = {stack.id: stack.lane_color(number) for number, stack in enumerate(after.stacks)}
    assert {stack: colors[stack] for stack in (a, b, c)} == before
    assert sorted(colors.values()) == [0, 1, 2, 3]


def test_names_of_copies_count_up_from_top_to_bottom():
    experiment = edits.remove_stack(three(), three().stacks[2].id)
    experiment = edits.duplicate_stack(experiment, experiment.stacks[0].id)
    assert names(edits.duplicate_stack(experiment, experiment.stacks[0].id)) == ["a", "a 2", "a 3", "b"]
    assert names(edits.duplicate_stack(experiment, experiment.stacks[1].id)) == ["a", "a 2", "a 3", "b"]


def test_remove_and_move():
    experiment = three()
    a, b, c = (stack.id for stack in experiment.stacks)
    assert names(edits.remove_stack(experiment, b)) == ["a", "c"]
    assert names(edits.move_stack(experiment, c, -1)) == ["a", "c", "b"]
    assert names(edits.move_stack(experiment, a, 9)) == ["b", "c", "a"]
    assert edits.move_stack(experiment, a, -1) == experiment
    with pytest.raises(KeyError):
        edits.remove_stack(experiment, 999)


def test_rename_recolor_and_hide_are_kept_in_the_file():
    experiment = three()
    b = experiment.stacks[1].id
    renamed = edits.rename_stack(experiment, b, "  with   BN ")
    assert names(renamed) == ["a", "with BN", "c"]
    shown = edits.hide_stack(edits.recolor_stack(renamed, b, 3), b)
    assert (shown.stacks[1].color, shown.stacks[1].hidden) == (3, True)
    assert files.decode(files.encode(shown)) == shown


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_names_that_cannot_be(name):
    experiment = three()
    with pytest.raises(InputError, match="name"):
        edits.rename_stack(experiment, experiment.stacks[0].id, name)


def test_lanes_keep_their_colors() -> None:
    def colors(experiment: Experiment) -> dict[str, int]:
        return {stack.name: stack.lane_color(place) for place, stack in enumerate(experiment.stacks)}

    experiment = three()
    before, (a, b, c) = colors(experiment), experiment.stacks
    assert colors(edits.move_stack(experiment, c.id, -2)) == before
    fewer = edits.remove_stack(experiment, a.id)
    assert colors(fewer) == {stack.name: before[stack.name] for stack in (b, c)}
    again = edits.add_stack(fewer, Stack(name="new"))
    assert colors(again) == {**colors(fewer), "new": before[a.name]}
