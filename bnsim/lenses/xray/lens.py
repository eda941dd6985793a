"""What a BatchNorm does at this moment: statistics, the outputs of both modes, the distance from the identity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.engine.kernels.batchnorm import Normalize, ScaleAndShift
from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter, Place
from bnsim.lenses.lens import Lens
from bnsim.lenses.xray.figures import affine, before_and_after, statistic, train_and_eval
from bnsim.lenses.xray.forward import operation_at
from bnsim.plot.figure import Figure
from bnsim.session.arrays import VALUE, lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.layers import BatchNorm, Block, Layer, Repeat
from bnsim.spec.naming import layer_name
from bnsim.spec.phrases import phrase
from bnsim.spec.spelling import NO_SPELLING, Spelling, spelling
from bnsim.spec.tree import Path, layer_at

NAMES = ("μ", "σ²", "running_mean", "running_var", "weight", "bias", "num_batches_tracked")

Mode = Literal["train", "eval"]


class Modes(Struct, frozen=True, eq=False):
    """One mini-batch through the layer in either mode, at the same γ and β: with its own statistics, with running ones.

    `train` and `eval` (batch, features); `largest` and `rms` are of their difference, `size` is the rms of `train`.
    """

    train: Array
    eval: Array
    largest: float
    rms: float
    size: float


class Seen(Struct, frozen=True, eq=False):
    """A BatchNorm now. Statistics have shape (features,), None where there are none or not computed yet.

    `rows`: samples that share statistics, of `batch`; `var` is the biased variance, of the first part where virtual
    devices split the batch. `batches` have gone into the running statistics. `point` is input and output of the chosen
    sample and feature; `gap` is max |y - x|, `size` max |x|. `boundary`: whether the session stands between two
    iterations; `updated`: whether the update of this iteration has begun, so that γ, β and running values are newer
    than the batch. `rounding` is the precision's unit roundoff, `moment` tells answers of different moments apart.
    `spelled`: how watches name what the lane has, at the layer's `path`.
    """

    layer: BatchNorm
    name: str
    rows: int
    batch: int
    features: int
    moment: tuple[int, int]
    batches: int | None = None
    mean: Array | None = None
    var: Array | None = None
    running_mean: Array | None = None
    running_var: Array | None = None
    gamma: Array | None = None
    beta: Array | None = None
    point: tuple[float, float] | None = None
    rounding: float = 0.0
    gap: float | None = None
    size: float | None = None
    modes: Modes | None = None
    boundary: bool = True
    updated: bool = False
    tied: bool = False
    figures: Mapping[str, Figure] = MappingProxyType({})
    path: Path = ()
    spelled: Spelling = NO_SPELLING

    @property
    def unbiased(self) -> float:
        """The factor m / (m - 1) by which the unbiased variance is larger than the biased one."""
        return self.rows / (self.rows - 1) if self.rows > 1 else math.inf

    def watch(self, name: str, feature: int) -> str:
        """The expression of a statistic, or of a parameter, of a feature; `name` is the program's."""
        in_parts = self.rows < self.batch and name in ("μ", "σ²")
        return self.spelled.array(name, self.path, (0, feature) if in_parts else (feature,))

    def watch_unbiased(self, feature: int) -> str:
        """The expression of the unbiased variance of a feature."""
        biased = self.watch("σ²", feature)
        return f"{biased} * ({self.rows} / {self.rows - 1})" if biased and self.rows > 1 else ""

    def watch_output(self, sample: int, feature: int) -> str:
        """The expression of an element of the output."""
        return self.spelled.array(VALUE, self.path, (sample, feature))


class BatchNormLens(Lens, frozen=True):
    """The BatchNorm at a path of the unrolled stack.

    `feature` and `sample` choose whose numbers the answer holds. `mode` is the mode whose output the histogram shows,
    over `every` feature or the chosen one.
    """

    stack: int
    path: Path
    feature: int = 0
    sample: int = 0
    mode: Mode = "train"
    every: bool = True

    def answer(self, session: Session) -> Seen | None:
        """The layer's statistics and outputs; None if no BatchNorm is at that path."""
        with np.errstate(all="ignore"):
            return self._answer(session)

    def _answer(self, session: Session) -> Seen | None:
        found = batchnorm_at(session, self.stack, self.path)
        if found is None:
            return None
        lane, layer = found
        known = {name: parameter.value for name, parameter in parameters_at(lane, self.path).items()}
        known |= _computed(lane, self.path)
        x_place = operation_at(lane.program, self.path).places[0]
        batch, features = x_place.shape
        x, y = lane.read(x_place), lane.value(self.path)
        read = {name: _read(lane, known.get(name)) for name in NAMES}
        batches = read["num_batches_tracked"]
        seen = Seen(
            layer=layer,
            name=layer_name(lane.stack, self.path),
            rows=batch // layer.virtual_devices,
            batch=batch,
            features=features,
            moment=moment_of(lane),
            batches=None if batches is None else int(batches),
            mean=_first_part(read["μ"], features),
            var=_first_part(read["σ²"], features),
            running_mean=read["running_mean"],
            running_var=read["running_var"],
            gamma=read["weight"],
            beta=read["bias"],
            point=None if x is None or y is None else self._point(x, y),
            rounding=float(np.finfo(session.experiment.training.precision).eps) / 2,
            gap=None if x is None or y is None else float(np.abs(y - x).max()),
            size=None if x is None else float(np.abs(x).max()),
            modes=_modes(layer, x, read),
            boundary=at_boundary(session),
            updated=lane.position > lane.program.first_update,
            tied=_is_tied(lane, self.path),
            path=self.path,
            spelled=spelling(session.experiment, lane.stack),
        )
        return replace(seen, figures=MappingProxyType(self._figures(seen, x, y)))

    def _point(self, x: Array, y: Array) -> tuple[float, float]:
        at = min(self.sample, x.shape[0] - 1), min(self.feature, x.shape[1] - 1)
        return float(x[at]), float(y[at])

    def _figures(self, seen: Seen, x: Array | None, y: Array | None) -> dict[str, Figure]:
        feature = min(self.feature, seen.features - 1)
        made = {
            "mean": statistic(seen.name, "mean", seen.mean, seen.running_mean, feature, seen.watch),
            "variance": statistic(seen.name, "variance", seen.var, seen.running_var, feature, seen.watch),
            "affine": affine(seen.name, seen.gamma, seen.beta, feature, seen.watch),
        }
        modes = seen.modes
        after = y if modes is None else modes.train if self.mode == "train" else modes.eval
        if x is not None and after is not None:
            columns = slice(None) if self.every else slice(feature, feature + 1)
            what = phrase("all features" if self.every else "feature {number}", number=str(feature))
            made["histogram"] = before_and_after(seen.name, x[:, columns], after[:, columns], what, self.mode)
        if modes is not None:
            made["modes"] = train_and_eval(seen.name, modes.train[: seen.rows], modes.eval[: seen.rows], feature)
        return made


