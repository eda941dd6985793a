"""Sums of many float32 numbers are as good as PyTorch's; the mean of equal numbers is that number."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.kernels.sums import BLOCK, STRIP, mean_of, total_of
from tests.engine.one_operation import run

TWIN = pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
PRECISIONS = pytest.mark.parametrize("precision", ["float32", "float64"])


def normals(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).standard_normal(shape).astype(np.float32)


def off(found: np.ndarray, wanted: np.ndarray) -> float:
    """Largest error as a share of the largest number."""
    return float(np.abs(found.astype(np.float64) - wanted).max() / np.abs(wanted).max())


def errors(compiled: bool = True) -> dict[str, float]:
    """Of long float32 sums, against float64."""
    found = {}
    z, t = normals(65536, 10), normals(65536, 10, seed=1)
    loss = run("mse", {"z": z, "t": t}, {"ℓ": ()}, (z.size,), "float32", compiled)["ℓ"]
    found["mse"] = off(loss, np.mean((z.astype(float) - t) ** 2))
    x = normals(4, 8192) + np.float32(100)
    mean = run("ln mean", {"x": x}, {"μ": (4,)}, (), "float32", compiled)["μ"]
    var = run("ln variance", {"x": x, "μ": mean}, {"σ²": (4,)}, (), "float32", compiled)["σ²"]
    written = {"1/s": (4,), "x̂": x.shape}
    x_hat = run("ln normalize", {"x": x, "μ": mean, "σ²": var}, written, (1e-5,), "float32", compiled)["x̂"]
    exact = x - x.astype(float).mean(axis=1, keepdims=True)
    found["layer norm"] = off(x_hat, exact / np.sqrt((exact**2).mean(axis=1, keepdims=True) + 1e-5))
    g, x_hat = normals(65536, 3), normals(65536, 3, seed=1) + 1
    d_gamma = run("bn dγ", {"g": g + 1, "x̂": x_hat}, {"dγ": (3,)}, (), "float32", compiled)["dγ"]
    found["dγ"] = off(d_gamma, ((g + 1).astype(float) * x_hat).sum(axis=0))
    norm = run("norm", {"g": z}, {"‖g‖": ()}, (), "float32", compiled)["‖g‖"]
    found["norm"] = off(norm, np.sqrt((z.astype(float) ** 2).sum()))
    return found


TORCH = {"mse": 5e-8, "layer norm": 2.5e-6, "dγ": 8e-7, "norm": 5.5e-6}
"""What PyTorch 2.13 has for them, in float32 on one core."""


@TWIN
def test_long_sums_are_as_good_as_pytorchs(compiled: bool) -> None:
    found = errors(compiled)
    unit = float(np.finfo(np.float32).eps)
    assert {name: error for name, error in found.items() if error > max(TORCH[name], unit)} == {}


def test_long_sums_beside_pytorch_itself() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; kept figures cover the same ground")
    z, t = torch.tensor(normals(65536, 10)), torch.tensor(normals(65536, 10, seed=1))
    theirs = {"mse": off(torch.nn.functional.mse_loss(z, t).numpy(), ((z.double() - t) ** 2).mean().numpy())}
    x = torch.tensor(normals(4, 8192) + np.float32(100))
    wanted = torch.nn.functional.layer_norm(x.double(), (8192,)).numpy()
    theirs["layer norm"] = off(torch.nn.functional.layer_norm(x, (8192,)).numpy(), wanted)
    theirs["norm"] = off(z.norm().numpy(), z.double().norm().numpy())
    ours, unit = errors(), float(np.finfo(np.float32).eps)
    assert {name: error for name, error in theirs.items() if ours[name] > max(error, unit)} == {}


@TWIN
@PRECISIONS
@pytest.mark.parametrize("rows", [2, 7, BLOCK, BLOCK + 1, 1000])
def test_the_mean_of_equal_numbers_is_that_number(rows: int, precision: str, compiled: bool) -> None:
    row = np.array([1e10 / 3, -0.1, 1e-3 / 7, 0.0, 1e20 / 3, np.finfo(precision).smallest_subnormal], precision)
    x = np.repeat(row[None], rows, axis=0)
    assert run("bn mean", {"x": x}, {"μ": row.shape}, (), precision, compiled)["μ"].tobytes() == row.tobytes()
    mean = run("ln mean", {"x": x.T}, {"μ": row.shape}, (), precision, compiled)["μ"]
    assert mean.tobytes() == row.tobytes()


@TWIN
def test_a_mean_that_overflows_is_infinite_and_no_nan(compiled: bool) -> None:
    x = np.full((3, 2), 3e38)
    x[0, 1] = np.inf
    for key in ("bn mean", "ln mean"):
        found = run(key, {"x": x}, {"μ": (2,) if key == "bn mean" else (3,)}, (), "float32", compiled)["μ"]
        assert np.isinf(found[1 if key == "bn mean" else 0])
        assert not np.isnan(found).any()


@PRECISIONS
@pytest.mark.parametrize("shape", [(BLOCK, 5), (BLOCK + 1, 5), (300, STRIP + 3), (1, 2)])
def test_kernels_sum_over_the_batch_in_the_order_of_twins(shape: tuple[int, int], precision: str) -> None:
    g, x_hat = normals(*shape), normals(*shape, seed=1)
    columns = (shape[1],)
    for key, read, name in (("bn dβ", {"g": g}, "dβ"), ("linear db", {"g": g}, "db"), ("bn mean", {"x": g}, "μ")):
        kernel, twin = (run(key, read, {name: columns}, (), precision, compiled)[name] for compiled in (True, False))
        assert kernel.tobytes() == twin.tobytes(), key
    read = {"g": g, "x̂": x_hat}
    kernel, twin = (run("bn dγ", read, {"dγ": columns}, (), precision, compiled)["dγ"] for compiled in (True, False))
    assert kernel.tobytes() == twin.tobytes()


@PRECISIONS
@pytest.mark.parametrize("shape", [(5, 1), (5, 7), (4, 10), (3, BLOCK - 1), (3, BLOCK), (3, BLOCK + 1), (2, 300)])
def test_kernels_sum_along_rows_and_in_losses_in_the_order_of_twins(shape: tuple[int, int], precision: str) -> None:
    x, g = normals(*shape), normals(*shape, seed=1)
    rows, inverse = shape[:1], np.abs(normals(shape[0], seed=2)) + np.float32(0.1)
    mean, classes = normals(shape[0], seed=3), np.arange(shape[0])[:, None] % shape[1]
    one = {"1/s": inverse}
    cases: list[tuple[str, dict[str, np.ndarray], str, tuple[int, ...], tuple[float, ...]]] = [
        ("ln mean", {"x": x}, "μ", rows, ()),
        ("ln variance", {"x": x, "μ": mean}, "σ²", rows, ()),
        ("ln dσ²", {"dx̂": g, "x": x, "μ": mean} | one, "dσ²", rows, ()),
        ("ln dμ", {"dx̂": g} | one, "dμ", rows, ()),
        ("rms mean square", {"x": x}, "q", rows, ()),
        ("rms dq", {"dx̂": g, "x": x} | one, "dq", rows, ()),
        ("mse", {"z": x, "t": g}, "ℓ", (), (x.size,)),
        ("cross-entropy", {"log p": -np.abs(x), "t": classes}, "ℓ", (), (shape[0],)),
    ]
    for key, read, name, size, scalars in cases:
        kernel, twin = (run(key, read, {name: size}, scalars, precision, compiled)[name] for compiled in (True, False))
        assert kernel.tobytes() == twin.tobytes(), key


@pytest.mark.parametrize("count", [1, 7, 8, 10, 31, BLOCK])
def test_a_block_adds_up_eight_after_eight_in_pairs_and_the_rest_by_itself(count: int) -> None:
    g = normals(count, 3)
    total, rest = np.zeros((2, 3), np.float32)
    eights = count - count % 8
    for k in range(0, eights, 8):
        a, b, c, d, e, f, h, i = g[k : k + 8]
        total += ((a + b) + (c + d)) + ((e + f) + (h + i))
    for row in g[eights:]:
        rest += row
    assert total_of(g, 0).astype(np.float32).tobytes() == (total + rest).tobytes()
    assert total_of(g[:, 0], 0).astype(np.float32) == (total + rest)[0]
    assert mean_of(g, 0).shape == (1, 3)


@TWIN
@pytest.mark.parametrize(("s", "size"), [(1e15, 1e14), (1e-15, 1e-15)])
def test_the_gradient_of_the_variance_stays_in_range_as_long_as_its_own_size_does(
    s: float, size: float, compiled: bool
) -> None:
    """1/s³ alone would be 0, or infinite."""
    d_x_hat, x = normals(8, 3) * np.float32(1e-3), normals(8, 3, seed=1) * np.float32(size)
    inverse = np.full(3, 1 / np.float32(s))
    wanted = -0.5 * (d_x_hat.astype(float) * x).sum(axis=0) / float(np.float32(s)) ** 3
    read = {"dx̂": d_x_hat, "x": x, "μ": np.zeros(3), "1/s": inverse}
    found = run("bn dσ²", read, {"dσ²": (3,)}, (), "float32", compiled)["dσ²"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    across = {name: array.T if array.ndim == 2 else array for name, array in read.items()}
    found = run("ln dσ²", across, {"dσ²": (3,)}, (), "float32", compiled)["dσ²"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    del across["μ"]
    found = run("rms dq", across, {"dq": (3,)}, (), "float32", compiled)["dq"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
