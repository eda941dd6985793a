"""How one came to a moment, small enough for a picture to carry: the document, where its run stood, its changes.

Everything else follows from that (see `bnsim.session.session`): on the same version and the same kind of processor to
the bit, else to rounding, as kernels and BLAS add in another order. Nothing personal goes along: a data file is named
by its own name and a hash of what was read of it.
"""

from __future__ import annotations

import hashlib
import platform
import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.writers.carrying import carried_in
from bnsim.session.changes import WeightScaling
from bnsim.session.moment import Moment
from bnsim.session.saved_run import LARGEST, MOST_CHANGES, Names, digest_of
from bnsim.session.session import Session
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import decode_document, encode_document, found_beside
from bnsim.spec.numerals import count, counted
from bnsim.version import __version__

VERSION = 1
SHORT = 8
"""Letters of a hash where it is shown."""
MOST_DATA = 16 * 1024 * 1024
"""Bytes of a data file that goes along."""

Count = Annotated[int, Meta(ge=0, le=LARGEST)]


class Past(Struct, frozen=True, kw_only=True):
    """A document and the moment at which its run stood; `changes` are those of the run up to there.

    `digest` is a hash of the numbers of a data file, "" for data that is generated; `data` that file itself, b"" where
    it does not go along. `made_by` is bnsim's version, `processor` the kind that the numbers were computed on.
    `loaded`: how many times weights were loaded by hand, which are not in it.
    """

    document: Document
    moment: Moment = Moment(0, 0)
    changes: tuple[WeightScaling, ...] = ()
    digest: str = ""
    data: bytes = b""
    made_by: str = __version__
    processor: str = ""
    loaded: int = 0

    @property
    def is_to_the_bit(self) -> bool:
        """Whether this bnsim on this machine comes to the same numbers to the bit."""
        return (self.made_by, self.processor) == (__version__, processor()) and not self.loaded

    @property
    def where(self) -> str:
        """Where the run stood, in words; iterations are counted from 1 there, as in the window."""
        iteration, tick = self.moment
        done = f"after {counted(iteration, 'iteration')}" if iteration else "at its start"
        return f"in iteration {count(iteration + 1)}" if tick else done

    @property
    def told(self) -> str:
        """Where the run stood, and how exactly it comes back, in words."""
        where = self.where
        if self.loaded:
            return f"{where}, without the weights that were loaded by hand"
        if self.is_to_the_bit:
            return f"{where}, to the bit"
        if self.made_by != __version__:
            return f"{where}, to rounding: bnsim {self.made_by} wrote it, this is {__version__}"
        return f"{where}, to rounding: it comes from another kind of processor"


class _Head(Struct, frozen=True):
    version: Count = 0


