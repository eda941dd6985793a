"""The dialog of a fork: changes are added by keys or mouse, the name follows them, undo takes it back as one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import bnsim as bn
from bnsim.spec.fork_words import differences
from bnsim.spec.naming import kind_name
from bnsim.spec.tree import walk
from bnsim.ui.model.fork_kinds import EVERYWHERE, KINDS
from bnsim.ui.model.fork_plan import Planned, Source, default_name, draft, fork_of, planned
from bnsim.ui.window.fork_dialog import TWIN, ForkDialog
from bnsim.ui.window.main_window import MainWindow
from tests.ui.reading import compiled

Opener = Callable[..., "MainWindow"]
KIND = {kind.name: kind for kind in KINDS}
BN = bn.Stack(
    name="with BN",
    layers=(
        bn.Linear(6),
        bn.BatchNorm(),
        bn.Sigmoid(),
        bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.Sigmoid()), times=2),
        bn.Sigmoid(),
        bn.Linear(2),
    ),
)
EXPERIMENT = bn.Experiment(data=bn.TwoSpirals(samples=60), training=bn.Training(batch_size=20), stacks=(BN,))


def source(iteration: int = 0) -> Source:
    session = bn.Session(EXPERIMENT)
    return Source(session.experiment, session.experiment.stacks[0].id, iteration)


def plan(where: Source, *names: str) -> list[Planned]:
    """The first choices of kinds of those names."""
    found = []
    for name in names:
        chosen = tuple(choices[0].value for choices in KIND[name].lists(where))
        number = KIND[name].start(where, chosen) if KIND[name].number(chosen) is not None else None
        found.append(Planned(KIND[name], chosen, number))
    return found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name != "loss"], ids=lambda kind: kind.name)
def test_every_kind_of_change_with_every_choice_makes_a_fork_that_runs(kind) -> None:
    where = source(3)
    session = bn.Session(where.experiment)
    session.run(3)
    for number, choices in enumerate(kind.lists(where) or ((None,),)):
        for choice in choices[:3]:
            chosen = [each[0].value for each in kind.lists(where)]
            if choice is not None:
                chosen[number] = choice.value
            start = kind.start(where, tuple(chosen)) if kind.number(tuple(chosen)) is not None else None
            change = Planned(kind, tuple(chosen), start)
            fork = fork_of(where, planned(where, [change], default_name(where, [change]), None))
            assert fork.name.startswith("with BN, ")
            assert fork.fork is not None
            assert fork.fork.iteration == 3


def test_layers_are_put_in_and_taken_out_in_blocks_as_well() -> None:
    layers = (bn.Linear(8), bn.Repeat((bn.Linear(8), bn.Sigmoid()), times=3), bn.Residual((bn.ReLU(), bn.Linear(8))))
    experiment = bn.Experiment(stacks=(bn.Stack(name="blocks", layers=(*layers, bn.Linear(2))),))
    stack = experiment.stacks[0]
    where = Source(experiment, stack.id, 4)
    everywhere = Planned(KIND["norms_in"], (EVERYWHERE,))
    gone = Planned(KIND["out"], (stack.layers[1].layers[0].id,))  # type: ignore[union-attr]
    fork = fork_of(where, planned(where, [gone, everywhere], "x", None))
    assert [kind_name(layer) for layer in walk(fork.layers)] == [
        *("Linear", "Repeat", "BatchNorm", "Sigmoid", "Residual", "BatchNorm", "ReLU", "Linear", "Linear")
    ]
    words = [choice.words for choice in KIND["in"].lists(where)[1]]
    assert words[:3] == ["before Linear 1", "before Repeat 4", "before Linear 2, 3 copies"]


def test_changes_of_places_go_together() -> None:
    where = source()
    stack = where.stack
    removed = Planned(KIND["out"], (stack.layers[1].id,))
    inserted = Planned(KIND["in"], (bn.Dropout, 2))
    at_end = Planned(KIND["norms_in"], (len(stack.layers),))
    fork = fork_of(where, planned(where, [at_end, removed, inserted], "x", None))
    assert [type(layer).__name__ for layer in fork.layers] == [
        "Linear",
        "Dropout",
        "Sigmoid",
        "Repeat",
        "Sigmoid",
        "Linear",
        "BatchNorm",
    ]


def test_optimizer_rate_and_clipping_are_one_training() -> None:
    where = source()
    adam = Planned(KIND["optimizer"], (bn.Adam,), 0.01)
    rate, clip = Planned(KIND["rate"], (), 0.5), Planned(KIND["clip"], (bn.ClipNorm,), 2.0)
    training = fork_of(where, planned(where, [adam, rate, clip], "x", None)).training
    assert training.optimizer == bn.Adam(lr=0.5)
    assert training.clip == bn.ClipNorm(2.0)
    assert draft(where, []).changes() == ()


def test_a_name_says_the_first_changes_and_counts_the_others() -> None:
    where = source()
    assert default_name(where, []) == "with BN fork"
    assert default_name(where, plan(where, "norms_out", "rate")) == "with BN, no BN, rate 0.1"
    assert default_name(where, plan(where, "norms_out", "rate", "weights")) == "with BN, no BN, rate 0.1, +1"


def opened(open_window: Opener) -> tuple[MainWindow, ForkDialog]:
    window = open_window(EXPERIMENT)
    window.settle()
    window.run_commands.seek(4)
    window.settle()
    window.actions_by_name["lane.forkWith"].trigger()
    assert window.forking.dialog is not None
    return window, window.forking.dialog


def press(dialog: ForkDialog, name: str):
    """Choose an entry of the menu of changes."""
    dialog.menu.aboutToShow.emit()
    entry = next(each for each in dialog.menu.actions() if each.objectName() == f"fork.add.{name}")
    assert entry.isEnabled()
    entry.trigger()
    return dialog.rows[-1]


def test_changes_are_one_step_that_undo_takes_back(open_window: Opener) -> None:
    window, dialog = opened(open_window)
    assert dialog.words.text() == TWIN
    before = window.document.experiment
    press(dialog, "norms_out")
    rate = press(dialog, "rate")
    rate.number.selectAll()
    QTest.keyClicks(rate.number, "0.5")
    assert dialog.name.placeholderText() == "with BN, no BN, rate 0.5"
    assert dialog.words.text() == "From iteration 4 on: 2 BatchNorm removed, SGD, rate 0.5."
    QTest.keyClick(rate.number, Qt.Key.Key_Return)
    window.settle()
    assert window.forking.dialog is None
    fork = window.document.experiment.stacks[1]
    assert fork.name == "with BN, no BN, rate 0.5"
    assert fork.fork.iteration == 4
    assert differences(fork) == "2 BatchNorm removed, SGD, rate 0.5"
    assert [lane.stack.name for lane in compiled(window).lanes] == ["with BN", fork.name]
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_what_cannot_be_is_said_where_it_is_typed(open_window: Opener) -> None:
    _, dialog = opened(open_window)
    clip = press(dialog, "clip")
    clip.number.selectAll()
    QTest.keyClicks(clip.number, "-1")
    assert clip.problem.text().startswith("Limit must be a number, more than 0")
    assert not clip.problem.isHidden()
    assert not dialog.fork.isEnabled()
    clip.lists[0].setCurrentIndex(2)
    assert clip.number.isHidden()
    assert clip.problem.isHidden()
    assert dialog.fork.isEnabled()
    layer = press(dialog, "in")
    layer.lists[1].setCurrentIndex(layer.lists[1].count() - 1)
    layer.number.selectAll()
    QTest.keyClicks(layer.number, "1")
    assert "2 classes" in dialog.problem.text()
    assert not dialog.fork.isEnabled()
    QTest.mouseClick(layer._gone, Qt.MouseButton.LeftButton)
    assert dialog.fork.isEnabled()
    assert len(dialog.rows) == 1


def test_other_batch_mates_are_of_one_iteration_and_keep_a_sample_that_is_there(open_window: Opener) -> None:
    window, dialog = opened(open_window)
    row = press(dialog, "mates")
    assert dialog.words.text() == "From iteration 4 on: other batch-mates around sample 0 (once)."
    row.number.selectAll()
    QTest.keyClicks(row.number, "20")
    assert "keeps sample 20, and a mini-batch has samples 0 to 19" in dialog.problem.text()
    assert not dialog.fork.isEnabled()
    row.number.selectAll()
    QTest.keyClicks(row.number, "7")
    assert dialog.name.placeholderText() == "with BN, other mates of 7"
    QTest.keyClick(row.number, Qt.Key.Key_Return)
    window.settle()
    assert window.document.experiment.stacks[1].fork.changes == (bn.OtherBatchMates((7,)),)
    assert len(compiled(window).lanes) == 2


def test_a_typed_name_stays_and_escape_leaves_the_document(open_window: Opener) -> None:
    window, dialog = opened(open_window)
    before = window.document.experiment
    QTest.keyClicks(dialog.name, "mine")
    press(dialog, "activation")
    assert dialog.name.text() == "mine"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.document.experiment is before
    assert window.forking.dialog is None
