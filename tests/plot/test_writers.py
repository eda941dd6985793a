from __future__ import annotations

import csv
import io
import math
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Ridge, Rule, Series
from bnsim.plot.style import STYLES, Style
from bnsim.plot.writers import FORMATS, render, write
from bnsim.plot.writers.drawing import drawn
from bnsim.spec.errors import InputError
from tests.plot.samples import SAMPLES, lines, without_points

HEADLESS = Style(head=False)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=SAMPLES)
def figure(request: pytest.FixtureRequest) -> Figure:
    return SAMPLES[request.param]()


def simple(*marks: Series, **changes: Any) -> Figure:
    fields: dict[str, Any] = {"verdict": "so", "x": Axis("x"), "y": Axis("y"), **changes}
    return Figure(name="simple", title="Simple", marks=marks, **fields)


def blank(pixels: Any) -> bool:
    return bool(np.ptp(pixels, axis=(0, 1)).max() == 0)


def words(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_png_has_the_size_and_the_ground_of_its_theme(figure: Figure, theme: str) -> None:
    pixels = image.imread(io.BytesIO(render(figure, "png", theme)))
    assert pixels.shape[:2] == (920, 1500)
    assert (pixels[0, 0, :3].mean() > 0.5) == (theme == "light")
    assert blank(pixels[:, -20:]), "nothing may run over the right edge"
    assert blank(pixels[-8:]), "nothing may run over the lower edge"


@pytest.mark.parametrize("nan", [False, True], ids=["no points", "no numbers"])
@pytest.mark.parametrize("which", [slice(None), slice(1)], ids=["all", "first"])
def test_lines_without_points_are_written_as_nothing(figure: Figure, which: slice, nan: bool) -> None:
    bare = without_points(figure, which, nan=nan)
    assert bare.title in words(render(bare, "svg"))
    assert render(bare, "csv")


def test_svg_is_xml_with_its_words_as_text(figure: Figure) -> None:
    svg = render(figure, "svg")
    texts = words(svg)
    assert figure.title in texts
    assert " ".join(figure.verdict.split()) in " ".join(texts)
    assert figure.x.label in texts
    for series in figure.series:
        assert not series.label or series.label in texts
    assert ElementTree.fromstring(svg).find(f"{SVG}title") is not None
    assert b"Verdana" in svg


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
def test_svg_is_drawn_by_another_program(figure: Figure, tmp_path: Path) -> None:
    figure.save(tmp_path / "figure.svg")
    done = subprocess.run(["rsvg-convert", tmp_path / "figure.svg"], capture_output=True, check=True)
    assert image.imread(io.BytesIO(done.stdout)).std() > 0.02


def test_pdf_embeds_truetype_fonts(figure: Figure) -> None:
    pdf = render(figure, "pdf")
    assert pdf.startswith(b"%PDF")
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_pdf_text_can_be_searched(figure: Figure, tmp_path: Path) -> None:
    figure.save(tmp_path / "figure.pdf")
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "figure.pdf", "-"], capture_output=True, check=True)
    assert figure.title in text.stdout.decode()


def test_csv_reads_back_to_the_bit(figure: Figure) -> None:
    header, *rows = csv.reader(io.StringIO(render(figure, "csv", style=HEADLESS).decode()))
    data = figure.data()
    assert header == list(data)
    for k, column in enumerate(data.values()):
        cells = [float(row[k]) for row in rows if row[k]]
        assert struct.pack(f"{len(cells)}d", *cells) == column.tobytes()


