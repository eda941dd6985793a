"""Figures of one BatchNorm at one moment: statistics over features, before and after, both modes, one sample's noise.

Features stand in the order of the batch's own value (of the running one before there is a batch), so that this is a
smooth line and the others scatter around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Series
from bnsim.spec.phrases import phrase

BINS = 40
MOST = 1 << 20
"""Most elements a histogram is counted over; larger arrays are sampled evenly."""
MOST_LINES = 256
"""Most features drawn as lines; of more, a part evenly spread."""

CHOSEN = "focus"
"""Color role of the chosen feature."""
SIGNS = {"mean": "μ", "variance": "σ²"}
RUNNING = {"mean": "running_mean", "variance": "running_var"}

Watch = Callable[[str, int], str]
"""The expression of an array, by its name, at a feature; "" if it cannot be watched."""


def statistic(
    name: str,
    kind: Literal["mean", "variance"],
    batch: Array | None,
    running: Array | None,
    feature: int,
    watch: Watch = lambda *_: "",
) -> Figure:
    """A statistic over features: the batch's as a line, the running one as dots, the chosen feature marked."""
    first = batch if batch is not None else running
    series: list[Series] = []
    if first is not None:
        order = order_of(first)
        ranks = np.arange(len(order), dtype=np.float64)
        if batch is not None:
            own = _watches(watch, SIGNS[kind], order)
            label = phrase("batch")
            series.append(Series("batch", ranks, _of(batch, order), kind, label=label, weight="bold", watches=own))
        if running is not None:
            own = _watches(watch, RUNNING[kind], order)
            series.append(_dots("running", ranks, _of(running, order), kind, phrase("running"), "circle", own))
        rank = np.flatnonzero(order == feature).astype(np.float64)
        series.append(_dots("chosen", rank, _of(first, order)[order == feature], CHOSEN, "", "square"))
    sign = SIGNS[kind]
    return Figure(
        name=f"xray_{kind}",
        title=phrase(
            "Mean of each feature, {layer}" if kind == "mean" else "Variance of each feature, {layer}", layer=name
        ),
        verdict=phrase("mean μ over the mini-batch" if kind == "mean" else "variance σ² over the mini-batch"),
        x=Axis(phrase("features, in order of {sign}", sign=sign), limits=_ends(first), integer=True),
        y=Axis(sign),
        marks=tuple(series),
        caption=phrase("Line: the mini-batch. Circles: running. Diamonds: the whole training set as one batch."),
    )


def with_whole(figure: Figure, first: Array, values: Array) -> Figure:
    """`figure` with the statistic of the whole training set added; `first` gives the order of the features."""
    order = order_of(first)
    ranks, label = np.arange(len(order), dtype=np.float64), phrase("all rows")
    dots = _dots("all rows", ranks, _of(values, order), "text-muted", label, "diamond")
    return replace(figure, marks=(*figure.marks, dots))


def order_of(values: Array) -> Any:
    """Features by size; equal ones by number."""
    return np.argsort(values, kind="stable")


def affine(name: str, gamma: Array | None, beta: Array | None, feature: int, watch: Watch = lambda *_: "") -> Figure:
    """The parameters γ and β over features, each in an order of its own."""
    series: list[Series] = []
    for kind, sign, array, values in (("gamma", "γ", "weight", gamma), ("beta", "β", "bias", beta)):
        if values is not None:
            order = order_of(values)
            ranks = np.arange(len(order), dtype=np.float64)
            own = _watches(watch, array, order)
            series.append(Series(kind, ranks, _of(values, order), kind, label=sign, weight="bold", watches=own))
            rank = np.flatnonzero(order == feature).astype(np.float64)
            series.append(_dots(f"{kind} chosen", rank, values[[feature]].astype(np.float64), CHOSEN, "", "square"))
    return Figure(
        name="xray_affine",
        title=phrase("γ and β of each feature, {layer}", layer=name),
        verdict=phrase("scale and shift"),
        x=Axis(phrase("features, each in order of its size"), limits=_ends(gamma), integer=True),
        y=Axis(phrase("γ and β")),
        marks=tuple(series),
    )


def before_and_after(name: str, x: Array, y: Array, what: str, mode: str) -> Figure:
    """Histograms of input and output, each in bins of its own and as high as the other."""
    series, bands = [], []
    labels = phrase("input x"), phrase("output y")
    for key, role, label, values in (("before", "linear", labels[0], x), ("after", "normalization", labels[1], y)):
        edges, heights = _steps(values)
        bands.append(Band(key, edges, np.zeros_like(edges), heights, role))
        series.append(
            Series(f"{key} line", edges, heights, role, label=label, line="solid" if key == "after" else "dashed")
        )
    return Figure(
        name="xray_histogram",
        title=phrase("Before and after {layer}, {what}", layer=name, what=what),
        verdict=phrase(
            "output by the batch's statistics; each histogram scaled to its highest bin"
            if mode == "train"
            else "output by the running statistics; each histogram scaled to its highest bin"
        ),
        x=Axis(phrase("input x, output y")),
        y=Axis(phrase("share of the highest bin"), limits=(0.0, 1.08)),
        marks=(*series, *bands),
    )


