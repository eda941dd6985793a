"""Weights go out and in as .npz and safetensors, keys as PyTorch's; what does not fit is said in one sentence."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.session import Session
from tests.session.test_rewind import everything

ENDINGS = [".npz", ".safetensors"]
STACK = bn.Stack(name="net", layers=(bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Linear(2)))
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=64),
    training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.2, momentum=0.5)),
    stacks=(STACK, bn.Stack(name="other", layers=(bn.Linear(3), bn.Linear(2)))),
)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_goes_out_comes_in_to_the_bit(ending: str, precision: str, tmp_path: Path) -> None:
    experiment = replace(EXPERIMENT, training=replace(EXPERIMENT.training, precision=precision))
    session, other = Session(experiment), Session(experiment)
    session.run(7)
    session.lane("net").save_weights(tmp_path / f"w{ending}")
    other.lane("net").load_weights(tmp_path / f"w{ending}")
    wanted, found = (each.lane("net").state_dict() for each in (session, other))
    assert {key: value.dtype for key, value in wanted.items()} == {key: value.dtype for key, value in found.items()}
    for key, value in wanted.items():
        np.testing.assert_array_equal(found[key], value)
    assert os.listdir(tmp_path) == [f"w{ending}"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_going_back_past_it_gives_the_former_ones(ending: str, tmp_path: Path) -> None:
    session, plain = Session(EXPERIMENT), Session(EXPERIMENT)
    for each in (session, plain):
        each.run(6)
    plain.lane("net").save_weights(tmp_path / f"w{ending}")
    for each in (session, plain):
        each.run(6)
    session.lane("net").load_weights(tmp_path / f"w{ending}")
    loaded = session.lane("net").state_dict()["0.weight"]
    session.run(3)
    session.seek(11)
    plain.seek(11)
    assert everything(session)[2:] == everything(plain)[2:]
    session.step("iteration")
    np.testing.assert_array_equal(session.lane("net").state_dict()["0.weight"], loaded)


def test_torch_reads_and_writes_them(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from safetensors.torch import load_file, save_file

    session = Session(EXPERIMENT)
    session.run(5)
    lane = session.lane("net")
    module = torch.nn.Sequential(
        torch.nn.Linear(2, 5), torch.nn.BatchNorm1d(5), torch.nn.Tanh(), torch.nn.Linear(5, 2)
    ).double()
    lane.save_weights(tmp_path / "w.safetensors")
    module.load_state_dict(load_file(tmp_path / "w.safetensors"), strict=True)
    lane.save_weights(tmp_path / "w.npz")
    arrays = {key: torch.from_numpy(value) for key, value in np.load(tmp_path / "w.npz").items()}
    module.load_state_dict(arrays, strict=True)
    session.step("layer")
    outputs = module.train()(torch.from_numpy(lane.inputs()))
    session.step("iteration")
    np.testing.assert_allclose(outputs.detach().numpy(), lane.value(3), rtol=1e-12, atol=1e-12)
    with torch.no_grad():
        module[0].weight += 1
    save_file(module.state_dict(), tmp_path / "back.safetensors")
    lane.load_weights(tmp_path / "back.safetensors")
    np.testing.assert_array_equal(lane.state_dict()["0.weight"], module[0].weight.detach().numpy())


def save(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    if path.suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        from safetensors.numpy import save_file

        save_file(arrays, path)
    return path


WRONG = {
    "a shape": (lambda it: it | {"0.weight": np.zeros((5, 3))}, "0.weight is 5 × 3, not 5 × 2"),
    "one is missing": (lambda it: {key: it[key] for key in it if key != "3.bias"}, "3.bias is missing"),
    "one too many": (lambda it: it | {"7.weight": np.zeros(2)}, "7.weight is not in the lane"),
    "many": (lambda _: {f"{k}": np.zeros(1) for k in range(9)}, ", and 14 more; choose weights of the same layers"),
    "truth values": (lambda it: it | {"3.bias": np.zeros(2, bool)}, "3.bias holds bool"),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_listed_and_nothing_changes(
    ending: str, change: object, said: str, tmp_path: Path
) -> None:
    session = Session(EXPERIMENT)
    lane = session.lane("net")
    path = save(tmp_path / f"w{ending}", change(lane.state_dict()))
    before = everything(session)
    with pytest.raises(bn.InputError) as caught:
        lane.load_weights(path)
    assert str(caught.value).startswith(f"Cannot load w{ending} into lane “net”: ")
    assert said.lower() in str(caught.value).lower()
    assert everything(session) == before


def test_a_kind_of_number_that_numpy_has_not_is_said(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from safetensors.torch import save_file

    lane = Session(EXPERIMENT).lane("net")
    half = {key: torch.from_numpy(value).bfloat16() for key, value in lane.state_dict().items()}
    save_file(half, tmp_path / "w.safetensors")
    with pytest.raises(bn.InputError, match=r"0\.weight holds BF16, not numbers that can be read"):
        lane.load_weights(tmp_path / "w.safetensors")


def test_what_is_no_such_file_is_one_sentence(tmp_path: Path) -> None:
    lane = Session(EXPERIMENT).lane("net")
    for ending in ENDINGS:
        whole = tmp_path / f"whole{ending}"
        lane.save_weights(whole)
        content = whole.read_bytes()
        for bad in (b"", b"PK", content[: len(content) // 2], b"\xff" * 200, content[:8] + b"\0" * 50):
            (tmp_path / f"bad{ending}").write_bytes(bad)
            with pytest.raises(bn.InputError, match="Cannot load bad"):
                lane.load_weights(tmp_path / f"bad{ending}")
        with pytest.raises(bn.InputError, match="Cannot load"):
            lane.load_weights(tmp_path / f"none{ending}")
        (tmp_path / f"folder{ending}").mkdir()
        with pytest.raises(bn.InputError, match="Cannot load"):
            lane.load_weights(tmp_path / f"folder{ending}")
    with pytest.raises(bn.InputError, match=r"ends in neither \.npz nor \.safetensors"):
        lane.load_weights(tmp_path / "w.pt")
    with pytest.raises(bn.InputError, match="ends in neither"):
        lane.save_weights(tmp_path / "w.pt")


def test_nothing_is_unpickled_and_no_header_believed(tmp_path: Path) -> None:
    lane = Session(EXPERIMENT).lane("net")

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "made"),)

    arrays = lane.state_dict()
    shape = arrays["3.bias"].shape
    np.savez(tmp_path / "w.npz", **arrays | {"3.bias": np.full(shape, Evil(), object)})
    with pytest.raises(bn.InputError, match=r"3\.bias holds object"):
        lane.load_weights(tmp_path / "w.npz")
    assert not (tmp_path / "made").exists()
    (tmp_path / "p.npz").write_bytes(pickle.dumps(arrays))
    with pytest.raises(bn.InputError, match="damaged"):
        lane.load_weights(tmp_path / "p.npz")
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "h.npz", "w") as archive:
        archive.writestr("0.weight.npy", b"\x93NUMPY\x01\x00v\x00" + header)
    with pytest.raises(bn.InputError, match=r"0\.weight is 99999999999, not 5 × 2"):
        lane.load_weights(tmp_path / "h.npz")
