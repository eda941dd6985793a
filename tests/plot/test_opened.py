"""Other programs open what is written: fonts are embedded, dots per inch are in the file, outlines are no text."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from matplotlib import image
from PIL import Image

from bnsim.plot.style import Style
from bnsim.plot.writers import render
from tests.plot.samples import lines


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts is not installed")
def test_fonts_of_a_pdf_are_embedded_and_none_is_type_3(tmp_path: Path) -> None:
    lines().save(tmp_path / "figure.pdf")
    done = subprocess.run(["pdffonts", tmp_path / "figure.pdf"], capture_output=True, check=True, text=True)
    fonts = done.stdout.splitlines()[2:]
    assert fonts
    assert all(" yes " in font and "Type 3" not in font for font in fonts)


@pytest.mark.skipif(shutil.which("inkscape") is None, reason="Inkscape is not installed")
@pytest.mark.long
@pytest.mark.parametrize("text", ["text", "outlines"])
def test_inkscape_draws_an_svg(text: str, tmp_path: Path) -> None:
    (tmp_path / "figure.svg").write_bytes(render(lines(), "svg", style=Style(text=text)))  # type: ignore[arg-type]
    command = ["inkscape", "figure.svg", "--export-filename=figure.png"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert image.imread(tmp_path / "figure.png").std() > 0.02


def test_an_svg_of_outlines_has_no_text() -> None:
    assert b"<text" not in render(lines(), "svg", style=Style(text="outlines"))


def test_a_png_says_its_dots_per_inch_and_may_have_no_ground() -> None:
    with Image.open(io.BytesIO(render(lines(), "png", style=Style(dpi=150.0, transparent=True)))) as made:
        assert made.info["dpi"] == pytest.approx((150.0, 150.0), abs=0.1)
        assert made.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
