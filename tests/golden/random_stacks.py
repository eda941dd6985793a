"""Hypothesis's stacks: every layer, blocks in blocks, widths that fit."""

from __future__ import annotations

from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec.activations import ACTIVATIONS
from tests.golden import cases

EPS = st.sampled_from([1e-5, 1e-3, 1e-2])
WIDTHS = st.integers(1, 12)

activations = st.one_of(
    st.sampled_from([kind() for kind in ACTIVATIONS]),
    st.builds(bn.LeakyReLU, st.floats(-0.5, 2)),
    st.builds(bn.ELU, st.floats(0, 3)),
    st.builds(bn.GELU, st.sampled_from(["none", "tanh"])),
    st.builds(bn.Softplus, st.floats(0.1, 10), st.floats(0, 30)),
    st.builds(bn.Hardtanh, st.floats(-2, -0.1), st.floats(0.1, 2)),
    st.builds(bn.Dropout, st.floats(0, 0.7)),
    st.builds(bn.Noise, st.floats(0, 2), st.floats(0, 2), st.sampled_from([1.0, 0.5, 2.0])),
)


@st.composite
def batchnorms(draw: st.DrawFn, parts: int) -> bn.BatchNorm:
    mode = draw(st.sampled_from(["train", "train", "train", "eval"]))
    return bn.BatchNorm(
        eps=draw(EPS),
        momentum=draw(st.none() | st.floats(0, 1)),
        affine=draw(st.booleans()),
        track_running_stats=mode == "eval" or draw(st.booleans()),
        gamma=draw(st.floats(0.1, 2)),
        beta=draw(st.floats(-1, 1)),
        mode=mode,
        virtual_devices=draw(st.sampled_from([1, 1, 2])) if parts == 2 else 1,
    )


@st.composite
def per_sample(draw: st.DrawFn, width: int) -> bn.LayerNorm | bn.GroupNorm | bn.RMSNorm:
    options = {"eps": draw(EPS), "affine": draw(st.booleans())}
    kind = draw(st.sampled_from([bn.LayerNorm, bn.GroupNorm, bn.RMSNorm]))
    if kind is bn.GroupNorm:
        options["num_groups"] = draw(st.sampled_from([n for n in range(1, width + 1) if width % n == 0]))
    return kind(**options)


@st.composite
def _layers(draw: st.DrawFn, width: int, deepest: int, parts: int, level: int = 0) -> tuple[tuple, int, int]:
    """Layers, the width after them, and how many leaves they are at most `deepest`."""
    made: list[object] = []
    leaves = 0
    for _ in range(draw(st.integers(0, deepest))):
        left = deepest - leaves
        kinds = ["linear", "activation", "activation", "batchnorm", "batchnorm", "per sample"]
        kinds += ["residual", "repeat"] if level < 2 and left > 3 else []
        kind = draw(st.sampled_from(kinds))
        if left < 1:
            break
        if kind == "linear":
            width = draw(WIDTHS)
            made.append(bn.Linear(width, bias=draw(st.booleans())))
        elif kind == "activation":
            made.append(draw(activations))
        elif kind == "batchnorm":
            made.append(draw(batchnorms(parts)))
        elif kind == "per sample":
            made.append(draw(per_sample(width)))
        elif kind == "residual":
            inside, after, count = draw(_layers(width, min(left, 5) - 2, parts, level + 1))
            inside = inside if inside and after == width else (*inside, bn.Linear(width))
            made.append(bn.Residual(inside))
            leaves += count + 1
        else:
            times = draw(st.integers(1, 3))
            tied = draw(st.booleans())
            inside, after, count = draw(_layers(width, max(1, min(left // times, 5) - 1), parts, level + 1))
            inside = inside if inside and after == width else (*inside, bn.Linear(width))
            made.append(bn.Repeat(inside, times=times, tied=tied))
            leaves += times * (count + 1) - 1
        leaves += 1
    return tuple(made), width, leaves


@st.composite
def random_stacks(draw: st.DrawFn, deepest: int, parts: int = 2) -> bn.Stack:
    """Stacks of at most about `deepest` leaves; BatchNorm sees up to `parts` virtual devices."""
    inside, _, _ = draw(_layers(cases.FEATURES, deepest, parts))
    loss = draw(st.sampled_from(list(cases.LOSSES.values())))
    return cases.stack_of((*inside, bn.Linear(cases.CLASSES)), loss)
