"""PowerPoint files: python-pptx reads them, the picture is in its place, the bytes are the same every time."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from msgspec.structs import replace
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Inches

from bnsim.plot.diagram import Box, Diagram, Words
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Bars, Rule, Series
from bnsim.plot.style import STYLES, Style
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import render
from bnsim.plot.writers.charts import chart
from bnsim.plot.writers.pictures import settings
from bnsim.plot.writers.slides import Place, blank_slide, on_slide, presentation, saved
from tests.plot.samples import SAMPLES, lines, picture

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

SKETCH = Diagram("sketch", "Sketch", 200.0, 100.0, (Box(10, 10, 50, 20, stroke="text"), Words(10, 60, "words", 12.0)))


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def test_a_file_has_one_slide_of_the_size_of_its_style() -> None:
    made = opened(render(picture(), "pptx", style="slide-4-3"))
    assert len(made.slides) == 1
    assert (made.slide_width, made.slide_height) == (Inches(10), Inches(7.5))
    assert made.core_properties.title == "Picture"


def test_a_drawing_is_an_svg_with_a_png_in_its_place() -> None:
    (shape,) = opened(render(picture(), "pptx")).slides[0].shapes
    assert shape.image.content_type == "image/png"
    assert shape._element.nvPicPr.cNvPr.get("descr").startswith("it vanishes")
    (embedded,) = shape._element.iter("{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip")
    (relation,) = (value for key, value in embedded.items() if key.endswith("}embed"))
    svg = shape.part.related_part(relation)
    assert svg.content_type == "image/svg+xml"
    assert b"<svg" in svg.blob
    assert b"<text" not in svg.blob


def test_pictures_of_a_deck_stand_in_their_boxes_in_their_own_proportions() -> None:
    style = Style(size=(13.333, 7.5))
    deck = presentation(style, "Deck")
    slide = blank_slide(deck, style)
    on_slide(deck, slide, picture(), style, Place(1.0, 2.0, 6.0, 4.0))
    on_slide(deck, slide, SKETCH, style, Place(7.0, 2.0, 6.0, 4.0))
    figure, sketch = opened(saved(deck)).slides[0].shapes
    inches = [
        [getattr(shape, side) / Inches(1) for side in ("left", "top", "width", "height")] for shape in (figure, sketch)
    ]
    assert inches[0] == pytest.approx([1.0, 2.0, 6.0, 4.0], abs=0.01)
    assert inches[1] == pytest.approx([7.0, 2.5, 6.0, 3.0], abs=0.01)


def test_no_time_of_writing_is_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(render(SKETCH, "pptx"))) as file:
        assert {info.date_time for info in file.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in file.read("docProps/core.xml")


def chart_of(content: bytes) -> Any:
    """The chart on the only slide of a file, alone or in a group with its words."""
    shapes = list(opened(content).slides[0].shapes)
    shapes += [inner for shape in shapes if hasattr(shape, "shapes") for inner in shape.shapes]
    (found,) = (shape.chart for shape in shapes if getattr(shape, "has_chart", False))
    return found


def numbers(element: Any, tag: str) -> Array:
    """The numbers that a series has of `tag`, such as yVal; NaN where there is none."""
    cache = element.find(f"{C}{tag}//{C}numCache")
    values = np.full(int(cache.find(f"{C}ptCount").get("val")), np.nan)
    for point in cache.iter(f"{C}pt"):
        values[int(point.get("idx"))] = float(point.find(f"{C}v").text)
    return values[: np.flatnonzero(np.isfinite(values)).max(initial=-1) + 1]  # cells after the last one are empty


def sheet_of(chart: Any) -> dict[str, Array]:
    """The columns of the workbook in a chart, as another program reads them."""
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as file:
        rows = etree.fromstring(file.read("xl/worksheets/sheet1.xml")).iter(f"{X}row")
    head = {cell.get("r")[:-1]: "".join(cell.itertext()) for cell in next(rows)}
    columns: dict[str, list[float]] = {name: [] for name in head.values()}
    for row in rows:
        for cell in row:
            columns[head[cell.get("r").rstrip("0123456789")]].append(float(cell.find(f"{X}v").text))
    return {name: np.array(values) for name, values in columns.items()}


@pytest.mark.parametrize("name", ["lines", "bands", "bundle"])
def test_a_chart_and_its_workbook_have_the_numbers_to_the_bit(name: str) -> None:
    figure = SAMPLES[name]()
    chart = chart_of(render(figure, "pptx"))
    sheet, data, found = sheet_of(chart), figure.data(), {}
    for series in chart.element.iter(f"{C}ser"):
        found[series.find(f"{C}tx//{C}v").text] = numbers(series, "xVal"), numbers(series, "yVal")
    for mark in figure.marks:
        for key in (key for key in mark.columns() if not key.endswith(".x")):
            assert found[key][0].tobytes() == sheet[f"{key}.x"].tobytes() == mark.xs()[0].tobytes()
            assert found[key][1].tobytes() == sheet[key].tobytes() == data[key].tobytes()
    for rule in figure.rules:
        assert found[rule.label][1].tolist() == [rule.y, rule.y]


def test_what_is_not_finite_or_has_no_logarithm_is_a_gap() -> None:
    x, y = np.arange(5.0), np.array([0.1, np.nan, 0.0, np.inf, 1e-300])
    figure = Figure("f", "F", "so", Axis("x"), Axis("y", scale="log"), (Series("a", x, y, "lane0"),))
    chart = chart_of(render(figure, "pptx"))
    (series,) = chart.element.iter(f"{C}ser")
    wanted = [0.1, np.nan, np.nan, np.nan, 1e-300]
    assert np.array_equal(numbers(series, "yVal"), wanted, equal_nan=True)
    assert sheet_of(chart)["a"].tolist() == [0.1, 1e-300]


def test_axes_are_named_logarithmic_and_end_at_ticks() -> None:
    x, y = chart_of(render(lines(), "pptx")).element.iter(f"{C}valAx")
    assert [axis.find(f"{C}title//{A}t").text for axis in (x, y)] == ["weight layer", "‖∂L/∂z‖"]
    scaling = y.find(f"{C}scaling")
    assert scaling[0].tag == f"{C}logBase", "PowerPoint takes it nowhere else"
    ends = [float(scaling.find(f"{C}{end}").get("val")) for end in ("min", "max")]
    assert ends[0] == pytest.approx(1e-15)
    assert 0.4 < ends[1] < 10
    assert float(y.find(f"{C}majorUnit").get("val")) == pytest.approx(1e3)
    assert [float(x.find(f"{C}scaling/{C}{end}").get("val")) for end in ("min", "max")] == [0.0, 21.0]


def test_limits_of_any_kind_of_number_are_written_as_numbers() -> None:
    x = np.array([2.0, 256.0])
    ticks = ((2.0, "two"), (256.0, "many"))
    axis = Axis("x", scale="log", limits=(np.float64(1.7), np.float64(307.2)), ticks=ticks)  # type: ignore[arg-type]
    chart = chart_of(render(Figure("f", "F", "so", axis, Axis("y"), (Series("a", x, x, "lane0"),)), "pptx"))
    ends = {end: [float(each.get("val")) for each in chart.element.iter(f"{C}{end}")] for end in ("min", "max")}
    assert (ends["min"][0], ends["max"][0]) == (1.0, 307.2)


def test_lines_have_the_colors_dashes_and_markers_of_the_theme() -> None:
    before, plain, other = list(chart_of(render(lines(), "pptx")).element.iter(f"{C}ser"))[1:]
    theme = load_theme("light")
    assert plain.find(f"{C}spPr//{A}srgbClr").get("val") == theme.color("lane0")[1:].upper()
    assert before.find(f"{C}spPr//{A}prstDash").get("val") == "sysDot"
    assert [each.find(f"{C}marker/{C}symbol").get("val") for each in (before, plain, other)] == [
        "none",
        "circle",
        "square",
    ]


def test_many_points_have_few_markers() -> None:
    x = np.arange(100.0)
    figure = Figure("f", "F", "so", Axis("x"), Axis("y"), (Series("a", x, x, "lane0", marker="circle"),))
    (series,) = chart_of(render(figure, "pptx")).element.iter(f"{C}ser")
    assert [int(point.find(f"{C}idx").get("val")) for point in series.iter(f"{C}dPt")] == list(range(0, 100, 4))
    assert series.find(f"{C}marker/{C}symbol").get("val") == "none"


def test_the_name_of_a_rule_is_not_over_the_axis_of_a_chart() -> None:
    x = np.arange(1.0, 22.0)
    marks = Series("a", x, 10.0 ** (0.62 * (x - 21)), "lane0", "plain", marker="circle"), Rule(6e-5, "x" * 60)
    figure = Figure("f", "F", "", Axis("layer", integer=True), Axis("norm", "log"), marks)
    style = replace(STYLES["slide"], size=(12.2, 5.4), title=False, verdict=False)
    with settings(style):
        made = chart(figure, style)
    assert made.layout.plot is not None
    ((left, _),) = made.layout.plot.points(np.array([0.0]), np.array([1e-5]))
    (name,) = (each for each in made.layout.words if each.text == "x" * 60)
    assert name.x > left


def test_histograms_of_the_same_bins_are_columns() -> None:
    edges = np.linspace(-1.0, 1.0, 5)
    marks = tuple(Bars(name, edges, np.arange(4.0) / k, "lane0", label=name) for k, name in ((3, "a"), (7, "b")))
    chart = chart_of(render(Figure("f", "F", "so", Axis("x"), Axis("share"), marks), "pptx"))
    assert chart.chart_type == XL_CHART_TYPE.COLUMN_CLUSTERED
    for mark, series in zip(marks, chart.element.iter(f"{C}ser"), strict=True):
        assert numbers(series, "cat").tobytes() == edges[:-1].tobytes()
        assert numbers(series, "val").tobytes() == mark.heights.tobytes()


def test_title_verdict_and_names_are_text() -> None:
    slide = opened(render(lines(), "pptx")).slides[0]
    *heading, group = slide.shapes
    assert [shape.text_frame.text for shape in heading] == ["Lines", lines().verdict]
    names = {shape.text_frame.text for shape in group.shapes if shape.has_text_frame}
    assert names == {"plain", "with BN", "float16 runs out"}


def test_a_style_without_title_and_verdict_writes_none() -> None:
    (group,) = opened(render(lines(), "pptx", style="column")).slides[0].shapes
    assert group.name == "Lines"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.long
def test_libreoffice_opens_every_kind(tmp_path: Path) -> None:
    style = STYLES["slide"]
    deck = presentation(style, "All")
    for make in SAMPLES.values():
        on_slide(deck, blank_slide(deck, style), make(), style, Place(0.0, 0.0, *style.size))
    (tmp_path / "all.pptx").write_bytes(saved(deck))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(["soffice", profile, "--headless", "--convert-to", "pdf", "all.pptx"], cwd=tmp_path, check=True)
    assert (tmp_path / "all.pdf").read_bytes().count(b"/Type/Page/") == len(SAMPLES)


def test_a_key_of_names_is_the_charts_own() -> None:
    content = render(lines(), "pptx", style=Style(names="key"))
    legend = chart_of(content).element.find(f"{C}chart/{C}legend")
    assert [entry.find(f"{C}idx").get("val") for entry in legend.iter(f"{C}legendEntry")] == ["1"], "before has no name"
    written = [shape.name for shape in opened(content).slides[0].shapes]
    assert not {"plain", "with BN"} & set(written)


def inside(slide: Any) -> list[Any]:
    """All shapes of a slide, those in groups among them."""
    found = list(slide.shapes)
    for shape in found:
        found += list(getattr(shape, "shapes", ()))
    return found


def test_a_series_that_is_longer_than_the_first_hides_none() -> None:
    marks = tuple(Series(str(n), np.arange(float(n)), np.arange(float(n)), "lane0") for n in (3, 9, 5))
    chart = chart_of(render(Figure("f", "F", "so", Axis("x"), Axis("y"), marks), "pptx"))
    counts = [int(each.get("val")) for each in chart.element.findall(f".//{C}numCache/{C}ptCount")]
    assert counts == [9, 9, 9, 9, 5, 5], "LibreOffice leaves out what comes before a longer one"


def test_the_long_name_of_an_upright_axis_is_words_above_it() -> None:
    x = np.arange(5.0)
    name = "spread over batches, in units of the standard deviation"
    figure = Figure("f", "F", "so", Axis("x"), Axis(name), (Series("a", x, x, "lane0"),))
    slide = opened(render(figure, "pptx")).slides[0]
    (named,) = [shape for shape in inside(slide) if shape.has_text_frame and shape.text_frame.text == name]
    (chart,) = [shape for shape in inside(slide) if shape.has_chart]
    assert chart.chart.element.findall(f".//{C}valAx")[1].find(f"{C}title") is None
    assert named.rotation == 0


LONG = "that has no room at the end of its line, and finds none beside it"


def test_names_in_a_key_over_the_plot_have_a_sample_of_their_line() -> None:
    x = np.linspace(1.0, 0.0, 300)  # ends at the left
    marks = tuple(
        Series(f"line {k}", x, np.sin(90 * x + k), f"lane{k % 6}", label=f"a name {k} {LONG}", line="dashed")
        for k in range(9)
    )
    slide = opened(render(Figure("f", "F", "so", Axis("x"), Axis("y"), marks), "pptx")).slides[0]
    samples = [shape for shape in inside(slide) if shape.shape_type == MSO_SHAPE_TYPE.LINE]
    names = [shape for shape in inside(slide) if shape.has_text_frame and shape.text_frame.text.startswith("a name")]
    assert len(samples) == len(names) == 9
    assert {shape._element.find(f".//{A}prstDash").get("val") for shape in samples} == {"dash"}
