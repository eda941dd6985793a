"""Lowering of batch, layer, group and RMS normalization."""

from __future__ import annotations

from dataclasses import dataclass

from bnsim.engine.builder import Builder, Use
from bnsim.engine.lowering.tape import Backward
from bnsim.engine.program import Parameter, Place
from bnsim.spec.layers import BatchNorm, GroupNorm, LayerNorm, RMSNorm


@dataclass(frozen=True, eq=False)
class Affine:
    """Scale and shift; without them the output is x̂ itself, and its gradient dx̂."""

    gamma: Use | None
    beta: Use | None

    def forward(self, b: Builder, x_hat: Place) -> Place:
        """Emit y = γ x̂ + β and return the place of y."""
        if self.gamma is None:
            return x_hat
        y = b.like("y", x_hat)
        if self.beta is None:
            b.emit("rms scale", x_hat, self.gamma.value, y)
        else:
            b.emit("bn scale-and-shift", x_hat, self.gamma.value, self.beta.value, y)
        return y

    def backward(self, b: Builder, g: Place, x_hat: Place) -> Place:
        """Emit dβ, dγ and dx̂ and return the place of dx̂."""
        if self.beta is not None:
            b.emit("bn dβ", g, self.beta.gradient)
        if self.gamma is None:
            return g
        d_x_hat = b.like("dx̂", x_hat)
        b.emit("bn dγ", g, x_hat, self.gamma.gradient)
        b.emit("bn dx̂", g, self.gamma.value, d_x_hat)
        return d_x_hat


@dataclass(frozen=True, eq=False)
class Kept:
    """A BatchNorm's running statistics, and where they stand before the present use of it.

    A copy that shares them, or a later mini-batch of the same update, goes on from what the one before it left.
    """

    mean: Parameter
    var: Parameter
    batches: Parameter

    def before(self, b: Builder) -> tuple[Place, ...]:
        """The places of running mean, running variance and number of batches before this use."""
        if self.mean.key in b.commits:
            return b.commits[self.mean.key][:3]
        return self.mean.value, self.var.value, self.batches.value

    def follow(self, b: Builder, layer: BatchNorm, mean: Place, var: Place, rows: int) -> None:
        """Emit the next running statistics after a batch with these statistics, each over `rows` samples."""
        after = b.like("next mean", self.mean.value), b.like("next var", self.var.value), b.place("next batches")
        if layer.momentum is None:
            b.emit("bn running average", mean, var, *self.before(b), *after, scalars=(rows,))
        else:
            b.emit("bn running", mean, var, *self.before(b), *after, scalars=(layer.momentum, rows))
        b.commits[self.mean.key] = (*after, self.mean.value, self.var.value, self.batches.value)


def lower_batchnorm(b: Builder, layer: BatchNorm, x: Place) -> tuple[Place, Backward]:
    """Lower a BatchNorm: by the batch's statistics in training, else by the running ones."""
    features = x.shape[1]
    affine = Affine(
        b.trained("weight", features, start=layer.gamma) if layer.affine else None,
        b.trained("bias", features, start=layer.beta) if layer.affine else None,
    )
    kept = None
    if layer.track_running_stats:
        kept = Kept(
            b.kept("running_mean", features),
            b.kept("running_var", features, start=1.0),
            b.kept("num_batches_tracked", integer=True),
        )
    if kept is not None and (b.evaluating or layer.mode == "eval"):
        return _by_running_statistics(b, layer, affine, kept, x)
    return _by_batch_statistics(b, layer, affine, kept, x)


