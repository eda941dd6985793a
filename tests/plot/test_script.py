"""The Python script of a figure: it runs with matplotlib alone, and has the figure's numbers to the bit."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image
from matplotlib import pyplot as plt

from bnsim.plot.carried import Carried
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Series
from bnsim.plot.style import Style
from bnsim.plot.writers import marks, render, script
from tests.plot.samples import SAMPLES, ridge, without_points
from tests.plot.samples import lines as two_lines

pytestmark = pytest.mark.usefixtures("pyplot_without_windows")


@pytest.mark.parametrize("style", [Style(), Style(theme="dark", names="key", transparent=True)], ids=["plain", "key"])
@pytest.mark.parametrize("name", SAMPLES)
def test_it_draws_every_kind_with_the_same_numbers(name: str, style: Style, tmp_path: Path) -> None:
    figure = SAMPLES[name]()
    path = tmp_path / "figure.py"
    figure.save(path, style=style)
    made = runpy.run_path(str(path))
    numbers = {column: np.array(values) for column, values in made["NUMBERS"].items()}
    for column, values in figure.data().items():
        assert numbers[column].tobytes() == values.tobytes()
    with plt.rc_context():
        drawn = made["draw"](numbers)
        drawn.savefig(tmp_path / "again.png", dpi=72)
        lines = [line.get_xydata() for line in drawn.axes[0].lines]
        plt.close(drawn)
    for series in figure.series:
        wanted = np.column_stack([series.x, series.y])
        assert any(np.array_equal(wanted, line, equal_nan=True) for line in lines)
    figure.save(tmp_path / "figure.png", style=style, dpi=72)
    one, other = (image.imread(tmp_path / f"{each}.png") for each in ("figure", "again"))
    assert one.shape == other.shape
    assert np.abs(one - other).mean() < (0.01 if style.names == "beside" else 0.02)


def test_it_is_a_program_that_writes_a_picture(tmp_path: Path) -> None:
    (tmp_path / "figure.py").write_bytes(render(two_lines(), "py"))
    command = [sys.executable, "figure.py", "made.pdf"]
    subprocess.run(command, cwd=tmp_path, check=True, env={"MPLBACKEND": "agg", "HOME": str(tmp_path), "PATH": ""})
    assert (tmp_path / "made.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_name_it_writes_a_picture_beside_itself_and_opens_no_window(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "figure.py").write_bytes(render(two_lines(), "py"))
    (tmp_path / "backend_window.py").write_text("raise SystemExit('a window was asked for')")
    environment = {"MPLBACKEND": "module://backend_window", "HOME": str(tmp_path), "PATH": "", "PYTHONPATH": "."}
    command = [sys.executable, "inner/figure.py"]
    subprocess.run(command, cwd=tmp_path, check=True, env=environment)
    assert (tmp_path / "inner" / "figure.png").read_bytes().startswith(b"\x89PNG")
    shown = subprocess.run([*command, "--show"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "a window was asked for" in shown.stderr


def test_it_needs_nothing_of_bnsim_and_says_where_it_comes_from() -> None:
    content = render(ridge(), "py", carried=Carried(("seed 3",))).decode()
    assert content.startswith('"""Ridge\nwider by depth\n')
    assert "\nseed 3\n" in content
    assert {line for line in content.splitlines() if line.startswith(("import ", "from "))} == {
        "import sys",
        "from pathlib import Path",
        "import matplotlib",
        "import matplotlib.pyplot as plt",
        "import numpy as np",
        "from numpy import inf, nan",
    }


@pytest.mark.parametrize("words", ['"""', "\\", "'\"", "\\N{x}", "{0} % $x$", "数"])
def test_any_words_are_words(words: str, tmp_path: Path) -> None:
    x = np.arange(2.0)
    figure = Figure("f", words, words, Axis(words), Axis(words), (Series(words, x, x, "lane0", label=words),))
    (tmp_path / "figure.py").write_bytes(render(figure, "py"))
    assert runpy.run_path(str(tmp_path / "figure.py"))["NUMBERS"][words] == [0.0, 1.0]


def test_a_figure_without_data_is_its_words(tmp_path: Path) -> None:
    (tmp_path / "figure.py").write_bytes(render(without_points(two_lines(), slice(None)), "py"))
    drawn = runpy.run_path(str(tmp_path / "figure.py"))["draw"]({})
    assert next(text.get_text() for text in drawn.texts) == "Lines"
    plt.close(drawn)


def test_every_kind_of_mark_has_its_lines() -> None:
    assert set(script._WRITE) == {kind for kind in marks.DRAW if kind.__module__.startswith("bnsim.")}
