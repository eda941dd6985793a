"""A stand-in for a session: the numbers are made up, the shapes and names are a session's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bnsim.session.frame import Cursor
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec import defaults
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Layer, Linear

OF_WEIGHTS = ("gradient_norm", "weight_norm", "weight_gradient_norm", "update_ratio")
OF_ACTIVATIONS = ("percentiles",)


class FakeTests(dict[str, np.ndarray]):
    part = "test"
    kept = np.arange(0)


class FakeHistory:
    def __init__(self, arrays: dict[str, np.ndarray], layers: tuple[Layer, ...]) -> None:
        self.arrays = arrays
        self.layers = layers

    @property
    def iterations(self) -> int:
        return len(self.arrays["loss"])

    @property
    def kept(self) -> np.ndarray:
        return np.arange(self.iterations)

    def rows(self, name: str, chosen: np.ndarray) -> np.ndarray:
        kept: np.ndarray = self.arrays[name][chosen]
        return kept

    def paths(self, name: str) -> tuple[tuple[int, ...], ...]:
        if name not in self.arrays or (name in OF_ACTIVATIONS and not self.arrays[name].shape[1]):
            raise KeyError(name)
        if name in OF_ACTIVATIONS:
            return tuple((index,) for index, layer in enumerate(self.layers) if layer.group == "activation")
        kind = Linear if name in OF_WEIGHTS else BatchNorm
        return tuple((index,) for index, layer in enumerate(self.layers) if isinstance(layer, kind))


@cache
def lanes_that_ran(experiment: Experiment, iterations: int) -> tuple[Lane, ...]:
    """Real ones, after so many iterations."""
    session = Session(experiment)
    session.run(iterations)
    return tuple(session.lanes)


class FakeLane:
    """`present`: rows of the unfinished iteration, by name.

    What is read from a program's memory is that of a real lane: number `number` of `experiment`.
    """

    experiment: Experiment
    number: int

    def __init__(self, stack: Stack, arrays: dict[str, np.ndarray], executed: Cursor | None) -> None:
        self.stack = stack
        self.history = FakeHistory(arrays, stack.layers)
        self.executed = executed
        self.tests = FakeTests()
        self.present: dict[str, np.ndarray] = {}

    @property
    def real(self) -> Lane:
        return lanes_that_ran(self.experiment, 0 if self.executed is None else 1)[self.number]

    @property
    def program(self) -> Any:
        return self.real.program

    @property
    def position(self) -> int:
        return self.real.position

    @property
    def iteration(self) -> int:
        return self.real.iteration

    def peek(self, place: Any) -> np.ndarray | None:
        return self.real.peek(place)

    def current(self, name: str) -> np.ndarray:
        if name in self.present:
            return self.present[name]
        rows = self.history.arrays[name]
        unfinished = self.executed is not None and self.executed.iteration >= len(rows)
        return rows[-1] if len(rows) and not unfinished else np.full(rows.shape[1:], np.nan)

    def inputs(self) -> np.ndarray | None:
        return self.value((10**6,))

    def value(self, path: tuple[int, ...]) -> np.ndarray | None:
        if self.executed is None:
            return None
        random = np.random.default_rng((1, *path))
        return np.asarray(random.normal(scale=3.0, size=(16, 8)))

    def gradient(self, path: tuple[int, ...]) -> np.ndarray | None:
        if self.executed is None:
            return None
        random = np.random.default_rng((2, *path))
        return np.asarray(random.normal(scale=0.5 ** (20 - path[0] / 2), size=(16, 8)))

    def gradients(self) -> dict[str, np.ndarray | None]:
        found: dict[str, np.ndarray | None] = {}
        for name, value in self.state_dict().items():
            own = self.gradient((int(name.partition(".")[0]), 0))
            found[name] = None if own is None else own[::2] if value.ndim == 2 else np.full(value.shape, 0.01)
        return found

    def state_dict(self) -> dict[str, np.ndarray]:
        state = {}
        for index, layer in enumerate(self.stack.layers):
            if isinstance(layer, BatchNorm):
                state[f"{index}.weight"], state[f"{index}.bias"] = np.ones(64), np.zeros(64)
            elif isinstance(layer, Linear):
                state[f"{index}.weight"] = np.random.default_rng(index).normal(size=(8, 8))
        return state


class FakeProbe:
    """A bowl: the loss is 2 and half the mean square of the parameters."""

    def __init__(self, lane: FakeLane) -> None:
        self._lane = lane
        state = lane.state_dict()
        self.shapes = {name: value.shape for name, value in state.items()}
        self.theta = np.concatenate([value.ravel() for value in state.values()])

    def loss(self, theta: np.ndarray) -> float:
        return 2 + 0.5 * float(np.mean(theta**2))

    def gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        return self.loss(theta), theta / theta.size

    def kept(self, updates: int) -> tuple[int, np.ndarray]:
        return 0, np.zeros(self.theta.size)

    def kept_at(self, most: int) -> tuple[int, ...]:
        return (0, 4, 8)[:most]

    def given_after(self, updates: int, layer: tuple[int, ...], before: tuple[int, ...] | None) -> np.ndarray:
        return np.random.default_rng(updates).normal(size=(16, 8))

    def mini_batches(self) -> Iterator[Callable[[Any], Any]]:
        for _ in range(2):
            yield lambda path: self._lane.inputs() if path is None else self._lane.value(path)

    def given(self, layer: tuple[int, ...], before: tuple[int, ...] | None, most: int) -> np.ndarray:
        return np.random.default_rng(3).normal(size=(20, 16, 8))


class FakeWatches:
    """Whatever is watched, it is the loss."""

    def at_kept(self, bound: Any, lane: FakeLane) -> np.ndarray:
        return np.asarray(lane.history.arrays["loss"], np.float64)


class FakeSession:
    recording = "all"
    watches = FakeWatches()

    def __init__(self, experiment: Experiment, lanes: list[FakeLane]) -> None:
        self.experiment = experiment
        self.lanes = lanes
        for number, lane in enumerate(lanes):
            lane.training = experiment.training_of(lane.stack)
            lane.experiment, lane.number = experiment, number

    def watch(self, expression: str) -> SimpleNamespace:
        bound = {lane: SimpleNamespace(is_recorded=True) for lane in self.lanes}
        return SimpleNamespace(expression=expression, bound=bound, per_lane=True, how="recorded")

    def probe(self, lane: FakeLane) -> FakeProbe | None:
        return None if lane.executed is None else FakeProbe(lane)

    def in_both_modes(self, lane: FakeLane) -> dict[tuple[int, ...], tuple[np.ndarray, np.ndarray]] | None:
        if lane.executed is None:
            return None
        paths = [(index,) for index in range(len(lane.stack.layers))]
        values = {path: lane.value(path) for path in paths}
        return {path: (value, 1.1 * value) for path, value in values.items() if value is not None}


def fake_session(
    iterations: int = 128,
    factors: tuple[float, ...] = (0.236, 1.02),
    experiment: Experiment | None = None,
    features: int = 64,
) -> FakeSession:
    """One lane a stack; its gradient norm changes by its factor from layer to layer towards the input."""
    experiment = experiment or defaults.default_experiment()
    lanes = []
    done = Cursor(iterations - 1, "update", 0, "commit") if iterations else None
    for number, stack in enumerate(experiment.stacks):
        random = np.random.default_rng(number)
        linears = sum(isinstance(layer, Linear) for layer in stack.layers)
        norms = sum(isinstance(layer, BatchNorm) for layer in stack.layers)
        activations = sum(layer.group == "activation" for layer in stack.layers)
        time = np.arange(iterations)[:, None, None] / 64
        each = random.normal(size=(1, norms, features))
        noise = random.normal(size=(iterations, norms, features))
        depth = np.arange(linears)[::-1]
        wobble = np.exp(0.05 * random.normal(size=(iterations, linears)))
        wobble[:, [k for k in (5, linears - 6) if 0 <= k < linears]] = 1.0
        arrays: dict[str, Any] = {
            "loss": np.full(iterations, 2.3),
            "accuracy": 0.1 + 0.6 * (1 - np.exp(-time[:, 0, 0])),
            "weight_norm": np.full((iterations, linears), 8.0),
            "weight_gradient_norm": 0.4 * factors[number % len(factors)] ** depth * wobble,
            "clip_norm": 0.5 * np.exp(0.1 * random.normal(size=(iterations, 1))),
            "percentiles": np.array([-1.0, 0.1, 1.2]) + 0.01 * random.normal(size=(iterations, activations, 3)),
            "update_ratio": 1e-2 * factors[number % len(factors)] ** depth * wobble,
            "gradient_norm": 0.4 * factors[number % len(factors)] ** depth * wobble,
            "batch_mean": 0.2 * (1 - np.exp(-time)) + 0.2 * each + 0.05 * noise,
            "batch_var": (0.6 + 0.4 * np.exp(-time)) * np.exp(0.3 * each + 0.1 * noise),
            "running_mean": 0.2 * (1 - np.exp(-time)) + 0.2 * each,
            "running_var": (0.6 + 0.4 * np.exp(-0.8 * time)) * np.exp(0.3 * each),
            "gamma": 1 + 0.12 * each * (1 - np.exp(-time)),
            "gamma_gradient": 0.01 * each * np.exp(-time) + 0.001 * noise,
            "beta_gradient": 0.02 * each * np.exp(-time) + 0.001 * noise,
            "beta": 0.15 * each * (1 - np.exp(-time)),
        }
        lanes.append(FakeLane(stack, {k: np.asarray(v, dtype=np.float64) for k, v in arrays.items()}, done))
    return FakeSession(experiment, lanes)


@pytest.fixture
def make_session() -> Callable[..., FakeSession]:
    return fake_session
