"""PowerPoint: a picture on a slide, as a file of its own or on a slide of a deck; the same bytes every time.

`on_slide` is for decks; `presentation`, `blank_slide` and `saved` make what it takes and write it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from lxml import etree
from msgspec.structs import replace
from pptx import Presentation
from pptx.chart.data import XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.pages import scale_on
from bnsim.plot.style import Style
from bnsim.plot.styled import styled
from bnsim.plot.writers import pictures
from bnsim.plot.writers.charts import PRESETS, beside_chart, can_be_chart, chart
from bnsim.plot.writers.native import add_shapes, can_be_shapes
from bnsim.plot.writers.page import Page, Sample, Written
from bnsim.plot.writers.workbook import DATE, zipped
from bnsim.spec.printable import printable

_DPI = 200.0
"""Least dots per inch of what a program shows that knows no SVG."""
_BLANK = 6
"""Number of the empty layout."""
_TIGHT = 0.18
"""By how much of its height the patch behind words is lower at either side: it must not hide the line they name."""
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


class Place(NamedTuple):
    """A rectangle on a slide by its upper left corner, in inches, y downward."""

    x: float
    y: float
    width: float
    height: float


def pptx(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """A presentation of one slide, as large as the style's page, that is filled by the picture."""
    if isinstance(picture, Diagram):  # in a paper's column it may be higher than the style's page
        by = scale_on(picture, style) / 72.0
        high = max(style.size[1], by * picture.height)
        style = replace(style, size=(style.size[0], high))
    made = presentation(style, picture.title, pictures.description(picture), carried)
    on_slide(made, blank_slide(made, style), picture, style, Place(0.0, 0.0, *style.size))
    return saved(made)


def presentation(style: Style, title: str, description: str = "", carried: Carried = NOTHING) -> Any:
    """A python-pptx Presentation without slides, whose slides are as large as the style's page."""
    made = Presentation()
    made.slide_width, made.slide_height = (Inches(side) for side in style.size)
    about = made.core_properties
    about.title, about.subject, about.author = printable(title)[:255], printable(description)[:255], "bnsim"
    about.comments = "\n".join(map(printable, carried.lines))[:255]
    about.last_modified_by, about.revision = "bnsim", 1
    about.created = about.modified = DATE
    return made


def blank_slide(presentation: Any, style: Style, layout: int = _BLANK) -> Any:
    """A new slide on the ground of the style's theme; `layout`: the number of what is empty on it."""
    slide = presentation.slides.add_slide(presentation.slide_layouts[layout])
    if not style.transparent:
        ground = slide.background.fill
        ground.solid()
        ground.fore_color.rgb = RGBColor(*bytes.fromhex(style.colors().color("plot-background")[1:]))
    return slide


def on_slide(presentation: Any, slide: Any, picture: Figure | Diagram, style: Style, box: Place) -> None:
    """Put `picture` into `box` on a slide, in the style but for its size; the slide's ground is left as it is."""
    own = replace(style, size=(box.width, box.height)).checked()
    shown = styled(picture, own) if isinstance(picture, Figure) else picture
    if isinstance(shown, Figure) and can_be_chart(shown):
        with pictures.settings(own):
            _charted(slide, shown, own, box)
    elif isinstance(shown, Diagram) and can_be_shapes(shown):
        add_shapes(slide, shown, own, box)
    else:
        _drawn(presentation, slide, shown, own, box)


def saved(presentation: Any) -> bytes:
    """The file of a presentation; no time of writing is in it."""
    written = io.BytesIO()
    presentation.save(written)
    with zipfile.ZipFile(written) as source:
        return zipped((name, source.read(name)) for name in source.namelist())


def _charted(slide: Any, figure: Figure, style: Style, box: Place) -> None:
    """A chart with its words at their places around it, and those of the heading as boxes of their own."""
    made = chart(figure, style)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *(Inches(side) for side in box), XyChartData())
    frame.name = printable(figure.title)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", pictures.description(figure))
    space = frame.chart.element
    link = space.find(qn("c:externalData"))
    space[:] = [*made.elements, link]
    frame.chart.part.chart_workbook.update_from_xlsx_blob(made.workbook)
    page, texts = made.layout.page, made.layout
    _heading(slide, box, page, texts.of_kind("figure-title"), figure.title)
    _heading(slide, box, page, texts.of_kind("figure-verdict"), figure.verdict)
    around = [] if style.names == "key" else [_sample(slide, box, page, each) for each in page.samples]
    around += [_label(slide, box, page, words) for words in beside_chart(figure, made.layout)]
    if around:
        slide.shapes.add_group_shape([frame, *around]).name = frame.name


def _heading(slide: Any, box: Place, page: Page, lines: Sequence[Written], text: str) -> None:
    """The text that the layout has in lines, over the whole width."""
    if not lines:
        return
    first, last = lines[0], lines[-1]
    top, bottom = page.height - first.y - first.size, page.height - last.y + 0.3 * last.size
    place = Place(first.x, top, page.width - 2 * first.x, bottom - top)
    _text_box(slide, box, place, first._replace(text=printable(text)), wrap=True).vertical_anchor = MSO_ANCHOR.TOP


