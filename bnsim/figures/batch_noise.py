"""How noisy a mini-batch's mean and variance are at one BatchNorm: their spread over batches, against theory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import drawable
from bnsim.figures.measured import MAX_POINTS, Chosen, Known, Session, choose_batchnorm
from bnsim.figures.options import AN_EPOCH, Choice
from bnsim.figures.present import links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import count, percent, significant
from bnsim.spec.phrases import joined, phrase

MOST = 1 << 21
"""Numbers that are asked of the network, or two mini-batches if these are more."""
DRAWS = 8
"""Times that the rows are put into batches of another size."""
_FEWEST_BATCHES = 4

THEORY = Choice("theory", "Theory", (("on", "of independent rows"), ("off", "none")))
_THEORY_IN_WORDS = phrase(
    "Dashed: theory, 1/√m and, from the measured kurtosis, about √((κ − 1)/m); dotted: the variance's for Gaussian "
    "features."
)


class _Spread(NamedTuple):
    """Of batches of m rows: root mean squares over features, in units of σ and of σ²; each of shape (sizes,)."""

    m: Array
    mean: Array
    variance: Array


class _Noise(NamedTuple):
    """Spreads measured and expected; `own` of the run's own batches; `still` of all features do not vary."""

    own: _Spread
    regrouped: _Spread
    theory: _Spread
    gaussian: Array
    rows: int
    still: int
    features: int