def train_and_eval(name: str, train: Array, fixed: Array, feature: int) -> Figure:
    """The output in eval mode against that in train mode; a feature is a line, on the diagonal if the modes agree."""
    stride = train.shape[1] // MOST_LINES + 1
    along, up = train[:, ::stride].astype(np.float64), fixed[:, ::stride].astype(np.float64)
    columns = np.arange(along.shape[1])
    ends = [np.argmin(along, axis=0), np.argmax(along, axis=0)]
    gap = np.full(along.shape[1], np.nan)
    x, y = (np.column_stack([*(values[end, columns] for end in ends), gap]).ravel() for values in (along, up))
    low, high = float(np.min(along)), float(np.max(along))
    diagonal = np.array([low, high])
    return Figure(
        name="xray_modes",
        title=phrase("{layer} in both modes", layer=name),
        verdict=phrase("each line a feature; on the dashed diagonal both modes agree"),
        x=Axis(phrase("output in train mode")),
        y=Axis(phrase("output in eval mode")),
        marks=(
            Series("features", x, y, "normalization", weight="thin"),
            Series("both agree", diagonal, diagonal, "text-muted", line="dashed", label=phrase("both agree")),
            _dots(
                "chosen",
                train[:, feature].astype(np.float64),
                fixed[:, feature].astype(np.float64),
                CHOSEN,
                phrase("feature {number}", number=str(feature)),
                "circle",
            ),
        ),
    )


def noise(name: str, present: Array, outputs: Array, feature: int, sample: int) -> Figure:
    """One sample's output by feature, less its mean over batches: the middle 90 %, and a dot for the present batch."""
    order = order_of(outputs.std(axis=0))
    ranks = np.arange(len(order), dtype=np.float64)
    middle = outputs.mean(axis=0, dtype=np.float64)
    low, high = (_of(values - middle, order) for values in np.percentile(outputs, (5, 95), axis=0))
    apart = _of(present - middle, order)
    chosen = order == feature
    return Figure(
        name="xray_noise",
        title=phrase(
            "Sample {sample} after {layer}, among {number} other batches",
            sample=str(sample),
            layer=name,
            number=str(len(outputs)),
        ),
        verdict=phrase("its input is the same each time; what moves is the batch around it"),
        x=Axis(phrase("features, in order of their noise"), limits=_ends(present), integer=True),
        y=Axis(phrase("output − its average over batches")),
        marks=(
            Series("95 %", ranks, high, "normalization", label=phrase("other mates")),
            Series("5 %", ranks, low, "normalization"),
            _dots("present mates", ranks, apart, "normalization", phrase("present mates"), "circle"),
            _dots(
                "chosen",
                ranks[chosen],
                apart[chosen],
                CHOSEN,
                phrase("feature {number}", number=str(feature)),
                "square",
            ),
            Band("other mates", ranks, low, high, "normalization"),
        ),
        caption=phrase("Shaded: from the 5th to the 95th percentile over batches drawn anew around the sample."),
    )


def _watches(watch: Watch, array: str, order: Any) -> tuple[str, ...]:
    """The expression of each feature in that order: written once, since there may be thousands at every frame."""
    first = watch(array, 0)
    head = first.removesuffix("0]")
    return tuple(f"{head}{feature}]" for feature in order.tolist()) if first else ()


def _dots(
    name: str,
    x: Array,
    y: Array,
    role: str,
    label: str,
    marker: Literal["circle", "square", "diamond"],
    watches: tuple[str, ...] = (),
) -> Series:
    return Series(name, x, y, role, label=label, line="none", weight="bold", marker=marker, watches=watches)


def _of(values: Array, order: Sequence[int]) -> Array:
    return np.asarray(values, np.float64)[order]


def _ends(values: Array | None) -> tuple[float, float]:
    return (-0.5, max(len(values), 1) - 0.5) if values is not None else (-0.5, 0.5)


def _steps(values: Array) -> tuple[Array, Array]:
    """The outline of a histogram, its highest bin 1: (x, y), each (2 bins + 2,)."""
    flat = values.ravel()
    flat = flat[:: flat.size // MOST + 1].astype(np.float64)
    flat = flat[np.isfinite(flat)]
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)
    # Between subnormal numbers there is no room for bins.
    if not high - low > max(1e-12 * max(abs(low), abs(high)), float(np.finfo(np.float64).tiny)):
        width = 1e-3 * max(abs(low), 1e-3)
        low, high = low - width, high + width
    counts, edges = np.histogram(flat, BINS, (low, high))
    shares = counts / max(int(counts.max()), 1)
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(shares, 2), [0.0]])
