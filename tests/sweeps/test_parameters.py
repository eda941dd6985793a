from __future__ import annotations

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Fork
from bnsim.spec.fork_changes import MultiplyWeights, OtherBatchMates
from bnsim.spec.tree import walk
from bnsim.sweeps import parameter, parameters, read_axis, with_value


def test_a_path_is_that_of_the_file(small: bn.Experiment) -> None:
    assert with_value(small, "training.optimizer.lr", 0.5).training.optimizer.lr == 0.5
    assert with_value(small, "data.noise", 0.25).data == bn.TwoSpirals(samples=64, noise=0.25)
    assert with_value(small, "stacks.1.layers.0.units", 7).stacks[1].layers[0].units == 7  # type: ignore[union-attr]
    assert with_value(small, "training.optimizer", "Adam").training.optimizer == bn.Adam()
    assert with_value(small, "stacks.0.layers.0.init", "He").stacks[0].layers[0].init == bn.He()  # type: ignore[union-attr]


def test_what_is_changed_in_all_layers_at_once_is_of_all_lanes_or_of_one(small: bn.Experiment) -> None:
    def kinds(experiment: bn.Experiment) -> list[list[str]]:
        return [[layer.name for layer in walk(stack.layers)] for stack in experiment.stacks]

    off = with_value(small, "batchnorm", False)
    assert kinds(off) == [["Linear", "Sigmoid", "Linear"]] * 2
    assert kinds(with_value(off, "stacks.0.batchnorm", True)) == kinds(small)[::-1]
    assert with_value(small, "stacks.1.batchnorm", True) == small
    assert kinds(with_value(small, "stacks.0.depth", 2))[0] == ["Linear", "Sigmoid", "Linear", "Sigmoid", "Linear"]
    assert kinds(with_value(small, "activation", "relu"))[0] == ["Linear", "ReLU", "Linear"]
    wide = with_value(small, "width", 9)
    assert [stack.layers[0].units for stack in wide.stacks] == [9, 9]  # type: ignore[union-attr]
    gained = with_value(small, "stacks.1.gain", 2.0)
    assert [layer.init.gain for stack in gained.stacks for layer in stack.layers if isinstance(layer, bn.Linear)] == [
        1.0,
        1.0,
        2.0,
        2.0,
    ]


def _trainings(experiment: bn.Experiment) -> list[bn.Training]:
    return [experiment.training_of(stack) for stack in experiment.stacks]


def test_every_parameter_that_is_listed_can_be_set_to_what_it_is(small: bn.Experiment) -> None:
    full = replace(
        small, stacks=(*small.stacks, bn.Stack(layers=(bn.Repeat(layers=(bn.Linear(8), bn.Tanh())), bn.Linear(2))))
    )
    listed = parameters(full)
    assert [each.path for each in listed[:2]] == ["training.optimizer.lr", "stacks.0.training.optimizer.lr"]
    assert len({each.title for each in listed}) == len(listed)
    for each in listed:
        if each.present is not None and each.form != "choice":
            same = with_value(full, each.path, each.present)
            # What a lane does as all do is not said of it; said, it is the same.
            assert same == full or (each.path.startswith("stacks.") and _trainings(same) == _trainings(full)), each.path
        assert parameter(full, each.path) == each


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("foo=1", "there is no 'foo'; there are batchnorm, depth"),
        ("stacks.7.depth=1:3", "there is no lane 7; there are 0 (plain), 1 (with BN)."),
        ("stacks.0.foo=1", "there is no 'foo' at stacks.0; there are batchnorm, depth, width, gain, activation"),
        ("stacks.0.layers.9.units=3", "there is no '9' at stacks.0.layers; there are 0, 1, 2."),
        ("training=3", "it has parts; name one of training.batch_size"),
        ("stacks.0.layers.0=3", "it has parts; name one of stacks.0.layers.0.units"),
        ("stacks.0.training=3", "it has parts; name one of stacks.0.training.optimizer, stacks.0.training.schedule"),
        ("stacks.0.training.seed=3", "there is no 'seed' at stacks.0.training; there are optimizer, schedule"),
        ("stacks.0.layers.0.units.x=3", "stacks.0.layers.0.units has no parts; leave out what follows it."),
        ("training.seed=1,2", "seeds are repetitions"),
        ("depth=1:2:log:x", "write a range as FROM:TO:log:NUMBER"),
        ("batchnorm=3", "it is on or off"),
        ("batchnorm=1:3", "it is no number; list values, such as on,off"),
        ("training.batch_size=1.5", "it takes whole numbers"),
        ("training.optimizer.lr=a,b", "it is no number"),
        ("training.optimizer.lr=nan", "it is not finite"),
        ("training.optimizer.lr=0:1:log:3", "both ends must be above 0"),
        ("training.optimizer.lr=0:1:lin:3000", "choose from 1 to 1,000"),
        ("training.optimizer.lr=", "give a path and its values"),
        ("training.optimizer.lr=,", "there are no values"),
        ("lr", "give a path and its values"),
    ],
)
def test_a_wrong_axis_is_one_sentence(small: bn.Experiment, over: str, said: str) -> None:
    with pytest.raises(bn.InputError) as caught:
        read_axis(small, over)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("training.optimizer.lr", -1.0, "Cannot set training.optimizer.lr to -1.0: expected `float` >= 0.0"),
        ("training.optimizer", "Foo", "Cannot set training.optimizer to Foo: invalid value 'Foo'"),
        ("activation", "Foo", "Cannot set activation to Foo: there is no such activation; there are Sigmoid"),
        ("depth", -1, "Cannot set depth to -1: a hidden depth of -1 cannot be"),
        ("stacks.1.gain", -1.0, "Cannot set stacks.1.gain to -1.0: a gain is from 0 to 1e6"),
    ],
)
def test_a_wrong_value_is_one_sentence(small: bn.Experiment, path: str, value: float | str, said: str) -> None:
    with pytest.raises(bn.InputError) as caught:
        with_value(small, path, value)
    assert str(caught.value).startswith(said)


