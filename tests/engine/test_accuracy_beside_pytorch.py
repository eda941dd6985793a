"""Layers in float32, forward and backward, are about as exact as PyTorch's, both held to float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.engine.one_operation import run

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

ROWS, WIDTH, UNITS = 300, 200, 150
LEEWAY = {"linear": 1.5, "bn": 1.05, "ln": 1.05, "rms": 1.05}
UNIT = float(np.finfo(np.float32).eps)
Arrays = dict[str, np.ndarray]


def normals(*shape: int, seed: int) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).standard_normal(shape).astype(np.float32)


def of_pytorch(function: Callable[..., Any], read: Arrays, g: np.ndarray, precision: Any) -> Arrays:
    """The output "y" and the gradients of all that is read, with `g` as the output's gradient."""
    tensors = {name: torch.tensor(array, dtype=precision, requires_grad=True) for name, array in read.items()}
    y = function(**tensors)
    y.backward(torch.tensor(g, dtype=precision))
    return {"y": y.detach().numpy()} | {f"d{name}": tensor.grad.numpy() for name, tensor in tensors.items()}


def off(found: np.ndarray, wanted: np.ndarray) -> float:
    """The error in norm, as a share: the largest single error is a matter of luck."""
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def step(key: str, read: Arrays, written: dict[str, tuple[int, ...]], *scalars: float) -> Arrays:
    return run(key, read, written, scalars, "float32")


def own_linear(x: np.ndarray, w: np.ndarray, b: np.ndarray, g: np.ndarray) -> Arrays:
    y = step("linear", {"x": x, "W": w, "b": b}, {"z": g.shape, "Wᵀ": w.T.shape})["z"]
    d_w = step("linear dW", {"g": g, "x": x}, {"dW": w.shape, "raised g": g.shape})["dW"]
    d_b = step("linear db", {"g": g}, {"db": b.shape})["db"]
    d_x = step("linear dx", {"g": g, "W": w}, {"dx": x.shape, "raised g": g.shape})["dx"]
    return {"y": y, "dx": d_x, "dw": d_w, "db": d_b}


def own_norm(kind: str, x: np.ndarray, w: np.ndarray, b: np.ndarray, g: np.ndarray) -> Arrays:
    """BatchNorm ("bn") or LayerNorm ("ln")."""
    size = (x.shape[1] if kind == "bn" else x.shape[0],)
    read = {"x": x, "μ": step(f"{kind} mean", {"x": x}, {"μ": size})["μ"]}
    var = step(f"{kind} variance", read, {"σ²": size})["σ²"]
    normal = step(f"{kind} normalize", read | {"σ²": var}, {"1/s": size, "x̂": x.shape}, 1e-5)
    y = step("bn scale-and-shift", {"x̂": normal["x̂"], "γ": w, "β": b}, {"y": x.shape})["y"]
    d_w = step("bn dγ", {"g": g, "x̂": normal["x̂"]}, {"dγ": w.shape})["dγ"]
    d_b = step("bn dβ", {"g": g}, {"dβ": b.shape})["dβ"]
    read |= {"dx̂": step("bn dx̂", {"g": g, "γ": w}, {"dx̂": g.shape})["dx̂"], "1/s": normal["1/s"]}
    read |= step(f"{kind} dσ²", read, {"dσ²": size})
    sums = {"∑dx̂": size, "∑(x−μ)": size} if kind == "bn" else {}
    through = read if kind == "bn" else {"dx̂": read["dx̂"], "1/s": read["1/s"]}
    read["dμ"] = step(f"{kind} dμ", through, sums | {"dμ": size})["dμ"]
    return {"y": y, "dx": step(f"{kind} dx", read, {"dx": x.shape})["dx"], "dw": d_w, "db": d_b}


def own_rms(x: np.ndarray, w: np.ndarray, g: np.ndarray) -> Arrays:
    size = (x.shape[0],)
    square = step("rms mean square", {"x": x}, {"q": size})["q"]
    normal = step("rms normalize", {"x": x, "q": square}, {"1/s": size, "x̂": x.shape}, 1e-5)
    y = step("rms scale", {"x̂": normal["x̂"], "γ": w}, {"y": x.shape})["y"]
    d_w = step("bn dγ", {"g": g, "x̂": normal["x̂"]}, {"dγ": w.shape})["dγ"]
    read = {"dx̂": step("bn dx̂", {"g": g, "γ": w}, {"dx̂": g.shape})["dx̂"], "x": x, "1/s": normal["1/s"]}
    read |= step("rms dq", read, {"dq": size})
    return {"y": y, "dx": step("rms dx", read, {"dx": x.shape})["dx"], "dw": d_w}


