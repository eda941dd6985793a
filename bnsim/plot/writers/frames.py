"""A figure's numbers as a pandas frame. pandas is imported when a frame is asked for, and need not be there."""

from __future__ import annotations

from typing import Any

from bnsim.plot.figure import Figure
from bnsim.spec.errors import InputError


def frame(figure: Figure) -> Any:
    """A DataFrame with a column for each of `Figure.data()`; shorter ones end in NaN. InputError without pandas."""
    try:
        import pandas
    except ImportError as error:
        raise InputError(
            "A frame needs pandas, which is not installed; install it (pip install pandas), or use figure.data()."
        ) from error
    return pandas.DataFrame({name: pandas.Series(column) for name, column in figure.data().items()})
