"""Formulas of dropout and noise; what is drawn is drawn again, from the same counters."""

from __future__ import annotations

import math

import numpy as np

from bnsim.engine.kernels import counter
from bnsim.engine.kernels.regularization import drawn_key
from bnsim.engine.operation import Array
from bnsim.lenses.equations.expression import Num, Sym
from bnsim.lenses.equations.functions import Is
from bnsim.lenses.equations.setting import Equation, Setting, equation


def mask(o: Setting) -> list[Equation]:
    """The dropout mask: m = 1 where a uniform number u is at least p, else 0."""
    kept = o["mask"]
    draw = counter.uniforms(drawn_key(counter.MASK, o.iteration, *o.instruction.scalars[:4]), kept.place.size)
    u = Sym("u_{%}", draw.reshape(kept.place.shape), ("i", "j"))
    return [equation(kept("i", "j"), Is(("≥",), (u, o.scalar("p"))), note="u is drawn uniformly from 0 to 1")]


def dropout(o: Setting) -> list[Equation]:
    """Dropout: y = x m / (1 - p), so that the mean stays what it was."""
    x, kept, y = o.take("x", "mask", "y")
    return [equation(y("i", "j"), (x("i", "j") * kept("i", "j")) / (Num(1) - o.scalar("p")))]


def dropout_gradient(o: Setting) -> list[Equation]:
    """The gradient through dropout: dx = g m / (1 - p), with the mask of the forward pass."""
    g, kept, d_x = o.take("g", "mask", "dx")
    return [equation(d_x("i", "j"), (g("i", "j") * kept("i", "j")) / (Num(1) - o.scalar("p")))]


def noise_shape(o: Setting) -> list[Equation]:
    """The mean and the standard deviation of the noise, drawn for each feature."""
    mean, spread = o.take("m", "s")
    u = counter.uniforms(drawn_key(counter.NOISE_SHAPE, o.iteration, *o.instruction.scalars[:4]), 2 * mean.place.size)
    a, b = o.scalar("a"), o.scalar("b")
    first, second = Sym("u_{%}", u[0::2], ("j",)), Sym("v_{%}", u[1::2], ("j",))
    wide = Num(1) + (b - 1) * second if b.number >= 1 else b
    note = "u and v are drawn uniformly from 0 to 1"
    return [equation(mean("j"), a * (Num(2) * first - 1), note=note), equation(spread("j"), wide)]


def noise(o: Setting) -> list[Equation]:
    """Noise drawn from the normal distribution with the mean and the standard deviation of each feature."""
    mean, spread, out = o.take("m", "s", "n")
    drawn = _normals(drawn_key(counter.NOISE, o.iteration, *o.instruction.scalars), out.place.shape)
    z = Sym("z_{%}", drawn, ("i", "j"))
    note = "z is drawn from the standard normal distribution"
    return [equation(out("i", "j"), mean("j") + spread("j") * z, note=note)]


def noise_factor(o: Setting) -> list[Equation]:
    """The factor of the input, drawn for each feature from 1 to c."""
    factor = o["h"]
    u = counter.uniforms(drawn_key(counter.NOISE_FACTOR, o.iteration, *o.instruction.scalars[:4]), factor.place.size)
    drawn = Sym("u_{%}", u, ("j",))
    note = "u is drawn uniformly from 0 to 1"
    return [equation(factor("j"), Num(1) + (o.scalar("c") - 1) * drawn, note=note)]


def scale_and_add(o: Setting) -> list[Equation]:
    """The input times the feature's factor, and the noise: y = h x + n."""
    x, factor, drawn, y = o.take("x", "h", "n", "y")
    return [equation(y("i", "j"), factor("j") * x("i", "j") + drawn("i", "j"))]


def scaled_gradient(o: Setting) -> list[Equation]:
    """The gradient through the noise: dx = g h, with the factor of the forward pass."""
    g, factor, d_x = o.take("g", "h", "dx")
    return [equation(d_x("i", "j"), g("i", "j") * factor("j"))]


def _normals(key: Array, shape: tuple[int, ...]) -> Array:
    return counter.normals(key, math.prod(shape)).reshape(shape).astype(np.float64)
