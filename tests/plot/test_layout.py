"""The layout that other programs draw a figure by: what stands where, in points."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.plot.figure import Figure
from bnsim.plot.style import STYLES, Style
from bnsim.plot.writers.layout import layout
from tests.plot.samples import SAMPLES, lines, ridge, without_points


@pytest.fixture(params=SAMPLES)
def figure(request: pytest.FixtureRequest) -> Figure:
    return SAMPLES[request.param]()


def test_all_words_of_a_figure_have_their_places(figure: Figure) -> None:
    found = layout(figure, STYLES["slide"])
    texts = [words.text for words in found.words]
    assert {figure.title, figure.verdict, figure.x.label, figure.y.label} <= set(texts)
    assert {line.label for line in figure.lines if line.label} <= set(texts)
    assert all(0 <= words.x <= found.page.width and 0 <= words.y <= found.page.height for words in found.words)


def test_data_and_ticks_are_in_the_plot() -> None:
    figure = lines()
    plot = layout(figure, Style()).plot
    assert plot is not None
    places = plot.points(figure.series[1].x, figure.series[1].y)
    assert np.all(places[:, 0] >= plot.inside.x)
    assert np.all(places[:, 0] <= plot.inside.x + plot.inside.width)
    assert plot.y_ticks[-1] == (1.0, "10⁰")
    assert plot.up[0] < figure.series[1].y.min()


def test_notes_are_words_too() -> None:
    texts = [words.text for words in layout(ridge(), Style(size=(13.333, 7.5))).words]
    assert {"lane 0", "lane 1", "1 %", "8 %"} <= set(texts)


def test_a_figure_without_data_has_no_plot() -> None:
    found = layout(without_points(lines(), slice(None)), Style())
    assert found.plot is None
    assert [words.text for words in found.of_kind("figure-title")] == ["Lines"]
