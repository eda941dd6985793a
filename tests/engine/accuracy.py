"""How exact operations are, given their operands, against numbers of 300 bits.

`python -m tests.engine.accuracy` prints the table of docs/accuracy.md, to which `test_accuracy.py` holds them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from bnsim.engine.kernels.elementwise import ELEMENTWISE
from tests.engine.one_operation import run

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
PRECISIONS = ("float32", "float64")
M = mpmath.mpf
SCALARS = {"leaky relu": (0.01,), "elu": (1.0,), "selu": (1.6732632423543772, 1.0507009873554805)}
SCALARS |= {"hardtanh": (-1.0, 1.0), "softplus": (1.0, 20.0)}

Exact = tuple[Any, Any]
"""The right number, and the size of the largest operand it is a sum of."""


def inputs(precision: str, seed: int = 0) -> np.ndarray:
    """Numbers of every size there is, zero, subnormal and large ones too, and many of ordinary size."""
    kind, generator = np.finfo(precision), np.random.Generator(np.random.Philox(seed))
    sizes = np.exp2(np.linspace(math.log2(float(kind.smallest_subnormal)), 6.6, 60))
    end = -math.log(float(kind.smallest_subnormal)) * 1.1
    ordinary = np.concatenate([generator.standard_normal(100) * 3, np.linspace(-end, end, 120), np.linspace(-8, 8, 80)])
    large = 10.0 ** np.linspace(3, math.log10(float(kind.max)) - 9, 12)
    return np.concatenate([[0.0], sizes, -sizes, ordinary, large, -large]).astype(precision)


def ulps(found: np.ndarray, exact: list[Exact], precision: str) -> float:
    """The largest error, in units in the last place of the right number, or of its largest operand."""
    kind = np.finfo(precision)
    worst = 0.0
    for number, (wanted, size) in zip(np.ravel(found), exact, strict=True):
        largest = max(abs(wanted), abs(size))
        if largest >= float(kind.max) or not np.isfinite(number):
            assert largest >= float(kind.max) / 2, (number, wanted)
            continue
        exponent = max(int(mpmath.floor(mpmath.log(largest, 2))) if largest else -2000, kind.minexp)
        worst = max(worst, float(abs(M(float(number)) - wanted) / M(2) ** (exponent - kind.nmant)))
    return worst


def sigma(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _phi(x: Any) -> Any:
    """Of what is far out mpmath cannot say it."""
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2 if abs(x) < 200 else M(x > 0)


def _mish_slope(x: Any) -> Exact:
    t = mpmath.tanh(mpmath.log1p(mpmath.exp(x)))
    rest = x * sigma(x) * (1 - t**2)
    return t + rest, max(abs(t), abs(rest))


def _gelu_by_tanh(x: Any) -> tuple[Any, Any]:
    c, k = M(float(np.sqrt(2 / np.pi))), M(0.044715)
    return mpmath.tanh(c * (x + k * x**3)), c * (1 + 3 * k * x**2)


def one(value: Any) -> Exact:
    return value, value


ALPHA, SCALE = M(1.6732632423543772), M(1.0507009873554805)
Formula = Callable[[Any], Exact]
VALUES: dict[str, Formula] = {
    "sigmoid": lambda x: one(sigma(x)),
    "tanh": lambda x: one(mpmath.tanh(x)),
    "erf": lambda x: one(mpmath.erf(x)),
    "relu": lambda x: one(max(x, M(0))),
    "leaky relu": lambda x: one(x if x > 0 else M(0.01) * x),
    "elu": lambda x: one(x if x > 0 else mpmath.expm1(x)),
    "selu": lambda x: one(SCALE * x if x > 0 else SCALE * ALPHA * mpmath.expm1(x)),
    "hardtanh": lambda x: one(min(max(x, M(-1)), M(1))),
    "gelu": lambda x: one(x * _phi(x)),
    "gelu by tanh": lambda x: (x * (1 + _gelu_by_tanh(x)[0]) / 2, x),
    "silu": lambda x: one(x * sigma(x)),
    "mish": lambda x: one(x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))),
    "softplus": lambda x: one(x if x > 20 else mpmath.log1p(mpmath.exp(x))),
}


def _gelu_slope(x: Any) -> Exact:
    share, rest = _phi(x), x * mpmath.npdf(x)
    return share + rest, max(share, abs(rest))


def _tanh_gelu_slope(x: Any) -> Exact:
    t, inner = _gelu_by_tanh(x)
    rest = x * (1 - t**2) * inner / 2
    return (1 + t) / 2 + rest, max(M(1), abs(x) ** 3)


def _silu_slope(x: Any) -> Exact:
    p = sigma(x)
    return p * (1 + x * (1 - p)), p * max(M(1), abs(x) * (1 - p))


SLOPES: dict[str, Formula] = {
    "sigmoid": lambda y: one(y * (1 - y)),
    "tanh": lambda y: (1 - y * y, M(1)),
    "erf": lambda x: one(2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x) if abs(x) < 1e3 else M(0)),
    "relu": lambda y: one(M(y > 0)),
    "leaky relu": lambda x: one(M(1) if x > 0 else M(0.01)),
    "elu": lambda x: one(M(1) if x > 0 else mpmath.exp(x)),
    "selu": lambda x: one(SCALE if x > 0 else SCALE * ALPHA * mpmath.exp(x)),
    "hardtanh": lambda x: one(M(-1 < x < 1)),
    "gelu": _gelu_slope,
    "gelu by tanh": _tanh_gelu_slope,
    "silu": _silu_slope,
    "mish": _mish_slope,
    "softplus": lambda x: one(M(1) if x > 20 else sigma(x)),
}


def activations(precision: str) -> Iterator[tuple[str, float]]:
    """Each value, and each slope: dx from a gradient of 1."""
    for known in ELEMENTWISE:
        scalars = SCALARS.get(known.key, ())
        x = inputs(precision)
        if known.key == "sigmoid":  # Its results are 0 where they would be subnormal.
            x = x[x > math.log(np.finfo(precision).tiny)]
        y = run(known.key, {"x": x}, {"y": x.shape}, scalars, precision)["y"]
        yield known.key, ulps(y, [VALUES[known.key](M(float(number))) for number in x], precision)
        read = y if known.reads == "y" else x
        d_x = run(f"{known.key} dx", {"g": np.ones_like(x), known.reads: read}, {"dx": x.shape}, scalars, precision)[
            "dx"
        ]
        yield f"{known.key} dx", ulps(d_x, [SLOPES[known.key](M(float(number))) for number in read], precision)


def losses(precision: str) -> Iterator[tuple[str, float]]:
    """Single losses, of one row each; softmax of a row of four logits up to 2000 apart."""
    x = inputs(precision)[:300]
    generator = np.random.Generator(np.random.Philox(1))
    z = (generator.standard_normal((40, 4)) * 10.0 ** np.linspace(-3, 2.5, 40)[:, None]).astype(precision)
    found = run("softmax", {"z": z}, {"p": z.shape, "log p": z.shape}, (), precision)
    p, log_p = [], []
    for row in z.astype(float).tolist():
        top = row.index(max(row))
        others = [mpmath.exp(M(number) - M(row[top])) for k, number in enumerate(row) if k != top]
        log_total = mpmath.log1p(mpmath.fsum(others))
        p += [one(mpmath.exp(M(number) - M(row[top]) - log_total)) for number in row]
        log_p += [one(M(number) - M(row[top]) - log_total) for number in row]
    yield "softmax, p", ulps(found["p"], p, precision)
    yield "softmax, log p", ulps(found["log p"], log_p, precision)
    targets = np.array([0.0, 1.0, 0.3, 0.999], precision)
    mse, bce = [], []
    for number in x[::2]:
        for t in targets:
            read = {"z": [[number]], "t": [[t]]}
            exact, target = M(float(number)), M(float(t))
            if abs(number) < math.sqrt(float(np.finfo(precision).max)) / 2:
                mse.append((run("mse", read, {"ℓ": ()}, (1,), precision)["ℓ"], one((exact - target) ** 2)))
            wanted = mpmath.log1p(mpmath.exp(-abs(exact))) + exact * ((exact > 0) - target)
            bce.append((run("bce", read, {"ℓ": ()}, (1,), precision)["ℓ"], one(wanted)))
    for name, pairs in (("mse", mse), ("bce", bce)):
        yield name, ulps(np.array([pair[0] for pair in pairs]), [pair[1] for pair in pairs], precision)


def normalizations(precision: str) -> Iterator[tuple[str, float]]:
    """Of 100 rows and 4 features: ordinary ones, far from zero, large and small ones."""
    generator = np.random.Generator(np.random.Philox(2))
    far = float(1 / np.finfo(precision).eps) / 8
    x = (generator.standard_normal((100, 4)) * [1, 1, 1e12, 1e-12] + [0, far, 0, 0]).astype(precision)
    g = generator.standard_normal((100, 4)).astype(precision)
    columns = [[M(float(number)) for number in column] for column in x.T]
    gradients = [[M(float(number)) for number in column] for column in g.T]
    mu = run("bn mean", {"x": x}, {"μ": (4,)}, (), precision)["μ"]
    yield "bn mean", ulps(mu, [(mpmath.fsum(c) / 100, max(map(abs, c))) for c in columns], precision)
    means = [M(float(number)) for number in mu]
    var = run("bn variance", {"x": x, "μ": mu}, {"σ²": (4,)}, (), precision)["σ²"]
    wanted = [one(mpmath.fsum((n - m) ** 2 for n in c) / 100) for c, m in zip(columns, means, strict=True)]
    yield "bn variance", ulps(var, wanted, precision)
    written = {"1/s": (4,), "x̂": x.shape}
    normal = run("bn normalize", {"x": x, "μ": mu, "σ²": var}, written, (1e-5,), precision)
    eps = M(float(np.array(1e-5, precision)))
    roots = [1 / mpmath.sqrt(M(float(v)) + eps) for v in var]
    exact = [one((columns[j][i] - means[j]) * roots[j]) for i in range(100) for j in range(4)]
    yield "bn normalize", ulps(normal["x̂"], exact, precision)
    inverse = [M(float(number)) for number in normal["1/s"]]
    terms = [
        [a * (b - m) for a, b in zip(d, c, strict=True)] for d, c, m in zip(gradients, columns, means, strict=True)
    ]
    d_var = run("bn dσ²", {"dx̂": g, "x": x, "μ": mu, "1/s": normal["1/s"]}, {"dσ²": (4,)}, (), precision)["dσ²"]
    wanted = [
        (-mpmath.fsum(t) * s**3 / 2, mpmath.fsum(map(abs, t)) * s**3 / 2) for t, s in zip(terms, inverse, strict=True)
    ]
    yield "bn dσ², of the sum of sizes", ulps(d_var, wanted, precision)
    d_gamma = run("bn dγ", {"g": g, "x̂": x}, {"dγ": (4,)}, (), precision)["dγ"]
    products = [[a * b for a, b in zip(d, c, strict=True)] for d, c in zip(gradients, columns, strict=True)]
    wanted = [(mpmath.fsum(t), mpmath.fsum(map(abs, t))) for t in products]
    yield "bn dγ, of the sum of sizes", ulps(d_gamma, wanted, precision)
    rows = {"x": x.T.copy()}
    yield (
        "ln mean",
        ulps(
            run("ln mean", rows, {"μ": (4,)}, (), precision)["μ"],
            [(mpmath.fsum(c) / 100, max(map(abs, c))) for c in columns],
            precision,
        ),
    )
    square = run("rms mean square", rows, {"q": (4,)}, (), precision)["q"]
    yield "rms mean square", ulps(square, [one(mpmath.fsum(n * n for n in c) / 100) for c in columns], precision)


def exactly(array: np.ndarray) -> np.ndarray:
    """The same numbers, exact, in the same shape."""
    found = np.empty(array.shape, object)
    for index, number in np.ndenumerate(array):
        found[index] = M(float(number))
    return found


def sized(terms: np.ndarray, axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Sums of exact terms along an axis, and the sums of their sizes."""
    return terms.sum(axis=axis), np.abs(terms).sum(axis=axis)


