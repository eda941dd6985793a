"""The Markdown of lessons as blocks and runs, for what sets its own pages. No Qt.

Known are paragraphs, headings, lists, quotes, tables, code, formulas, bold, italic and links, of which the words stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Look = Literal["plain", "bold", "italic", "code", "formula"]


class Run(Struct, frozen=True):
    """A piece of text in one look; of a formula its LaTeX."""

    text: str
    look: Look = "plain"


Runs = tuple[Run, ...]


class Heading(Struct, frozen=True):
    """A heading; `level` from 1."""

    level: int
    runs: Runs


class Paragraph(Struct, frozen=True):
    """Text that is wrapped."""

    runs: Runs


class Item(Struct, frozen=True):
    """An item of a list: "•" or its number stands before it; `depth` from 0."""

    mark: str
    runs: Runs
    depth: int = 0


class Quote(Struct, frozen=True):
    """Text that somebody else says."""

    runs: Runs


class Formula(Struct, frozen=True):
    """A formula on a line of its own, as LaTeX."""

    latex: str


class Code(Struct, frozen=True):
    """Lines as they are typed."""

    lines: tuple[str, ...]


class Table(Struct, frozen=True):
    """Rows of cells; the first one is its head."""

    rows: tuple[tuple[Runs, ...], ...]


Block = Heading | Paragraph | Item | Quote | Formula | Code | Table

_RUN = re.compile(
    r"(?P<escaped>\\[\\`*_{}\[\]()#+\-.!$|])"
    r"|\$(?P<formula>[^$\n]+?)\$"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>\S(?:(?:(?!\*\*).)*\S)?)\*\*"
    r"|(?<![*\w])\*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*(?!\w)"
    r"|\[(?P<link>[^\[\]]+)\]\([^()]+\)",
    re.DOTALL,
)
_ITEM = re.compile(r"(?P<space>\s*)(?P<mark>[-*+]|\d{1,3}[.)])\s+(?P<text>.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_RULE = re.compile(r"(?=[^-]*-)[\s:|-]*")


def runs(text: str) -> Runs:
    """A line of text, or several joined, in runs of one look."""
    text = " ".join(text.split())
    found: list[Run] = []
    at = 0
    for piece in _RUN.finditer(text):
        _add(found, text[at : piece.start()], "plain")
        at = piece.end()
        look = piece.lastgroup or ""
        if look == "escaped":
            _add(found, piece[0][1:], "plain")
        elif look == "link":
            _add(found, piece[look], "plain")
        else:
            _add(found, piece[look], look)  # type: ignore[arg-type]
    _add(found, text[at:], "plain")
    return tuple(found)


def _add(found: list[Run], text: str, look: Look) -> None:
    if not text:
        return
    if found and found[-1].look == look == "plain":
        found[-1] = Run(found[-1].text + text)
    else:
        found.append(Run(text, look))


def blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text, in their order."""
    return tuple(_Reader(markdown.splitlines()).blocks())


class _Reader:
    """Goes through lines from the first to the last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif line.lstrip().startswith("```"):
                yield self._code()
            elif line.strip().startswith("$$"):
                yield self._formula()
            elif found := _HEADING.fullmatch(line.strip()):
                self._at += 1
                yield Heading(len(found[1]), runs(found[2].rstrip().rstrip("#")))
            elif self._is_table():
                yield self._table()
            elif found := _ITEM.fullmatch(line):
                yield self._item(found)
            elif line.lstrip().startswith(">"):
                yield Quote(runs(" ".join(each.lstrip().lstrip("> ") for each in self._while(">"))))
            else:
                yield Paragraph(runs(" ".join(self._text())))

    def _while(self, sign: str) -> list[str]:
        start = self._at
        while self._at < len(self._lines) and self._lines[self._at].lstrip().startswith(sign):
            self._at += 1
        return self._lines[start : self._at]

    def _text(self) -> list[str]:
        """Lines up to an empty one or the beginning of another block; at least one."""
        start = self._at
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            begins = ("```", "$$", ">")
            if not line.strip() or line.lstrip().startswith(begins) or _ITEM.fullmatch(line) or _HEADING.match(line):
                break
            self._at += 1
        return self._lines[start : self._at]

    def _item(self, found: re.Match[str]) -> Item:
        mark = found["mark"] if found["mark"][0].isdigit() else "•"
        text = [found["text"], *self._text()[1:]]
        return Item(mark, runs(" ".join(text)), min(len(found["space"]) // 2, 3))

    def _code(self) -> Code:
        self._at += 1
        start = self._at
        while self._at < len(self._lines) and not self._lines[self._at].lstrip().startswith("```"):
            self._at += 1
        self._at += 1
        return Code(tuple(self._lines[start : self._at - 1]))

    def _formula(self) -> Formula:
        text = self._lines[self._at].strip()[2:]
        self._at += 1
        while "$$" not in text and self._at < len(self._lines):
            text = f"{text} {self._lines[self._at].strip()}"
            self._at += 1
        return Formula(text.split("$$")[0].strip())

    def _is_table(self) -> bool:
        line, after = self._lines[self._at], self._lines[self._at + 1 : self._at + 2]
        return line.lstrip().startswith("|") and bool(after) and bool(_RULE.fullmatch(after[0].strip()))

    def _table(self) -> Table:
        lines = self._while("|")
        rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for at, line in enumerate(lines) if at != 1]
        return Table(tuple(tuple(runs(cell) for cell in row) for row in rows))
