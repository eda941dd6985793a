"""Which files hold data, by their names alone: nothing is opened here."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".data", ".dat")
PACKED = ".gz"

Kind = Literal["table", "npz", "idx", ""]


def kind_of(name: str) -> Kind:
    """The format of a data file by its name: table, NumPy archive or MNIST's IDX; "" if it is none of them."""
    file = PurePath(name).name.lower()
    unpacked = file.removesuffix(PACKED)
    ending = PurePath(unpacked).suffix
    if file.endswith(".npz"):
        return "npz"
    if ending in (".csv", ".tsv"):
        return "table"
    if ("idx" in file or "ubyte" in file) and ending not in (".npy", ".txt", ".bnsim"):
        return "idx"
    return "table" if ending in TABLE_ENDINGS else ""
