"""The records of data sets; `bnsim.data.load` turns one into arrays."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from bnsim.spec.kind import Kind

Samples = Annotated[int, Meta(ge=2, le=1_000_000, title="Samples", description="Rows made.")]
NoiseLevel = Annotated[float, Meta(ge=0.0, le=100.0, title="Noise", description="Standard deviation of what is added.")]
Standardize = Annotated[
    bool,
    Meta(title="Standardize", description="Give every input column mean 0 and variance 1 over the training part."),
]
TestFraction = Annotated[
    float, Meta(ge=0.0, le=0.9, title="Test part", description="Share of the rows kept back from training.")
]


class DataBase(Kind, frozen=True):
    """Base of the data sets. All of a data set, noise and test part included, follows from its record alone."""


class Digits(DataBase, frozen=True):
    """1,797 handwritten digits of 8 x 8 gray levels in [0, 1], 10 classes.

    UCI's "optical recognition of handwritten digits"; source and license are in resources/digits.md.
    """

    formula = "x ∈ [0, 1]⁶⁴,  y ∈ {0, …, 9}"
    meaning = "handwritten digits of 8 × 8 gray levels"
    hint = "8 × 8 gray pictures"

    standardize: Standardize = False
    test_fraction: TestFraction = 0.0


class TwoSpirals(DataBase, frozen=True):
    """Two interleaved spirals in the plane, one per class (Lang and Witbrock 1988)."""

    title = "Two spirals"
    short = "Spirals"
    formula = "x ∈ ℝ²,  2 classes"
    meaning = "two interleaved spirals; hard to tell apart"
    hint = "hard to tell apart"

    samples: Samples = 400
    noise: NoiseLevel = 0.05
    test_fraction: TestFraction = 0.0


class Blobs(DataBase, frozen=True):
    """Round clouds in the plane, one per class, their centers evenly on the unit circle."""

    formula = "x = centerₖ + noise,  k classes"
    meaning = "round clouds, one per class"
    hint = "a round cloud per class"

    samples: Samples = 400
    classes: Annotated[int, Meta(ge=2, le=100, title="Classes", description="Number of clouds.")] = 3
    noise: NoiseLevel = 0.2
    test_fraction: TestFraction = 0.0


class TwoMoons(DataBase, frozen=True):
    """Two half circles in the plane, each reaching into the other; one per class."""

    title = "Two moons"
    short = "Moons"
    formula = "x ∈ ℝ²,  2 classes"
    meaning = "two half circles that reach into each other"
    hint = "two half circles"

    samples: Samples = 400
    noise: NoiseLevel = 0.1
    test_fraction: TestFraction = 0.0


class Circles(DataBase, frozen=True):
    """Two circles about one center, of radius 1 and `inner`; one per class."""

    formula = "‖x‖ = 1 or r,  2 classes"
    meaning = "a circle within a circle"
    hint = "one inside the other"

    samples: Samples = 400
    noise: NoiseLevel = 0.05
    inner: Annotated[float, Meta(ge=0.0, le=1.0, title="Inner radius", description="The outer one is 1.")] = 0.5
    test_fraction: TestFraction = 0.0


class XOR(DataBase, frozen=True):
    """Clouds at the corners (±1, ±1); opposite corners are of one class (Minsky and Papert 1969).

    Four samples without noise are the truth table.
    """

    formula = "x = (±1, ±1) + noise,  y = [x₁ x₂ < 0]"
    meaning = "opposite corners are of one class"
    hint = "opposite corners agree"

    samples: Samples = 400
    noise: NoiseLevel = 0.2
    test_fraction: TestFraction = 0.0


class GaussianNoise(DataBase, frozen=True):
    """Standard normal inputs with random labels: nothing to learn, for studies of a network at initialization."""

    title = "Gaussian noise"
    short = "Noise"
    formula = "x ∼ N(0, 1),  y at random"
    meaning = "nothing to learn, to study a network at its start"
    hint = "nothing to learn"

    samples: Samples = 1000
    features: Annotated[int, Meta(ge=1, le=4096, title="Features", description="Inputs of one row.")] = 64
    classes: Annotated[int, Meta(ge=2, le=1000, title="Classes", description="Labels to draw from.")] = 10
    test_fraction: TestFraction = 0.0


class Curve(DataBase, frozen=True):
    """One number to predict from one: y = f(x) with noise, x evenly from -1 to 1.

    "sine" is sin 2πx, "step" the sign of x, "polynomial" 4x³ - 3x.
    """

    title = "Curve (regression)"
    formula = "y = f(x) + noise"
    meaning = "one number to predict from one"
    hint = "a number from a number"

    function: Annotated[
        Literal["sine", "step", "polynomial"], Meta(title="Function", description="What y is of x.")
    ] = "sine"
    samples: Samples = 200
    noise: NoiseLevel = 0.05
    test_fraction: TestFraction = 0.0


class FileData(DataBase, frozen=True):
    """The user's own data from a file.

    A table (.csv, .tsv, .txt, .data, packed as .gz or not) whose last column is the target; an .npz with arrays `x`
    (rows, features...) and `y`; or images and labels in MNIST's IDX format, packed or not. Inputs stay as they are
    stored unless `standardize` is on.

    `target` is another column of the table, by its name, or another array of the .npz; `x_name` is the array of inputs.
    `labels` is the file of an IDX file's labels; empty: the one beside it whose name has "labels" where the images' has
    "images". Paths that are not absolute are looked up beside the .bnsim file, or in the working folder.

    `task` says what targets are. "auto": words are classes, in alphabetical order; whole numbers are classes if there
    are at most 20 different ones or every one from 0 or 1 up to the largest is there, floats only if they are whole and
    from 0 to 999; anything else is a regression. "classification" also takes numbers that are no labels from 0 on:
    their classes are in order of size. "regression" takes numbers as they are.
    """

    title = "Own file"
    short = "File"
    formula = "x, y from a table, .npz or IDX file"
    meaning = "your own numbers"
    hint = "your own numbers"

    path: Annotated[str, Meta(min_length=1, title="File", description="A table, .npz or IDX file.")]
    standardize: Standardize = True
    task: Annotated[
        Literal["auto", "classification", "regression"],
        Meta(title="Task", description="What targets are: classes or numbers; auto: by what is in them."),
    ] = "auto"
    target: Annotated[str, Meta(max_length=200, title="Target", description="Column's name; empty: the last.")] = ""
    x_name: Annotated[str, Meta(max_length=200, title="Inputs", description="Array of an .npz; empty: x.")] = ""
    header: Annotated[
        Literal["auto", "yes", "no"], Meta(title="Header", description="Whether a table's first line has names.")
    ] = "auto"
    delimiter: Annotated[
        Literal["auto", "comma", "semicolon", "tab", "pipe", "space"],
        Meta(title="Delimiter", description="What stands between a table's columns; auto: what fits all lines."),
    ] = "auto"
    decimal: Annotated[
        Literal["auto", "point", "comma"], Meta(title="Decimals", description="How a table writes one and a half.")
    ] = "auto"
    labels: Annotated[str, Meta(title="Labels", description="IDX labels' file; empty: beside the images.")] = ""
    test_fraction: TestFraction = 0.0


Data = Digits | TwoSpirals | Blobs | TwoMoons | Circles | XOR | GaussianNoise | Curve | FileData

DATA_SETS: tuple[type[DataBase], ...] = get_args(Data)


class DataShape(Struct, frozen=True):
    """What shape checks need to know of a data set. `outputs`: classes, or columns of a regression target.

    `rows` are those to train on; `test_rows` those kept back.
    """

    rows: int
    features: int
    outputs: int
    classification: bool
    test_rows: int = 0
