"""Figures of every kind of mark, with made-up numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Bars, ColorScale, Image, Mark, Regions, Ridge, Rule, Series

X = np.arange(1.0, 22.0)


def kinds_of_marks(base: type[Mark] = Mark) -> Iterator[type[Mark]]:
    """All that bnsim draws, without what several have in common."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("bnsim."):
            below = set(kinds_of_marks(kind))
            yield from below or {kind}


def lines() -> Figure:
    """Two named lines on a log axis, and a rule they cross."""
    plain = Series("plain", X, 0.4 * 0.2 ** (21 - X), "lane0", label="plain", marker="circle")
    other = Series("with BN", X, np.full(21, 0.4), "lane1", label="with BN", marker="square")
    before = Series("before", X, 0.3 * 0.2 ** (21 - X), "lane0", line="dotted", weight="thin")
    return Figure(
        name="lines",
        title="Lines",
        verdict="plain ×0.200 a layer: vanishing · with BN ×1.00: steady",
        x=Axis("weight layer", limits=(1.0, 21.0), integer=True),
        y=Axis("‖∂L/∂z‖", scale="log"),
        marks=(before, plain, other, Rule(1e-5, "float16 runs out")),
        caption="What there is to say.",
    )


def bands() -> Figure:
    """Two medians, with the middle half around them, and dashes that run along."""
    marks = []
    for role, level in (("mean", 0.2), ("variance", 1.0)):
        middle = level + 0.1 * np.sin(X)
        marks += [
            Series(f"{role}.batch", X, middle, role, label=f"{role} of the batch"),
            Series(f"{role}.running", X, np.full(21, level), role, line="dashed"),
            Band(f"{role}.middle_half", X, middle - 0.1, middle + 0.2, role),
        ]
    return Figure("bands", "Bands", "agree", Axis("iteration", integer=True), Axis("μ and σ²"), tuple(marks))


def bundle() -> Figure:
    """Many thin lines and their bold medians, which meet at their ends."""
    marks = []
    for role, line in (("gamma", "solid"), ("beta", "dashed")):
        each = np.outer(np.linspace(-1, 1, 32), np.sin(X / 7))
        marks += [Series(f"{role}.{k}", X, y, role, weight="thin") for k, y in enumerate(each)]
        marks.append(Series(f"{role}.median", X, np.sin(X), role, label=role, line=line, weight="bold"))  # type: ignore[arg-type]
    return Figure("bundle", "Bundle", "γ up to 0.28 from 1", Axis("iteration"), Axis("γ and β"), tuple(marks))


def bars() -> Figure:
    """Two histograms over one another, each with its name."""
    edges = np.linspace(-4, 4, 25)
    bell = np.exp(-(((edges[:-1] + edges[1:]) / 2) ** 2))
    marks = (
        Bars("before", edges, bell, "linear", label="before"),
        Bars("after", edges + 2, 0.5 * bell, "normalization", label="after"),
    )
    return Figure("bars", "Bars", "it moved", Axis("x"), Axis("share"), marks)


def ridge() -> Figure:
    """Two ridges side by side on rows with names, the good range behind them, notes at the right."""
    edges = np.linspace(-4, 6, 41)
    middle = (edges[:-1] + edges[1:]) / 2
    rows = np.arange(1.0, 9.0)
    marks: list[Mark] = [Band("good", np.array([-1.8, 1.8]), np.full(2, 0.6), np.full(2, 9.6), "good")]
    for lane, spread in enumerate((0.3, 1.2)):
        shares = np.exp(-((middle / (spread * (1 + rows[:, None] / 8))) ** 2))
        notes = tuple(f"{row:.0f} %" for row in rows)
        at = {"notes_at": 7.5, "label": f"lane {lane}", "shift": 12.0 * lane}
        marks.append(Ridge(f"lane {lane}", edges, shares, rows, rows, 1.3, f"lane{lane}", notes, **at))  # type: ignore[arg-type]
    ticks = tuple((float(row), f"layer {row:.0f}") for row in rows)
    y = Axis("weight layer", limits=(0.6, 10.6), ticks=ticks)
    return Figure("ridge", "Ridge", "wider by depth", Axis("pre-activation", limits=(-4.0, 19.5)), y, tuple(marks))


