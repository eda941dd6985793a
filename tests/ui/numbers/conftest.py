from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import bnsim as bn
from bnsim.spec.defaults import default_experiment
from tests.ui.reading import session_at, settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


def default(precision: str) -> bn.Experiment:
    """What a new window opens with, less deep."""
    whole = default_experiment()
    stacks = []
    for stack in whole.stacks:
        each = 3 if any(isinstance(layer, bn.BatchNorm) for layer in stack.layers) else 2
        stacks.append(bn.Stack(name=stack.name, layers=(*stack.layers[: 2 * each], stack.layers[-1])))
    training = bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.1), seed=1, precision=precision)
    return bn.Experiment(data=whole.data, training=training, stacks=tuple(stacks))


def blocks() -> bn.Experiment:
    residual = bn.Residual(layers=(bn.Linear(12), bn.LayerNorm(), bn.ReLU()))
    copies = bn.Repeat(layers=(bn.Linear(12, bias=False), bn.BatchNorm(), bn.Tanh()), times=2)
    stack = bn.Stack(name="blocks", layers=(bn.Linear(12), residual, copies, bn.Linear(3)))
    training = bn.Training(batch_size=16, optimizer=bn.Adam(lr=0.01))
    return bn.Experiment(data=bn.Blobs(samples=96, classes=3), training=training, stacks=(stack,))


def regression() -> bn.Experiment:
    layers = (bn.Linear(8), bn.BatchNorm(), bn.ReLU(), bn.Linear(1))
    stack = bn.Stack(name="curve", layers=layers, loss=bn.MSE())
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.05, momentum=0.9), precision="float64")
    return bn.Experiment(data=bn.Curve(samples=96), training=training, stacks=(stack,))


EXPERIMENTS: dict[str, Callable[[], bn.Experiment]] = {
    "default float32": lambda: default("float32"),
    "default float64": lambda: default("float64"),
    "blocks": blocks,
    "regression": regression,
}


class Screen:
    """A window, moved as a person does."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def step(self, size: str = "layer", count: int = 1) -> None:
        for _ in range(count):
            self.window.step(size)
        settle(self.window)

    def back(self, size: str = "layer", count: int = 1) -> None:
        for _ in range(count):
            self.window.step_back(size)
        settle(self.window)

    def seek(self, iteration: int) -> None:
        self.window.timeline.setValue(iteration)
        settle(self.window)
        assert self.window.update_shown.frame.iteration == iteration

    def run(self, iterations: int) -> None:
        """That many updates from here on, past the end of what is recorded."""
        self.window.run_commands.seek(self.window.update_shown.frame.iteration + iterations)
        settle(self.window)

    def view(self, name: str):
        self.window.shelf.bring_up(name)
        settle(self.window)
        return self.window.shelf.view(name)

    def to_phase(self, phase: str) -> None:
        """On to the first layer of that pass that is done."""
        for _ in range(400):
            self.step("layer")
            done = self.window.update_shown.frame.lanes[-1].executed
            if done is not None and done.phase == phase:
                return
        raise AssertionError(f"never came to {phase}")

    def select(self, layer_id: int) -> None:
        self.window.selection.set([layer_id], layer_id)
        settle(self.window)

    @property
    def session(self) -> bn.Session:
        return session_at(self.window)


@pytest.fixture
def open_screen(open_window: Callable[..., MainWindow], qtbot: QtBot) -> Callable[[bn.Experiment], Screen]:
    def open_it(experiment: bn.Experiment) -> Screen:
        window = open_window(experiment)
        window.resize(1280, 800)  # a narrow one cuts the words beside a lane's name
        qtbot.waitUntil(lambda: window.update_shown.frame.kernels_ready)
        settle(window)
        return Screen(window)

    return open_it


@pytest.fixture(params=list(EXPERIMENTS))
def screen(request: pytest.FixtureRequest, open_screen: Callable[[bn.Experiment], Screen]) -> Screen:
    return open_screen(EXPERIMENTS[request.param]())
