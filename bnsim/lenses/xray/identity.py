"""Make a BatchNorm the identity for the coming mini-batch, and put its γ and β back.

Both load a state between two iterations, which a replay loads again.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array
from bnsim.lenses.lens import Change, GoOn
from bnsim.lenses.xray.lens import BatchNormLens, Seen, batchnorm_at, parameters_at
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm
from bnsim.spec.tree import Path

NO_AFFINE = "this BatchNorm has no γ and β to set; switch them on in its form"
TIED = "copies share γ and β, and each has statistics of its own"
PARTS = "each virtual device has statistics of its own; set them to 1"


class PutBack(Change, frozen=True, eq=False):
    """Restore γ and β from before `MakeIdentity`, at the start of the iteration after update `iteration`.

    `made` is the γ it was given; one that is not there any more cannot be taken back.
    """

    stack: int
    path: Path
    iteration: int
    gamma: Array
    beta: Array
    made: Array

    def inquire(self, session: Session, go_on: GoOn) -> MakeIdentity:
        """Load γ and β there and return the change that undoes this; later iterations are computed anew."""
        lane, _ = _found(session, self.stack, self.path)
        session.seek(self.iteration)
        key = parameters_at(lane, self.path)["weight"].key
        if not np.array_equal(lane.state_dict()[key], self.made):
            raise InputError("It has not been made the identity in this run; there is nothing to put back.")
        _load(lane, self.path, self.gamma, self.beta)
        return MakeIdentity(self.stack, self.path)


class MakeIdentity(Change, frozen=True):
    """Set γ = sqrt(σ² + ε) and β = μ of the next mini-batch, so that y = x but for rounding.

    In the middle of an iteration that is finished first. Afterwards the session stands where the layer's output is.
    """

    stack: int
    path: Path

    def inquire(self, session: Session, go_on: GoOn) -> PutBack:
        """The change that undoes this one. InputError where no γ and β make it the identity, or a NaN comes first."""
        lane, layer = _found(session, self.stack, self.path)
        reason = why_not(layer, _seen(session, self).tied)
        if reason:
            raise InputError(f"Cannot make it the identity: {reason}.")
        if not _seen(session, self).boundary:
            session.step("iteration")
        at = session.iteration
        if session.stopped is not None or not _go_to(session, lane, self.path):
            raise InputError("Cannot make it the identity: a NaN or an infinity comes up before it; go back first.")
        seen = _seen(session, self)
        fixed = layer.mode == "eval" and seen.running_mean is not None
        mean, var = (seen.running_mean, seen.running_var) if fixed else (seen.mean, seen.var)
        assert mean is not None
        assert var is not None
        assert seen.gamma is not None
        assert seen.beta is not None
        session.seek(at)
        gamma = np.sqrt(var + var.dtype.type(layer.eps))
        _load(lane, self.path, gamma, mean)
        _go_to(session, lane, self.path)
        return PutBack(self.stack, self.path, at, seen.gamma, seen.beta, gamma)


def why_not(layer: BatchNorm, tied: bool) -> str:
    """The reason why no γ and β make the layer the identity; empty if some do."""
    if not layer.affine:
        return NO_AFFINE
    if tied:
        return TIED
    return PARTS if layer.virtual_devices > 1 and layer.mode == "train" else ""


def _found(session: Session, stack: int, path: Path) -> tuple[Lane, BatchNorm]:
    found = batchnorm_at(session, stack, path)
    if found is None:
        raise InputError("There is no such BatchNorm any more; select one.")
    return found


def _seen(session: Session, of: MakeIdentity) -> Seen:
    seen = BatchNormLens(of.stack, of.path).answer(session)
    assert seen is not None
    return seen


def _load(lane: Lane, path: Path, gamma: Array, beta: Array) -> None:
    own = parameters_at(lane, path)
    lane.load_state_dict(lane.state_dict() | {own["weight"].key: gamma, own["bias"].key: beta})


def _go_to(session: Session, lane: Lane, path: Path) -> bool:
    """Step from the start of an iteration to where the layer's output is computed; False if a NaN comes first."""
    session.step("layer")
    while session.stopped is None and lane.value(path) is None:
        session.step("layer")
    return session.stopped is None
