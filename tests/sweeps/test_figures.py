from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Image, Series
from bnsim.plot.writers import FORMATS
from bnsim.sweeps import Results, Sweep, read_axis, sweep_curves, sweep_map, values_at
from bnsim.sweeps.curves import curves_of
from bnsim.sweeps.results import DIVERGED, DONE, FAILED, WAITING, Collected


def results_of(small: bn.Experiment, *over: str, seeds: int = 3, measure: str = "loss") -> tuple[Results, np.ndarray]:
    """Results whose values say where they are: lane, first axis, (second axis,) seed as digits."""
    axes = tuple(read_axis(small, each) for each in over)
    sweep = Sweep(experiment=small, axes=axes, seeds=tuple(range(seeds)), measure=measure)  # type: ignore[arg-type]
    values = np.zeros(sweep.shape)
    for place in np.ndindex(*sweep.shape):
        values[place] = 1 + sum(number * 10.0**-k for k, number in enumerate(place))
    return replace(Collected(sweep).results(), values=values, states=np.full(sweep.shape, DONE, np.int8)), values


def series(figure: Figure, name: str) -> Series:
    return next(each for each in figure.series if each.name == name)


def test_curves_are_medians_with_bands_over_seeds(small: bn.Experiment) -> None:
    results, values = results_of(small, "training.optimizer.lr=0.01:1:log:3")
    figure = sweep_curves(results)
    line = series(figure, "with BN")
    assert line.x.tolist() == [0.01, 0.1, 1.0]
    assert line.y.tolist() == values[1, :, 1].tolist()
    band = next(band for band in figure.bands if band.name == "with BN, seeds")
    assert band.low.tolist() == values[1, :, 0].tolist()
    assert band.high.tolist() == values[1, :, 2].tolist()
    assert figure.x.scale == "log"
    assert (line.role, line.label) == ("lane1", "with BN")
    assert "3 seeds" in figure.caption


def test_an_even_number_of_seeds_has_the_mean_of_the_two_in_the_middle(small: bn.Experiment) -> None:
    results, values = results_of(small, "depth=1:3", seeds=4)
    assert series(sweep_curves(results), "plain").y == pytest.approx(values[0, :, 1:3].mean(axis=-1))


@pytest.mark.parametrize("lanes", [1, 2, 6])
@pytest.mark.parametrize("values", [0, 2, 6, 12])
def test_lines_are_told_apart_without_color(small: bn.Experiment, lanes: int, values: int) -> None:
    # All lanes have one color: then dashes and markers are all there is.
    stack = replace(small.stacks[0], color=1)
    experiment = replace(small, stacks=tuple(replace(stack, name=f"lane {k}", id=0) for k in range(lanes)))
    over = ["training.optimizer.lr=0.1,0.2"]
    if values:
        over.append("training.batch_size=" + ",".join(map(str, range(1, values + 1))))
    results, _ = results_of(experiment, *over)
    looks = {(line.line, line.marker) for line in curves_of(results)}
    assert len(looks) == min(lanes * max(values, 1), 36)


def test_words_stand_beside_each_other(small: bn.Experiment) -> None:
    results, _ = results_of(small, "activation=ReLU,Tanh")
    figure = sweep_curves(results)
    assert figure.x.ticks == ((1.0, "ReLU"), (2.0, "Tanh"))


def test_what_diverged_has_a_mark_and_is_counted(small: bn.Experiment) -> None:
    results, values = results_of(small, "training.optimizer.lr=0.01:1:log:3")
    states = results.states.copy()
    states[0, 2, :] = DIVERGED
    states[1, 1, 0] = FAILED
    results = replace(results, states=states, values=np.where(states == DONE, values, np.nan))
    figure = sweep_curves(results)
    assert np.isnan(series(figure, "plain").y).tolist() == [False, False, True]
    assert np.isfinite(series(figure, "plain, diverged or failed").y).tolist() == [False, False, True]
    assert np.isfinite(series(figure, "with BN, diverged or failed").y).tolist() == [False, True, False]
    assert "3 of 18 runs diverged" in figure.verdict
    assert "1 of 18 runs could not be run" in figure.verdict
    assert "Red" in figure.caption
    assert [each.label for each in figure.series if "failed" in each.name] == ["diverged", ""]
    only = replace(results, states=np.where(states == DIVERGED, FAILED, states))
    assert series(sweep_curves(only), "plain, diverged or failed").label == "could not be run"


def test_a_map_has_a_cell_for_each_pair_empty_red_or_marked(small: bn.Experiment) -> None:
    results, values = results_of(small, "training.optimizer.lr=0.01:1:log:3", "batchnorm=on,off", measure="accuracy")
    states = results.states.copy()
    states[0, 0, 0, :] = WAITING
    states[0, 1, 0, :] = DIVERGED
    states[1, 2, 1, 0] = DIVERGED
    results = replace(results, states=states, values=np.where(states == DONE, values, np.nan))
    figure = sweep_map(results)
    plain, normalized = figure.of_kind(Image)
    assert plain.values.shape == (2, 3)
    assert np.isnan(plain.values[0, 0])
    assert np.isposinf(plain.values[0, 1])
    assert plain.values[1, 2] == values[0, 2, 1, 1]
    assert np.isfinite(normalized.values).all()
    (mark,) = figure.series
    assert mark.x.tolist() == [3.0]
    assert values_at(results, figure, float(mark.x[0]), float(mark.y[0])) == (2, 1)


def test_a_loss_that_grows_without_end_leaves_the_scale(small: bn.Experiment) -> None:
    results, values = results_of(small, "training.optimizer.lr=0.01:1:log:3")
    values[0, 2] = 1e200
    figure = sweep_curves(replace(results, values=values))
    assert figure.y.limits is not None
    assert figure.y.limits[1] < 1e8
    assert "beyond the scale" in figure.caption


def test_every_place_of_a_figure_leads_to_its_point(small: bn.Experiment) -> None:
    results, values = results_of(small, "training.optimizer.lr=0.01:1:log:3", "depth=1:4")
    curves, cells = sweep_curves(results), sweep_map(results)
    images = cells.of_kind(Image)
    for lane, first, second in np.ndindex(2, 3, 4):
        low, high = images[lane].up
        at = low + (high - low) * (second + 0.5) / 4
        assert values_at(results, cells, first + 1.2, at) == (first, second)
        x = results.sweep.axes[0].values[first]
        assert values_at(results, curves, float(x) * 1.3, values[lane, first, second, 1]) == (first, second)
    assert values_at(results, cells, 0.2, 0.5) is None
    assert values_at(results, cells, 1.0, images[1].up[1] + 0.01) is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_both_are_written_in_every_format(small: bn.Experiment, tmp_path: Path, suffix: str) -> None:
    results, _ = results_of(small, "training.optimizer.lr=0.01:1:log:3", "batchnorm=on,off")
    for figure in (sweep_curves(results), sweep_map(results)):
        path = tmp_path / f"{figure.name}.{suffix}"
        figure.save(path)
        assert path.stat().st_size > 100


def test_nothing_done_yet_has_words_only(small: bn.Experiment) -> None:
    sweep = Sweep(experiment=small, axes=(read_axis(small, "depth=1:3"), read_axis(small, "width=2:4")))
    for figure in (sweep_curves(Collected(sweep).results()), sweep_map(Collected(sweep).results())):
        assert not figure.has_data
        assert figure.verdict == "No run is done yet"