def off_by(found: np.ndarray, exact: tuple[np.ndarray, np.ndarray] | np.ndarray, precision: str) -> float:
    """`ulps` of arrays: of the exact numbers, or of those with the sizes of what they are sums of."""
    wanted, sizes = exact if isinstance(exact, tuple) else (exact, exact)
    return ulps(found, list(zip(np.ravel(wanted), np.ravel(sizes), strict=True)), precision)


def _spread(precision: str, *shape: int, seed: int) -> np.ndarray:
    """Ordinary numbers in columns of sizes from about the least normal one to what squares stand."""
    end = 0.4 * math.log10(float(np.finfo(precision).max))
    sizes = 10.0 ** np.concatenate([[0, 0], np.linspace(-end, end, shape[-1] - 2)])
    generator = np.random.Generator(np.random.Philox(seed))
    return (generator.standard_normal(shape) * sizes).astype(precision)


def linear(precision: str) -> Iterator[tuple[str, float]]:
    """Products of 70 rows, 65 columns and 9 units; sums that cancel, operands far apart in size, subnormal results."""
    x, w = _spread(precision, 70, 65, seed=3), _spread(precision, 65, 9, seed=4).T.copy() * np.ones(65, precision)
    x[:, 1], w[:, 1] = -x[:, 0], w[:, 0]
    b, g = _spread(precision, 9, seed=5), _spread(precision, 70, 9, seed=6)
    for name, operand in (("x", x), ("W", w), ("g", g)):
        operand[np.abs(operand) > math.sqrt(float(np.finfo(precision).max)) / 1e3] = 1
        assert np.isfinite(operand).all(), name
    g[35:] *= 16 * np.finfo(precision).tiny  # Most of what comes of these is subnormal.
    ex, ew, eb, eg = map(exactly, (x, w, b, g))
    z = run("linear", {"x": x, "W": w, "b": b}, {"z": (70, 9), "Wᵀ": (65, 9)}, (), precision)["z"]
    sizes = np.abs(ex) @ np.abs(ew.T) + np.abs(eb)
    yield "linear, of the sum of sizes", off_by(z, (ex @ ew.T + eb, sizes), precision)
    d_w = run("linear dW", {"g": g, "x": x}, {"dW": (9, 65), "raised g": g.shape}, (), precision)["dW"]
    yield "linear dW, of the sum of sizes", off_by(d_w, (eg.T @ ex, np.abs(eg.T) @ np.abs(ex)), precision)
    d_b = run("linear db", {"g": g}, {"db": (9,)}, (), precision)["db"]
    yield "linear db, of the sum of sizes", off_by(d_b, sized(eg, 0), precision)
    d_x = run("linear dx", {"g": g, "W": w}, {"dx": x.shape, "raised g": g.shape}, (), precision)["dx"]
    yield "linear dx, of the sum of sizes", off_by(d_x, (eg @ ew, np.abs(eg) @ np.abs(ew)), precision)


