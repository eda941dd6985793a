"""Every place calls a layer by the same name, in blocks and their copies too, and gives it the shapes it has there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel

import bnsim as bn
from bnsim.figures.measured import choose_batchnorm
from bnsim.lenses.activation.lens import ActivationLens
from bnsim.lenses.equations import ChainLens, EquationLens
from bnsim.lenses.xray.lens import BatchNormLens
from bnsim.plot.theme import load_theme
from bnsim.spec import naming
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.breakpoints import AtLayer, AtOp
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import BatchNorm, Block, Layer, Linear, Repeat
from bnsim.spec.problems import Problem
from bnsim.spec.tree import Path, copies_on, layer_at, paths_of, walk
from bnsim.ui.model.breakpoints import what
from bnsim.ui.model.layer_facts import sizes
from bnsim.ui.transport.status import STYLES, next_text, status_html
from bnsim.ui.window.problem_list import where
from tests.ui.reading import settle

if TYPE_CHECKING:
    from bnsim.session.frame import Cursor
    from bnsim.ui.window.main_window import MainWindow

COPIES = bn.Repeat((bn.Linear(16), bn.BatchNorm(), bn.ReLU()), times=5)


def nested() -> tuple[Layer, ...]:
    inner = bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.Sigmoid()), times=3)
    residual = bn.Residual((bn.Linear(6), bn.Residual((bn.BatchNorm(), bn.Tanh()))))
    return (
        bn.BatchNorm(),
        bn.Linear(6),
        residual,
        bn.Repeat((bn.Linear(6), inner), times=2),
        bn.Sigmoid(),
        bn.Linear(2),
    )


STACKS: dict[str, tuple[Stack, ...]] = {
    "several of a kind": (
        Stack(
            name="plain",
            layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(8), bn.Linear(8), bn.Sigmoid(), bn.Linear(2)),
        ),
    ),
    "copies": (Stack(name="copies", layers=(COPIES, bn.Linear(2))),),
    "lanes with blocks in blocks": (
        Stack(name="nested", layers=nested(), loss=bn.MSE()),
        Stack(name="copies", layers=(bn.Linear(16), COPIES, bn.Dropout(), bn.Linear(2))),
    ),
    "tied": (
        Stack(
            name="tied", layers=(bn.Linear(4), bn.Repeat((bn.Linear(4), bn.Tanh()), times=2, tied=True), bn.Linear(2))
        ),
    ),
}


@pytest.fixture(params=list(STACKS))
def experiment(request: pytest.FixtureRequest) -> bn.Experiment:
    return made(request.param)


def made(name: str) -> bn.Experiment:
    return bn.Experiment(
        data=bn.TwoSpirals(samples=32),
        training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1)),
        stacks=STACKS[name],
    )


def told(stack: Stack, path: Path) -> tuple[str, str, int]:
    """Name, copy and ordinal of what stands at a path; each layer before it is counted, copy by copy."""
    layer = layer_at(stack.layers, path)
    if layer is None:
        return stack.loss.name, "", 0
    ordinal = sum(isinstance(each, Linear) and passed(at, path) for at, each in leaves_of(stack.layers))
    copies = [f"copy {copy + 1} of {block.times}" for block, copy in copies_on(stack.layers, path)]
    kind = type(layer).__name__
    return (f"{kind} {ordinal}" if ordinal else kind), " in ".join(reversed(copies)), ordinal


def passed(at: Path, path: Path) -> bool:
    """Whether the leaf at a path has been passed where what stands at the other one ends."""
    return at[: len(path)] <= path


def leaves_of(layers: tuple[Layer, ...], prefix: Path = ()) -> Iterator[tuple[Path, Layer]]:
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from leaves_of(layer.layers, (*path, copy))
        elif isinstance(layer, Block):
            yield from leaves_of(layer.layers, path)
        else:
            yield path, layer


def named(name: str, copy: str) -> str:
    return f"{name}, {copy}" if copy else name


def check_status(session: bn.Session, number: int) -> None:
    """The transport's lines and the equation's title, at the moment where a session stands."""
    frame = session.frame()
    lane, stack = frame.lanes[number], session.lanes[number].stack
    done, coming = lane.executed, lane.cursor
    assert next_text(lane, stack) == f"next: {operation(stack, coming)}"
    if done is None:
        return
    theme = load_theme("light")
    words = [re.sub(r"<[^>]*>|&nbsp;", "", status_html(frame, lane, stack, theme, style)) for style in STYLES]
    words = [said.replace("■ ", "") for said in words]
    name, copy, ordinal = told(stack, done.path)
    kind, op = name.split()[0], naming.operation_name(done.op)
    of = sum(isinstance(each, Linear) for _, each in leaves_of(stack.layers))
    if done.op == "batch":
        expected = short = "data"
    elif layer_at(stack.layers, done.path) is None:
        expected, short = f"loss · {name}", name
    else:
        place = f"layer {ordinal} of {of}" if ordinal else "input"
        expected, short = f"{named(place, copy)} · {kind}", name
    assert words[0].endswith(f"  {expected} {op}")
    assert all(said.endswith(f"  {short} {op}") for said in words[1:])
    explained = EquationLens(stack.id).answer(session)
    assert explained is not None
    assert explained.layer == ("data" if done.op == "batch" else named(name, copy))


def operation(stack: Stack, at: Cursor) -> str:
    name, copy, _ = told(stack, at.path)
    op = naming.operation_name(at.op)
    return f"data {op}" if at.op == "batch" else named(f"{name} {op}", copy)


def test_transport_equation_and_chain_agree_at_every_operation(experiment: bn.Experiment) -> None:
    session = bn.Session(experiment)
    last = None
    for _ in range(400):
        session.step("op")
        for number in range(len(session.lanes)):
            check_status(session, number)
        if session.moment[0] or session.iteration:
            break
        last = session.frame()
    assert last is not None
    for lane in session.lanes:
        chain = ChainLens(lane.stack.id).answer(session)
        assert chain is not None
        assert len(chain.links) > 2
        for link in chain.links:
            assert (link.title, link.copy) == told(lane.stack, link.path)[:2]


def test_stop_sentences_and_the_list_of_breakpoints_agree(experiment: bn.Experiment) -> None:
    session = bn.Session(experiment, recording="all")
    for lane in session.lanes:
        for layer in walk(lane.stack.layers):
            paths = list(paths_of(lane.stack.layers, layer.id))
            first, _, _ = told(lane.stack, paths[0])
            whole = first if len(paths) == 1 else f"{first}, {len(paths)} copies"
            assert what(AtLayer(layer=layer.id), session.experiment) == whole
            assert what(AtOp(layer=layer.id, op="dx"), session.experiment) == f"{whole} · dx"
            problem = Problem(lane.stack.id, layer.id, "something", "mend it")
            assert where(session.experiment, problem) == f"{lane.stack.name} · {whole}"
            if isinstance(layer, Block):
                continue
            session.reset()
            session.breakpoints = (AtLayer(layer=layer.id, phase="backward"),)
            for path in reversed(paths):
                assert session.run_to_breakpoint()
                assert session.stopped is not None
                said = f"{lane.stack.name}: at {named(*told(lane.stack, path)[:2])} (iteration 0, backward, "
                assert session.stopped.sentence.startswith(said)


def test_xray_and_figures_agree(experiment: bn.Experiment) -> None:
    session = bn.Session(experiment)
    session.run(1)
    norms = [lane for lane in session.lanes if any(isinstance(each, BatchNorm) for each in walk(lane.stack.layers))]
    for lane in session.lanes:
        for layer in walk(lane.stack.layers):
            for path in paths_of(lane.stack.layers, layer.id):
                expected = named(*told(lane.stack, path)[:2])
                if isinstance(layer, BatchNorm):
                    assert BatchNormLens(lane.stack.id, path).answer(session).name == expected
                elif isinstance(layer, ACTIVATIONS):
                    assert ActivationLens(lane.stack.id, path).answer(session).name == expected
            if isinstance(layer, BatchNorm):
                chosen = choose_batchnorm(session, layer.id)
                assert chosen is not None
                expected = named(*told(lane.stack, next(iter(paths_of(lane.stack.layers, layer.id))))[:2])
                assert chosen.title == (f"{lane.stack.name}, {expected}" if len(norms) > 1 else expected)


def test_sizes_on_cards_are_those_of_the_copy_shown(experiment: bn.Experiment) -> None:
    session = bn.Session(experiment)
    session.run(1)
    for lane in session.lanes:
        state = lane.state_dict()
        for layer in walk(lane.stack.layers):
            if isinstance(layer, Block):
                continue
            for path in paths_of(lane.stack.layers, layer.id):
                copies = {block.id: copy for block, copy in copies_on(lane.stack.layers, path)}
                size = sizes(lane.stack, 2, 16, copies)[layer.id]
                output = lane.value(path)
                if isinstance(layer, Linear):
                    weight = state[weight_key(lane.stack, path)]
                    assert size == f"{weight.shape[1]} → {weight.shape[0]}"
                else:
                    assert size == f"{output.shape[0]} × {output.shape[1]}"


def weight_key(stack: Stack, path: Path) -> str:
    """The key of a Linear's weight; tied copies have one."""
    parts: list[str] = []
    layers, rest = stack.layers, path
    while rest:
        layer, parts, rest = layers[rest[0]], [*parts, str(rest[0])], rest[1:]
        if isinstance(layer, Repeat):
            parts, rest = (parts if layer.tied else [*parts, str(rest[0])]), rest[1:]
        layers = getattr(layer, "layers", ())
    return ".".join([*parts, "weight"])