def test_values_are_listed_or_a_range(small: bn.Experiment) -> None:
    def values(over: str) -> tuple[object, ...]:
        return read_axis(small, over).values

    assert values("training.optimizer.lr=0.01:10:log:4") == (0.01, 0.1, 1.0, 10.0)
    assert values("training.optimizer.lr=0:1:lin:3") == (0.0, 0.5, 1.0)
    assert values("depth=2:5") == (2, 3, 4, 5)
    assert values("width=4:64:log:3") == (4, 16, 64)
    assert values("training.batch_size=2:4:lin:9") == (2, 3, 4)
    assert values("batchnorm=on, off") == (True, False)
    assert values("activation=ReLU,Tanh,ReLU") == ("ReLU", "Tanh")


def test_a_finer_grid_has_the_values_of_a_coarser_one(small: bn.Experiment) -> None:
    coarse, fine = (read_axis(small, f"training.optimizer.lr=0.01:10:log:{number}").values for number in (9, 17))
    assert fine[::2] == coarse


def test_one_lane_s_rate_is_set_though_it_was_trained_as_all_are(small: bn.Experiment) -> None:
    path = "stacks.1.training.optimizer.lr"
    assert parameter(small, path).present == small.training.optimizer.lr
    changed = with_value(small, path, 0.5)
    assert [changed.training_of(stack).optimizer.lr for stack in changed.stacks] == [small.training.optimizer.lr, 0.5]
    assert changed.training == small.training
    assert changed.stacks[1].training.own.keys() == {"optimizer"}


def test_what_a_fork_changes_has_fields_and_is_none(small: bn.Experiment) -> None:
    changes = (MultiplyWeights(2.0, layers=(small.stacks[0].layers[0].id,)), OtherBatchMates(keep=(1, 2)))
    stack = replace(small.stacks[1], fork=Fork(source=small.stacks[0], iteration=3, changes=changes))
    forked = replace(small, stacks=(small.stacks[0], stack))
    paths = {each.path for each in parameters(forked)}
    assert {"stacks.1.fork.iteration", "stacks.1.fork.changes.0.factor"} <= paths
    assert [path for path in paths if path.startswith("stacks.1.fork.changes.") and path[-1].isdecimal()] == []
    with pytest.raises(InputError, match="it has parts; name one of"):
        parameter(forked, "stacks.1.fork.changes.0")
    with pytest.raises(InputError, match="it is one of several"):
        parameter(forked, "stacks.1.fork.changes.1.keep.0")