def through_losses(precision: str) -> Iterator[tuple[str, float]]:
    """Gradients of the losses, given what they read; cross-entropy of 70 rows, whose log p are given."""
    generator = np.random.Generator(np.random.Philox(7))
    p = np.concatenate([10.0 ** -np.linspace(0, 40, 35), 1 - 10.0 ** -np.linspace(1, 17, 35)]).astype(precision)
    p = np.stack([p, generator.random(70).astype(precision)], axis=1)
    t = generator.integers(0, 2, (70, 1)).astype(precision)
    n = M(70)
    log_p = np.log(np.maximum(p, np.finfo(precision).tiny))
    loss = run("cross-entropy", {"log p": log_p, "t": t}, {"ℓ": ()}, (70,), precision)["ℓ"]
    picked = exactly(log_p)[np.arange(70), t[:, 0].astype(int)]
    yield "cross-entropy", off_by(loss, np.array([-picked.sum() / n], object), precision)
    one_hot = np.eye(2)[t[:, 0].astype(int)]
    d_z = run("cross-entropy dz", {"p": p, "t": t}, {"dz": p.shape}, (70,), precision)["dz"]
    yield "cross-entropy dz", off_by(d_z, (exactly(p) - exactly(one_hot)) / n, precision)
    targets = generator.random((70, 2)).astype(precision)
    d_z = run("bce dz", {"p": p, "t": targets}, {"dz": p.shape}, (140,), precision)["dz"]
    yield "bce dz", off_by(d_z, (exactly(p) - exactly(targets)) / M(140), precision)
    z = _spread(precision, 70, 9, seed=8)
    targets = (z * (1 + generator.standard_normal(z.shape) * np.finfo(precision).eps * 8)).astype(precision)
    d_z = run("mse dz", {"z": z, "t": targets}, {"dz": z.shape}, (630,), precision)["dz"]
    yield "mse dz", off_by(d_z, 2 * (exactly(z) - exactly(targets)) / M(630), precision)