@pytest.mark.parametrize("mean", [0, 100])
@pytest.mark.parametrize("layer", ["linear", "bn", "ln", "rms"])
def test_layers_are_as_exact(layer: str, mean: float) -> None:
    x, b = normals(ROWS, WIDTH, seed=1) + np.float32(mean), normals(WIDTH, seed=2)
    w, g = normals(WIDTH, seed=3), normals(ROWS, WIDTH, seed=4)
    read = {"x": x, "w": w, "b": b}
    functional = torch.nn.functional
    function: Callable[..., Any]
    if layer == "linear":
        read |= {"w": normals(UNITS, WIDTH, seed=3), "b": normals(UNITS, seed=2)}
        g = normals(ROWS, UNITS, seed=4)
        found = own_linear(**read, g=g)
        function = lambda x, w, b: functional.linear(x, w, b)  # noqa: E731
    elif layer == "rms":
        del read["b"]
        found = own_rms(**read, g=g)
        function = lambda x, w: functional.rms_norm(x, (WIDTH,), w, 1e-5)  # noqa: E731
    else:
        found = own_norm(layer, **read, g=g)
        if layer == "bn":
            function = lambda x, w, b: functional.batch_norm(x, None, None, w, b, training=True)  # noqa: E731
        else:
            function = lambda x, w, b: functional.layer_norm(x, (WIDTH,), w, b)  # noqa: E731
    exact = of_pytorch(function, read, g, torch.float64)
    theirs = of_pytorch(function, read, g, torch.float32)
    assert found.keys() == theirs.keys()
    errors = {name: (off(found[name], exact[name]), off(theirs[name], exact[name])) for name in found}
    # Products differ by how many terms the BLAS libraries add one after another: up to 1.45 times PyTorch's error.
    assert {name: pair for name, pair in errors.items() if pair[0] > max(LEEWAY[layer] * pair[1], UNIT / 2)} == {}


@pytest.mark.parametrize("rows", [16, 32, 64, 128, 300])
def test_sums_over_the_batch_are_as_exact(rows: int) -> None:
    """Medians of several draws, without a floor: of few terms they differ by a rounding or two."""
    errors = []
    for seed in range(30):
        g, x_hat = normals(rows, 64, seed=2 * seed), normals(rows, 64, seed=2 * seed + 1)
        ours = (
            step("linear db", {"g": g}, {"db": (64,)})["db"],
            step("bn dγ", {"g": g, "x̂": x_hat}, {"dγ": (64,)})["dγ"],
        )
        theirs = torch.tensor(g).sum(0).numpy(), (torch.tensor(g) * torch.tensor(x_hat)).sum(0).numpy()
        exact = g.astype(float).sum(0), (g.astype(float) * x_hat).sum(0)
        errors.append([(off(a, b), off(c, b)) for a, b, c in zip(ours, exact, theirs, strict=True)])
    own, other = np.median(errors, axis=0).T
    assert (own <= 1.05 * other).all(), own / other


@pytest.mark.parametrize("features", [2, 10, 32, 63, 64, 100])
@pytest.mark.parametrize("layer", ["ln", "rms"])
def test_sums_over_features_are_as_exact(layer: str, features: int) -> None:
    """Medians of several draws, without a floor: what LayerNorm and RMSNorm make of few and of many features."""
    errors: dict[str, list[tuple[float, float]]] = {}
    for seed in range(0, 120, 4):
        x, g = normals(300, features, seed=seed), normals(300, features, seed=seed + 1)
        read = {"x": x, "w": normals(features, seed=seed + 2), "b": normals(features, seed=seed + 3)}
        function: Callable[..., Any]
        if layer == "rms":
            del read["b"]
            found = own_rms(**read, g=g)
            function = lambda x, w: torch.nn.functional.rms_norm(x, (features,), w, 1e-5)  # noqa: E731
        else:
            found = own_norm("ln", **read, g=g)
            function = lambda x, w, b: torch.nn.functional.layer_norm(x, (features,), w, b)  # noqa: E731
        exact, theirs = (of_pytorch(function, read, g, precision) for precision in (torch.float64, torch.float32))
        for name in found:
            pair = off(found[name], exact[name]), off(theirs[name], exact[name])
            errors.setdefault(name, []).append(pair)
    medians = {name: np.median(pairs, axis=0) for name, pairs in errors.items()}
    assert {name: own / other for name, (own, other) in medians.items() if own > 1.05 * other} == {}


@pytest.mark.parametrize("count", [10, 32, 640])
def test_a_mean_squared_error_is_as_exact(count: int) -> None:
    errors = []
    for seed in range(0, 600, 2):
        z, t = normals(1, count, seed=seed), normals(1, count, seed=seed + 1)
        exact = np.mean((z.astype(float) - t) ** 2)
        ours = step("mse", {"z": z, "t": t}, {"ℓ": ()}, count)["ℓ"]
        theirs = torch.nn.functional.mse_loss(torch.tensor(z), torch.tensor(t)).item()
        errors.append([float(ours) / exact - 1, theirs / exact - 1])
    own, other = np.sqrt(np.mean(np.square(errors), axis=0))
    assert own <= 1.05 * other, own / other
