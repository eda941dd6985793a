"""Figures of every kind of mark, with made-up numbers."""

from __future__ import annotations

import numpy as np

from bnsim.plot.figure import Axis, Band, Figure, Rule, Series

X = np.arange(1.0, 22.0)


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


SAMPLES = {"lines": lines, "bands": bands, "bundle": bundle}