def through_normalizations(precision: str) -> Iterator[tuple[str, float]]:
    """What the other steps of BatchNorm, LayerNorm and RMSNorm make of their operands, as these stand in memory."""
    generator = np.random.Generator(np.random.Philox(9))
    far = float(1 / np.finfo(precision).eps) / 8
    x = (generator.standard_normal((9, 100)).T * ([1] * 5 + [1e9, 1e-9, 1e9, 1e-9]) + ([0] * 3 + [far] * 2 + [0] * 4)).T
    x = x.astype(precision)
    g = _spread(precision, 100, 9, seed=10).T.copy()
    eps = M(float(np.array(1e-5, precision)))
    for kind, turn in (("bn", True), ("ln", False)):
        rows, d_rows = (x.T.copy(), g.T.copy()) if turn else (x, g)
        axis = 0 if turn else 1

        def alone(statistic: np.ndarray, axis: int = axis) -> np.ndarray:
            return np.expand_dims(exactly(statistic), axis)

        ex, eg, count = exactly(rows), exactly(d_rows), M(100)
        mu = run(f"{kind} mean", {"x": rows}, {"μ": (9,)}, (), precision)["μ"]
        centered = ex - alone(mu)
        var = run(f"{kind} variance", {"x": rows, "μ": mu}, {"σ²": (9,)}, (), precision)["σ²"]
        written = {"1/s": (9,), "x̂": rows.shape}
        normal = run(f"{kind} normalize", {"x": rows, "μ": mu, "σ²": var}, written, (1e-5,), precision)
        inverse = normal["1/s"]
        roots = np.array([1 / mpmath.sqrt(v + eps) for v in exactly(var)], object)
        if not turn:
            yield "ln variance", off_by(var, (centered**2).sum(axis=1) / count, precision)
            yield "ln normalize", off_by(normal["x̂"], centered * np.expand_dims(roots, axis), precision)
        yield f"{kind} 1/s", off_by(inverse, roots, precision)
        read = {"dx̂": d_rows, "x": rows, "μ": mu, "1/s": inverse}
        d_var = run(f"{kind} dσ²", read, {"dσ²": (9,)}, (), precision)["dσ²"]
        if not turn:
            factor = exactly(inverse) ** 3 / 2
            total, sizes = sized(eg * centered, axis)
            yield "ln dσ², of the sum of sizes", off_by(d_var, (-total * factor, sizes * factor), precision)
        names = {"∑dx̂": (9,), "∑(x−μ)": (9,), "dμ": (9,)} if turn else {"dμ": (9,)}
        more = read | {"dσ²": d_var} if turn else {"dx̂": d_rows, "1/s": inverse}
        d_mean = run(f"{kind} dμ", more, names, (), precision)["dμ"]
        total, sizes = sized(eg, axis)
        total, sizes = -total * exactly(inverse), sizes * exactly(inverse)
        if turn:
            rest, rests = sized(centered, axis)
            total = total - 2 * exactly(d_var) * rest / count
            sizes = sizes + 2 * np.abs(exactly(d_var)) * rests / count
        yield f"{kind} dμ, of the sum of sizes", off_by(d_mean, (total, sizes), precision)
        d_x = run(f"{kind} dx", read | {"dσ²": d_var, "dμ": d_mean}, {"dx": rows.shape}, (), precision)["dx"]
        terms = [eg * alone(inverse), 2 * alone(d_var) * centered / count, alone(d_mean) / count + 0 * ex]
        yield f"{kind} dx", off_by(d_x, (sum(terms), np.max(np.abs(np.array(terms)), axis=0)), precision)
    yield from _scales(precision, x.T.copy(), g.T.copy())
    yield from _root(precision, x, g, eps)


