"""What a fork was before is held to the data and the training as well, and said to be what it is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim import data
from bnsim.spec import edits
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.problems import find_problems

EXPERIMENT = bn.Experiment(
    data=bn.Blobs(classes=2),
    training=bn.Training(batch_size=16),
    stacks=(bn.Stack(name="plain", layers=(bn.Linear(4), bn.BatchNorm(), bn.Linear(2))),),
)


def forked(*changes: object) -> bn.Experiment:
    return fork_stack(EXPERIMENT, EXPERIMENT.stacks[0].id, 5, "", changes)


def sentences(experiment: bn.Experiment) -> dict[int, str]:
    return {each.stack_id: each.sentence() for each in find_problems(experiment, data.load(experiment.data).shape)}


def test_a_source_that_does_not_fit_the_data_is_a_problem_of_the_fork_however_its_own_layers_are() -> None:
    more = replace(forked(), data=bn.Blobs(classes=5))
    for stack in more.stacks:
        more = edits.change_layer(more, stack.layers[-1].id, units=5)
    fork = more.stacks[1]
    assert fork.fork.source.layers[-1].units == 2
    assert sentences(more) == {
        fork.id: "The last width is 2 and the data has 5 classes, in the frozen copy of plain that plain fork runs up "
        "to iteration 5; undo what was changed for all lanes, or remove this one."
    }
    with pytest.raises(bn.InputError, match="in the frozen copy of plain that plain fork runs up to iteration 5"):
        bn.Session(more)


def test_so_is_one_that_cannot_run_at_the_batch_size() -> None:
    without = edits.remove_layers(forked(bn.RemoveLayers((1,))), [EXPERIMENT.stacks[0].layers[1].id])
    alone = replace(without, training=replace(without.training, batch_size=1))
    (problem,) = find_problems(alone, None)
    assert (problem.stack_id, problem.layer_id) == (alone.stacks[1].id, 0)
    assert problem.message.startswith("BatchNorm got a batch of one")
    assert "frozen copy of plain" in problem.message


def test_it_says_the_names_that_the_lanes_have_now() -> None:
    more = replace(forked(), data=bn.Blobs(classes=5))
    more = edits.rename_stack(more, more.stacks[1].id, "mine")
    more = edits.rename_stack(more, more.stacks[0].id, "base")
    assert "in the frozen copy of base that mine runs up to iteration 5" in sentences(more)[more.stacks[1].id]


def test_what_fits_has_none() -> None:
    assert sentences(forked(bn.RemoveLayers((1,)))) == {}
