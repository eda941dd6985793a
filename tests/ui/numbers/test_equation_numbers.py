"""The equation view puts in the numbers of the engine, and says its result, of every operation of an iteration."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

import bnsim as bn
from bnsim.session.arrays import read
from tests.ui.numbers.conftest import EXPERIMENTS
from tests.ui.numbers.expected import ENTRY, EXPECTED, SAMPLE, UNIT, At
from tests.ui.reading import check, numbers, on_widget, plain, says, settle, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bnsim.ui.views.equation.view import EquationView
    from tests.ui.numbers.conftest import Screen

    OpenScreen = Callable[[bn.Experiment], Screen]


def walk(screen: Screen, twin: bn.Session) -> Iterator[tuple[EquationView, Any]]:
    """Operation by operation through an iteration, in the window and in the session."""
    view: Any = screen.view("equation")
    view.choose(sample=SAMPLE, unit=UNIT, entry=ENTRY)
    for _ in range(screen.window.update_shown.frame.ticks):
        screen.step("op")
        twin.step("op")
        frame = screen.window.update_shown.frame
        assert (frame.iteration, frame.tick) in (twin.moment, (twin.iteration, twin.moment[1]))
        lane = next(lane for lane in frame.lanes if lane.stack_id == view.lenses()[0].stack)
        yield view, lane


def check_results(view: EquationView, twin: bn.Session) -> int:
    """How many results were found in the session."""
    shown, found = view.page.shown, 0
    assert shown is not None
    named = {each.mark: each for each in shown.named}
    letters = [axis.at for axis in shown.axes]
    for line, block in zip(shown.lines, view.page.blocks, strict=False):
        assert line.result is not None
        mark = getattr(line.result, "mark", None) or line.result.items[0].mark
        tensor = None if mark not in named else named[mark].tensor
        array = None if tensor is None else read(twin, tensor)
        if array is not None:
            found += 1
            value = array[tuple(min(at, size - 1) for at, size in zip(letters, array.shape, strict=False))]
            check(numbers(block.result.accessibleName()), [value])
    return found


def check_parts(view: EquationView, a: At) -> None:
    """Of dx at the element and over the mini-batch: direct, through the mean, through the variance; what cancels."""
    x, i, j = a.x, a.i, a.j
    parts = [
        a["dx̂"] / np.sqrt(a["σ²"] + a.layer.eps),
        np.broadcast_to(a["dμ"] / a.m, x.shape),
        a["dσ²"] * 2 * (x - a["μ"]) / a.m,
    ]
    total = a.lane.gradient((*a.path[:-1], a.path[-1] - 1)).astype(np.float64)
    here, norms = [part[i, j] for part in parts], [np.linalg.norm(part) for part in parts]
    whole = np.linalg.norm(total)
    said = [*here, total[i, j], 100 * (1 - abs(total[i, j]) / np.abs(here).sum())]
    said += [*norms, whole, 100 * (1 - whole / np.sum(norms))]
    bars = view.page.parts
    assert bars.isVisible()
    check(numbers(re.sub(r"\+(?=\d)", "", bars.accessibleName())), said)
    written = [plain(text).lstrip("+").partition(" ")[0] for text in on_widget(bars) if re.search(r"\d", text)]
    check(written, [said[4], *said[:4], said[9], *said[5:9]])


@pytest.mark.parametrize("name", ["default float32", "blocks", "regression"])
def test_every_operation(name: str, open_screen: OpenScreen) -> None:
    whole = EXPERIMENTS[name]()
    screen = open_screen(bn.Experiment(data=whole.data, training=whole.training, stacks=whole.stacks[-1:]))
    twin, before = bn.Session(screen.window.document.experiment), bn.Session(screen.window.document.experiment)
    for session in (twin, before):
        session.run(3)
    screen.run(3)
    screen.select(screen.window.document.experiment.stacks[0].layers[1].id)
    keys, results = set(), 0
    for view, lane in walk(screen, twin):
        shown = view.page.shown
        assert shown is not None
        results += check_results(view, twin)
        path = lane.executed.path
        if shown.key not in EXPECTED or (len(path) > 1 and path[-1] == 0):
            continue
        at = At(twin, 0, path, before)
        wanted = EXPECTED[shown.key](at)
        for block, line in zip(view.page.blocks, wanted, strict=False):
            check(signed(block.numbers.accessibleName()), line)
        keys.add(shown.key)
        if shown.key == "bn dx":
            check_parts(view, at)
    wanted_keys = {
        "default float32": {"linear", "sigmoid", "bn dx", "bn dμ", "bn dσ²", "softmax", "linear dW", "bn commit"},
        "blocks": {"ln dx", "ln dσ²", "add", "tanh dx", "relu dx", "bn variance", "linear dx"},
        "regression": {"mse", "mse dz", "bn normalize", "bn running", "bn dβ", "bn dγ", "bn dx̂"},
    }
    assert wanted_keys[name] <= keys
    assert results > len(keys)


@pytest.mark.parametrize("name", ["default float64", "blocks"])
def test_the_chain_of_factors(name: str, open_screen: OpenScreen) -> None:
    screen = open_screen(EXPERIMENTS[name]())
    window = screen.window
    window.resize(1680, 1020)
    view: Any = screen.view("equation")
    view.show_chain()
    settle(window)
    screen.run(2)
    screen.to_phase("backward")
    screen.step("layer", 3)
    for moved in (False, True):
        if moved:
            screen.step("iteration")
        session = screen.session
        lane = next(lane for lane in session.lanes if lane.stack.id == view.lenses()[0].stack)
        links = [view.chain.rows.item(row).data(Qt.ItemDataRole.UserRole) for row in range(view.chain.rows.count())]
        norms = [float(np.linalg.norm(lane.gradient(link.path).astype(np.float64))) for link in links]
        factors = [inner / outer for outer, inner in pairwise(norms)]
        products = [norm / norms[0] for norm in norms[1:]]
        for row, wanted in enumerate(zip(factors, products, strict=True)):
            said = view.chain.rows.item(row).text()
            check(numbers(said.partition(": ")[2]), wanted)
        last = numbers(view.chain.rows.item(len(links) - 1).text().partition(": ")[2])
        check(last, [norms[-1]])
        steps = len(factors)
        check(
            numbers(view.chain.verdict.text()), [steps, norms[0], norms[-1], products[-1], products[-1] ** (1 / steps)]
        )
    written = on_widget(view.chain.rows)
    times = [text for text in written if text.startswith("×")]
    assert times
    for text, factor in zip(times, factors, strict=False):
        assert says(text[1:], factor)
