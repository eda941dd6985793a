"""Several figures on one page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bnsim.cli import main
from bnsim.plot.style import Style
from bnsim.plot.writers import render
from bnsim.plot.writers.sheet import sheet
from bnsim.spec.errors import InputError
from tests.plot.samples import picture

STYLE = Style(size=(5.0, 3.0), dpi=50.0)


def test_each_figure_has_its_part_of_the_page_drawn_as_on_a_page_of_its_own() -> None:
    one = Image.open(io.BytesIO(render(picture(), "png", style=STYLE))).convert("RGB")
    page = Image.open(io.BytesIO(sheet([picture()] * 3, "png", STYLE))).convert("RGB")
    assert page.size == (500, 300)
    for left, top in ((0, 0), (250, 0), (0, 150)):
        assert page.crop((left, top, left + 250, top + 150)).tobytes() == one.tobytes()
    assert page.crop((250, 150, 500, 300)).getcolors() == [(250 * 150, (255, 255, 255))]


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_same_figures_are_the_same_bytes(format: str) -> None:
    assert sheet([picture()] * 2, format, STYLE) == sheet([picture()] * 2, format, STYLE)


def test_what_is_no_page_of_figures_is_refused() -> None:
    with pytest.raises(InputError, match="as 'csv'; choose from svg, pdf, png"):
        sheet([picture()], "csv", STYLE)
    with pytest.raises(InputError, match="Cannot put 0 figures on one page"):
        sheet([], "svg", STYLE)


def test_bnsim_run_writes_a_grid(tmp_path: Path) -> None:
    arguments = ["run", "default", "--iterations", "1", "--figure", "loss", "gradient_by_depth", "--quiet"]
    assert main([*arguments, "--grid", "2", "--format", "svg", "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["grid.svg"]