def test_csv_pads_short_columns_and_keeps_gaps() -> None:
    short = Series("a, b", np.arange(1.0), np.array([0.1]), "lane0")
    long = Series("c", np.arange(3.0), np.array([math.nan, -0.0, 5e-324]), "lane1")
    text = render(simple(short, long), "csv", style=HEADLESS).decode()
    assert text == '"a, b.x","a, b",c.x,c\n0.0,0.1,0.0,nan\n,,1.0,-0.0\n,,2.0,5e-324\n'


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes_in_another_process(tmp_path: Path, format: str) -> None:
    code = (
        "import sys, numpy as np; from bnsim.plot.figure import Axis, Figure, Series\n"
        "x = np.arange(1.0, 21.0); line = Series('a', x, np.exp(-x), 'lane0', label='a', marker='circle')\n"
        "Figure('f', 'T', 'v', Axis('x'), Axis('y', scale='log'), (line,)).save(sys.argv[1])\n"
    )
    files = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.{format}"
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path)), "HOME": str(tmp_path)}
        subprocess.run([sys.executable, "-c", code, path], check=True, env=environment)
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_the_users_own_settings_have_no_say_and_are_left_alone() -> None:
    figure = lines()
    plain = render(figure, "svg")
    with mpl.rc_context({"font.size": 31, "axes.grid": True, "lines.linewidth": 9, "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        assert render(figure, "svg") == plain
        assert dict(mpl.rcParams) == before


def test_names_stand_beside_their_lines_without_covering_one_another() -> None:
    x = np.arange(10.0)
    lines = [Series(f"s{k}", x, np.full(10, 1.0 + 1e-4 * k), f"lane{k}", label=f"series {k}") for k in range(4)]
    root = ElementTree.fromstring(render(simple(*lines), "svg"))
    heights = []
    for text in root.iter(f"{SVG}text"):
        if "".join(text.itertext()).startswith("series"):
            place = text.get("transform") or ""
            heights.append(
                float(text.get("y") or place.split("translate(")[1].split(")")[0].replace(",", " ").split()[1])
            )
    assert len(heights) == 4
    assert np.diff(sorted(heights)).min() >= 13


def test_long_names_of_lanes_and_the_verdict_of_four_are_written_in_full() -> None:
    x = np.arange(10.0)
    names = [f"{each} without BatchNorm" for each in ("sigmoid", "softplus", "tanh", "ReLU")]
    lines = [
        Series(name, x, x * k, f"lane{k}", label=name, marker=marker)
        for k, (name, marker) in enumerate(zip(names, ("circle", "square", "triangle", "diamond"), strict=True))
    ]
    verdict = " · ".join(f"{name} 100 % of steps clipped, norm 3.3 now, cut to 30.6 % of it" for name in names)
    figure = simple(*lines, verdict=verdict)
    written = words(render(figure, "svg"))
    assert set(names) <= set(written)
    assert not [each for each in written if "…" in each]


@pytest.mark.parametrize("name", STYLES)
def test_what_a_page_has_no_room_for_is_left_out_by_whole_words(name: str) -> None:
    line = Series("a", np.arange(9.0), np.arange(9.0), "lane0", label="a")
    verdict = " · ".join(f"lane {k}: Sigmoid ×0.211 each (theory ×0.212), BatchNorm ×3.2 each" for k in range(12))
    caption = "Norm over the mini-batch, as in Li et al. 2018. Shaded: its least and largest, a line each. " * 9
    style = replace(STYLES[name], title=True, verdict=True, caption=True)
    title = "Gradients by depth, element by element"
    figure = replace(simple(line), title=title, verdict=verdict, caption=caption.strip())
    page, _ = drawn(figure, style, 72.0)
    told = {
        kind: " ".join(each.text for each in page.written if each.kind == f"figure-{kind}")
        for kind in ("title", "verdict", "rule")
    }
    assert told["title"] == title
    assert told["verdict"].endswith(" …")
    assert set(told["verdict"].split()) <= {*verdict.split(), "…"}
    assert not told["rule"] or told["rule"].endswith(("2018. …", "each. …"))


def test_names_of_parts_side_by_side_are_written_in_two_lines_where_they_are_long() -> None:
    edges, ones = np.linspace(0.0, 1.0, 5), np.ones((2, 4)) / 4
    ridges = [
        Ridge(name, edges, ones, np.array([1.0, 2.0]), np.array([1.0, 2.0]), 1.5, "lane0", label=name, shift=1.2 * k)
        for k, name in enumerate(("sigmoid without BatchNorm", "tanh with LayerNorm", "ReLU", "softplus with RMSNorm"))
    ]
    figure = Figure("some", "Some", "so", Axis("x", limits=(0.0, 4.8)), Axis("y"), tuple(ridges))
    written = words(render(figure, "svg"))
    assert {"sigmoid without", "BatchNorm", "ReLU"} <= set(written)
    assert not [each for each in written if "…" in each]


@pytest.mark.parametrize("format", FORMATS)
def test_odd_figures_are_written_all_the_same(format: str) -> None:
    x = np.arange(3.0)
    nothing = simple()
    gaps = simple(Series("a", x, np.full(3, math.nan), "lane0", label="a"))
    single = simple(Series("a", x[:1], x[:1], "lane0", label="$x_1$ <&> 数", marker="circle"))
    far = simple(Series("a", x, np.array([1e300, -1e300, 0.0]), "lane0", label="long " * 40), verdict="words " * 99)
    mixed = simple(Series("a", x, np.array([1.0, math.inf, 0.0]), "lane0"), y=Axis("y", scale="log"))
    empty = Figure("empty", "Empty", "Add a layer", Axis("x"), Axis("y", scale="log"), (Rule(1.0, "alone"),))
    for figure in (nothing, gaps, single, far, mixed, empty):
        assert render(figure, format)


@pytest.mark.parametrize("size", [(3.5, 2.2), (13.333, 7.5), (4.0, 9.0)])
def test_other_page_sizes_hold_everything(figure: Figure, size: tuple[float, float]) -> None:
    pixels = image.imread(io.BytesIO(render(figure, "png", size=size, dpi=100)))
    assert blank(pixels[:, -3:])
    assert blank(pixels[-3:])


@pytest.mark.parametrize("name", ["figure.xyz", "figure", "figure."])
def test_unknown_suffix_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf, .*\.csv"):
        write(simple(), tmp_path / name)


def test_suffix_in_capitals_is_understood(tmp_path: Path) -> None:
    write(simple(), tmp_path / "FIGURE.PDF")
    assert (tmp_path / "FIGURE.PDF").read_bytes().startswith(b"%PDF")


def test_unwritable_places_are_refused_and_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory"):
        write(simple(), tmp_path / "missing" / "figure.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a directory"):
        write(simple(), tmp_path / "folder.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "figure.csv"
    path.write_text("before")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(InputError, match="no space left"):
        write(simple(), path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["figure.csv"]


@pytest.mark.parametrize(
    "options", [{"size": (0, 1)}, {"size": (math.nan, 4)}, {"dpi": 0}, {"dpi": 1e6}, {"dpi": math.inf}]
)
def test_impossible_sizes_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        render(simple(), "png", **options)


def test_matplotlib_comes_only_with_the_first_picture() -> None:
    code = (
        "import sys, bnsim.figures, bnsim.plot.writers\n"
        "from bnsim.plot.figure import Axis, Figure, Series\n"
        "import numpy as np; x = np.arange(3.0)\n"
        "f = Figure('f', 't', 'v', Axis('x'), Axis('y'), (Series('s', x, x, 'lane0'),))\n"
        "bnsim.plot.writers.render(f, 'csv')\n"
        "assert 'matplotlib' not in sys.modules\n"
        "bnsim.plot.writers.render(f, 'png')\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
