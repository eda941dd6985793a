"""Data, as records; `bnsim.data.load` turns one into arrays."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Samples = Annotated[int, Meta(ge=2, le=1_000_000, title="Samples", description="Rows made.")]
NoiseLevel = Annotated[float, Meta(ge=0.0, le=100.0, title="Noise", description="Standard deviation of what is added.")]
Standardize = Annotated[
    bool, Meta(title="Standardize", description="Give every input column mean 0 and variance 1 over the whole set.")
]


class DataBase(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of the data sets."""


class Digits(DataBase, frozen=True):
    """1,797 handwritten digits of 8 x 8 gray levels in [0, 1], 10 classes.

    UCI's "optical recognition of handwritten digits"; source and license are in resources/digits.md.
    """

    standardize: Standardize = False


class TwoSpirals(DataBase, frozen=True):
    """Two interleaved spirals in the plane, one per class (Lang and Witbrock 1988)."""

    samples: Samples = 400
    noise: NoiseLevel = 0.05


class FileData(DataBase, frozen=True):
    """The user's own: an .npz with arrays `x` (rows, features) and `y`, or a .csv whose last column is the target.

    Whole-number targets are classes; anything else is regression. A path that is not absolute is looked up
    beside the .bnsim file, or in the working folder.
    """

    path: Annotated[str, Meta(min_length=1, title="File", description="An .npz or .csv file.")]
    standardize: Standardize = True


Data = Digits | TwoSpirals | FileData


class DataShape(Struct, frozen=True):
    """What shape checks need to know of a data set. `outputs`: classes, or columns of a regression target."""

    rows: int
    features: int
    outputs: int
    classification: bool
