"""The recorded history as a table: a row for each lane and iteration, a column for each number."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.spec.errors import InputError
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

if TYPE_CHECKING:
    from bnsim.session import Session

ENDING = ".csv"
NORMS = frozenset({"accuracy", "gradient_norm", "weight_norm", "weight_gradient_norm", "update_ratio"})
"""What is recorded for the table, besides what a figure needs."""


def history_file(text: str) -> Path:
    """The path given for a history; ArgumentTypeError for one that is no table."""
    path = place(text)
    if path.suffix.lower() != ENDING:
        raise argparse.ArgumentTypeError(f"it is written as {ENDING}; use a name that ends so, unlike {path.name}")
    return path


def write_history(session: Session, path: Path) -> None:
    """Write what every lane recorded, whole or not at all; floats are written so that reading gives the same bits.

    The first columns are lane and iteration, counted from 0. A record by layer has a column for each, as in
    "gradient_norm.1"; those by feature are left out. What a lane has no record of is empty.
    """
    lanes = [(lane.stack.name, *_table(session, lane.stack.name)) for lane in session.lanes]
    header = list(dict.fromkeys(name for _, _, columns in lanes for name in columns))
    try:
        with written_whole(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(["lane", "iteration", *header])
            for lane, kept, columns in lanes:
                rows = zip(*(columns.get(name, [""] * len(kept)) for name in header), strict=True)
                writer.writerows([lane, iteration, *row] for iteration, row in zip(kept, rows, strict=True))
            text.flush()
            text.detach()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot write {path}: {reason}; choose another place with --history.") from error


def _table(session: Session, lane: str) -> tuple[list[int], dict[str, list[str]]]:
    """The iterations whose rows a lane has, and its columns by name."""
    return session.history.kept[lane].tolist(), dict(_columns(session, lane))


def _columns(session: Session, lane: str) -> Iterator[tuple[str, list[str]]]:
    for name in session.history:
        array = session.history[name].get(lane)
        if array is None or array.ndim > 2:
            continue
        if array.ndim == 1:
            yield name, list(map(repr, array.tolist()))
            continue
        for number in range(array.shape[1]):
            yield f"{name}.{number + 1}", list(map(repr, array[:, number].tolist()))
