"""A figure in a notebook: it shows itself, draws on axes of one's own, and gives a pandas frame."""

from __future__ import annotations

import struct
import sys
import warnings

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

import bnsim as bn
from bnsim.plot.theme import load_theme
from tests.plot.samples import SAMPLES, lines

pytestmark = pytest.mark.usefixtures("pyplot_without_windows")


def test_it_shows_itself() -> None:
    figure = lines()
    assert figure._repr_svg_().startswith("<?xml")
    assert "plain ×0.200 a layer" in figure._repr_svg_()
    header = figure._repr_png_()[:24]
    assert header[1:4] == b"PNG"
    assert struct.unpack(">II", header[16:]) == (1500, 920)


def test_in_a_console_it_is_a_line() -> None:
    figure = lines()
    assert repr(figure) == f"<Figure {figure.name}: {figure.title}: {figure.verdict}>"


@pytest.mark.parametrize("name", SAMPLES)
def test_it_draws_on_axes_of_ones_own(name: str) -> None:
    figure = SAMPLES[name]()
    _, (axes, other) = pyplot.subplots(1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figure.draw(ax=axes) is axes
        axes.figure.canvas.draw()
    assert axes.get_xlabel() == figure.x.label
    assert axes.get_yscale() == figure.y.scale
    assert not other.has_data()


def test_its_lines_are_those_of_the_figure_and_its_names_are_in_a_legend() -> None:
    axes = lines().draw()
    plain = lines().series[1]
    drawn = next(line for line in axes.lines if to_hex(line.get_color()) == load_theme("light").color("lane0"))
    assert any(np.array_equal(line.get_ydata(), plain.y) for line in axes.lines)
    assert drawn.get_linestyle() in ("-", "--")
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["plain", "with BN", "float16 runs out"]


def test_a_name_is_no_mathematics() -> None:
    from msgspec.structs import replace

    figure = lines()
    named = replace(figure, title="$x$ and $", marks=(replace(figure.series[1], label="$\\frac$"),))
    axes = named.draw()
    axes.figure.canvas.draw()
    assert axes.get_title() == "$x$ and $"


def test_a_frame_has_its_numbers() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    figure = lines()
    frame = figure.frame()
    assert list(frame.columns) == list(figure.data())
    for name, column in figure.data().items():
        np.testing.assert_array_equal(frame[name].to_numpy()[: len(column)], column)
        assert frame[name][len(column) :].isna().all()


def test_a_frame_without_pandas_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(bn.InputError, match="needs pandas"):
        lines().frame()