class _Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON: the document stands in it as in a .bnsim file, which checks and migrates it."""

    version: Count
    document: msgspec.Raw
    moment: tuple[Count, Count] = (0, 0)
    changes: Annotated[tuple[WeightScaling, ...], Meta(max_length=MOST_CHANGES)] = ()
    digest: Names = ""
    data: Annotated[bytes, Meta(max_length=MOST_DATA)] = b""
    made_by: Names = ""
    processor: Names = ""
    loaded: Count = 0


def past_of(session: Session, document: Document | None = None, *, with_data: bool = False) -> Past:
    """How the session came to its moment; `document` is what it is of, None for its experiment alone.

    `with_data`: a data file of the user's own goes along. InputError if it cannot be read, or is too large.
    """
    experiment = session.experiment
    whole = Document(experiment=experiment) if document is None else document
    digest = digest_of(experiment, session.data)
    data = _file_of(experiment.data) if with_data and isinstance(experiment.data, FileData) else b""
    return Past(
        document=replace(whole, experiment=_without_folders(whole.experiment)),
        moment=session.moment,
        changes=session.changes,
        digest=digest,
        data=data,
        processor=processor(),
        loaded=len(session.loaded),
    )


def carried(past: Past) -> Carried:
    """What a file carries of it: a few lines in words, and the whole as bytes."""
    return Carried(_lines(past), source_of(past.document), encode_past(past))


def source_of(document: Document) -> str:
    """Which experiment a picture is of, for its foot: its short hash and its seed."""
    return f"experiment {short_hash(document)} · seed {document.experiment.training.seed}"


def encode_past(past: Past) -> bytes:
    """The past as JSON, which `decode_past` reads."""
    content = _Content(
        version=VERSION,
        document=msgspec.Raw(encode_document(past.document)),
        moment=past.moment,
        changes=past.changes,
        digest=past.digest,
        data=past.data,
        made_by=past.made_by,
        processor=past.processor,
        loaded=past.loaded,
    )
    return msgspec.json.encode(content)


def decode_past(content: bytes, name: str) -> Past:
    """The past that a file of that `name` carries; InputError, in one sentence, for what is none."""
    try:
        version = msgspec.json.decode(content, type=_Head).version
        if version > VERSION:
            raise InputError(f"Cannot open {name}: a newer bnsim wrote it; open it with that.")
        found = msgspec.json.decode(content, type=_Content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"Cannot open {name}: what it carries is damaged ({error}); export it again.") from error
    return Past(
        document=decode_document(bytes(found.document), name),
        moment=Moment(*found.moment),
        changes=found.changes,
        digest=found.digest,
        data=found.data,
        made_by=found.made_by,
        processor=found.processor,
        loaded=found.loaded,
    )


def read_past(path: Path) -> Past:
    """The past that the picture at `path` carries, its data file named where it is, if it is beside the picture.

    InputError, in one sentence, if it carries none or cannot be read.
    """
    content = carried_in(path)
    if content is None:
        raise InputError(f"Cannot open {path.name}: it carries no experiment; choose a picture that bnsim exported.")
    past = decode_past(content, path.name)
    return replace(past, document=found_beside(past.document, path))


def short_hash(document: Document) -> str:
    """A few letters that tell the document's experiment from any other, for a caption.

    They do not depend on where its data file is, nor on the version of bnsim.
    """
    fields = msgspec.json.decode(encode_document(Document(experiment=_without_folders(document.experiment))))
    del fields["saved_by"]
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()[:SHORT]


def _without_folders(experiment: Experiment) -> Experiment:
    """The experiment with a data file named by its own name alone."""
    data = experiment.data
    if not isinstance(data, FileData):
        return experiment
    return replace(experiment, data=replace(data, path=_own_name(data.path), labels=_own_name(data.labels)))


def _own_name(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", path)[-1]


def processor() -> str:
    """The kind of processor that numbers are computed on here, as BLAS and the machine name it."""
    from threadpoolctl import threadpool_info

    blas = {
        f"{found.get('internal_api')} {found.get('version')} {found.get('architecture', '')}".strip()
        for found in threadpool_info()
        if found.get("user_api") == "blas"
    }
    return "; ".join([platform.machine(), *sorted(blas)])[:200]


def _lines(past: Past) -> tuple[str, ...]:
    experiment = past.document.experiment
    lanes = ", ".join(stack.name for stack in experiment.stacks)
    lines = [
        f"bnsim {past.made_by}, experiment {short_hash(past.document)}, seed {experiment.training.seed}",
        f"lanes: {lanes}; {past.where}, {experiment.training.precision}",
    ]
    if past.digest:
        named = experiment.data.path if isinstance(experiment.data, FileData) else ""
        lines.append(f"data: {named}, sha256 {past.digest[:SHORT]}")
    return tuple(lines)


def _file_of(data: FileData) -> bytes:
    """The bytes of a data file. InputError if it cannot be read, or is too large to go along."""
    path = Path(data.path)
    try:
        if path.stat().st_size > MOST_DATA:
            raise InputError(
                f"Cannot put {path.name} into the file: it has more than {count(MOST_DATA)} bytes; leave the data out."
            )
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot put {path.name} into the file: {reason}; leave the data out.") from error