def _by_batch_statistics(
    b: Builder, layer: BatchNorm, affine: Affine, kept: Kept | None, x: Place
) -> tuple[Place, Backward]:
    batch, features = x.shape
    parts = 1 if b.evaluating else layer.virtual_devices
    shape = (features,) if parts == 1 else (parts, features)
    mean, var, inverse = (b.place(name, *shape) for name in ("μ", "σ²", "1/s"))
    x_hat = b.like("x̂", x)
    b.emit("bn mean", x, mean)
    b.emit("bn variance", x, mean, var)
    b.emit("bn normalize", x, mean, var, inverse, x_hat, scalars=(layer.eps,))
    y = affine.forward(b, x_hat)
    if kept is not None:
        kept.follow(b, layer, mean, var, batch // parts)
    _record(b, affine, kept, mean, var)

    def backward(g: Place, wanted: bool) -> Place:
        d_x_hat = affine.backward(b, g, x_hat)
        d_x, d_var, d_mean = b.like("dx", x), b.like("dσ²", var), b.like("dμ", mean)
        b.emit("bn dσ²", d_x_hat, x, mean, inverse, d_var)
        total, rest = b.like("∑dx̂", mean), b.like("∑(x−μ)", mean)
        b.emit("bn dμ", d_x_hat, x, mean, inverse, d_var, total, rest, d_mean)
        b.emit("bn dx", d_x_hat, x, mean, inverse, d_var, d_mean, d_x)
        return d_x

    return y, backward


def _by_running_statistics(
    b: Builder, layer: BatchNorm, affine: Affine, kept: Kept, x: Place
) -> tuple[Place, Backward]:
    """Lower a BatchNorm in eval mode: running statistics stay, those of the batch are only measured."""
    running_mean, running_var, _ = kept.before(b)
    inverse, x_hat = b.like("1/s", running_var), b.like("x̂", x)
    b.emit("bn normalize", x, running_mean, running_var, inverse, x_hat, scalars=(layer.eps,))
    y = affine.forward(b, x_hat)
    if b.recording != "none":
        mean, var = b.like("μ", running_mean), b.like("σ²", running_var)
        b.emit("bn mean", x, mean, hidden=True)
        b.emit("bn variance", x, mean, var, hidden=True)
        _record(b, affine, kept, mean, var)

    def backward(g: Place, wanted: bool) -> Place:
        d_x_hat = affine.backward(b, g, x_hat)
        d_x = b.like("dx", x)
        b.emit("bn dx by running statistics", d_x_hat, inverse, d_x)
        return d_x

    return y, backward


def _record(b: Builder, affine: Affine, kept: Kept | None, mean: Place, var: Place) -> None:
    """Record batch statistics (of the first part, if there are several), running statistics, γ and β."""
    if b.recording == "none":
        return
    for name, place in (("batch_mean", mean), ("batch_var", var)):
        recorded = place
        if len(place.shape) == 2:
            recorded = b.place(place.name, place.shape[1])
            b.emit("bn first part", place, recorded, hidden=True)
        b.record(name, recorded)
    if kept is not None:
        running_mean, running_var, _ = kept.before(b)
        b.record("running_mean", running_mean)
        b.record("running_var", running_var)
    if affine.gamma is not None and affine.beta is not None:
        b.record("gamma", affine.gamma.value)
        b.record("beta", affine.beta.value)


def lower_layernorm(b: Builder, layer: LayerNorm, x: Place) -> tuple[Place, Backward]:
    """Lower a LayerNorm: each sample by its own mean and variance, in eval mode too."""
    return _by_own_statistics(b, "ln", layer, x, x.shape[0])


def lower_groupnorm(b: Builder, layer: GroupNorm, x: Place) -> tuple[Place, Backward]:
    """Lower a GroupNorm: each group of a sample's features by its own mean and variance, in eval mode too."""
    return _by_own_statistics(b, "gn", layer, x, x.shape[0], layer.num_groups)


def _by_own_statistics(
    b: Builder, kind: str, layer: LayerNorm | GroupNorm, x: Place, *statistics: int
) -> tuple[Place, Backward]:
    """Operations of `kind` on `x`, with statistics of that shape."""
    features = x.shape[1]
    affine = Affine(
        b.trained("weight", features, start=1.0) if layer.affine else None,
        b.trained("bias", features) if layer.affine else None,
    )
    mean, var, inverse = (b.place(name, *statistics) for name in ("μ", "σ²", "1/s"))
    x_hat = b.like("x̂", x)
    b.emit(f"{kind} mean", x, mean)
    b.emit(f"{kind} variance", x, mean, var)
    b.emit(f"{kind} normalize", x, mean, var, inverse, x_hat, scalars=(layer.eps,))
    y = affine.forward(b, x_hat)

    def backward(g: Place, wanted: bool) -> Place:
        d_x_hat = affine.backward(b, g, x_hat)
        d_x, d_var, d_mean = b.like("dx", x), b.like("dσ²", var), b.like("dμ", mean)
        b.emit(f"{kind} dσ²", d_x_hat, x, mean, inverse, d_var)
        b.emit(f"{kind} dμ", d_x_hat, inverse, d_mean)
        b.emit(f"{kind} dx", d_x_hat, x, mean, inverse, d_var, d_mean, d_x)
        return d_x

    return y, backward


def lower_rmsnorm(b: Builder, layer: RMSNorm, x: Place) -> tuple[Place, Backward]:
    """Lower an RMSNorm: each sample by its own root mean square."""
    batch, features = x.shape
    affine = Affine(b.trained("weight", features, start=1.0) if layer.affine else None, None)
    square, inverse, x_hat = b.place("q", batch), b.place("1/s", batch), b.like("x̂", x)
    b.emit("rms mean square", x, square)
    b.emit("rms normalize", x, square, inverse, x_hat, scalars=(layer.eps,))
    y = affine.forward(b, x_hat)

    def backward(g: Place, wanted: bool) -> Place:
        d_x_hat = affine.backward(b, g, x_hat)
        d_x, d_square = b.like("dx", x), b.like("dq", square)
        b.emit("rms dq", d_x_hat, x, inverse, d_square)
        b.emit("rms dx", d_x_hat, x, inverse, d_square, d_x)
        return d_x

    return y, backward
