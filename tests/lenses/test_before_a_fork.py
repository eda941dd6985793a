"""Every question can be asked on both sides of a fork, of layers that are there only on the other one, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.lenses.activation.lens import ActivationLens
from bnsim.lenses.check import GradientCheck
from bnsim.lenses.equations.chain import ChainLens
from bnsim.lenses.equations.lens import EquationLens, FormulasLens
from bnsim.lenses.findings.lens import FindingsLens
from bnsim.lenses.lens import Inquiry, Lens
from bnsim.lenses.tensor.lens import LatestTensorLens, TensorLens, ThumbnailLens
from bnsim.lenses.why.lens import StuckLens, WhyLens
from bnsim.lenses.why.paging import WhyPageLens, WithSpectrum
from bnsim.lenses.why.what_if import WhatIf
from bnsim.lenses.xray.lens import BatchNormLens
from bnsim.lenses.xray.mates import SwapMates
from bnsim.lenses.xray.whole import WholeSet
from bnsim.session.arrays import Tensor
from bnsim.spec.errors import InputError
from bnsim.spec.tree import Path, leaves, walk

LAYERS = (
    bn.Linear(6),
    bn.BatchNorm(),
    bn.Sigmoid(),
    bn.Residual((bn.Linear(6), bn.Dropout(0.2), bn.Tanh())),
    bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.ReLU()), times=2),
    bn.Linear(2),
)
CHANGES = {
    "a twin": (),
    "removed": (bn.RemoveLayers((1, (4, 0, 1))),),
    "blocks removed": (bn.RemoveLayers((3, 4)),),
    "inserted": (bn.InsertLayer(bn.BatchNorm(), 4), bn.InsertLayer(bn.Linear(6), 4), bn.InsertLayer(bn.ReLU(), 0)),
    "block inserted": (bn.InsertLayer(bn.Repeat((bn.Linear(6), bn.Dropout()), times=3), 0),),
    "replaced": (bn.ReplaceLayer(2, bn.ReLU()), bn.ReplaceLayer(1, bn.LayerNorm()), bn.ChangeLoss(bn.MSE())),
}
SOME = [
    each if each in ("removed", "block inserted") else pytest.param(each, marks=pytest.mark.long) for each in CHANGES
]
NAMES = ("value", "gradient", "weight", "dweight", "bias", "mean", "x̂", "running_mean", "nonsense")


def questions(session: bn.Session) -> Iterator[Lens | Inquiry]:
    """All of them, of every layer that a lane has ever had, in every lane."""
    yield from (FindingsLens(), StuckLens())
    paths: set[Path] = {(99,)}
    for lane in session.lanes:
        for form in lane.forms:
            paths |= {leaf.path for leaf in leaves(form.stack.layers)}
            paths |= {(index,) for index in range(len(form.stack.layers) + 1)}
    for lane in session.lanes:
        stack = lane.stack.id
        yield from (ChainLens(stack), FormulasLens(stack), LatestTensorLens(stack))
        yield from (EquationLens(stack), EquationLens(stack, upcoming=True, whole=True))
        for path in sorted(paths):
            yield from (ActivationLens(stack, path), BatchNormLens(stack, path))
            yield from (WholeSet(stack, path), SwapMates(stack, path, 0, 2))
            for name in NAMES:
                tensor = Tensor(stack, path, name)
                yield from (TensorLens(tensor), ThumbnailLens(tensor))
                if name in ("value", "gradient", "dweight"):
                    yield from (WhyLens(tensor), WhyPageLens(tensor))
                if name == "gradient" and len(path) == 1:
                    yield from (WithSpectrum(tensor), WhatIf(tensor), GradientCheck(tensor, 4))


def ask_all(session: bn.Session) -> None:
    """No question fails but with a sentence."""
    for question in questions(session):
        if isinstance(question, Lens):
            question.answer(session)
        else:
            try:
                question.inquire(session, lambda _share: True)
            except InputError as error:
                assert str(error).endswith(".")
    session.frame()
    session.track()


def draw_all(session: bn.Session) -> None:
    """Every figure is drawn, or says why not, about every layer that a lane has ever had."""
    layers = {layer.id for lane in session.lanes for form in lane.forms for layer in walk(form.stack.layers)}
    for name, kind in FIGURES.items():
        for layer in (None, *sorted(layers)) if kind.about_layer and not kind.costly else (None,):
            figure = kind(session, layer) if kind.about_layer else kind(session)
            assert figure.verdict or figure.has_data, (name, layer)


def session_with(changes: tuple[bn.spec.fork_changes.Change, ...]) -> bn.Session:
    other = bn.Stack(name="other", layers=(bn.Linear(4), bn.ReLU(), bn.Linear(2)))
    stacks = (bn.Stack(name="plain", layers=LAYERS), other)
    session = bn.Session(
        bn.Experiment(data=bn.TwoSpirals(samples=96), training=bn.Training(batch_size=16), stacks=stacks),
        recording="all",
    )
    session.run(6)
    session.watch("norm(dW[0])")
    session.watch('mean(x̂["BatchNorm 1"][:, 0])')
    session.fork("plain", "fork", changes)
    session.run(4)
    return session


@pytest.mark.parametrize("name", SOME)
def test_questions_on_both_sides(name: str) -> None:
    session = session_with(CHANGES[name])
    for updates, phases in ((3, 3), (7, 3), (6, 0)):
        session.seek(updates)
        for _ in range(phases):
            session.step("phase")
        ask_all(session)


@pytest.mark.parametrize("name", SOME)
def test_figures_on_both_sides(name: str) -> None:
    session = session_with(CHANGES[name])
    for updates in (10, 6, 3, 0):
        session.seek(updates)
        draw_all(session)
        for watch in ("norm(dW[0])", 'mean(x̂["BatchNorm 1"][:, 0])'):
            session.watches.seen(watch)
            assert session.history[watch] is not None


def test_a_gradient_is_checked_with_the_masks_that_the_fork_has() -> None:
    layers = (bn.Linear(6), bn.Dropout(0.5), bn.Tanh(), bn.Dropout(0.5), bn.Linear(2))
    stacks = (bn.Stack(name="plain", layers=layers),)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=96), stacks=stacks))
    session.run(6)
    fork = session.fork("plain", "fork", (bn.RemoveLayers((1,)),))
    for _ in range(3):
        session.step("phase")
    gradient = Tensor(fork.stack.id, (0,), "dweight")
    assert GradientCheck(gradient).inquire(session, lambda _share: True).verdict == "right"
