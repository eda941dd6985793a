"""How the signal changes on its way up the stack: mean and variance of the pre-activations at every weight layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.expected import THEORY, Expected, expected, in_words, mean_squares, named_once, theory_line
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, decades, drawable, from_first_to_last, shown_lanes, where, with_zeros
from bnsim.figures.measured import MAX_POINTS, Known, Session, quartiles
from bnsim.figures.options import AN_EPOCH, Choice
from bnsim.figures.present import Link, key_of, links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Mark, Series, frozen
from bnsim.spec.layers import BatchNorm, Linear
from bnsim.spec.numerals import significant
from bnsim.spec.phrases import joined, phrase

_MANY = 60
"""Weight layers above which markers would run into one another."""
_CAPTION = phrase(
    "Output of each weight layer over the mini-batch: variance of each feature, the line their median and shaded their "
    "middle half; dashed the median squared mean."
)


ROWS = Choice(
    "rows", "Rows", (("batch", "mini-batch"), ("all", "beside it all of an epoch")), costs=(("all", AN_EPOCH),)
)


class _Moments(NamedTuple):
    """One lane's medians over features by weight layer; `low` and `high` the variance's quartiles.

    `running`: median of the running variance of a BatchNorm right after. NaN where not computed, or not kept.
    `bad` 1 where values are NaN or infinite, else 0; `constant` 1 where no feature varies. `whole_variance`,
    `whole_squared`: over all rows of an epoch, NaN where that is not measured. `mean_square`: of all numbers of a
    layer. `theory`: what is expected of that, (layers,), or (0,) where it is not asked, or `reason` says why not.
    """

    shown: Shown
    layers: Array
    low: Array
    variance: Array
    high: Array
    squared_mean: Array
    running: Array
    bad: Array
    constant: Array
    whole_variance: Array
    whole_squared: Array
    mean_square: Array
    theory: Array = np.empty(0)
    reason: str = ""


@figure(
    title="Moments by depth",
    options=(ROWS, THEORY),
    shows="variance and squared mean of every weight layer's output over the mini-batch, spread over features",
    section="By depth",
    source="Bjorck et al. 2018, fig. 4",
)
def moments_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    rows: str = "batch",
    theory: str = "off",
) -> Figure:
    """Mean and (biased) variance over the mini-batch of every weight layer's output, on a log axis.

    The line is the median of the features' variances, shaded their middle half, dashed the median of their squared
    means: the two add up to the mean square. Single markers are the running variance of a BatchNorm right after,
    which PyTorch and bnsim keep unbiased. Zeros, which have no place on a log axis, are gaps; the verdict names
    them. With `rows` "all" dotted lines are the same medians, of variance and squared mean, over all mini-batches of
    the present epoch, run in train mode at the present parameters. With `theory` "on" the mean square of all
    numbers of a layer is drawn, thin, and in gray dashes what becomes of that of the first layer in a wide random
    network with weights and biases of the present size. `layer_id`, `max_points` and `known` have no effect here.
    """
    drawn = [each for each in map(_moments, shown_lanes(session)) if each.layers.size]
    if theory == "on":
        drawn = [_with_theory(each, session.experiment.training.batch_size) for each in drawn]
    if rows == "all":
        drawn = [_over_epoch(session, each) for each in drawn]
    deepest = max((float(each.layers[-1]) for each in drawn), default=2.0)
    arrays = [a for each in drawn for a in (each.low, each.high, each.squared_mean, each.running, *_more(each))]
    some = any(np.isfinite(each.variance).any() for each in drawn)
    running = any(np.isfinite(each.running).any() for each in drawn)
    caption = [_CAPTION]
    if running:
        caption.append(phrase("Single markers: the running variance of the BatchNorm after it."))
    if any(np.isfinite(each.whole_variance).any() for each in drawn):
        caption.append(phrase("Dotted: the same over all rows of an epoch, thin the squared mean."))
    missing = in_words(((each.shown.name, each.reason or None) for each in drawn), squares=True)
    if any(each.theory.size for each in drawn):
        caption.append(
            phrase(
                "Thin: the mean square of all numbers; gray dashes: of a wide random network with such weights, from "
                "the first layer's on. In narrow ones chance adds up along the depth."
            )
        )
    if missing:
        caption.append(joined("", (missing, ".")))
    return Figure(
        name=moments_by_depth.name,
        title=moments_by_depth.title,
        verdict=joined(" · ", (_verdict(drawn), missing if some else "")),
        x=Axis(phrase("weight layer, counted from the input"), limits=(1.0, max(deepest, 2.0)), integer=True),
        y=Axis(
            phrase("σ², dashed μ², thin σ² + μ²" if theory == "on" else "variance σ², dashed μ²"),
            scale="log",
            limits=decades(arrays),
        ),
        marks=(*(mark for each in drawn for mark in _marks(each)), *named_once(_theory_lines(drawn))),
        caption=joined(" ", caption) if some else "",
    )


def _moments(shown: Shown) -> _Moments:
    lane, found = shown.lane, links(shown.lane.stack.layers)
    state = lane.state_dict()
    rows = []
    for link, after in zip(found, [*found[1:], None], strict=True):
        if isinstance(link.layer, Linear):
            values = lane.value(link.path)
            running = _running(state, shown, after)
            moments = *_of_values(values), running, *_flags(values), np.nan, np.nan, _mean_square(values)
            rows.append((link.ordinal, *moments))
    columns = np.array(rows, np.float64).reshape(-1, 11)
    filled = [frozen(np.ascontiguousarray(columns[:, k])) for k in range(11)]
    return _Moments(shown, *filled)  # type: ignore[arg-type]  # the last two fields stay as they are


def _mean_square(values: Array | None) -> float:
    return np.nan if values is None else float(np.mean(np.square(np.asarray(values, np.float64))))


def _more(each: _Moments) -> tuple[Array, ...]:
    """What is drawn beside the moments of the mini-batch."""
    theory = (each.mean_square, each.theory) if each.theory.size else ()
    return each.whole_variance, each.whole_squared, *theory


def _with_theory(each: _Moments, batch: int) -> _Moments:
    """The same with what theory makes of the first layer's mean square, up to the last layer but one."""
    last = each.layers.size - 1
    known = expected(each.shown, 1, last, batch)
    if not isinstance(known, Expected):
        return each._replace(reason=known)
    if not known.by_link:
        return each._replace(reason=phrase("layers in a Residual, which are given its sum"))
    if np.isnan(each.mean_square).all():
        return each
    q = np.append(mean_squares(known, float(each.mean_square[0]), last), np.nan)
    if known.norm is not None:
        q[0] = np.nan  # the data's
    return each._replace(theory=frozen(q))


