"""The past of a watch as it is told: lanes share a scale, which is logarithmic where their numbers are far apart."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.session.watch_seen import WatchSeen, WatchSeries
from bnsim.ui.panels.watch_cells import range_words


@pytest.mark.parametrize(
    ("pasts", "words"),
    [
        (((1e-4, np.nan), (0.5, 2.0)), "From 1e−4 to 2, logarithmic"),
        (((1.0, 2.0), (3.0,)), "From 1 to 3"),
        (((-1e-4, 2.0),), "From −1e−4 to 2"),
        (((np.nan,),), ""),
    ],
)
def test_a_past_tells_its_range(pasts: tuple[tuple[float, ...], ...], words: str) -> None:
    series = tuple(
        WatchSeries(f"lane {number}", number, None, "recorded", np.arange(len(past)), np.array(past))
        for number, past in enumerate(pasts, 1)
    )
    assert range_words(WatchSeen("loss", series)) == words