@pytest.mark.parametrize("name", ["copies", "lanes with blocks in blocks", "several of a kind"])
def test_the_window_says_one_name(name: str, open_window: Callable[..., MainWindow]) -> None:
    """Cards, outline, inspector, tensor view and X-ray, for each layer in the copy that the run has come to."""
    window = open_window(made(name))
    document = window.document
    for stack in document.experiment.stacks:
        for layer in walk(stack.layers):
            window.selection.blocks.open_around(document.experiment, layer.id)
    window.shelf.bring_up("tensor")
    seen: set[Path] = set()
    while True:
        window.step("layer")
        settle(window)
        lane = window.update_shown.frame.lanes[0]
        if lane.executed is None or lane.executed.phase != "forward":
            break
        check_window(window, document.experiment.stack(lane.stack_id), lane.executed.path)
        seen.add(lane.executed.path)
    assert len(seen) > 4


def check_window(window: MainWindow, stack: Stack, path: Path) -> None:
    layer = layer_at(stack.layers, path)
    assert layer is not None
    name, copy, _ = told(stack, path)
    window.selection.set([layer.id], layer.id)
    settle(window)
    card = next(card for card in window.canvas.cards.all_cards() if card.face.layer_id == layer.id)
    line = window.outline._items[layer.id]
    if isinstance(layer, Block):
        return
    assert card.face.title == line.text(0) == (name if isinstance(layer, Linear) else type(layer).__name__)
    assert card.face.size == line.text(1)
    labels = [label.text() for label in window.inspector.findChildren(QLabel)]
    assert name in labels
    around = [f"in Repeat ×{block.times}, copy {at + 1}" for block, at in copies_on(stack.layers, path)]
    assert any(all(part in text for part in around) and f"layer {name.split()[-1]} of" in text for text in labels) or (
        " " not in name
    )
    tensor = window.shelf.view("tensor")
    assert tensor.page.title.text() == named(name, copy)
    if isinstance(layer, (BatchNorm, *ACTIVATIONS)):
        window.shelf.bring_up("xray")
        settle(window)
        assert window.shelf.view("xray").findChild(QLabel, "xray.title").text() == named(name, copy)
        window.shelf.bring_up("tensor")


def test_the_inspector_and_the_outline_follow_the_copy_that_is_shown(open_window: Callable[..., MainWindow]) -> None:
    window = open_window(made("copies"))
    block = window.document.experiment.stacks[0].layers[0]
    norm = block.layers[1]
    window.selection.blocks.toggle(block.id)
    window.selection.set([norm.id])
    settle(window)
    for copy in (1, 2, 3):
        window.selection.blocks.step_copy(block, 1)
        settle(window)
        labels = [label.text() for label in window.inspector.findChildren(QLabel)]
        assert f"BatchNorm {copy + 1}" in labels
        assert any(f"layer {copy + 1} of 6 · in Repeat ×5, copy {copy + 1}" in text for text in labels)
        assert window.outline._items[block.layers[0].id].text(0) == f"Linear {copy + 1}"
        assert window.outline._items[block.layers[0].id].text(1) == "16 → 16"
