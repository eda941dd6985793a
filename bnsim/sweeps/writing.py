"""The files of a sweep: one CSV of all runs, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.sweeps import curves, map
from bnsim.sweeps.curves import sweep_curves
from bnsim.sweeps.map import sweep_map
from bnsim.sweeps.results import FILE, Results

SECTION = "Over many runs"
SHOWN = {curves.NAME: curves.SHOWS, map.NAME: map.SHOWS}
"""What the figures of a sweep show, by name. They are of many runs: no kind of `FIGURES`, which are of one."""


def figures_of(results: Results) -> list[Figure]:
    """The figures that fit a sweep: a map if it goes over two parameters, and curves."""
    return [*([sweep_map(results)] if len(results.sweep.axes) == 2 else []), sweep_curves(results)]


def write_results(
    results: Results,
    folder: Path,
    formats: Sequence[str] = ("svg",),
    *,
    style: str | Style = "figure",
    caption: str = "",
) -> list[Path]:
    """Write `sweep.csv` and each figure in each format to a folder that is there; returns the files.

    `caption` goes before what the figures' captions say by themselves. InputError for a place that cannot be written.
    """
    written = [folder / FILE]
    results.save_csv(written[0])
    for figure in figures_of(results):
        told = replace(figure, caption=f"{caption} {figure.caption}".strip())
        for suffix in formats:
            written.append(folder / f"{figure.name}.{suffix}")
            told.save(written[-1], style=style)
    return written