def moment_of(lane: Lane) -> tuple[int, int]:
    """The mini-batch and the parameters an answer is about: iteration, and how far into its update."""
    return lane.iteration, max(0, lane.position - lane.program.first_update)


def batchnorm_at(session: Session, stack: int, path: Path) -> tuple[Lane, BatchNorm] | None:
    """The lane and the BatchNorm at a path; None if none is there."""
    lane = lane_of(session, stack)
    if lane is None:
        return None
    layer = layer_at(lane.stack.layers, path)
    return (lane, layer) if isinstance(layer, BatchNorm) else None


def at_boundary(session: Session) -> bool:
    """Whether all lanes stand between two iterations."""
    starts = all(lane.position == 0 for lane in session.lanes)
    return starts or all(lane.position == len(lane.program.instructions) for lane in session.lanes)


def parameters_at(lane: Lane, path: Path) -> dict[str, Parameter]:
    """The parameters of the layer at a path by name; tied copies have the same ones."""
    scope = ".".join(map(str, scope_of(lane.stack.layers, path)))
    own = [parameter for parameter in lane.program.parameters if parameter.key.rpartition(".")[0] == scope]
    return {parameter.value.name: parameter for parameter in own}


def scope_of(layers: Sequence[Layer], path: Path) -> Path:
    """The path as `state_dict` keys have it: tied copies of a Repeat have the same one."""
    scope: list[int] = []
    for layer, number, copy in _way(layers, path):
        scope.append(number)
        if copy is not None and not layer.tied:
            scope.append(copy)
    return tuple(scope)


def _way(layers: Sequence[Layer], path: Path) -> Iterator[tuple[Any, int, int | None]]:
    """The blocks that lead to a layer, and the layer: (layer, index in its container, copy, if in a Repeat)."""
    while path:
        layer, number, path = layers[path[0]], path[0], path[1:]
        copy = None
        if isinstance(layer, Repeat) and path:
            copy, path = path[0], path[1:]
        yield layer, number, copy
        layers = layer.layers if isinstance(layer, Block) else ()


def _computed(lane: Lane, path: Path) -> dict[str, Place]:
    """What the layer's forward pass of the update's last mini-batch writes, by name."""
    last = max(step.micro for step in lane.program.instructions)
    found: dict[str, Place] = {}
    for step in lane.program.instructions:
        if (step.path, step.phase, step.micro) == (path, "forward", last):
            for name, place in zip(step.operation.operands(), step.places, strict=True):
                if name in step.operation.writes:
                    found.setdefault(place.name, place)
    return found


def normalized(
    layer: BatchNorm, x: Array, mean: Array, var: Array, gamma: Array | None, beta: Array | None
) -> tuple[Array, Array]:
    """(x̂, y) of any rows with any statistics, by the engine's own twins."""
    x_hat, inverse = np.empty_like(x), np.empty_like(var)
    with np.errstate(all="ignore"):
        Normalize.twin(x, mean, var, inverse, x_hat, layer.eps)
        if gamma is None or beta is None:
            return x_hat, x_hat
        y = np.empty_like(x)
        ScaleAndShift.twin(x_hat, gamma, beta, y)
    return x_hat, y


def _modes(layer: BatchNorm, x: Array | None, read: dict[str, Array | None]) -> Modes | None:
    mean, var, running_mean, running_var = (read[name] for name in ("μ", "σ²", "running_mean", "running_var"))
    if x is None or mean is None or var is None or running_mean is None or running_var is None:
        return None
    affine = read["weight"], read["bias"]
    train = normalized(layer, x, mean, var, *affine)[1]
    fixed = normalized(layer, x, running_mean, running_var, *affine)[1]
    apart = (train - fixed).astype(np.float64)
    size = float(np.sqrt(np.mean(train.astype(np.float64) ** 2)))
    return Modes(train, fixed, float(np.abs(apart).max()), float(np.sqrt(np.mean(apart**2))), size)


def _read(lane: Lane, place: Place | None) -> Array | None:
    return None if place is None else lane.read(place)


def _first_part(statistic: Array | None, features: int) -> Array | None:
    return None if statistic is None else statistic.reshape(-1, features)[0]


def _is_tied(lane: Lane, path: Path) -> bool:
    """Whether another copy uses the same γ and β."""
    return any(copy is not None and layer.tied and layer.times > 1 for layer, _, copy in _way(lane.stack.layers, path))
