"""PowerPoint: a picture on a slide, as a file of its own or on a slide of a deck; the same bytes every time.

`on_slide` is for decks; `presentation`, `blank_slide` and `saved` make what it takes and write it.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree
from msgspec.structs import replace
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.util import Emu, Inches

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.writers import pictures
from bnsim.spec.printable import printable

DATE = datetime(2000, 1, 1)
"""Of every file, so that the same picture is the same bytes."""
_DPI = 200.0
"""Least dots per inch of what a program shows that knows no SVG."""
_BLANK = 6
"""Number of the empty layout."""
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


def blank_slide(presentation: Any, style: Style) -> Any:
    """A new, empty slide on the ground of the style's theme."""
    slide = presentation.slides.add_slide(presentation.slide_layouts[_BLANK])
    if not style.transparent:
        ground = slide.background.fill
        ground.solid()
        ground.fore_color.rgb = RGBColor(*bytes.fromhex(style.colors().color("plot-background")[1:]))
    return slide


def on_slide(presentation: Any, slide: Any, picture: Figure | Diagram, style: Style, box: Place) -> None:
    """Put `picture` into `box` on a slide, in the style but for its size; the slide's ground is left as it is."""
    own = replace(style, size=(box.width, box.height), transparent=True).checked()
    _drawn(presentation, slide, picture, own, box)


def saved(presentation: Any) -> bytes:
    """The file of a presentation; no time of writing is in it."""
    written = io.BytesIO()
    presentation.save(written)
    again = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(undated(name), source.read(name))
    return again.getvalue()


def undated(name: str) -> zipfile.ZipInfo:
    """What a zip file says of a part, the same on every system."""
    info = zipfile.ZipInfo(name, DATE.timetuple()[:6])
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
    return info


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
