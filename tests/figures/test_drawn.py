"""Every kind of figure in every style, measured on what was drawn: nothing that a slide would be ashamed of."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.plot.figure import Figure
from bnsim.plot.style import STYLES
from bnsim.plot.theme import THEMES
from bnsim.spec.defaults import default_experiment
from tests.plot.measuring import faults

OF_SIX = (
    ("plain sigmoid", bn.Sigmoid(), ()),
    ("sigmoid with BatchNorm", bn.Sigmoid(), (bn.BatchNorm(),)),
    ("ReLU", bn.ReLU(), ()),
    ("ReLU with BatchNorm, He weights", bn.ReLU(), (bn.BatchNorm(),)),
    ("tanh", bn.Tanh(), ()),
    ("tanh with LayerNorm", bn.Tanh(), (bn.LayerNorm(),)),
)
SESSIONS = ("two lanes", "six lanes", "deep")
ASKED: dict[str, dict[str, Any]] = {"watch": {"expression": "norm(W[0])"}}
"""Options without which a kind shows nothing."""
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "key and caption": {"names": "key", "caption": True},
    "large": {"type": 1.3, "caption": True},
    "gray": {"palette": "gray", "theory": False},
}


def experiment(name: str) -> bn.Experiment:
    if name == "deep":
        return default_experiment()
    lanes = OF_SIX[:2] if name == "two lanes" else OF_SIX
    stacks = tuple(
        bn.Stack(name=called, layers=(*(part for _ in range(6) for part in (bn.Linear(8), *norm, f)), bn.Linear(2)))
        for called, f, norm in lanes
    )
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1))
    return bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks)


@cache
def figure(session: str, kind: str) -> Figure:
    return FIGURES[kind](_session(session), **ASKED.get(kind, {}))


@cache
def _session(name: str) -> bn.Session:
    session = bn.Session(experiment(name), recording="all")
    session.run(20)
    return session


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_of_every_kind_is_drawn_cleanly(kind: str) -> None:
    number = list(FIGURES).index(kind)
    style = list(STYLES.values())[number % len(STYLES)]
    assert not faults(figure("six lanes" if number % 2 else "two lanes", kind), style)


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("kind", FIGURES)
def test_every_kind_in_every_style_is_drawn_cleanly(kind: str, session: str, style: str, theme: Any) -> None:
    assert not faults(figure(session, kind), replace(STYLES[style], theme=theme))


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", FIGURES)
def test_every_kind_is_drawn_cleanly_as_it_may_be_asked_for(kind: str, style: str, variant: str) -> None:
    session = "two lanes" if variant == "large" else "six lanes"
    assert not faults(figure(session, kind), replace(STYLES[style], **VARIANTS[variant]))
