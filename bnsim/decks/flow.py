"""Fills sheets from the top to the bottom: headings, text with formulas, pictures, room to write into."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bnsim.decks.setting import curve, lines, outlines, shapes
from bnsim.lessons.markdown import Block, Code, Formula, Heading, Item, Paragraph, Quote, Run, Table, blocks
from bnsim.plot.diagram import Box, Diagram, Shape, Words, line
from bnsim.plot.figure import Figure
from bnsim.plot.paper import A4, PAGE, Paper, Placed, Sheet

TEXT, SMALL = 10.0, 8.5
"""Sizes of type, in points."""
_SMALLEST = 8.0
_MARGIN, _FOOT = 56.0, 34.0
ACROSS = A4[0] - 2 * _MARGIN
"""What is filled of the width of a sheet of paper."""
_HEADINGS = (15.0, 12.0, 10.5)
_GAP = 6.0
"""Between paragraphs."""
_INDENT = 16.0
_FORMULA = 12.0
_TICK = 9.0
_WRITTEN = 24.0
"""From one line to write on to the next."""
_LEFT_ALONE = 90.0
"""A heading is not left alone at the foot of a sheet: so much has to fit below it."""


class Flow:
    """Sheets while they are filled; `foot` stands at the foot of each, with its number as `page` says it.

    `by`: headings, and the room above and below, are so many times as large.
    """

    def __init__(self, foot: str, size: tuple[float, float] = A4, by: float = 1.0, page: str = PAGE) -> None:
        self._by = by
        self.width, self.height = size
        self.across = self.width - 2 * _MARGIN
        self._foot, self._page = foot, page
        self._sheets: list[Sheet] = []
        self._shapes: list[Shape] = []
        self._pictures: list[Placed] = []
        self._y = _MARGIN

    def paper(self, title: str, description: str) -> Paper:
        """All sheets; nothing can be added any more."""
        self.page()
        total = len(self._sheets)
        numbered = [
            Sheet((*sheet.shapes, *self._footer(number, total)), sheet.pictures)
            for number, sheet in enumerate(self._sheets, start=1)
        ]
        return Paper(title, self.width, self.height, tuple(numbered), description)

    def page(self) -> None:
        """Begin a new sheet, if there is anything on this one."""
        if self._shapes or self._pictures:
            self._sheets.append(Sheet(tuple(self._shapes), tuple(self._pictures)))
            self._shapes, self._pictures, self._y = [], [], _MARGIN

    def space(self, points: float) -> None:
        """Leave room, but not at the top of a sheet."""
        if self._shapes or self._pictures:
            self._y += points

    def need(self, points: float) -> None:
        """Go to a new sheet if there is not so much room left on this one."""
        if self._y + points > self.height - _MARGIN - _FOOT / 2:
            self.page()

    def together(self, fill: Callable[[], None]) -> None:
        """Fill in what stands on one sheet, on a new one if this has no room for it; more than a sheet goes on."""
        sheets, kept = len(self._sheets), (self._shapes[:], self._pictures[:], self._y)
        fill()
        if len(self._sheets) == sheets or not (kept[0] or kept[1]):
            return
        del self._sheets[sheets:]
        self._shapes, self._pictures, self._y = kept
        self.page()
        fill()

    def heading(self, text: Sequence[Run] | str, level: int = 1) -> None:
        """A heading, with something below it on the same sheet."""
        size = self._by * _HEADINGS[min(level, len(_HEADINGS)) - 1]
        self.space(1.1 * size)
        self.need(_LEFT_ALONE + size)
        self.text(text, size, bold=True)

    def text(
        self,
        text: Sequence[Run] | str,
        size: float = TEXT,
        color: str = "text",
        *,
        bold: bool = False,
        indent: float = 0.0,
        mark: str = "",
    ) -> None:
        """Text in lines; `mark` stands before the first of them, in the indent."""
        given = (Run(text),) if isinstance(text, str) else text
        for number, each in enumerate(lines(given, size, self.across - indent, bold=bold)):
            self.need(each.height)
            baseline = self._y + each.ascent
            if mark and number == 0:
                self._shapes.append(Words(_MARGIN + indent - _INDENT + 3, baseline, mark, size, color))
            self._shapes += shapes(each, _MARGIN + indent, baseline, size, color, bold=bold)
            self._y += each.height
        self._y += self._by * _GAP

    def markdown(self, text: str, size: float = TEXT) -> None:
        """The blocks of a text."""
        for block in blocks(text):
            self._block(block, size)

    def formula(self, latex: str) -> None:
        """A formula in the middle of a line of its own, smaller where it is wider than that."""
        found = outlines(latex, _FORMULA)
        if found is None:
            self.text((Run(latex, "code"),))
            return
        by = min(1.0, self.across / found.width)
        self.need(by * (found.ascent + found.descent) + 2 * _GAP)
        self._y += _GAP / 2
        left = _MARGIN + (self.across - by * found.width) / 2
        self._shapes.append(curve(found, left, self._y + by * found.ascent, "text", by))
        self._y += by * (found.ascent + found.descent) + 1.5 * _GAP

    def picture(self, picture: Figure | Diagram, height: float, *, heading: bool = False, share: float = 1.0) -> None:
        """A picture over a share of the width, in the middle."""
        self.need(height)
        width = share * self.across
        left = _MARGIN + (self.across - width) / 2
        self._pictures.append(Placed(left, self._y, width, height, picture, heading))
        self._y += height + _GAP

    def rows_to_write(self, number: int) -> None:
        """Lines to write on."""
        self.need(number * _WRITTEN)
        for _ in range(number):
            self._y += _WRITTEN
            self._shapes.append(
                line((_MARGIN, self._y), (_MARGIN + self.across, self._y), stroke="line", line=0.6, dashed=True)
            )
        self._y += _GAP

    def ticks(self, options: Sequence[Sequence[Run]]) -> None:
        """Boxes to tick, each before its words."""
        for option in options:
            first = lines(option, TEXT, self.across - _INDENT)
            self.need(sum(each.height for each in first))
            top = self._y + (first[0].height - _TICK) / 2 if first else self._y
            self._shapes.append(Box(_MARGIN, top, _TICK, _TICK, stroke="line-strong", line=0.8))
            self.text(option, indent=_INDENT)
        self.space(_GAP / 2)

    def rule(self) -> None:
        """A hairline over the width."""
        self.space(_GAP)
        self._shapes.append(line((_MARGIN, self._y), (_MARGIN + self.across, self._y), stroke="line", line=0.6))
        self._y += 1.5 * _GAP

    def table(self, rows: Sequence[Sequence[Sequence[Run]]], size: float = SMALL) -> None:
        """Rows of cells under a head; columns are as wide as what is in them asks for."""
        widths = self._columns(rows, size)
        for number, row in enumerate(rows):
            cells = [lines(cell, size, width - 10, bold=number == 0) for cell, width in zip(row, widths, strict=False)]
            height = max((sum(each.height for each in cell) for cell in cells), default=0.0) + 5 * self._by
            self.need(height)
            left = _MARGIN
            for cell, width in zip(cells, widths, strict=False):
                y = self._y + 2.5 * self._by
                for each in cell:
                    self._shapes += shapes(each, left, y + each.ascent, size, "text", bold=number == 0)
                    y += each.height
                left += width
            self._y += height
            stroke = "line-strong" if number == 0 else "line"
            self._shapes.append(line((_MARGIN, self._y), (_MARGIN + self.across, self._y), stroke=stroke, line=0.6))
        self._y += 1.5 * _GAP

    def _columns(self, rows: Sequence[Sequence[Sequence[Run]]], size: float) -> list[float]:
        wanted = []
        for column in range(max(map(len, rows), default=0)):
            cells = [row[column] for row in rows if column < len(row)]
            widest = max(sum(piece.width for each in lines(cell, size, 1e6) for piece in each.pieces) for cell in cells)
            spaces = max(sum(run.text.count(" ") for run in cell) for cell in cells) * 0.32 * size
            wanted.append(widest + spaces + 14)
        total = sum(wanted)
        if total <= self.across:
            return [width * self.across / total for width in wanted] if total > 0.8 * self.across else wanted
        fair = self.across / len(wanted)
        narrow = [width for width in wanted if width <= fair]
        left, wide = self.across - sum(narrow), sum(width for width in wanted if width > fair)
        return [width if width <= fair else max(width * left / wide, 0.5 * fair) for width in wanted]

    def _block(self, block: Block, size: float) -> None:
        match block:
            case Heading(level, text):
                self.heading(text, level)
            case Paragraph(text):
                self.text(text, size)
            case Item(mark, text, depth):
                self.text(text, size, indent=(depth + 1) * _INDENT, mark=mark)
                self._y -= self._by * _GAP / 2
            case Quote(text):
                self.text(text, size, "text-muted", indent=_INDENT)
            case Formula(latex):
                self.formula(latex)
            case Code(code):
                for each in code:
                    self.text((Run(each, "code"),), SMALL, indent=_INDENT)
                    self._y -= self._by * _GAP
                self._y += _GAP
            case Table(rows):
                self.table(rows, min(size, SMALL))

    def _footer(self, number: int, total: int) -> list[Shape]:
        y = self.height - _FOOT
        right = self.width - _MARGIN
        return [
            Words(_MARGIN, y, self._foot, _SMALLEST, "text-muted", room=self.across - 60),
            Words(right, y, self._page.format(number=number, total=total), _SMALLEST, "text-muted", anchor="end"),
        ]
