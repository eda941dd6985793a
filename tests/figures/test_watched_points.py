"""Points of every kind of figure know their expression as a watch, or the kind says why there is none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.plot.marks import Image, Series

OPTIONS = {"moments_by_depth": {"theory": "on"}, "watch": {"expression": 'loss("plain") / loss("with BN")'}}
SMOOTHED = ", smoothed"
EXPECTED = {
    "gradient_by_depth": 'norm(gradient("with BN")["Linear 3"])',
    "weight_gradient_by_depth": 'norm(dW("with BN")["Linear 3"])',
    "gamma_beta": 'γ("with BN")["BatchNorm 1"][7] - 1',
    "loss": 'loss("with BN")',
    "accuracy": '100 * accuracy("with BN")',
    "watch": 'loss("plain") / loss("with BN")',
    "update_to_weight": 'update_ratio("with BN")["Linear 3"]',
    "saturation_by_depth": '100 * zero("with BN")["ReLU 1"]',
    "gradient_over_time": 'norm(gradient("with BN")["Linear 2"])',
    "gradient_factors": 'norm(gradient("with BN")["Linear 1"]) / norm(gradient("with BN")["BatchNorm 1"])',
    "clipping": 'clip_norm("with BN")',
    "moments_by_depth": 'rms(value("with BN")["Linear 2"]) ** 2',
    "why": 'norm(gradient("with BN")["BatchNorm 2"])',
}
"""One of the expressions that a kind's points have."""


@pytest.fixture(scope="module")
def session() -> bn.Session:
    def layers(*norm: bn.BatchNorm) -> tuple[bn.Linear | bn.BatchNorm | bn.ReLU | bn.Sigmoid, ...]:
        return (bn.Linear(8), *norm, bn.ReLU(), bn.Linear(8), *norm, bn.Sigmoid(), bn.Linear(2))

    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=32, clip=bn.ClipNorm(1.0), optimizer=bn.SGD(lr=0.1)),
        stacks=(
            bn.Stack(name="plain", layers=layers()),
            bn.Stack(name="with BN", layers=layers(bn.BatchNorm())),
        ),
    )
    made = bn.Session(experiment, recording="all")
    made.run(20)
    return made


def drawn(figure: bn.figures.Figure) -> Iterator[tuple[str, float]]:
    """Every expression of the figure's marks, and the number drawn for it last."""
    for mark in figure.marks:
        if isinstance(mark, Series) and mark.watches and not mark.name.endswith(SMOOTHED):
            numbers = mark.y if len(mark.watches) > 1 else mark.y[-1:]
            yield from ((text, float(y)) for text, y in zip(mark.watches, numbers, strict=True) if text)
        elif isinstance(mark, Image) and mark.watches:
            yield from ((text, float(10.0**y)) for text, y in zip(mark.watches, mark.values[:, -1], strict=True))


@pytest.mark.parametrize("name", FIGURES)
def test_a_kind_says_what_its_points_are(session: bn.Session, name: str) -> None:
    kind = FIGURES[name]
    assert (name in EXPECTED) == (not kind.unwatched), "exactly one of: expressions, or a reason why there are none"
    if kind.unwatched:
        return
    found = dict(drawn(kind(session, **OPTIONS.get(name, {}))))
    assert EXPECTED[name] in found
    for expression, number in found.items():
        watch = session.watch(expression)
        past = watch.history
        assert isinstance(past, np.ndarray)
        assert past[-1] == pytest.approx(number, rel=1e-12), expression
