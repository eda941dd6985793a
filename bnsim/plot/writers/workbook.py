"""The workbook behind a chart: one sheet of named columns, every number to the bit.

XlsxWriter, which python-pptx would use, writes numbers in 16 digits, which is one too few.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import zip_longest
from xml.sax.saxutils import escape

from bnsim.plot.marks import Array
from bnsim.spec.printable import printable

SHEET = "Numbers"
DATE = datetime(2000, 1, 1)
"""Of every file, so that the same picture is the same bytes."""

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(columns: Mapping[str, Array]) -> bytes:
    """An .xlsx whose first row has the names of the columns; what is not finite is an empty cell."""
    letters = [letter(number) for number in range(len(columns))]
    head = "".join(
        f'<c r="{at}1" t="inlineStr"><is><t>{escape(printable(name))}</t></is></c>'
        for at, name in zip(letters, columns, strict=True)
    )
    rows = zip_longest(*(column.tolist() for column in columns.values()), fillvalue=math.nan)
    lines = [f'<row r="1">{head}</row>', *(_row(number, letters, row) for number, row in enumerate(rows, 2))]
    sheet = f'<worksheet xmlns="{_SHEETS}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    parts = _PARTS | {"xl/worksheets/sheet1.xml": sheet}
    return zipped((name, f"{_XML}{content}".encode()) for name, content in parts.items())


def letter(number: int) -> str:
    """What a spreadsheet calls a column: A, ..., Z, AA, ..."""
    first, last = divmod(number, 26)
    return (letter(first - 1) if first else "") + chr(ord("A") + last)


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file of parts with names, which says nothing of when or where it was made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, part in parts:
            info = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            file.writestr(info, part)
    return content.getvalue()


def _row(number: int, letters: list[str], row: tuple[float, ...]) -> str:
    cells = "".join(
        f'<c r="{at}{number}"><v>{value!r}</v></c>'
        for at, value in zip(letters, row, strict=True)
        if math.isfinite(value)
    )
    return f'<row r="{number}">{cells}</row>'
