"""What the palette offers: one entry for each kind of data, layer and loss, read from the records themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QMimeData

from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.kind import Kind
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import LOSSES
from bnsim.ui.language import tr
from bnsim.ui.model.payloads import data_mime, layer_mime, loss_mime

HEADINGS = {
    "data": "DATA",
    "linear": "LAYERS",
    "normalization": "NORMALIZATION",
    "activation": "ACTIVATIONS",
    "regularization": "REGULARIZATION",
    "block": "BLOCKS",
    "loss": "LOSSES",
}
"""Headings by section, in the palette's order; a section is also the kind that gives the color."""

LAYER_SECTIONS = tuple(section for section in HEADINGS if section not in ("data", "loss"))


@dataclass(frozen=True)
class Entry:
    """One building block of the palette."""

    record: type[Kind]
    section: str

    @property
    def name(self) -> str:
        """The record's name, unique among all entries."""
        return self.record.__name__

    @property
    def title(self) -> str:
        """The block's name in the palette."""
        return self.record.title

    @property
    def icon(self) -> str:
        """The name of its icon in resources/icons."""
        return self.record.icon()

    @property
    def formula(self) -> str:
        """Its formula in a line of plain text."""
        return self.record.formula

    @property
    def tip(self) -> str:
        """The tooltip: name, meaning and formula, in the language of the window."""
        return f"{tr(self.title)}\n{self.sentence}\n{tr(self.formula)}"

    @property
    def meaning(self) -> str:
        """A clause that explains the block."""
        return self.record.meaning

    @property
    def hint(self) -> str:
        """The meaning in about 24 characters."""
        return self.record.hint

    @property
    def sentence(self) -> str:
        """The meaning as a sentence, in the language of the window."""
        meaning = tr(self.meaning)
        return f"{meaning[:1].upper()}{meaning[1:]}."

    def mime(self) -> QMimeData:
        """MIME data for dragging the block."""
        make = {"data": data_mime, "loss": loss_mime}.get(self.section, layer_mime)
        return make(self.name)

    def rank(self, words: str) -> int | None:
        """How well the entry matches the words typed: 0 for its very name, larger for less; None for no match."""
        typed = words.casefold().split()
        titles = {self.title, tr(self.title), self.name}
        names = " ".join(titles).casefold()
        section = f"{HEADINGS[self.section]} {tr(HEADINGS[self.section])} {self.section}"
        everything = f"{names} {section} {self.meaning} {self.sentence} {self.formula}".casefold()
        if not all(word in everything for word in typed):
            return None
        if words.strip().casefold() in {name.casefold() for name in titles}:
            return 0
        if typed and any(name.casefold().startswith(typed[0]) for name in titles):
            return 1
        return 2 if all(word in names for word in typed) else 3


@cache
def entries() -> tuple[Entry, ...]:
    """The entries of all building blocks, section by section."""
    found = [Entry(kind, "data") for kind in DATA_SETS]
    found += [Entry(kind, kind.group) for kind in PALETTE]
    found += [Entry(kind, "loss") for kind in LOSSES]
    return tuple(sorted(found, key=lambda entry: list(HEADINGS).index(entry.section)))


def entry_of(name: str) -> Entry:
    """The entry of the record of that name; KeyError if there is none."""
    for entry in entries():
        if entry.name == name:
            return entry
    raise KeyError(name)
