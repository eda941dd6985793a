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


def measured(precision: str) -> dict[str, float]:
    """Units in the last place, by operation."""
    mpmath.mp.prec = 300
    return {name: error for part in (activations, losses, normalizations) for name, error in part(precision)}


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
