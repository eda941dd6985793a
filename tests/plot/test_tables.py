"""CSV: the head that says what the numbers are, and the programs that read past it."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from bnsim.plot.carried import Carried
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Series
from bnsim.plot.speaker import Speaker, speaking
from bnsim.plot.writers import render
from tests.german import catalog, german
from tests.plot.samples import SAMPLES, lines, picture, ridge

CARRIED = Carried(("bnsim 1.0, seed 0", "after 12\niterations"))


@pytest.mark.parametrize("name", SAMPLES)
def test_pandas_reads_the_numbers_to_the_bit(name: str) -> None:
    figure = SAMPLES[name]()
    frame = pd.read_csv(io.BytesIO(render(figure, "csv", carried=CARRIED)), comment="#")
    assert list(frame.columns) == list(figure.data())
    for column, values in figure.data().items():
        assert frame[column].to_numpy()[: len(values)].tobytes() == values.tobytes()


def test_numpy_reads_it_as_the_head_says() -> None:
    figure = lines()
    content = render(figure, "csv", carried=CARRIED)
    said = next(line for line in content.decode().splitlines() if line.startswith("# to read: "))
    code = said.rpartition(" or ")[2]
    rows = eval(code, {"numpy": np, "FILE": io.BytesIO(content)})  # a reader types it, too
    assert np.array_equal(rows["plain"], figure.series[1].y)


def test_the_head_says_what_is_shown_and_where_it_comes_from() -> None:
    head = [line[2:] for line in render(picture(), "csv", carried=CARRIED).decode().splitlines() if line[:2] == "# "]
    assert head[:7] == [
        "Picture",
        "it vanishes",
        "x: iteration",
        "y: weight layer; 0.5 is 1, 5.5 is 6, 8.5 is 1, 13.5 is 6",
        "colors: log₁₀ norm, from -6 to 1",
        "bnsim 1.0, seed 0",
        "after 12 iterations",
    ]
    assert "y: ‖∂L/∂z‖ (logarithmic)" in render(lines(), "csv").decode()
    assert "layer 8" in render(ridge(), "csv").decode()


def test_the_head_is_in_the_language_that_is_spoken() -> None:
    speaker = Speaker(lambda template: catalog().get(template, template), german)
    with speaking(speaker):
        contents = [render(figure, "csv").decode() for figure in (lines(), picture())]
    assert "y: ‖∂L/∂z‖ (logarithmisch)" in contents[0]
    assert "# zu lesen: pandas.read_csv" in contents[0]
    assert "0.5 ist 1, 5.5 ist 6" in contents[1]
    assert "Farben: log₁₀ norm, von -6 bis 1" in contents[1]


def test_names_that_look_like_comments_are_names() -> None:
    x = np.arange(2.0)
    figure = Figure(
        "f", "#1", "so", Axis("x"), Axis("y"), (Series("lane #1", x, x, "lane0"), Series("a, b", x, x, "lane1"))
    )
    content = render(figure, "csv")
    assert list(pd.read_csv(io.BytesIO(content), comment="#").columns) == list(figure.data())
    assert b"numpy" not in content, "it reads no quoted names"
