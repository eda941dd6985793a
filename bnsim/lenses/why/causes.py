"""Why a layer multiplied the gradient's norm by what it did: for each operation that makes dx, parts and a sentence.

Formulas: of BatchNorm, per feature j with m samples, x̂ and r = mean x̂²,
‖dx_j‖² = (γ_j/s_j)² (‖g_j‖² − ⟨1, g_j⟩²/m − (2 − r_j) ⟨g_j, x̂_j⟩²/m); LayerNorm and its like
the same, by rows of γ ⊙ g.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bnsim.engine.flat import FLAT, Flat, flat_of
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.norm import norm
from bnsim.lenses.why.reading import Reading, scaled
from bnsim.lenses.why.records import Part
from bnsim.lenses.why.way import Crossing
from bnsim.spec.layers import BatchNorm, Dropout
from bnsim.spec.numerals import count, percent, significant


@dataclass(frozen=True)
class Cause:
    """What a factor is made of, and why, in a sentence.

    `spread` is what a normalization divides by, its median, `largest` a weight's largest singular value.
    """

    parts: tuple[Part, ...]
    words: str
    spread: float | None = None
    largest: float | None = None


Rule = Callable[[Reading, Crossing, Place, float], Cause]
"""Gets the numbers, the layer, the place of the gradient that comes in, and the factor, positive and finite."""


def cause_of(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    """Why the layer multiplied the norm of what is at `g` by `factor`, positive and finite."""
    if crossing.step is None:
        return Cause((), "It hands the gradient on as it is.")
    key = crossing.step.operation.key
    rule = RULES.get(key) or (_activation if elementwise_of(crossing.layer) else None)
    if rule is None:
        raise LookupError(key)
    return rule(reading, crossing, g, factor)


def split(name: str, part: float, rest: str, factor: float) -> tuple[Part, ...]:
    """Two parts that multiply to `factor`; none where the first one is no positive number."""
    return (Part(name, part), Part(rest, factor / part)) if 0 < part < math.inf else ()


def number(value: float) -> str:
    """A number of a sentence, in three significant digits."""
    return significant(value, 3)


def fraction(value: float) -> str:
    """A number of a sentence, a quarter and a half as such."""
    return {0.25: "1/4", 0.5: "1/2"}.get(value) or number(value)


def _linear(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.step is not None
    weight = reading.used(crossing.step.places[1])
    if weight is None:
        return Cause((), f"Wᵀ multiplies this gradient by {number(factor)}.")
    out = len(weight)
    size = norm(weight)
    random = size / math.sqrt(out)
    words = (
        f"Wᵀ would multiply a random direction by {number(random)} (‖W‖ = {number(size)}, over √{count(out)}); "
        f"this gradient gets {number(factor / random)} times that"
    )
    top = None
    if reading.top is not None:
        top = reading.top(weight)
        words += f", and none could get more than {number(top)}, the largest singular value"
    return Cause(split("random direction", random, "this direction", factor), f"{words}.", largest=top)


def _activation(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    layer = crossing.layer
    flat, known = flat_of(layer), elementwise_of(layer)
    assert flat is not None
    assert known is not None
    assert crossing.step is not None
    x, y = reading.array(crossing.x), reading.array(reading.program.values[crossing.path])
    with np.errstate(all="ignore"):
        read = x if known.reads == "x" else y
        slopes = np.abs(np.asarray(known.slope(np.float64, read, *crossing.step.scalars), np.float64))
    squares = np.square(reading.direction(g))
    low = slopes < FLAT * flat.top
    there = float(np.sum(squares, where=low) / np.sum(squares))
    outside = float(np.mean(flat.flat(x if flat.reads == "x" else y)))
    zero_or_one = flat.silent and flat.top == 1
    words = "Its slope is 0 or 1" if zero_or_one else f"Its slope is at most {fraction(flat.top)}"
    if not zero_or_one and not outside:
        words += _here(slopes)
    if flat.is_flat:
        words += f"; {outside_of(flat, x, outside)}"
    if there > 0:
        words += (
            f"; {percent(there)} of the gradient (of its square) sits where the slope is below a tenth of its largest"
        )
    return Cause(split("largest slope", flat.top, "where the gradient sits", factor), f"{words}.")


def _here(slopes: Array) -> str:
    least, most = float(np.min(slopes)), float(np.max(slopes))
    return "" if least == most else f", here {number(least)} to {number(most)}"


def outside_of(flat: Flat, x: Array, outside: float) -> str:
    """How many units are on flat stretches, and what of their inputs `x` makes it so."""
    mean, spread = number(float(np.mean(x))), number(float(np.std(x)))
    units = {0.0: "no unit is", 1.0: "all units are"}.get(outside, f"{percent(outside)} of units are")
    if math.isinf(flat.below) or math.isinf(flat.above):
        return f"{units} on its flat side (the inputs’ mean is {mean}, their spread {spread})"
    if not outside:
        return f"{units} outside the good range (the inputs’ spread is {spread})"
    if abs(float(np.mean(x))) > 2 * float(np.std(x)):
        return f"{units} outside the good range because the inputs’ mean is {mean}"
    return f"{units} outside the good range because the inputs’ spread is {spread}"


def _batchnorm(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.step is not None
    assert isinstance(crossing.layer, BatchNorm)
    _d_x_hat, x, mean, inverse = (reading.array(place) for place in crossing.step.places[:4])
    parts = 1 if mean.ndim == 1 else len(mean)
    shape = (parts, len(x) // parts, x.shape[1])
    weights = inverse.reshape(parts, 1, -1)
    x_hat = (x.reshape(shape) - mean.reshape(parts, 1, -1)) * weights
    size, kept = _size_and_kept(reading, crossing, g, weights, x_hat, shape, axis=1)
    spread = _spread(inverse)
    over = "" if parts == 1 else f" over each of {count(parts)} virtual devices"
    words = f"γ/s multiplies by {number(size)}: the inputs’ spread{over} is {_spread_words(crossing, spread)}"
    return Cause(split("size γ/s", size, "kept", factor), f"{words}; {kept(factor / size)}.", spread)


def _fixed_batchnorm(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.step is not None
    spread = _spread(reading.array(crossing.step.places[1]))
    words = (
        f"In eval mode γ/s multiplies by {number(factor)}, with a running spread of "
        f"{_spread_words(crossing, spread)}; statistics are fixed, so that nothing is taken away."
    )
    return Cause((Part("size γ/s", factor), Part("kept", 1.0)), words, spread)


def _per_sample(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    """LayerNorm and GroupNorm: (rows, groups, features of a group), statistics over the last axis."""
    assert crossing.step is not None
    _, x, mean, inverse = (reading.array(place) for place in crossing.step.places[:4])
    groups = 1 if mean.ndim == 1 else mean.shape[1]
    shape = (len(x), groups, x.shape[1] // groups)
    weights = inverse.reshape(len(x), groups, 1)
    x_hat = (x.reshape(shape) - mean.reshape(len(x), groups, 1)) * weights
    size, kept = _size_and_kept(reading, crossing, g, weights, x_hat, shape, axis=2)
    return _by_samples(crossing, factor, size, kept, _spread(inverse), "a sample’s spread")


def _rms(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.step is not None
    x, inverse = (reading.array(place) for place in crossing.step.places[1:3])
    weights = inverse.reshape(-1, 1)
    size, kept = _size_and_kept(reading, crossing, g, weights, x * weights, x.shape, axis=1, centered=False)
    return _by_samples(crossing, factor, size, kept, _spread(inverse), "a sample’s root mean square")


def _by_samples(
    crossing: Crossing, factor: float, size: float, kept: Callable[[float], str], spread: float, what: str
) -> Cause:
    words = f"1/s multiplies by {number(size)}: {what} is {_spread_words(crossing, spread)}"
    return Cause(split("size 1/s", size, "kept", factor), f"{words}; {kept(factor / size)}.", spread)


def _size_and_kept(
    reading: Reading,
    crossing: Crossing,
    g: Place,
    weights: Array,
    x_hat: Array,
    shape: tuple[int, ...],
    axis: int,
    *,
    centered: bool = True,
) -> tuple[float, Callable[[float], str]]:
    """The factor of 1/s (and of γ, if it stands between `g` and dx̂), and words for the share that is kept.

    Statistics are over `axis` of `shape`.
    """
    assert crossing.step is not None
    own = reading.array(g)
    scale = float(np.max(np.abs(own)))
    h = (reading.array(crossing.step.places[0]) / scale).reshape(shape)
    before = float(np.linalg.norm(own / scale))
    size = float(np.linalg.norm(weights * h)) / before
    number_of = shape[axis]
    squares = np.sum((weights * h) ** 2)
    w = np.square(weights)
    r = np.mean(np.square(x_hat), axis=axis, keepdims=True)
    along = np.sum(h * x_hat, axis=axis, keepdims=True)
    by_x = float(np.sum(w * (2 - r) * along**2) / number_of / squares)
    by_mean = float(np.sum(w * np.sum(h, axis=axis, keepdims=True) ** 2) / number_of / squares) if centered else 0.0

    def words(kept: float) -> str:
        if centered:
            taken = f"the mean direction takes {percent(by_mean)} of the square, the x̂ direction {percent(by_x)}"
        else:
            taken = f"the x̂ direction takes {percent(by_x)} of the square"
        return f"{percent(kept)} of the norm is kept ({taken})"

    return size, words


def gamma_cause(reading: Reading, g: Place, d_x_hat: Place, factor: float) -> Cause:
    """Why γ alone multiplied the norm of what is at `g` by `factor`: for layers where it is a link of its own."""
    own, scaled_by = (np.linalg.norm(scaled(reading.array(place)), axis=0) for place in (g, d_x_hat))
    tops = [float(np.max(np.abs(reading.array(place)))) for place in (g, d_x_hat)]
    there = own > 0
    sizes = scaled_by[there] / own[there] * (tops[1] / tops[0])
    low, high = number(float(np.min(sizes))), number(float(np.max(sizes)))
    span = f"it is {low} in size everywhere" if low == high else f"it is {low} to {high} in size"
    return Cause((Part("γ", factor),), f"γ multiplies by {number(factor)}: {span}.")


def _residual(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.d_branch is not None
    before, branch = reading.norm(g), reading.norm(crossing.d_branch)
    assert before
    assert branch is not None
    if branch == 0:
        return Cause((), "The skip hands the gradient on as it is; the branch adds nothing.")
    own, inner = reading.direction(g), reading.direction(crossing.d_branch)
    cosine = float(np.sum(own * inner) / np.linalg.norm(own) / np.linalg.norm(inner))
    part = branch / before
    words = (
        f"The skip hands the gradient on as it is; the branch adds {number(part)} times its norm, "
        f"at a cosine of {number(cosine)} to it."
    )
    return Cause(split("skip and branch at right angles", math.hypot(1, part), "their angle", factor), words)


def _dropout(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert isinstance(crossing.layer, Dropout)
    p = crossing.layer.p
    usual = 1 / math.sqrt(1 - p)
    squares = np.square(reading.direction(g))
    lost = float(np.sum(squares, where=reading.array(crossing.d_x) == 0) / np.sum(squares))
    words = (
        f"The mask drops {percent(lost)} of the gradient (of its square) and multiplies the rest by "
        f"1/(1 − {number(p)}) = {number(1 / (1 - p))}; over all masks ×{number(usual)} is usual."
    )
    return Cause(split("1/√(1 − p)", usual, "this mask", factor), words)


def _noise(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    assert crossing.step is not None
    h = reading.array(crossing.step.places[1])
    low, high = number(float(h.min())), number(float(h.max()))
    return Cause((), f"It multiplies its input, and so the gradient, feature by feature by {low} to {high}.")


def _copy(reading: Reading, crossing: Crossing, g: Place, factor: float) -> Cause:
    added = crossing.layer.group == "regularization"
    words = "It adds noise, which the gradient passes as it is." if added else "It hands the gradient on as it is."
    return Cause((), words)


def _spread(inverse: Array) -> float:
    return float(1 / np.median(inverse))


def _spread_words(crossing: Crossing, spread: float) -> str:
    """What is divided by; says where ε is most of its square."""
    eps: float = getattr(crossing.layer, "eps", 0.0)
    most = f"{number(spread)}, most of it √ε = {number(math.sqrt(eps))}"
    return most if eps > spread**2 / 2 else number(spread)


RULES: dict[str, Rule] = {
    "linear dx": _linear,
    "bn dx": _batchnorm,
    "bn dx by running statistics": _fixed_batchnorm,
    "ln dx": _per_sample,
    "gn dx": _per_sample,
    "rms dx": _rms,
    "add": _residual,
    "dropout dx": _dropout,
    "noise dx": _noise,
    "copy": _copy,
}
"""By the operation that makes dx; that of an activation has a rule for all."""
