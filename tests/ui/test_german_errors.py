"""What a person can cause is said in German by a German window, and what is to be typed stays as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import bnsim as bn
from bnsim.data.loading import load
from bnsim.spec.clipboard import layers_from_text
from bnsim.spec.datasets import DataShape
from bnsim.spec.edits import group_layers, rename_stack
from bnsim.spec.errors import InputError
from bnsim.spec.files import load_document
from bnsim.spec.problems import find_problems
from bnsim.sweeps import axis
from bnsim.ui.model.watches import check
from tests.german import english_in, german

TWO = bn.Experiment(
    data=bn.TwoSpirals(samples=64),
    stacks=(bn.Stack(name="plain", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2))),),
)
SHAPE = DataShape(rows=64, test_rows=0, features=2, outputs=2, classification=True)


def of_table(text: str, folder: Path, **fields: str) -> None:
    """Read a table with that text."""
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    load(bn.FileData(str(path), **fields))


CAUSES: tuple[tuple[Callable[[Path], object], str], ...] = (
    (lambda folder: load_document(folder / "none.bnsim"), "es gibt keine solche Datei"),
    (lambda folder: of_table("a,b\n1,\n2,3\n", folder), "in Zeile 2, Spalte 2 steht kein Wert"),
    (
        lambda folder: of_table("a,b\n1,2\n3,4\n", folder, target="zz"),
        "keine Spalte namens 'zz'; wählen Sie eines von a, b",
    ),
    (lambda folder: load(bn.FileData(str(folder / "none.foo"))), "lässt sich nicht lesen"),
    (lambda _folder: check("loss +", TWO), "Spalte 7: der Ausdruck endet"),
    (lambda _folder: check("nrom(W[0])", TWO), "nrom gibt es nicht; meinen Sie norm?"),
    (lambda _folder: check("γ[0]", TWO), "es hat W, b, dW, db, value, gradient, dx"),
    (lambda _folder: check('W("zz")[0]', TWO), 'es gibt keine Bahn „zz“; schreiben Sie W("plain")'),
    (lambda _folder: layers_from_text("hello"), "kopieren Sie zuerst Schichten"),
    (lambda _folder: rename_stack(TWO, TWO.stacks[0].id, ""), "1 bis 80 Zeichen, dieser 0"),
    (lambda _folder: group_layers(TWO, (), bn.Residual()), "Nichts zum Gruppieren"),
    (lambda _folder: axis(TWO, "training.batch_size", "1.5"), "es nimmt ganze Zahlen"),
)


@pytest.mark.parametrize(("cause", "words"), CAUSES)
def test_an_error_is_said_in_german(cause: Callable[[Path], object], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        cause(tmp_path)
    assert words in german(str(caught.value))
    assert english_in(str(caught.value).replace(str(tmp_path), "")) == []


@pytest.mark.parametrize(
    "layers",
    [
        (bn.Linear(4), bn.BatchNorm(virtual_devices=3), bn.Linear(2)),
        (bn.Linear(4), bn.BatchNorm(mode="eval", track_running_stats=False), bn.Hardtanh(2.0, 1.0), bn.Linear(2)),
        (bn.Repeat(layers=()), bn.Linear(4), bn.GroupNorm(3), bn.Linear(2)),
        (bn.Linear(4), bn.GroupNorm(3), bn.Residual(layers=(bn.Linear(5),)), bn.Linear(1)),
        (),
    ],
)
def test_a_problem_is_said_in_german(layers: tuple[bn.Layer, ...]) -> None:
    training = bn.Training(batch_size=100, optimizer=bn.SGD(nesterov=True))
    experiment = bn.Experiment(data=TWO.data, training=training, stacks=(bn.Stack(name="A", layers=layers),))
    problems = find_problems(experiment, SHAPE)
    assert problems
    assert [english_in(problem.sentence()) for problem in problems] == [[]] * len(problems)
