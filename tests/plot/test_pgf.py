"""pgfplots and TikZ: the numbers to the bit, words escaped, and pdfLaTeX sets them with the packages the head names."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Box, Cells, Curve, Diagram, Words
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.style import Style
from bnsim.plot.writers import marks, pgf, render
from bnsim.plot.writers.tex import escaped, unknown
from tests.plot.samples import SAMPLES, lines, picture

latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None
    or not subprocess.run(["kpsewhich", "pgfplots.sty"], capture_output=True, check=False).stdout,
    reason="pdflatex with pgfplots is not installed",
)
SKETCH = Diagram(
    "sketch",
    "Sketch",
    300.0,
    100.0,
    (
        Box(10, 10, 80, 40, fill="lane0", stroke="text", dashed=True, radius=6, alpha=0.3),
        Curve(
            ("M", "C", "Q", "L"),
            (90, 30, 120, 0, 150, 60, 180, 30, 200, 10, 220, 30, 250, 30),
            stroke="mean",
            arrow=True,
        ),
        Curve(("M", "L", "L", "Z"), (10, 60, 60, 60, 35, 90), fill="gamma"),
        Cells(200, 60, 60, 30, np.full((2, 3, 4), 128, np.uint8)),
        Words(50, 35, "μ = 10⁻⁶ & more_", 10.0, anchor="middle", font="math"),
    ),
)


def text(figure: Figure | Diagram, **options: object) -> str:
    return render(figure, "pgf", **options).decode()  # type: ignore[arg-type]


def coordinates(content: str) -> list[list[tuple[float, float]]]:
    """The points of each plot."""
    plots = re.findall(r"coordinates \{(.*?)\}", content, re.DOTALL)
    return [[(float(x), float(y)) for x, y in re.findall(r"\(([^,]+),([^)]+)\)", plot)] for plot in plots]


def set_by_latex(folder: Path, pictures: Mapping[str, str]) -> str:
    """Put the pictures on pages of one document with the packages that their heads name; returns LaTeX's log."""
    packages = dict.fromkeys(re.search(r"preamble: (.*);", each).group(1) for each in pictures.values())  # type: ignore[union-attr]
    for name, content in pictures.items():
        (folder / f"{name}.pgf").write_text(content, encoding="utf-8")
    pages = "\\clearpage\n".join(rf"\input{{{name}.pgf}}" for name in pictures)
    document = rf"\documentclass{{article}}{''.join(packages)}\begin{{document}}{pages}\end{{document}}"
    (folder / "all.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


def test_lines_have_their_points_to_the_bit() -> None:
    figure = lines()
    found = coordinates(text(figure))
    for line in figure.series:
        assert list(zip(line.x.tolist(), line.y.tolist(), strict=True)) in found


def test_gaps_stay_gaps_and_what_is_far_outside_stays_near() -> None:
    x, y = np.arange(4.0), np.array([1.0, math.nan, 0.0, 1e200])
    axis = Axis("y", scale="log", limits=(0.1, 10.0))
    (points,) = coordinates(text(Figure("f", "F", "so", Axis("x"), axis, (Series("a", x, y, "lane0"),))))
    assert [math.isnan(each) for _, each in points] == [False, True, True, False]
    assert 10 < points[-1][1] < 1e15


def test_the_head_says_what_it_is_and_what_it_takes() -> None:
    head = [line for line in text(picture(), carried=Carried(("seed 3",))).splitlines() if line.startswith("%")]
    assert head[:2] == ["% Picture", "% it vanishes"]
    assert "% seed 3" in head
    assert r"\usepackage{pgfplots}" in head[-1]


def test_axes_are_logarithmic_and_ticks_have_their_words() -> None:
    content = text(lines())
    assert "ymode=log" in content
    assert r"{10\ensuremath{^{-6}}}" in content
    assert "{layer 8}" in text(SAMPLES["ridge"](), style=Style(size=(13.333, 7.5)))


def test_no_name_of_a_color_is_an_option_of_an_axis() -> None:
    assert "grid style={bnsimgrid," in text(lines())


def test_words_in_a_key_are_set_by_latex() -> None:
    content = text(lines(), style=Style(names="key"))
    assert re.findall(r"\\addlegendentry\{(.*)\}", content) == ["float16 runs out", "plain", "with BN"]
    assert "{plain};" not in content


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "100 % of $x_1$ & #2 {a}~b^c\\d",
            r"100 \% of \$x\_1\$ \& \#2 \{a\}\textasciitilde{}b\textasciicircum{}c\textbackslash{}d",
        ),
        ("10⁻¹² x₁₂", r"10\ensuremath{^{-12}} x\ensuremath{_{12}}"),
        (
            "σ² γ·β −1",
            r"\ensuremath{\sigma}\ensuremath{^{2}} \ensuremath{\gamma}\ensuremath{\cdot}\ensuremath{\beta} "
            r"\ensuremath{-}1",
        ),
        ("x̂ ȳ é", r"\ensuremath{\hat{x}} \ensuremath{\bar{y}} é"),
        ("数 ą", "? ?"),
    ],
)
def test_words_are_escaped(words: str, wanted: str) -> None:
    assert escaped(words) == wanted


def test_what_latex_lacks_is_said() -> None:
    assert unknown("plain 数 数 ?") == "数"
    assert "LaTeX's usual fonts lack 数" in text(Figure("f", "数", "so", Axis("x"), Axis("y")))


@latex
def test_latex_sets_figures_and_diagrams(tmp_path: Path) -> None:
    odd = "".join(map(chr, range(0x20, 0x250))) + "αβγδεμσΩ∂∇‖√∞≤≥≈×·−→²³⁻¹₁x̂γ̂数"
    log = set_by_latex(
        tmp_path,
        {"lines": text(lines()), "sketch": text(SKETCH), "odd": text(Figure("f", odd, odd, Axis(odd), Axis(odd)))},
    )
    assert "Missing character" not in log
    assert "Output written on all.pdf (3 pages" in log.replace("\n", "")


@latex
@pytest.mark.long
def test_latex_sets_every_kind(tmp_path: Path) -> None:
    x = np.arange(3.0)
    far = Series("far", x, np.array([1e300, -1e300, 0.0]), "lane0", label="long " * 40)
    pictures = {name: text(make()) for name, make in SAMPLES.items()}
    pictures |= {f"{name}-key": text(make(), style=Style(names="key", theme="dark")) for name, make in SAMPLES.items()}
    pictures["far"] = text(Figure("far", "Far", "words " * 99, Axis("x"), Axis("y"), (far,)))
    pictures["alone"] = text(Figure("alone", "Alone", "so", Axis("x"), Axis("y", scale="log"), (Rule(1.0, "alone"),)))
    pictures["sketch"] = text(SKETCH)
    set_by_latex(tmp_path, pictures)


def test_every_kind_of_mark_has_its_plots() -> None:
    assert set(pgf._WRITE) == {kind for kind in marks.DRAW if kind.__module__.startswith("bnsim.")}
