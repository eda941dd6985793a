"""How much history keeps: three levels, each the names of what is recorded (see `bnsim.session.history`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bnsim.spec.errors import InputError
from bnsim.spec.recording import Recording

__all__ = ["LEVELS", "Recording", "level_of", "records"]

_LOSS = frozenset({"loss"})
_NORMS = frozenset(
    {
        "accuracy",
        "gradient_norm",
        "weight_norm",
        "weight_gradient_norm",
        "update_ratio",
        "clip_norm",
        "batch_mean",
        "batch_var",
        "running_mean",
        "running_var",
        "gamma",
        "beta",
    }
)
_DETAILS = frozenset(
    {
        "activation_norm",
        "activation_gradient_norm",
        "percentiles",
        "histogram",
        "saturated",
        "dead",
        "zero",
        "gamma_gradient",
        "beta_gradient",
    }
)

LEVELS: Mapping[Recording, frozenset[str]] = MappingProxyType(
    {"none": _LOSS, "norms": _LOSS | _NORMS, "all": _LOSS | _NORMS | _DETAILS}
)
"""Names by level, from the least to the most; a lane has those of them that its layers give."""


def level_of(asked: Recording | Iterable[str]) -> Recording:
    """The level of that name, or the least level that has all of the names asked for. InputError if none has."""
    names = frozenset() if isinstance(asked, str) else frozenset(asked)
    for level, recorded in LEVELS.items():
        if asked == level or (not isinstance(asked, str) and names <= recorded):
            return level
    wrong = asked if isinstance(asked, str) else ", ".join(sorted(names - LEVELS["all"]))
    raise InputError(f"Cannot record {wrong!r}; give recording {_or(LEVELS)}, or a set out of {_or(LEVELS['all'])}.")


def _or(names: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(names)))


def records(level: Recording, names: Iterable[str]) -> bool:
    """Whether a session of that level records all of the names."""
    return frozenset(names) <= LEVELS[level]