def _over_epoch(session: Session, each: _Moments) -> _Moments:
    """The same with moments over all mini-batches of the present epoch, where there is one."""
    lane = each.shown.lane
    probe = session.probe(lane)
    if probe is None:
        return each
    paths = [link.path for link in links(lane.stack.layers) if isinstance(link.layer, Linear)]
    rows = 0
    means: list[Array] = []
    squares: list[Array] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for read in probe.mini_batches():
            batch = [np.asarray(read(path), np.float64) for path in paths]
            own = [values.mean(axis=0) for values in batch]
            spread = [np.square(values - mean).sum(axis=0) for values, mean in zip(batch, own, strict=True)]
            if not rows:
                means, squares = own, spread
            else:  # Chan, Golub and LeVeque 1979
                count = len(batch[0])
                for k, mean in enumerate(own):
                    apart = mean - means[k]
                    squares[k] = squares[k] + spread[k] + apart**2 * (rows * count / (rows + count))
                    means[k] = means[k] + apart * (count / (rows + count))
            rows += len(batch[0])
        pairs = [quartiles(np.stack([s / rows, m**2]))[1] for m, s in zip(means, squares, strict=True)]
    columns = np.array(pairs, np.float64).reshape(-1, 2)
    return each._replace(whole_variance=frozen(columns[:, 0].copy()), whole_squared=frozen(columns[:, 1].copy()))


