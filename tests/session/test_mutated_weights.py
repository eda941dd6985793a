"""Whatever becomes of a file of weights, it is loaded, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.session.weights_file import read_weights, write_weights
from tests.mutations import Mutations, refused

RANDOM = np.random.default_rng(0)
WEIGHTS = {"0.weight": RANDOM.normal(size=(3, 2)), "0.bias": np.zeros(3), "1.num_batches_tracked": np.array(7)}
SHAPES = {key: value.shape for key, value in WEIGHTS.items()}


def use_mutated(seed: int, count: int, folder: Path) -> None:
    mutations = Mutations(seed)
    for number in range(count):
        ending = mutations.random.choice((".npz", ".safetensors"))
        path = folder / f"w{ending}"
        write_weights(WEIGHTS, path)
        path.write_bytes(mutations.bytes(path.read_bytes()))
        try:
            refused(lambda path=path: read_weights(path, SHAPES, "net"))
        except BaseException as error:
            error.add_note(f"seed {seed}, file {number}: {path.read_bytes()!r}")
            raise


def test_some_mutated_weights(tmp_path: Path) -> None:
    use_mutated(0, 200, tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 6))
def test_many_mutated_weights(tmp_path: Path, seed: int) -> None:
    use_mutated(seed, 1500, tmp_path)


def test_what_is_read_has_the_shapes_that_were_asked_for(tmp_path: Path) -> None:
    for ending in (".npz", ".safetensors"):
        write_weights(WEIGHTS, tmp_path / f"w{ending}")
        found = read_weights(tmp_path / f"w{ending}", SHAPES, "net")
        assert {key: value.shape for key, value in found.items()} == SHAPES
        with pytest.raises(bn.InputError, match=r"0\.bias is 3, not 4"):
            read_weights(tmp_path / f"w{ending}", SHAPES | {"0.bias": (4,)}, "net")
