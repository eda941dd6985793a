"""What the palette offers: one entry for each kind of data, layer and loss, read from the records themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from msgspec import Struct
from PySide6.QtCore import QMimeData

from bnsim.spec.layers import PALETTE
from bnsim.ui.model.fields import record_title
from bnsim.ui.model.payloads import DATA, LOSSES, data_mime, layer_mime, loss_mime

HEADINGS = {
    "data": "DATA",
    "linear": "LAYERS",
    "normalization": "NORMALIZATION",
    "activation": "ACTIVATIONS",
    "regularization": "REGULARIZATION",
    "block": "BLOCKS",
    "loss": "LOSSES",
}
"""By section, in the palette's order; sections are also the kinds that colors go by."""

HINTS = {
    "Digits": "8 × 8 gray pictures",
    "TwoSpirals": "hard to tell apart",
    "Blobs": "a round cloud per class",
    "TwoMoons": "two half circles",
    "Circles": "one inside the other",
    "XOR": "opposite corners agree",
    "GaussianNoise": "nothing to learn",
    "Curve": "a number from a number",
    "Linear": "weighted sums of inputs",
    "BatchNorm": "over the mini-batch",
    "LayerNorm": "over each sample",
    "RMSNorm": "over each sample, by rms",
    "Sigmoid": "saturates; slope ≤ ¼",
    "Tanh": "saturates; slope ≤ 1",
    "LeakyReLU": "a small slope below 0",
    "SELU": "normalizes itself",
    "GELU": "smooth; weighs by rank",
    "SiLU": "smooth; also swish",
    "Hardtanh": "linear; flat outside",
    "Dropout": "random zeros in training",
    "Noise": "a new shift every time",
    "Residual": "a skip around layers",
    "Repeat": "its layers, N times over",
    "CrossEntropy": "surprise at the class",
    "MSE": "distance to the target",
    "BCEWithLogits": "yes or no per output",
}
"""Meanings in the few letters there is room for under a name; the tool tip has the sentence."""

LAYER_SECTIONS = tuple(section for section in HEADINGS if section not in ("data", "loss"))


@dataclass(frozen=True)
class Entry:
    """One building block."""

    record: type[Struct]
    section: str
    meaning: str
    formula: str

    @property
    def name(self) -> str:
        """The record's own, unique among all entries."""
        return self.record.__name__

    @property
    def title(self) -> str:
        """What the palette calls it: of a layer its name."""
        return self.name if self.record in PALETTE else record_title(self.record)

    @property
    def icon(self) -> str:
        return f"kinds/{self.name}"

    @property
    def tip(self) -> str:
        """Name, meaning, formula."""
        return f"{self.title}\n{self.sentence}\n{self.formula}"

    @property
    def hint(self) -> str:
        """The meaning in about 24 letters."""
        return HINTS.get(self.name, self.meaning)

    @property
    def sentence(self) -> str:
        """The meaning, as a sentence."""
        return f"{self.meaning[:1].upper()}{self.meaning[1:]}."

    def mime(self) -> QMimeData:
        """What a drag of it carries."""
        make = {"data": data_mime, "loss": loss_mime}.get(self.section, layer_mime)
        return make(self.name)

    def rank(self, words: str) -> int | None:
        """How well it fits what is typed: 0 is that very name; None is not at all."""
        typed = words.casefold().split()
        names = f"{self.title} {self.name}".casefold()
        section = f"{HEADINGS[self.section]} {self.section}"
        everything = f"{names} {section} {self.meaning} {self.formula}".casefold()
        if not all(word in everything for word in typed):
            return None
        if words.strip().casefold() in (self.title.casefold(), self.name.casefold()):
            return 0
        if typed and any(name.startswith(typed[0]) for name in (self.title.casefold(), self.name.casefold())):
            return 1
        return 2 if all(word in names for word in typed) else 3


@cache
def entries() -> tuple[Entry, ...]:
    """All of them, section by section."""
    found = [Entry(kind, "data", kind.meaning, kind.formula) for kind in DATA]  # type: ignore[attr-defined]
    found += [Entry(kind, kind.group, kind.meaning, kind.formula) for kind in PALETTE]
    found += [Entry(kind, "loss", kind.meaning, kind.formula) for kind in LOSSES]  # type: ignore[attr-defined]
    return tuple(sorted(found, key=lambda entry: list(HEADINGS).index(entry.section)))


def entry_of(name: str) -> Entry:
    """By the record's name; KeyError if there is none."""
    for entry in entries():
        if entry.name == name:
            return entry
    raise KeyError(name)