def _of_values(values: Array | None) -> tuple[float, float, float, float]:
    """Quartiles over features of the variance, and the median squared mean."""
    if values is None or not np.isfinite(values).all():
        return np.nan, np.nan, np.nan, np.nan
    values = np.asarray(values, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = values.mean(axis=0)
        (low, _), (median, squared), (high, _) = quartiles(np.stack([np.square(values - mean).mean(axis=0), mean**2]))
        return float(low), float(median), float(high), float(squared)


def _flags(values: Array | None) -> tuple[bool, bool]:
    """Whether values are no numbers, and whether no feature varies over the mini-batch."""
    if values is None:
        return False, False
    bad = not np.isfinite(values).all()
    return bad, not bad and bool((values == values[:1]).all())


def _running(state: dict[str, Array], shown: Shown, after: Link | None) -> float:
    if after is None or not isinstance(after.layer, BatchNorm):
        return np.nan
    kept = state.get(f"{key_of(shown.lane.stack.layers, after.path)}running_var")
    return np.nan if kept is None else float(quartiles(np.asarray(kept, np.float64)[None])[1][0])


def _marks(each: _Moments) -> Iterator[Mark]:
    name, role = each.shown.name, each.shown.role
    marker = each.shown.marker if each.layers.size <= _MANY else "none"
    low, high = frozen(drawable(each.low)), frozen(drawable(each.high))
    yield Band(phrase("{line}, variance, middle half", line=name), each.layers, low, high, role)
    squared = frozen(drawable(each.squared_mean))
    yield Series(phrase("{line}, squared mean", line=name), each.layers, squared, role, line="dashed")
    if np.isfinite(each.running).any():
        named = phrase("{line}, running variance", line=name)
        yield Series(named, each.layers, each.running, role, line="none", marker=each.shown.marker)
        marker = "none"
    if np.isfinite(each.whole_variance).any():
        over_all = frozen(drawable(each.whole_variance))
        named = phrase("{line}, variance, all rows", line=name)
        yield Series(named, each.layers, over_all, role, line="dotted")
        over_all = frozen(drawable(each.whole_squared))
        named = phrase("{line}, squared mean, all rows", line=name)
        yield Series(named, each.layers, over_all, role, line="dotted", weight="thin")
    if each.theory.size:
        y, own = frozen(drawable(each.mean_square)), _watches(each.shown)
        yield Series(phrase("{line}, mean square", line=name), each.layers, y, role, weight="thin", watches=own)
    variance = frozen(with_zeros(each.variance))
    yield Series(phrase("{line}, variance", line=name), each.layers, variance, role, label=name, marker=marker)


def _watches(shown: Shown) -> tuple[str, ...]:
    """The expression of the mean square of every Linear's output."""
    paths = [link.path for link in links(shown.lane.stack.layers) if isinstance(link.layer, Linear)]
    return tuple(f"{text} ** 2" if (text := shown.spelling.norm("value", path, "rms")) else "" for path in paths)


def _theory_lines(drawn: list[_Moments]) -> Iterator[Series]:
    for each in drawn:
        if each.theory.size:
            yield theory_line(each.shown.name, each.layers, frozen(drawable(each.theory)))


def _verdict(drawn: list[_Moments]) -> str:
    if not drawn:
        return phrase("Add a Linear layer to see the moments of its output")
    if not any(np.isfinite(each.variance).any() or each.bad.any() for each in drawn):
        return phrase("Nothing computed yet: step into the forward pass")
    return joined(" · ", (_judged(each) for each in drawn))


def _judged(each: _Moments) -> str:
    name, there = each.shown.name, np.flatnonzero(np.isfinite(each.variance))
    all_of = each.layers.size
    if not there.size:
        if not each.bad.any():
            return joined(" ", (name, phrase("is not computed yet")))
        return joined(" ", (name, phrase("has no number {where}", where=where(each.layers[each.bad > 0], all_of))))
    notes = []
    if each.bad.any():
        notes.append(phrase("no number {where}", where=where(each.layers[each.bad > 0], all_of)))
    if each.constant.any():
        notes.append(phrase("no feature varies {where}", where=where(each.layers[each.constant > 0], all_of)))
    if each.theory.size > 1 and np.isfinite(each.theory[-2]):
        # The last layer but one: beyond it the width is another.
        measured, known = (significant(float(of[-2]), 2) for of in (each.mean_square, each.theory))
        words = phrase(
            "σ² + μ² {measured} in layer {number}, theory {theory}",
            measured=measured,
            number=f"{each.layers[-2]:.0f}",
            theory=known,
        )
        return joined(", ", (joined(" ", (name, words)), *notes))
    words = from_first_to_last(each.layers[there], each.variance[there])
    return joined(", ", (joined(" ", (f"{name} σ²", words)), *notes))