def _scales(precision: str, x_hat: np.ndarray, g: np.ndarray) -> Iterator[tuple[str, float]]:
    generator = np.random.Generator(np.random.Philox(11))
    gamma, beta = (generator.standard_normal(9).astype(precision) for _ in range(2))
    ex, eg, e_gamma, e_beta = map(exactly, (x_hat, g, gamma, beta))
    y = run("bn scale-and-shift", {"x̂": x_hat, "γ": gamma, "β": beta}, {"y": x_hat.shape}, (), precision)["y"]
    largest = np.maximum(np.abs(ex * e_gamma), np.abs(e_beta) + 0 * ex)
    yield "bn scale-and-shift", off_by(y, (ex * e_gamma + e_beta, largest), precision)
    d_beta = run("bn dβ", {"g": g}, {"dβ": (9,)}, (), precision)["dβ"]
    yield "bn dβ, of the sum of sizes", off_by(d_beta, sized(eg, 0), precision)
    d_x_hat = run("bn dx̂", {"g": g, "γ": gamma}, {"dx̂": g.shape}, (), precision)["dx̂"]
    yield "bn dx̂", off_by(d_x_hat, eg * e_gamma, precision)


def _root(precision: str, x: np.ndarray, g: np.ndarray, eps: Any) -> Iterator[tuple[str, float]]:
    ex, eg, count = exactly(x), exactly(g), M(x.shape[1])
    square = run("rms mean square", {"x": x}, {"q": (9,)}, (), precision)["q"]
    normal = run("rms normalize", {"x": x, "q": square}, {"1/s": (9,), "x̂": x.shape}, (1e-5,), precision)
    roots = np.array([1 / mpmath.sqrt(q + eps) for q in exactly(square)], object)[:, None]
    yield "rms normalize", off_by(normal["x̂"], ex * roots, precision)
    inverse = exactly(normal["1/s"])
    d_q = run("rms dq", {"dx̂": g, "x": x, "1/s": normal["1/s"]}, {"dq": (9,)}, (), precision)["dq"]
    total, sizes = sized(eg * ex, 1)
    yield "rms dq, of the sum of sizes", off_by(d_q, (-total * inverse**3 / 2, sizes * inverse**3 / 2), precision)
    read = {"dx̂": g, "x": x, "1/s": normal["1/s"], "dq": d_q}
    d_x = run("rms dx", read, {"dx": x.shape}, (), precision)["dx"]
    terms = [eg * inverse[:, None], 2 * exactly(d_q)[:, None] * ex / count]
    yield "rms dx", off_by(d_x, (sum(terms), np.max(np.abs(np.array(terms)), axis=0)), precision)
    gamma = np.linspace(-2, 3, x.shape[1]).astype(precision)
    y = run("rms scale", {"x̂": x, "γ": gamma}, {"y": x.shape}, (), precision)["y"]
    yield "rms scale", off_by(y, ex * exactly(gamma), precision)


PARTS = (activations, losses, normalizations, linear, through_losses, through_normalizations)


def measured(precision: str) -> dict[str, float]:
    """Units in the last place, by operation."""
    mpmath.mp.prec = 300
    return {name: error for part in PARTS for name, error in part(precision)}


def bounds() -> dict[str, tuple[float, float]]:
    """What the page says, for float32 and float64."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| ([\d,]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (float(single.replace(",", "")), float(double.replace(",", ""))) for name, single, double in rows}


def main() -> None:
    single, double = map(measured, PRECISIONS)
    for name in single:
        print(f"| {name} | {_bound(single[name]):,} | {_bound(double[name]):,}")


def _bound(error: float) -> int:
    return max(1, 2 ** math.ceil(math.log2(max(1.1 * error, 1))))


if __name__ == "__main__":
    main()
