"""The computational graph of a BatchNorm: what flows along its edges for one sample and feature, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.lens import Lens
from bnsim.lenses.xray.lens import batchnorm_at
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.naming import layer_name
from bnsim.spec.tree import Path

Column = NDArray[np.float64]
FORWARD_READS = ("x", "μ", "σ²")


class NormGraph(Struct, frozen=True):
    """Numbers of the graph by the name of the edge: `values` forward, `gradients` backward, ∂ℓ/∂ of the same edge.

    Edges are "x", "μ", "x-μ", "(x-μ)²", "σ²", "s" (√(σ² + ε)), "1/s", "x̂", "γ", "γx̂", "β", "y". The gradient of
    "(x-μ)²" is that of one sample's square; "x-μ to ×" and "x-μ to square" are the two parts of that of "x-μ". Empty
    while not computed. `rows`: samples that share the statistics. `iteration`: of which it is, from 0.
    `affine`: there are γ and β.
    """

    name: str
    iteration: int
    sample: int
    feature: int
    rows: int
    features: int
    eps: float
    affine: bool
    values: Mapping[str, float] = MappingProxyType({})
    gradients: Mapping[str, float] = MappingProxyType({})


class GraphLens(Lens, frozen=True):
    """The graph of the BatchNorm at a path, for a sample and a feature; what is too large is taken as the last one.

    Inputs, statistics, γ, β and the gradient of the output are those in memory; the rest is worked out from them in
    float64. With virtual devices it is the graph of the sample's device.
    """

    stack: int
    path: Path
    feature: int = 0
    sample: int = 0

    def answer(self, session: Session) -> NormGraph | None:
        """The numbers; None if no BatchNorm is there, or if its statistics are fixed, which makes another graph."""
        found = batchnorm_at(session, self.stack, self.path)
        if found is None:
            return None
        lane, layer = found
        own = _operands(lane, self.path)
        if ("β" not in own and layer.affine) or own["μ"].name != "μ":
            return None
        batch, features = own["x"].shape
        sample, feature = min(self.sample, batch - 1), min(self.feature, features - 1)
        rows = batch // layer.virtual_devices
        before = _before(session, lane)
        arrays = {name: before(place) if name in ("γ", "β") else lane.read(place) for name, place in own.items()}
        read = {name: _column(array, own[name], sample // rows, rows, feature) for name, array in arrays.items()}
        values, gradients = flows(read, sample % rows, layer.eps)
        return NormGraph(
            layer_name(lane.stack, self.path),
            lane.iteration,
            sample,
            feature,
            rows,
            features,
            layer.eps,
            layer.affine,
            MappingProxyType(values),
            MappingProxyType(gradients),
        )


def flows(read: Mapping[str, Column | None], at: int, eps: float) -> tuple[dict[str, float], dict[str, float]]:
    """Values and gradients by edge from columns x, μ, σ², dy (and γ, β) of one feature, for the sample `at`.

    The chain rule edge by edge, as in Kratzert, "Understanding the backward pass through Batch Normalization Layer".
    """
    with np.errstate(all="ignore"):
        return _flows(read, at, eps)


def _flows(read: Mapping[str, Column | None], at: int, eps: float) -> tuple[dict[str, float], dict[str, float]]:
    x, mean, var, dy = (read.get(name) for name in ("x", "μ", "σ²", "dy"))
    if x is None or mean is None or var is None:
        return {}, {}
    gamma, beta = read.get("γ"), read.get("β")
    scale = np.ones(1) if gamma is None else gamma
    apart = x - mean
    s = np.sqrt(var + eps)
    x_hat = apart / s
    y = scale * x_hat + (0.0 if beta is None else beta)
    values = {"x": x, "μ": mean, "x-μ": apart, "(x-μ)²": apart**2, "σ²": var, "s": s, "1/s": 1 / s, "x̂": x_hat}
    values |= {"y": y}
    if gamma is not None and beta is not None:
        values |= {"γ": gamma, "γx̂": scale * x_hat, "β": beta}
    if dy is None:
        return _at(values, at), {}
    d_x_hat = dy * scale
    d_inverse = (d_x_hat * apart).sum(keepdims=True)
    d_s = -d_inverse / s**2
    d_var = d_s / (2 * s)
    d_square = np.broadcast_to(d_var / x.size, x.shape)
    to_times, to_square = d_x_hat / s, 2 * apart * d_square
    d_apart = to_times + to_square
    d_mean = -d_apart.sum(keepdims=True)
    gradients = {"y": dy, "x̂": d_x_hat, "1/s": d_inverse, "s": d_s, "σ²": d_var, "(x-μ)²": d_square}
    gradients |= {"x-μ to ×": to_times, "x-μ to square": to_square, "x-μ": d_apart, "μ": d_mean}
    gradients |= {"x": d_apart + d_mean / x.size}
    if gamma is not None:
        gradients |= {"γ": (dy * x_hat).sum(keepdims=True), "γx̂": dy, "β": dy.sum(keepdims=True)}
    return _at(values, at), _at(gradients, at)


def _at(columns: Mapping[str, Column], at: int) -> dict[str, float]:
    return {name: float(column[at if column.size > 1 else 0]) for name, column in columns.items()}


def _operands(lane: Lane, path: Path) -> dict[str, Place]:
    """Where the layer's x, μ, σ², γ, β and dy are, of the last mini-batch of an update."""
    steps = lane.program.instructions
    last = max(step.micro for step in steps)
    found: dict[str, Place] = {}
    for step in steps:
        if step.path != path or step.micro != last:
            continue
        operands = dict(zip(step.operation.operands(), step.places, strict=True))
        if step.phase == "forward":
            found |= {name: operands[name] for name in FORWARD_READS if name in operands and name not in found}
            if step.operation.title == "scale-and-shift":
                found |= {"γ": operands["γ"], "β": operands["β"]}
    gradient = lane.program.gradients.get(path)
    return found if gradient is None else found | {"dy": gradient}


def _before(session: Session, lane: Lane) -> Callable[[Place], Array | None]:
    """Reads parameters as the passes had them, whether or not the update has been."""
    if lane.position <= lane.program.first_update:
        return lane.read
    kept = session.kept_before(lane)
    state = session.state_before(lane) if kept is None else kept
    return lambda place: lane.program.view(state, place)


def _column(seen: Array | None, place: Place, device: int, rows: int, feature: int) -> Column | None:
    """One feature of an array: the rows of a device, or its statistic, or a parameter; None while not computed."""
    if seen is None:
        return None
    table = seen.reshape(-1, place.shape[-1])
    if place.name in ("μ", "σ²"):
        table = table[device : device + 1]
    elif len(table) > 1:
        table = table[device * rows : (device + 1) * rows]
    return np.asarray(table[:, feature], np.float64)