def _label(slide: Any, box: Place, page: Page, words: Written) -> Any:
    """Words where the layout has them, on one line."""
    wide, tall = 1.05 * page.width_of(words), 1.25 * words.size
    left = words.x - {"left": 0.0, "center": wide / 2}.get(words.ha, wide)
    above = {"center_baseline": 0.6, "center": 0.5, "bottom": 1.0}.get(words.va, 0.8)  # share of it that is above y
    inset = _TIGHT * tall if words.over else 0.0
    place = Place(left, page.height - words.y - above * tall + inset, wide, tall - 2 * inset)
    frame = _text_box(slide, box, place, words, wrap=False)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    if words.over and not page.style.transparent:
        ground = frame._parent.fill
        ground.solid()
        ground.fore_color.rgb = RGBColor(*bytes.fromhex(page.theme.color("plot-background")[1:]))
    return frame._parent


_MARKS = {
    "circle": MSO_SHAPE.OVAL,
    "square": MSO_SHAPE.RECTANGLE,
    "triangle": MSO_SHAPE.ISOSCELES_TRIANGLE,
    "triangle-down": MSO_SHAPE.FLOWCHART_MERGE,
    "diamond": MSO_SHAPE.DIAMOND,
    "star": MSO_SHAPE.STAR_5_POINT,
}


def _sample(slide: Any, box: Place, page: Page, sample: Sample) -> Any:
    """A piece of a line, its marker on it, or a marker alone; of both, a group."""
    left, middle = Inches(box.x) + Pt(sample.x), Inches(box.y) + Pt(page.height - sample.y)
    color, made = RGBColor(*bytes.fromhex(sample.color[1:])), []
    if sample.line:
        line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, left, middle, left + Pt(sample.width), middle)
        line.line.color.rgb, line.line.width = color, Pt(sample.line)
        dash(line, PRESETS.get(sample.dashes, ""))
        plain(line)
        made.append(line)
    if sample.marker_size:
        size, center = Pt(sample.marker_size), left + Pt(sample.width / 2)
        mark = slide.shapes.add_shape(_MARKS[sample.marker], center - size // 2, middle - size // 2, size, size)
        mark.fill.solid()
        mark.fill.fore_color.rgb = color
        mark.line.fill.background()
        plain(mark)
        made.append(mark)
    return made[0] if len(made) == 1 else slide.shapes.add_group_shape(made)


def dash(shape: Any, preset: str) -> None:
    """Give the line of a shape dashes by their name in the file; "" for none."""
    if preset:
        line = shape.line._get_or_add_ln()
        found = etree.SubElement(line, f"{{{_DRAWING}}}prstDash", val=preset)
        fill = line.find(f"{{{_DRAWING}}}solidFill")
        fill.addnext(found)


def plain(shape: Any) -> None:
    """Take from a shape what the presentation's theme would add, such as a shadow."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _text_box(slide: Any, box: Place, place: Place, words: Written, *, wrap: bool) -> Any:
    """The frame of a text box at a place in points of the page that fills `box`."""
    shape = slide.shapes.add_textbox(Inches(box.x) + Pt(place.x), Inches(box.y) + Pt(place.y), *map(Pt, place[2:]))
    shape.name = words.text
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.auto_size = wrap, MSO_AUTO_SIZE.NONE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER}.get(words.ha, PP_ALIGN.RIGHT)
    run = paragraph.add_run()
    run.text = words.text
    run.font.size, run.font.bold = Pt(words.size), words.bold
    run.font.color.rgb = RGBColor(*bytes.fromhex(words.color[1:]))
    return frame


def _drawn(presentation: Any, slide: Any, picture: Figure | Diagram, style: Style, box: Place) -> None:
    """An SVG, with a PNG for programs that show none, in the middle of the box."""
    shown = pictures.png(picture, replace(style, dpi=max(style.dpi, _DPI)).checked(), NOTHING)
    shape = slide.shapes.add_picture(io.BytesIO(shown), 0, 0)
    by = min(Inches(box.width) / shape.width, Inches(box.height) / shape.height)
    shape.width, shape.height = Emu(round(shape.width * by)), Emu(round(shape.height * by))
    shape.left = Emu(Inches(box.x) + (Inches(box.width) - shape.width) // 2)
    shape.top = Emu(Inches(box.y) + (Inches(box.height) - shape.height) // 2)
    shape.name = printable(picture.title)
    said = shape._element.nvPicPr.cNvPr
    said.set("descr", pictures.description(picture))
    # PowerPoint looks for fonts nowhere but on its own machine.
    content = pictures.svg(picture, replace(style, text="outlines"), NOTHING)
    package = presentation.part.package
    part = Part(package.next_image_partname("svg"), "image/svg+xml", package, content)
    relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    blip = shape._element.blipFill.find(f"{{{_DRAWING}}}blip")
    extension = etree.SubElement(
        etree.SubElement(blip, f"{{{_DRAWING}}}extLst"), f"{{{_DRAWING}}}ext", uri=_SVG_EXTENSION
    )
    etree.SubElement(extension, f"{{{_SVG}}}svgBlip", {f"{{{_RELATIONS}}}embed": relation}, nsmap={"asvg": _SVG})
