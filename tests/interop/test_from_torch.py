"""A PyTorch network as a stack with its weights: the same outputs, and clear words for what bnsim has not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.interop.reading import READERS

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn

HIDDEN: dict[str, tuple[Any, Any]] = {
    "BatchNorm1d": (nn.BatchNorm1d(6, eps=1e-3, momentum=None), bn.BatchNorm(eps=1e-3, momentum=None)),
    "BatchNorm1d bare": (
        nn.BatchNorm1d(6, affine=False, track_running_stats=False),
        bn.BatchNorm(affine=False, track_running_stats=False),
    ),
    "LayerNorm": (nn.LayerNorm(6, eps=1e-3), bn.LayerNorm(eps=1e-3)),
    "GroupNorm": (nn.GroupNorm(3, 6, affine=False), bn.GroupNorm(3, affine=False)),
    "RMSNorm": (nn.RMSNorm(6), bn.RMSNorm(eps=2.0**-52)),
    "Sigmoid": (nn.Sigmoid(), bn.Sigmoid()),
    "Tanh": (nn.Tanh(), bn.Tanh()),
    "ReLU": (nn.ReLU(inplace=True), bn.ReLU()),
    "ReLU6": (nn.ReLU6(), bn.Hardtanh(0.0, 6.0)),
    "LeakyReLU": (nn.LeakyReLU(0.2), bn.LeakyReLU(0.2)),
    "ELU": (nn.ELU(0.5), bn.ELU(0.5)),
    "SELU": (nn.SELU(), bn.SELU()),
    "GELU": (nn.GELU("tanh"), bn.GELU("tanh")),
    "SiLU": (nn.SiLU(), bn.SiLU()),
    "Mish": (nn.Mish(), bn.Mish()),
    "Softplus": (nn.Softplus(2.0, 5.0), bn.Softplus(2.0, 5.0)),
    "Hardtanh": (nn.Hardtanh(-0.5, 0.25), bn.Hardtanh(-0.5, 0.25)),
    "Identity": (nn.Identity(), bn.Identity()),
    "Dropout": (nn.Dropout(0.0), bn.Dropout(0.0)),
}


def test_every_module_that_can_be_read_is_here() -> None:
    assert {name.split(maxsplit=1)[0] for name in HIDDEN} | {"Linear", "Flatten"} == set(READERS)


@pytest.mark.parametrize("name", HIDDEN)
def test_outputs_are_the_same(name: str) -> None:
    module, layer = HIDDEN[name]
    model = nn.Sequential(nn.Flatten(), nn.Linear(5, 6), nn.Sequential(module, nn.Linear(6, 4, bias=False))).double()
    stack, weights = bn.interop.from_torch(model, "read")
    assert stack == bn.Stack(name="read", layers=(bn.Linear(6), layer, bn.Linear(4, bias=False)))
    session = bn.Session(
        bn.Experiment(
            data=bn.GaussianNoise(samples=12, features=5, classes=4),
            training=bn.Training(batch_size=12),
            stacks=(stack,),
        )
    )
    lane = session.lanes[0]
    lane.load_state_dict(weights)
    session.step("iteration")
    wanted = model(torch.as_tensor(lane.inputs())).detach().numpy()
    np.testing.assert_allclose(lane.value(2), wanted, rtol=1e-12, atol=1e-12)


def test_a_frozen_batchnorm_is_in_eval_mode() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    model[1].eval()
    assert bn.interop.from_torch(model).stack.layers[1] == bn.BatchNorm(mode="eval")
    assert bn.interop.from_torch(model.eval()).stack.layers[1] == bn.BatchNorm()


def test_a_layer_alone_and_a_narrow_precision() -> None:
    layer = nn.Linear(2, 3).to(torch.bfloat16)
    stack, weights = bn.interop.from_torch(layer)
    assert stack.layers == (bn.Linear(3),)
    assert weights["0.weight"].dtype == np.float64
    np.testing.assert_array_equal(weights["0.bias"], layer.bias.detach().double().numpy())


SHARED = nn.Linear(3, 3)


class Linear(nn.Linear):
    """One of the user's own."""


REFUSED = {
    "convolution": (nn.Sequential(nn.Conv1d(1, 2, 3)), "no Conv1d at “0”"),
    "inside": (nn.Sequential(nn.ReLU(), nn.Sequential(nn.ReLU(), nn.Softmax(1))), "Softmax at “1.1”.* leave it out"),
    "by its name alone": (nn.Sequential(Linear(2, 2)), "Linear at “0”"),
    "planes": (nn.Sequential(nn.LayerNorm((2, 3))), "last dimension alone"),
    "no bias": (nn.Sequential(nn.LayerNorm(3, bias=False)), "give it a bias"),
    "shared": (nn.Sequential(SHARED, nn.ReLU(), SHARED), "“2” .*shares its weights with “0”"),
    "widths": (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(4)), "made for 4 features and gets 3"),
    "p": (nn.Sequential(nn.Dropout(1.0)), "p must be below 1"),
    "part": (nn.Sequential(nn.Flatten(0)), "flatten all but the rows"),
    "no network": (object(), "no object"),
}


@pytest.mark.parametrize(("module", "said"), REFUSED.values(), ids=REFUSED)
def test_one_sentence_names_what_bnsim_has_not(module: Any, said: str) -> None:
    with pytest.raises(bn.InputError, match=said):
        bn.interop.from_torch(module)