@figure(
    title="Mini-batch noise",
    shows="spread of one BatchNorm's batch mean and variance over batches, by batch size, against theory",
    section="At one layer",
    about="BatchNorm",
    cost=AN_EPOCH,
    options=(THEORY,),
    unwatched="of passes beside the run",
)
def batch_noise(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    theory: str = "on",
) -> Figure:
    """How far mean and biased variance of a mini-batch spread, in units of σ and σ² of each feature, by batch size m.

    What the BatchNorm is given by the mini-batches of the present epoch, in train mode at the present parameters: the
    squares are how those batches spread; for the lines their rows are put at random into batches of other sizes, 8
    times each. Theory, for a feature of kurtosis κ: Var(mean) = σ²/m, and Var(var) = σ⁴(m − 1)((κ − 1)m − κ + 3)/m³,
    which is 2σ⁴(m − 1)/m² for a Gaussian. Batches of one epoch share no rows: about the epoch's own mean, with n − 1
    in the denominator, that needs no correction. A number for all features is the root of the mean of the squares,
    without features that do not vary. Virtual devices have their own smaller batches.

    `theory` "off" leaves its lines out. `layer_id` is the BatchNorm; for another layer the nearest BatchNorm in its
    lane is taken, for None the first. `max_points` and `known` have no effect here.
    """
    chosen = choose_batchnorm(session, layer_id)
    if chosen is None:
        return _figure(phrase("Add a BatchNorm to see how noisy mini-batches are"))
    probe = session.probe(chosen.lane)
    if probe is None:
        return _figure(joined(": ", (chosen.title, phrase("no mini-batch yet: step or play"))))
    link = next(link for link in links(chosen.lane.stack.layers) if link.path == chosen.path)
    given = probe.given(chosen.path, link.before, MOST)
    if not np.isfinite(given).all():
        return _figure(joined(" ", (chosen.title, phrase("is given what is not a number"))))
    batches, batch, features = given.shape
    parts = chosen.layer.virtual_devices
    given = given.reshape(batches * parts, batch // parts, features)
    noise = _noise(given)
    if noise is None:
        still = phrase("its features do not vary over the data: there is no noise")
        return _figure(joined(": ", (chosen.title, still)))
    return _figure(_verdict(chosen, noise), _marks(noise, theory == "on"), _caption(noise, theory == "on"), noise)


def _noise(given: Array) -> _Noise | None:
    """Of what is given, shape (batches, batch, features); None if no feature varies or there is one row."""
    from bnsim.theory import variance_of_mean, variance_of_variance  # the engine comes with it

    features = given.shape[2]
    rows = given.reshape(-1, features)
    n = len(rows)
    vary = rows.max(axis=0) > rows.min(axis=0)
    if n < 2 or not vary.any():
        return None
    given, rows = given[:, :, vary], rows[:, vary]
    # Shifted and scaled, so that neither a large mean nor a large spread costs digits.
    middle, size = rows.mean(axis=0), np.ptp(rows, axis=0)
    given, rows = (given - middle) / size, (rows - middle) / size
    sigma = rows.std(axis=0, ddof=1)
    central = rows - rows.mean(axis=0)
    kurtosis = np.mean(central**4, axis=0) / np.mean(central**2, axis=0) ** 2
    batch = given.shape[1]
    own = _spread([given], batch, sigma) if len(given) > 1 else (np.nan, np.nan)
    sizes = [m for m in (2**k for k in range(1, 20)) if n // m >= _FEWEST_BATCHES]
    drawn = np.random.Generator(np.random.Philox(0))
    regrouped = []
    for m in sizes:
        orders = [drawn.permutation(n)[: n // m * m] for _ in range(DRAWS)]
        regrouped.append(_spread([rows[order].reshape(n // m, m, -1) for order in orders], m, sigma))
    m = np.array(sizes, np.float64)
    expected = np.sqrt(np.mean([variance_of_variance(m, each) for each in kurtosis], axis=0))
    return _Noise(
        own=_Spread(*(np.array([each]) for each in (float(batch), *own))),
        regrouped=_Spread(m, *(np.array([each[k] for each in regrouped]) for k in (0, 1))),
        theory=_Spread(m, np.sqrt(variance_of_mean(m)), expected),
        gaussian=np.sqrt(variance_of_variance(m)),
        rows=n,
        still=features - int(vary.sum()),
        features=features,
    )


def _spread(groups: list[Array], m: int, sigma: Array) -> tuple[float, float]:
    """Root mean squares over features and groups of the batches' standard deviations, in units of σ and σ²."""
    means = np.mean([np.var(group.mean(axis=1), axis=0, ddof=1) for group in groups], axis=0) / sigma**2
    variances = np.mean([np.var(group.var(axis=1), axis=0, ddof=1) for group in groups], axis=0) / sigma**4
    return float(np.sqrt(means.mean())), float(np.sqrt(variances.mean()))


def _marks(noise: _Noise, with_theory: bool) -> tuple[Series, ...]:
    found = []
    for role, label, measured, theory, own in (
        ("mean", phrase("batch mean"), noise.regrouped.mean, noise.theory.mean, noise.own.mean),
        ("variance", phrase("batch variance"), noise.regrouped.variance, noise.theory.variance, noise.own.variance),
    ):
        x = frozen(noise.regrouped.m)
        found.append(Series(role, x, frozen(measured), role, label=label, marker="circle"))
        if with_theory:
            found.append(Series(f"{role}.theory", x, frozen(theory), role, line="dashed", theory=True))
        found.append(
            Series(f"{role}.own", frozen(noise.own.m), frozen(drawable(own)), role, line="none", marker="square")
        )
    if not with_theory:
        return tuple(found)
    x = frozen(noise.regrouped.m)
    gaussian = Series("variance.gaussian", x, frozen(noise.gaussian), "muted", line="dotted", theory=True)
    return (*found, gaussian)


def _figure(verdict: str, marks: tuple[Series, ...] = (), caption: str = "", noise: _Noise | None = None) -> Figure:
    x, y = Axis(phrase("batch size m")), Axis(phrase("spread over batches"))
    if noise is not None:
        sizes = np.concatenate([noise.regrouped.m, noise.own.m])
        ticks = tuple((float(m), count(int(m))) for m in noise.regrouped.m)
        x = Axis(phrase("batch size m"), scale="log", limits=(sizes.min() / 1.2, sizes.max() * 1.2), ticks=ticks)
        spreads = np.concatenate([drawable(each.y) for each in marks])
        limits = float(np.nanmin(spreads)) / 1.3, float(np.nanmax(spreads)) * 1.3
        marked = [first * 10.0**k for k in range(-9, 10) for first in (1, 2, 5)]
        ticks = tuple((each, significant(each, 1)) for each in marked if limits[0] <= each <= limits[1])
        y = Axis(phrase("spread over batches, in σ and σ²"), scale="log", limits=limits, ticks=ticks)
    return Figure(batch_noise.name, batch_noise.title, verdict, x, y, marks, caption)


def _verdict(chosen: Chosen, noise: _Noise) -> str:
    from bnsim.theory import variance_of_variance

    m, mean, variance = (float(each[0]) for each in noise.own)
    if not np.isfinite(mean):
        one = phrase("an epoch has one mini-batch, whose mean and variance cannot spread")
        return joined(": ", (chosen.title, one))
    spreads = phrase(
        "over batches of {m} the mean spreads by {mean} σ (1/√m is {root}), the variance by {variance} "
        "(a Gaussian's {gaussian})",
        m=f"{m:.0f}",
        mean=significant(mean, 3),
        root=significant(1 / np.sqrt(m), 3),
        variance=percent(variance),
        gaussian=percent(float(np.sqrt(variance_of_variance(m)))),
    )
    still = ""
    if noise.still:
        of = count(noise.features)
        still = phrase(
            "{number} of {of} feature do not vary" if noise.features == 1 else "{number} of {of} features do not vary",
            number=str(noise.still),
            of=of,
        )
    return joined(": ", (chosen.title, joined("; ", (spreads, still))))


def _caption(noise: _Noise, with_theory: bool) -> str:
    measured = phrase(
        "Standard deviation over batches of a batch's mean, in units of σ, and of its variance, in units of σ²; root "
        "mean square over features. {rows} rows of one epoch, in train mode at the present parameters: "
        "squares as the run puts them into batches, circles put together at random.",
        rows=count(noise.rows),
    )
    return joined(" ", (measured, _THEORY_IN_WORDS if with_theory else ""))
