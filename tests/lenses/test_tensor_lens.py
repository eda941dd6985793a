"""A tensor looked at: its numbers are the lane's, its names the field's, its pictures the right way up."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

import bnsim as bn
from bnsim import data
from bnsim.lenses.tensor.lens import WHOLE, LatestTensorLens, TensorLens, ThumbnailLens
from bnsim.lenses.tensor.numbers import WriteNumbers
from bnsim.session.arrays import Tensor, read
from bnsim.spec.errors import InputError
from bnsim.spec.training import Clip, Optimizer
from bnsim.spec.tree import layer_at, paths_of


@pytest.fixture(scope="module")
def session() -> bn.Session:
    layers = (
        bn.Noise(),
        bn.Linear(6),
        bn.BatchNorm(),
        bn.ReLU(),
        bn.Repeat(layers=(bn.Linear(6), bn.LayerNorm()), times=3),
        bn.Linear(10),
    )
    stack = bn.Stack(name="a", layers=layers)
    experiment = bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=16), stacks=(stack,))
    session = bn.Session(experiment, wait=False)
    session.step("iteration")
    return session


def answered(session, path, name="value"):
    return TensorLens(Tensor(session.lanes[0].stack.id, path, name)).answer(session)


def test_every_tensor_offered_is_the_lanes(session):
    lane = session.lanes[0]
    for path in [(0,), (1,), (2,), (3,), (4,), (4, 1, 0), (4, 2, 1), (5,), (6,)]:
        for offer in answered(session, path, "value" if path != (6,) else "p").offers:
            seen = answered(session, path, offer.name)
            array = read(session, Tensor(lane.stack.id, path, offer.name))
            np.testing.assert_array_equal(seen.values.reshape(array.shape), array)
            assert seen.summary.size == array.size
            assert seen.offer == offer
            assert not seen.values.flags.writeable


def test_names_are_the_fields_terms(session):
    def symbols(path):
        return {offer.name: offer.symbol for offer in answered(session, path).offers}

    linear, norm = symbols((1,)), symbols((2,))
    names = ("value", "gradient", "weight", "dweight", "bias", "dbias")
    assert [linear[name] for name in names] == ["z", "dz", "W", "dW", "b", "db"]
    assert [norm[name] for name in names] == ["y", "dy", "γ", "dγ", "β", "dβ"]
    assert norm["running_mean"] == "running μ"
    assert {"μ", "σ²", "x̂", "dx̂", "dσ²", "dμ"} <= set(norm)
    assert "raised g" not in linear
    words = {offer.name: offer.words for offer in answered(session, (4, 0, 1)).offers}
    assert words["μ"] == "mean of each sample"
    assert answered(session, (4, 0, 1), "μ").axes[1] == "sample"
    assert answered(session, (1,), "weight").axes == ("unit", "input")


def test_an_output_is_offered_once(session):
    names = [offer.name for offer in answered(session, (3,)).offers]
    assert names[:2] == ["value", "gradient"]
    assert "y" not in names


def test_samples_are_upright_with_their_labels(session):
    seen = answered(session, (0,), "x")
    digits = data.load(bn.Digits())
    for image, label in zip(seen.pictures.images, seen.pictures.labels, strict=True):
        (row,) = np.flatnonzero((digits.x == image.reshape(-1)).all(axis=1))[:1]
        assert label == str(digits.y[row])
        # Pixel (i, j) of a digit is column 8 i + j of the data set.
        np.testing.assert_array_equal(image[2], digits.x[row, 16:24])


def test_what_keeps_the_layout_is_drawn_as_pictures_and_nothing_else(session):
    for path, name in [((0,), "x"), ((0,), "value"), ((0,), "n"), ((1,), "weight"), ((1,), "dweight")]:
        assert answered(session, path, name).pictures is not None, (path, name)
    for path, name in [((1,), "value"), ((2,), "x̂"), ((4, 0, 0), "weight"), ((5,), "weight"), ((2,), "γ")]:
        seen = answered(session, path, name)
        assert seen is None or seen.pictures is None, (path, name)
    weights = read(session, Tensor(session.lanes[0].stack.id, (1,), "weight"))
    np.testing.assert_array_equal(answered(session, (1,), "weight").pictures.images[3], weights[3].reshape(8, 8))


def test_not_computed_yet_says_what_will(session):
    session.reset()
    seen = answered(session, (1,), "dweight")
    assert seen.values is None
    assert seen.due == "“dW”, in the backward pass"
    assert ThumbnailLens(seen.tensor).answer(session).grid is None
    assert answered(session, (1,), "weight").summary.size == 6 * 64
    session.step("iteration")


def test_the_latest_follows_the_run(session):
    session.reset()
    lens = LatestTensorLens(session.lanes[0].stack.id)
    assert lens.answer(session).values is None
    seen = []
    for _ in range(4):
        session.step("layer")
        found = lens.answer(session)
        seen.append(found.tensor.path)
        assert found.tensor.name == "value"
        assert found.values is not None
    assert seen == [(0,), (1,), (2,), (3,)]
    session.step("iteration")


def test_what_is_not_there_is_none(session):
    assert answered(session, (17,)) is None
    assert TensorLens(Tensor(999, (0,))).answer(session) is None
    assert LatestTensorLens(999).answer(session) is None


def test_of_a_large_tensor_a_window_is_told():
    stack = bn.Stack(layers=(bn.Linear(1024), bn.Linear(1024), bn.Linear(2)))
    experiment = bn.Experiment(data=bn.XOR(samples=4), training=bn.Training(batch_size=2), stacks=(stack,))
    session = bn.Session(experiment, wait=False)
    whole = read(session, Tensor(session.lanes[0].stack.id, (1,), "weight"))
    for corner in [(0, 0), (500, 300), (2000, 2000)]:
        seen = TensorLens(Tensor(session.lanes[0].stack.id, (1,), "weight"), corner).answer(session)
        top, left = seen.corner
        high, wide = seen.values.shape
        assert seen.values.size <= WHOLE
        assert (seen.rows, seen.columns) == (1024, 1024)
        np.testing.assert_array_equal(seen.values, whole[top : top + high, left : left + wide])
        assert seen.summary.size == whole.size
    assert max(seen.grid.cells.shape) <= 256
    session.close()


def test_layers_by_path_and_paths_by_id(session):
    layers = session.lanes[0].stack.layers
    inner = layers[4].layers[1]
    assert list(paths_of(layers, inner.id)) == [(4, 0, 1), (4, 1, 1), (4, 2, 1)]
    assert layer_at(layers, (4, 2, 1)) is inner
    assert layer_at(layers, (4,)) is layers[4]
    assert layer_at(layers, (6,)) is None
    assert layer_at(layers, (1, 0)) is None


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_written_numbers_read_back_to_the_same_bits(tmp_path, precision):
    stack = bn.Stack(layers=(bn.Linear(5), bn.Linear(2)))
    training = bn.Training(batch_size=8, precision=precision)
    session = bn.Session(bn.Experiment(data=bn.XOR(samples=16), training=training, stacks=(stack,)), wait=False)
    stack_id = session.lanes[0].stack.id
    for name in ("weight", "bias"):
        tensor = Tensor(stack_id, (0,), name)
        path = tmp_path / f"{name}.csv"
        WriteNumbers(tensor, str(path)).inquire(session, lambda share: True)
        array = read(session, tensor)
        back = np.loadtxt(path, delimiter=",", dtype=array.dtype).reshape(array.shape)
        np.testing.assert_array_equal(back, array)
    with pytest.raises(InputError, match="not computed yet"):
        WriteNumbers(Tensor(stack_id, (0,)), str(tmp_path / "no.csv")).inquire(session, lambda share: True)
    with pytest.raises(InputError, match="Cannot write"):
        WriteNumbers(tensor, str(tmp_path / "nowhere" / "x.csv")).inquire(session, lambda share: True)
    session.close()


def test_classes_are_called_by_their_names_wherever_an_element_is_one(tmp_path):
    from PySide6.QtCore import Qt

    from bnsim.ui.views.tensor.table import TensorModel
    from bnsim.ui.views.tensor.words import element_words

    (tmp_path / "iris.csv").write_text("1,2,virginica\n3,4,setosa\n5,6,versicolor with a very long name\n7,8,setosa\n")
    stack = bn.Stack(layers=(bn.Linear(3), bn.ReLU(), bn.Linear(3)))
    file = bn.FileData(str(tmp_path / "iris.csv"))
    training = bn.Training(batch_size=4)
    session = bn.Session(bn.Experiment(data=file, training=training, stacks=(stack,)), wait=False)
    (tmp_path / "iris.csv").unlink()
    session.step("iteration")
    assert session.class_names == ("setosa", "versicolor with a very long name", "virginica")
    targets = answered(session, (0,), "t")
    for row in range(4):
        number = int(session.lanes[0].read(session.lanes[0].program.targets)[row, 0])
        name = ("setosa", "versicolor with a very …", "virginica")[number]
        assert element_words(targets, (row, 0)).endswith(f": {number}.0 ({name})")
    table = TensorModel()
    table.show_seen(targets)
    number = int(session.lanes[0].read(session.lanes[0].program.targets)[1, 0])
    name = ("setosa", "versicolor with a very …", "virginica")[number]
    assert table.data(table.index(1, 0), Qt.ItemDataRole.ToolTipRole) == f"<qt>{number}.0 ({name})</qt>"
    table.show_seen(answered(session, (3,), "p"))
    assert table.data(table.index(1, 2), Qt.ItemDataRole.ToolTipRole).endswith(" (virginica)</qt>")
    named = {(2,): ("value", "gradient"), (3,): ("p",)}
    for path, names in named.items():
        for name in names:
            assert " 2 (virginica): " in element_words(answered(session, path, name), (1, 2))
    for path, name in (((0,), "value"), ((0,), "weight"), ((1,), "value"), ((2,), "weight"), ((2,), "bias")):
        assert "virginica" not in element_words(answered(session, path, name), (0, 2))
    session.close()


def test_classes_without_names_are_numbers(session):
    assert answered(session, (0,), "t").classes == ()
    assert answered(session, (6,), "p").classes == ()


OPTIMIZERS = [
    *(kind() for kind in get_args(Optimizer)),
    bn.SGD(momentum=0.9, nesterov=True),
    bn.RMSprop(momentum=0.9, centered=True),
    bn.Adagrad(lr_decay=0.1),
]


@pytest.mark.parametrize("clip", get_args(Clip))
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)
def test_what_was_computed_last_is_shown_whatever_updates_the_weights(optimizer, clip):
    stack = bn.Stack(name="a", layers=(bn.Linear(4), bn.BatchNorm(), bn.Dropout(), bn.ReLU(), bn.Linear(2)))
    training = bn.Training(batch_size=8, optimizer=optimizer, clip=clip(), accumulate=2)
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=32), training=training, stacks=(stack,))
    session = bn.Session(experiment, wait=False)
    for _ in range(session.frame().ticks):
        session.step("op")
        seen = LatestTensorLens(experiment.stacks[0].id).answer(session)
        assert seen.values is not None


def test_outputs_of_earlier_mini_batches_are_called_outputs():
    from bnsim.ui.views.tensor.words import shape

    layers = (bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Residual(layers=(bn.Linear(4),)), bn.Linear(2))
    training = bn.Training(batch_size=8, accumulate=3)
    stack = bn.Stack(layers=layers)
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=48), training=training, stacks=(stack,))
    session = bn.Session(experiment, wait=False)
    lane, seen = session.lanes[0], {}
    while lane.cursor.phase != "update":
        session.step("op")
        found = LatestTensorLens(lane.stack.id).answer(session)
        assert found.tensor.name in {offer.name for offer in found.offers}, found.tensor
        seen.setdefault((found.tensor.path, found.tensor.name), []).append(shape(found).split(" · ")[-1])
    each = ["mini-batch 1 of 3", "mini-batch 2 of 3", "mini-batch 3 of 3"]
    for path in ((0,), (1,), (2,), (3,), (4,)):
        assert sorted(set(seen[path, "value"])) == each
    assert seen[(4,), "dweight"] == [
        "mini-batch 1 of 3",
        "mini-batch 2 of 3",
        "mini-batches 1 to 2 of 3",
        "mini-batch 3 of 3",
        "mini-batches 1 to 3 of 3",
    ]
    session.close()


def test_the_only_mini_batch_of_an_update_is_not_numbered(session):
    assert answered(session, (0,), "value").part == ""
