"""Which files hold data, by their names alone: nothing is opened here."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Literal

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".data", ".dat")
PACKED = ".gz"

Kind = Literal["table", "npz", "idx", ""]


_NETWORK = re.compile(r"[\\/]{2}|[A-Za-z][A-Za-z0-9+.-]+:[\\/]{2}")


def is_on_network(name: str) -> bool:
    r"""Whether to look at a file so called contacts another machine: a share, as in \\host\share, or an address."""
    return bool(_NETWORK.match(name.strip()))


def is_outside(name: str, folder: Path | None) -> bool:
    """Whether a file is neither in that folder nor below it, links followed; one on the network is, without a look.

    Without a folder everything is outside.
    """
    if folder is None or is_on_network(name):
        return True
    try:
        home = folder.resolve()
        return not (home / Path(name).expanduser()).resolve().is_relative_to(home)
    except (OSError, ValueError, RuntimeError):  # no path of this system
        return True


def kind_of(name: str) -> Kind:
    """The format of a data file by its name: table, NumPy archive or MNIST's IDX; "" if it is none of them."""
    file = PurePath(name).name.lower()
    unpacked = file.removesuffix(PACKED)
    ending = PurePath(unpacked).suffix
    if file.endswith(".npz"):
        return "npz"
    if ending in (".csv", ".tsv"):
        return "table"
    if ("idx" in file or "ubyte" in file) and ending not in (".npy", ".txt", ".bnsim", ".bnrun"):
        return "idx"
    return "table" if ending in TABLE_ENDINGS else ""