def picture() -> Figure:
    """Two images one above the other; cells without a value, of an exact zero, and of what is no number."""
    values = np.add.outer(-np.arange(6.0), np.sin(X))
    values[0, 3], values[2, 5], values[3, 6] = np.nan, -np.inf, np.inf
    scale = ColorScale("log₁₀ norm", (-6.0, 1.0))
    layers = np.arange(1.0, 7.0)
    marks = tuple(
        Image(f"lane {lane}", values, X, layers, (0.5, 21.5), (8.0 * lane, 8.0 * lane + 6), scale, label=f"lane {lane}")
        for lane in range(2)
    )
    y = Axis("weight layer", limits=(0.0, 15.6), ticks=((0.5, "1"), (5.5, "6"), (8.5, "1"), (13.5, "6")))
    return Figure("picture", "Picture", "it vanishes", Axis("iteration", limits=(0.5, 21.5)), y, marks)


def signed() -> Figure:
    """An image of what is below and above zero, and another in gray."""
    values = np.add.outer(np.linspace(-1, 1, 5), np.linspace(-1, 1, 8))
    scale = ColorScale("correlation", (-2.0, 2.0), "diverging")
    mark = Image("signed", values, np.arange(8.0), np.arange(5.0), (0.0, 8.0), (0.0, 5.0), scale)
    return Figure("signed", "Signed", "it rises", Axis("x"), Axis("y"), (mark,))


def regions() -> Figure:
    """Two maps of three classes side by side, with points."""
    x, y = np.linspace(-1.5, 1.5, 30), np.linspace(-1, 1, 20)
    classes = np.floor(1.5 + np.add.outer(y, np.sin(3 * x)) / 1.4)
    random = np.random.default_rng(0)
    points, labels = random.uniform(-1, 1, (40, 2)), random.integers(0, 3, 40).astype(np.float64)
    roles = ("lane0", "lane1", "lane2")
    marks = tuple(
        Regions(
            f"lane {lane}",
            classes,
            x,
            y,
            (4.0 * lane - 1.5, 4.0 * lane + 1.5),
            (-1.0, 1.0),
            points,
            labels,
            roles,
            label=f"lane {lane}",
            shift=4.0 * lane,
        )
        for lane in range(2)
    )
    ticks = ((-1.0, "−1"), (0.0, "0"), (1.0, "1"), (3.0, "−1"), (4.0, "0"), (5.0, "1"))
    return Figure("regions", "Regions", "the same", Axis("x₁", ticks=ticks), Axis("x₂", limits=(-1.0, 1.25)), marks)


SAMPLES = {
    "lines": lines,
    "bands": bands,
    "bundle": bundle,
    "bars": bars,
    "ridge": ridge,
    "picture": picture,
    "signed": signed,
    "regions": regions,
}


def without_points(figure: Figure, which: slice, *, nan: bool = False) -> Figure:
    """The figure whose lines and bands, as `which` chooses, have no points; with `nan` none that is a number."""

    def bare(values: Array) -> Array:
        return np.full_like(values, np.nan, dtype=np.float64) if nan else values[:0]

    chosen = [id(mark) for mark in figure.marks if isinstance(mark, Series | Band)][which]
    marks = []
    for mark in figure.marks:
        if id(mark) in chosen:
            x = mark.x if nan else mark.x[:0]
            fields = ("y",) if isinstance(mark, Series) else ("low", "high")
            mark = replace(mark, x=x, **{name: bare(getattr(mark, name)) for name in fields})
        marks.append(mark)
    return replace(figure, marks=tuple(marks))
