"""What a drag carries, and the edit that a drop makes; the same for palette, canvas and outline.

What a MIME type carries is read into an `Offer`; a new kind of thing to drop is a new reader in READERS.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from PySide6.QtCore import QByteArray, QMimeData

from bnsim.plot.writers.carrying import carried_by, is_carrier
from bnsim.spec import edits
from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import DATA_SETS, FileData
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import RUN_ENDING
from bnsim.spec.kept_json import decoded
from bnsim.spec.kind import Kind
from bnsim.spec.last_linear import fresh
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import LOSSES
from bnsim.spec.naming import several
from bnsim.spec.tree import walk
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

MIME_LAYER = "application/x-bnsim-layer"
"""The kind's name, UTF-8."""
MIME_CARDS = "application/x-bnsim-cards"
"""JSON: the document they come from and the ids of the layers."""
PICTURES = {"svg": "image/svg+xml", "png": "image/png"}
"""Pictures that may carry an experiment, by their suffix."""
MIME_DATA, MIME_LOSS = "application/x-bnsim-data", "application/x-bnsim-loss"
"""The record's name, UTF-8."""

K = TypeVar("K", bound=Kind)
Aim = Literal["gap", "lane", "document"]


class CarriedCards(msgspec.Struct, frozen=True):
    """The content of MIME_CARDS: a document and layers of it."""

    document: str
    layers: tuple[int, ...]


@dataclass(frozen=True)
class Offer:
    """Something that can be dropped: `apply(experiment, id of a stack or block, index)` makes the edit named `text`.

    `aim`: a gap between two cards, a lane as a whole, or the document, wherever it falls. `asks_file`: a person must
    first say which file.
    """

    title: str
    text: str
    adds: int
    moves: frozenset[int]
    apply: Callable[[Experiment, int, int], Experiment]
    aim: Aim = "gap"
    asks_file: bool = False


def _token(document: Document) -> str:
    return f"{os.getpid()}:{id(document)}"


def layer_mime(name: str) -> QMimeData:
    """MIME data for a new layer of that kind."""
    mime = QMimeData()
    mime.setData(MIME_LAYER, QByteArray(name.encode()))
    return mime


def data_mime(name: str) -> QMimeData:
    """MIME data for a data set of that kind."""
    mime = QMimeData()
    mime.setData(MIME_DATA, QByteArray(name.encode()))
    return mime


def loss_mime(name: str) -> QMimeData:
    """MIME data for a loss of that kind."""
    mime = QMimeData()
    mime.setData(MIME_LOSS, QByteArray(name.encode()))
    return mime


def cards_mime(document: Document, layer_ids: list[int]) -> QMimeData:
    """MIME data for layers of this document."""
    mime = QMimeData()
    mime.setData(MIME_CARDS, QByteArray(msgspec.json.encode(CarriedCards(_token(document), tuple(layer_ids)))))
    return mime


def _read_layer(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    name = bytes(mime.data(MIME_LAYER).data()).decode(errors="replace")
    kind = next((kind for kind in PALETTE if kind.__name__ == name), None)
    if kind is None:
        return f"There is no layer called {name[:40]!r}."

    def apply(experiment: Experiment, stack_id: int, index: int) -> Experiment:
        return edits.insert_layer(experiment, stack_id, index, fresh(kind))  # type: ignore[arg-type]

    return Offer(name, f"insert {name}", 1, frozenset(), apply)


def _read_cards(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    try:
        carried = decoded(bytes(mime.data(MIME_CARDS).data()), CarriedCards)
    except msgspec.DecodeError:
        return "These cards cannot be read."
    experiment = document.experiment
    ids = [layer.id for layer in edits.chosen_layers(experiment, carried.layers)]
    if carried.document != _token(document) or not ids:
        return "These cards belong to another window."
    title = several([experiment.layer(layer_id) for layer_id in ids])
    if copy:
        return Offer(title, f"copy {title}", len(ids), frozenset(), _landing_edit(edits.copy_layers, ids))
    return Offer(title, f"move {title}", len(ids), frozenset(ids), _landing_edit(edits.move_layers, ids))


def _landing_edit(edit: Callable[..., Experiment], ids: list[int]) -> Callable[[Experiment, int, int], Experiment]:
    return lambda experiment, stack_id, index: edit(experiment, ids, stack_id, index)


def _named(mime: QMimeData, mime_type: str, kinds: tuple[type[K], ...]) -> type[K] | str:
    name = bytes(mime.data(mime_type).data()).decode(errors="replace")
    return next((kind for kind in kinds if kind.__name__ == name), f"There is nothing called {name[:40]!r}.")


def _read_data(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    kind = _named(mime, MIME_DATA, DATA_SETS)
    return kind if isinstance(kind, str) else data_offer(kind)


def data_offer(kind: type[Kind]) -> Offer:
    """The offer of a data set of that kind, with its defaults, for the whole experiment."""
    title, asks = kind.title, kind is FileData

    def apply(experiment: Experiment, _container: int, _index: int) -> Experiment:
        return experiment if asks else edits.change_data(experiment, kind())  # type: ignore[arg-type]

    return Offer(title, f"use {title} as data", 0, frozenset(), apply, "document", asks)


def _read_loss(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    kind = _named(mime, MIME_LOSS, LOSSES)
    return kind if isinstance(kind, str) else loss_offer(kind)


def loss_offer(kind: type[Kind]) -> Offer:
    """The offer of a loss of that kind, with its defaults, for one lane."""

    def apply(experiment: Experiment, container: int, _index: int) -> Experiment:
        ids = [stack.id for stack in experiment.stacks]
        stack_id = container if container in ids else experiment.find(container)[0].id
        return edits.change_stack(experiment, stack_id, loss=kind())

    return Offer(kind.title, f"set loss to {kind.title}", 0, frozenset(), apply, "lane")


READERS: dict[str, Callable[[QMimeData, Document, bool], Offer | str]] = {
    MIME_LAYER: _read_layer,
    MIME_CARDS: _read_cards,
    MIME_DATA: _read_data,
    MIME_LOSS: _read_loss,
}


def dropped_file(mime: QMimeData) -> str | None:
    """The path of the one file carried; "" if it is not one that opens here; None if no file is carried."""
    paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    if not paths:
        return None
    if len(paths) != 1:
        return ""
    known = Path(paths[0]).suffix.lower() in (".bnsim", RUN_ENDING) or is_carrier(paths[0])
    return paths[0] if known or kind_of(paths[0]) else ""


class Picture(msgspec.Struct, frozen=True):
    """A picture without a file: its content, in the format of that suffix."""

    format: str
    content: bytes


def carrying_picture(mime: QMimeData) -> Picture | None:
    """The picture with an experiment in it that a clipboard or a drag has, if it has one."""
    for format, mime_type in PICTURES.items():
        content = bytes(mime.data(mime_type).data()) if mime.hasFormat(mime_type) else b""
        with suppress(InputError):
            if content and carried_by(format, content, "the picture") is not None:
                return Picture(format, content)
    return None


def land(offer: Offer, document: Document, selection: Selection, container: int, index: int) -> None:
    """Insert what was dropped before position `index` of a stack or block, as one undo step, and select it."""
    before = document.experiment
    after = offer.apply(before, container, index)
    old = {layer.id for stack in before.stacks for layer in walk(stack.layers)}
    document.push(after, offer.text)
    new = {layer.id for stack in after.stacks for layer in walk(stack.layers)} - old
    selection.set([layer.id for layer in edits.chosen_layers(after, new | offer.moves)])
