"""Layers as text and back; anything else is refused in words."""

from __future__ import annotations

import json

import pytest

from bnsim.spec.clipboard import layers_from_text, layers_to_text
from bnsim.spec.edits import without_ids
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.initializers import He
from bnsim.spec.layers import PALETTE, Linear, Repeat, Residual, Sigmoid


def test_every_layer_comes_back_without_its_id():
    layers = (*(kind() for kind in PALETTE), Linear(7, init=He()), Residual((Repeat((Linear(3), Sigmoid())),)))
    held = Experiment(stacks=(Stack(layers=layers),)).stacks[0].layers
    text = layers_to_text(held)
    assert layers_from_text(text) == tuple(without_ids(layer) for layer in held)
    assert json.loads(text)["bnsim"] == "layers"
    assert '"id"' not in text
    assert text.count("\n") > len(layers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[1]",
        "{}",
        '{"bnsim": "layers"}',
        '{"bnsim": "layers", "layers": []}',
        '{"bnsim": "layers", "layers": [{"kind": "Zebra"}]}',
        '{"bnsim": "layers", "layers": [{"kind": "Linear", "units": -1}]}',
        '{"bnsim": "layers", "layers": 3}',
        '{"bnsim": "layers", "layers": [], "more": 1}',
        "[" * 100_000,
        '{"bnsim": "layers", "layers": [' + '{"kind": "Residual", "layers": [' * 900 + "]}" * 900 + "]}",
        '{"bnsim": "layers", "layers": [' + '{"kind": "Residual", "layers": [' * 65 + "]}" * 65 + "]}",
        " " * (5 * 1024 * 1024),
        "\ud800",
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(InputError) as refused:
        layers_from_text(text)
    assert "clipboard" in str(refused.value)
    assert "\n" not in str(refused.value)
