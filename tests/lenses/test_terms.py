"""What tensors, their rows and their columns are called: of every array that a layer of any kind has."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.lenses.tensor.lens import TensorLens, TensorSeen, offers
from bnsim.session.arrays import Tensor
from bnsim.spec.layers import PALETTE, Block, Layer, Linear
from bnsim.spec.losses import LOSSES, LossBase

BATCH, INPUTS, UNITS, CLASSES, DEVICES, GROUPS = 12, 2, 8, 5, 3, 4
"""All different: the length of a side of an array says what it is."""


def made(kind: type) -> Layer:
    if kind is bn.GroupNorm:
        return bn.GroupNorm(GROUPS)
    return kind(layers=(bn.Tanh(),)) if issubclass(kind, Block) else kind()  # type: ignore[no-any-return]


def seen_by_path(*layers: Layer, loss: LossBase | None = None) -> dict[tuple[int, ...], dict[str, TensorSeen]]:
    stack = bn.Stack(layers=layers, loss=loss or bn.CrossEntropy())  # type: ignore[arg-type]
    data, training = bn.Blobs(classes=CLASSES, samples=40), bn.Training(batch_size=BATCH)
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=(stack,)))
    session.step("iteration")
    lane = session.lanes[0]
    found: dict[tuple[int, ...], dict[str, TensorSeen]] = {}
    for path in {instruction.path for instruction in lane.program.instructions}:
        for offer in offers(lane, path):
            seen = TensorLens(Tensor(lane.stack.id, path, offer.name)).answer(session)
            assert seen is not None
            found.setdefault(path, {})[offer.name] = seen
    return found


def assert_sides(found: dict[str, TensorSeen], sides: dict[int, str]) -> None:
    assert found
    for name, seen in found.items():
        named = [side for side in seen.axes if side]
        assert named == [sides[length] for length in seen.offer.shape], name


LAYERS = [
    *(made(kind) for kind in PALETTE if kind is not Linear),
    bn.BatchNorm(virtual_devices=DEVICES),
    bn.BatchNorm(affine=False),
    bn.BatchNorm(mode="eval"),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
@pytest.mark.parametrize("first", [False, True])
def test_what_rows_and_columns_are(layer: Layer, first: bool) -> None:
    before = () if first else (bn.Linear(UNITS),)
    if first and isinstance(layer, bn.GroupNorm):
        layer = bn.GroupNorm(1)
    by_path = seen_by_path(*before, layer, bn.Linear(CLASSES))
    width, column = (INPUTS, "input") if first else (UNITS, "unit")
    for path, found in by_path.items():
        if path[0] == len(before):
            others = {name: seen for name, seen in found.items() if name != "t"}
            assert_sides(others, {BATCH: "sample", width: column, DEVICES: "device", GROUPS: "group", 1: "group"})


@pytest.mark.parametrize("loss", [kind() for kind in LOSSES], ids=lambda loss: loss.title)
def test_what_rows_and_columns_are_of_weights_data_and_losses(loss: LossBase) -> None:
    by_path = seen_by_path(bn.Linear(UNITS), bn.Tanh(), bn.Linear(CLASSES, bias=False), loss=loss)
    first, last = by_path[0,], by_path[2,]
    assert {name: seen.axes for name, seen in first.items()} == {
        "value": ("sample", "unit"),
        "gradient": ("sample", "unit"),
        "x": ("sample", "input"),
        "t": ("sample", "target"),
        "weight": ("unit", "input"),
        "dweight": ("unit", "input"),
        "bias": ("", "unit"),
        "dbias": ("", "unit"),
    }
    assert {name: seen.axes for name, seen in last.items()} == {
        "value": ("sample", "unit"),
        "gradient": ("sample", "unit"),
        "weight": ("unit", "input"),
        "dweight": ("unit", "input"),
        "dx": ("sample", "input"),
    }
    assert_sides(by_path[3,], {BATCH: "sample", CLASSES: "output"})


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_every_tensor_has_words_and_a_gradient_its_own_symbol(layer: Layer) -> None:
    for found in seen_by_path(bn.Linear(UNITS), layer, bn.Linear(CLASSES)).values():
        for seen in found.values():
            assert seen.offer.words != seen.offer.symbol
        if "gradient" in found:
            output, gradient = found["value"].offer, found["gradient"].offer
            assert gradient.symbol == f"d{output.symbol}"
            assert gradient.words == f"gradient of {output.symbol}"


def test_a_copy_to_multiply_with_is_no_tensor_of_a_layer() -> None:
    """Layers of one shape share it: it would show another layer's numbers."""
    stack = bn.Stack(layers=tuple(bn.Linear(64) for _ in range(3)) + (bn.Linear(10),))
    session = bn.Session(bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=64), stacks=(stack,)))
    lane = session.lanes[0]
    assert not [offer for k in range(4) for offer in offers(lane, (k,)) if "ᵀ" in offer.name]
