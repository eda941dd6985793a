"""Reads an experiment's data in the runner's thread. The window gets a summary, and opens no file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.datasets import Data, DataShape, FileData
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.places import is_file_there

if TYPE_CHECKING:
    # The readers are imported when the runner reads: the window paints sooner.
    from bnsim.data import Dataset, Preview


class DataSummary(Struct, frozen=True, eq=False):
    """What was read of `data`: its shape, how one row's features are laid out, such as (8, 8), and the first rows."""

    data: Data
    shape: DataShape
    feature_shape: tuple[int, ...]
    preview: Preview


class DataRead(Struct, frozen=True, eq=False):
    """What came of reading a file that a person may want: `asked`, and `data`, with what was suggested filled in.

    `summary` is None if it cannot be used; `problem` then says why. `arrays` are the names and shapes in an .npz,
    `columns` the names in a table, as far as they can be seen. `digest`: a hash of its numbers, if that was asked for.
    """

    asked: FileData
    data: FileData
    summary: DataSummary | None
    problem: str = ""
    arrays: tuple[tuple[str, tuple[int, ...]], ...] = ()
    columns: tuple[str, ...] = ()
    digest: str = ""


def read_file(asked: FileData, folder: Path | None, precision: str = "") -> DataRead:
    """Nothing is changed by it. `folder` as in `DataReader.read`, `precision` as in `ReadData`."""
    from bnsim.data import arrays_of, columns_of, load, suggested

    there = located(asked, folder)
    assert isinstance(there, FileData)
    there = suggested(there)
    data = replace(asked, x_name=there.x_name, target=there.target)
    arrays, columns = arrays_of(there), columns_of(there)
    try:
        found = load(there)
    except InputError as error:
        return DataRead(asked, data, None, str(error), arrays, columns)
    summary = DataSummary(data, found.shape, found.feature_shape, found.preview)
    return DataRead(asked, data, summary, "", arrays, columns, _digest(found, precision))


def _digest(data: Dataset, precision: str) -> str:
    """The hash that a run in that precision has of its data; "" for no precision."""
    if not precision:
        return ""
    from bnsim.engine.machine import flat_data  # the engine comes with it
    from bnsim.session.saved_run import digest_of_numbers

    return digest_of_numbers(flat_data(data.x, data.y, precision))


class DataReader:
    """Keeps the last summary, the same object while neither the record nor the file's time and size change."""

    def __init__(self) -> None:
        self._dataset: Dataset | None = None
        self._summary: DataSummary | None = None

    def read(self, data: Data, folder: Path | None = None) -> DataSummary:
        """The summary of a data set that is generated or read; InputError, in one sentence, if that fails.

        `folder` is where a file is looked for first. May take seconds, for a large file.
        """
        from bnsim.data import load

        # `load` keeps data sets by record, and by the times and sizes of their files.
        dataset = load(located(data, folder))
        if self._summary is None or dataset is not self._dataset or data != self._summary.data:
            self._dataset = dataset
            self._summary = DataSummary(data, dataset.shape, dataset.feature_shape, dataset.preview)
        return self._summary


def refuse_unasked(data: Data, *, may_read: bool) -> None:
    """InputError if the data is in a file that may not be looked at."""
    if isinstance(data, FileData) and not may_read:
        raise InputError(
            f"Its data, {data.path[:300]}, is not beside the document and was not read; choose the file yourself."
        )


def located(data: Data, folder: Path | None) -> Data:
    """A data file named relative to the document's folder, made absolute if it is there."""
    if folder is None or not isinstance(data, FileData) or not is_file_there(folder / data.path):
        return data
    return replace(data, path=str(folder / data.path))


def known_features(experiment: Experiment, summary: DataSummary | None) -> int | None:
    """How many features a row of the experiment's data has; None if the summary is of other data, or there is none."""
    return summary.shape.features if summary is not None and summary.data == experiment.data else None
