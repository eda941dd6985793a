from __future__ import annotations

import pytest
from hypothesis import given

import bnsim as bn
from bnsim.spec.datasets import DataShape
from bnsim.spec.layers import Layer
from bnsim.spec.problems import bytes_held, find_problems
from tests.spec.experiments import experiments

DIGITS = DataShape(rows=1797, features=64, outputs=10, classification=True)
CURVE = DataShape(rows=200, features=1, outputs=2, classification=False)


def sentences(
    *layers: Layer, data: DataShape = DIGITS, loss: bn.CrossEntropy | bn.MSE | None = None, **training: object
) -> list[str]:
    stack = bn.Stack(name="it", layers=layers, loss=loss or bn.CrossEntropy())
    experiment = bn.Experiment(stacks=(stack,), training=bn.Training(**training))  # type: ignore[arg-type]
    return [problem.sentence() for problem in find_problems(experiment, data)]


def test_the_default_experiment_has_none() -> None:
    assert find_problems(bn.default_experiment(), DIGITS) == ()


@given(experiments)
def test_each_points_at_something_that_exists(experiment: bn.Experiment) -> None:
    for problem in find_problems(experiment, DIGITS):
        assert problem.message
        assert problem.mend
        if problem.stack_id:
            stack = experiment.stack(problem.stack_id)
            assert problem.layer_id == 0 or problem.layer_id in {layer.id for layer in stack.layers}


def test_nesterov_without_momentum_is_refused_as_pytorch_does() -> None:
    wanted = ["Nesterov needs a momentum; set the momentum above 0 or turn Nesterov off."]
    assert sentences(bn.Linear(10), optimizer=bn.SGD(nesterov=True)) == wanted
    assert sentences(bn.Linear(10), optimizer=bn.SGD(nesterov=True, momentum=0.5)) == []


def test_no_linear() -> None:
    assert sentences(bn.Sigmoid()) == ["it has no Linear before the loss; drag a Linear onto it."]
    assert sentences() == ["it has no Linear before the loss; drag a Linear onto it."]


def test_a_last_width_that_does_not_fit() -> None:
    assert sentences(bn.Linear(9)) == ["The last width is 9 and the data has 10 classes; set this Linear to 10 units."]
    assert sentences(bn.Linear(11)) == []
    assert sentences(bn.Linear(11), loss=bn.MSE()) == [
        "The last width is 11 and the target has width 10; set this Linear to 10 units."
    ]


def test_groups_that_do_not_divide_the_features() -> None:
    wanted = ["9 features do not divide into 4 equal groups; set the groups to 3."]
    assert sentences(bn.Linear(9), bn.GroupNorm(4), bn.Linear(10)) == wanted
    assert sentences(bn.Linear(9), bn.GroupNorm(3), bn.Linear(10)) == []
    assert sentences(bn.GroupNorm(128), bn.Linear(10)) == [
        "64 features do not divide into 128 equal groups; set the groups to 64."
    ]
    inside = bn.Residual(layers=(bn.GroupNorm(5), bn.Linear(6)))
    assert sentences(bn.Linear(6), inside, bn.Linear(10)) == [
        "6 features do not divide into 5 equal groups; set the groups to 3."
    ]


def test_the_width_problem_is_on_the_last_linear() -> None:
    stack = bn.Stack(layers=(bn.Linear(10), bn.Linear(5), bn.Sigmoid()))
    experiment = bn.Experiment(stacks=(stack,))
    (problem,) = find_problems(experiment, DIGITS)
    assert problem.layer_id == experiment.stacks[0].layers[1].id


def test_classes_wanted_and_numbers_given() -> None:
    (sentence,) = sentences(bn.Linear(2), data=CURVE)
    assert sentence.endswith("use MSE.")
    assert sentences(bn.Linear(2), data=CURVE, loss=bn.MSE()) == []


def test_a_batch_of_one_is_refused_for_batchnorm_only() -> None:
    assert sentences(bn.Linear(10), batch_size=1) == []
    (sentence,) = sentences(bn.BatchNorm(), bn.Linear(10), batch_size=1)
    assert "batch of one" in sentence


def test_a_batch_larger_than_the_data() -> None:
    (sentence,) = sentences(bn.Linear(10), batch_size=2000)
    assert sentence == "The batch size 2000 is larger than the data set's 1797 rows; lower the batch size."


def test_no_stack() -> None:
    assert [problem.sentence() for problem in find_problems(bn.Experiment(), DIGITS)] == [
        "The experiment has no stack; add one."
    ]


def test_more_memory_than_allowed() -> None:
    (sentence,) = sentences(bn.Linear(65536), bn.Linear(65536), bn.Linear(10))
    assert "would hold" in sentence


@pytest.mark.parametrize(
    ("layer", "said"),
    [(bn.BatchNorm(eps=0.0), "eps"), (bn.BatchNorm(momentum=2.0), "momentum"), (bn.Linear(0), "units")],
)
def test_a_value_out_of_range(layer: Layer, said: str) -> None:
    (sentence,) = sentences(layer, bn.Linear(10))
    assert type(layer).__name__ in sentence
    assert said in sentence


@given(experiments)
def test_without_data_nothing_is_said_about_its_shape(experiment: bn.Experiment) -> None:
    assert {problem.sentence() for problem in find_problems(experiment, None)} <= {
        problem.sentence() for problem in find_problems(experiment, DIGITS)
    }


def test_a_test_part_of_one_row_and_batchnorm_without_running_statistics() -> None:
    data = DataShape(rows=40, features=2, outputs=2, classification=True, test_rows=1)
    layers = (bn.BatchNorm(track_running_stats=False), bn.Linear(2))
    experiment = bn.Experiment(training=bn.Training(batch_size=8), stacks=(bn.Stack(layers=layers),))
    (problem,) = find_problems(experiment, data)
    assert problem.layer_id == experiment.stacks[0].layers[0].id
    assert "The test part has one row" in problem.sentence()
    kept = bn.Experiment(training=experiment.training, stacks=(bn.Stack(layers=(bn.BatchNorm(), bn.Linear(2))),))
    assert find_problems(kept, data) == ()


def test_a_lanes_own_training_is_checked_as_the_experiments() -> None:
    nesterov = bn.LaneTraining(optimizer=bn.SGD(nesterov=True))
    experiment = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(10),), training=nesterov),))
    (problem,) = find_problems(experiment, None)
    assert (problem.stack_id, problem.message) == (experiment.stacks[0].id, "stack's Nesterov needs a momentum")
    too_fast = bn.LaneTraining(optimizer=bn.SGD(lr=-1.0))
    experiment = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(10),), training=too_fast),))
    (problem,) = find_problems(experiment, None)
    assert problem.sentence() == ("stack's training: expected `float` >= 0.0 for optimizer.lr; correct that value.")


def test_what_the_own_optimizer_keeps_counts_as_a_lanes_numbers() -> None:
    wide = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(10),)),))
    adam = bn.LaneTraining(optimizer=bn.Adam())
    own = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(10),), training=adam),))
    held = [bytes_held(each.stacks[0].layers, 64, each.training_of(each.stacks[0])) for each in (wide, own)]
    assert held[1] > held[0]
