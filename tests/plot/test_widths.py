"""Widths of words without a renderer, held against the font itself."""

from __future__ import annotations

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from bnsim.plot.widths import fitted, shortened, width_of

SAMPLES = ("Linear 12", "gradient norm 1.5e-07", "∂L/∂x → σ² × 10⁻⁸ ≈ 0.5 %", "x + f(x)", "lane — “plain”, no BN")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", SAMPLES)
def test_they_are_those_of_the_font_and_never_less(text: str, bold: bool) -> None:
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    drawn = TextPath((0, 0), f"|{text}|", size=100, prop=font).get_extents().width
    assert drawn <= width_of(f"|{text}|", 100, bold=bold) <= 1.05 * drawn + 25


def test_characters_of_no_table_have_a_width() -> None:
    assert width_of("数据", 10.0) > 20.0 > width_of("数", 10.0) > width_of("ꙮ", 10.0) > 6.0
    assert width_of("e\u0323", 10.0) == width_of("e", 10.0)


def test_what_does_not_fit_is_made_smaller_then_shortened() -> None:
    whole = width_of("BatchNorm", 12.0)
    assert fitted("BatchNorm", 12.0, whole, least=8.0) == ("BatchNorm", 12.0)
    text, size = fitted("BatchNorm", 12.0, 0.75 * whole, least=8.0)
    assert (text, size) == ("BatchNorm", pytest.approx(9.0))
    text, size = fitted("BatchNorm", 12.0, 0.4 * whole, least=8.0)
    assert (text.endswith("…"), size) == (True, 8.0)
    assert width_of(text, size) <= 0.4 * whole
    assert shortened("BatchNorm", 8.0, 3.0) == ""
