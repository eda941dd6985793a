"""Small pictures of documents: the gradient by depth as it was when a document was saved or left.

They are kept as numbers, drawn in whatever colors the window has, in the cache folder; a file that loses its picture
loses nothing.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct
from platformdirs import user_cache_path

from bnsim.plot.figure import Figure
from bnsim.spec.kept_json import encoded, keep_newest, read_kept
from bnsim.spec.places import of_user

log = logging.getLogger(__name__)

MOST_POINTS = 60
MOST_KEPT = 40
"""Pictures; those made longest ago are removed."""


class Line(Struct, frozen=True):
    """One lane: its name, its color's role, and a value for each weight layer from the input; None is a gap."""

    name: str
    role: str
    values: tuple[float | None, ...]


class Picture(Struct, frozen=True):
    """Lanes over one another on a logarithmic axis, after so many `updates`; `made_at` in seconds since 1970."""

    lines: tuple[Line, ...]
    updates: int = 0
    made_at: float = 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """The decimal logarithms of the least and the largest value, at least a decade apart."""
        logs = [math.log10(value) for line in self.lines for value in line.values if value is not None and value > 0]
        low, high = min(logs, default=0.0), max(logs, default=1.0)
        return (low, high) if high - low >= 1 else ((low + high - 1) / 2, (low + high + 1) / 2)


def picture_of(figure: Figure, updates: int, made_at: float | None = None) -> Picture | None:
    """The picture of a figure of lanes by depth; None if there is nothing in it to see."""
    lines = tuple(
        Line(series.name, series.role, _thinned(series.y.tolist()))
        for series in figure.series
        if series.line == "solid" and not series.ghost and not series.theory
    )
    seen = tuple(line for line in lines if sum(value is not None for value in line.values) > 1)
    return Picture(seen, updates, time.time() if made_at is None else made_at) if seen else None


def folder() -> Path:
    """Where they are kept; in the folder that BNSIM_CONFIG_DIR names, if that is set. OSError where there is none."""
    chosen = os.environ.get("BNSIM_CONFIG_DIR")
    base = Path(chosen) / "cache" if chosen else of_user(user_cache_path("bnsim", appauthor=False))
    return base / "pictures"


def keep(path: Path, picture: Picture) -> None:
    """Keep the picture of the file at `path`. A folder that cannot be written to is logged, never an error."""
    try:
        target = _place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part")
        partial.write_bytes(encoded(picture))
        partial.replace(target)
        keep_newest(target.parent, MOST_KEPT)
    except OSError as error:
        log.warning("the picture of %s could not be kept: %s", path, error)


def kept(path: Path) -> Picture | None:
    """The picture that was kept of the file at `path`; None if there is none, or none that can be read."""
    try:
        return read(_place(path))
    except OSError:
        return None


def read(path: Path) -> Picture | None:
    """The picture in that file; None if it holds none."""
    try:
        return read_kept(path, Picture)
    except (OSError, msgspec.DecodeError):
        return None


def _place(path: Path) -> Path:
    return folder() / f"{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:24]}.json"


def _thinned(values: list[float]) -> tuple[float | None, ...]:
    """At most so many points, four digits each, which is more than a small picture shows."""
    size = len(values)
    places = range(size)
    if size > MOST_POINTS:
        places = sorted({round(k * (size - 1) / (MOST_POINTS - 1)) for k in range(MOST_POINTS)})  # type: ignore[assignment]
    return tuple(float(f"{values[k]:.4g}") if 0 < values[k] < math.inf else None for k in places)
