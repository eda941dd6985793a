"""How one came to a moment, small enough for a picture to carry: the document, where its run stood, its changes.

Everything else follows from that (see `bnsim.session.session`): on the same version and the same kind of processor to
the bit, else to rounding, as kernels and BLAS add in another order. Nothing personal goes along: a data file is named
by its own name and a hash of what was read of it.
"""

from __future__ import annotations

import hashlib
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.speaker import words_now
from bnsim.plot.writers.carrying import carried_by, carried_in
from bnsim.session.changes import WeightScaling
from bnsim.session.moment import Moment
from bnsim.session.saved_run import LARGEST, MOST_CHANGES, Names, digest_of
from bnsim.session.session import Session
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import NewerFileError, decode_document, encode_document
from bnsim.spec.numerals import count, counted
from bnsim.spec.phrases import phrase
from bnsim.version import __version__

VERSION = 1
SHORT = 8
"""Letters of a hash where it is shown."""
MOST_DATA = 16 * 1024 * 1024
"""Bytes of a data file that goes along."""

Count = Annotated[int, Meta(ge=0, le=LARGEST)]


class Past(Struct, frozen=True, kw_only=True):
    """A document and the moment at which its run stood; `changes` are those of the run up to there.

    `ended`: the iteration of that moment was done, and what it computed still to be seen.

    `digest` is a hash of the numbers of a data file, "" for data that is generated; `data` that file itself and
    `labels` the one of its labels, b"" where they do not go along. `made_by` is bnsim's version, `processor` the kind
    that the numbers were computed on. `loaded`: how many times weights were loaded by hand, which are not in it.
    """

    document: Document
    moment: Moment = Moment(0, 0)
    ended: bool = False
    changes: tuple[WeightScaling, ...] = ()
    digest: str = ""
    data: bytes = b""
    labels: bytes = b""
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
        if tick and self.ended:
            return f"at the end of iteration {count(iteration + 1)}"
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
        return f"{where}, to rounding: it comes from other libraries or another kind of processor"


class _Head(Struct, frozen=True):
    version: Count = 0


class _Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON: the document stands in it as in a .bnsim file, which checks and migrates it."""

    version: Count
    document: msgspec.Raw
    moment: tuple[Count, Count] = (0, 0)
    ended: bool = False
    changes: Annotated[tuple[WeightScaling, ...], Meta(max_length=MOST_CHANGES)] = ()
    digest: Names = ""
    data: Annotated[bytes, Meta(max_length=MOST_DATA)] = b""
    labels: Annotated[bytes, Meta(max_length=MOST_DATA)] = b""
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
    whole = replace(whole, experiment=_without_folders(whole.experiment))
    data = labels = b""
    if with_data and isinstance(experiment.data, FileData):
        data, labels, name = _files_of(experiment.data)
        own = replace(whole.experiment.data, labels=name)
        whole = replace(whole, experiment=replace(whole.experiment, data=own))
    return Past(
        document=whole,
        moment=session.moment,
        ended=session.between_iterations and session.moment.tick > 0,
        changes=session.changes,
        digest=digest,
        data=data,
        labels=labels,
        processor=processor(),
        loaded=len(session.loaded),
    )


def past_at_start(document: Document) -> Past:
    """The past of a document that no run was made of."""
    return Past(
        document=replace(document, experiment=_without_folders(document.experiment)),
        processor=processor(),
    )


def carried(past: Past) -> Carried:
    """What a file carries of it: a few lines in words, and the whole as bytes."""
    return Carried(_lines(past), source_of(past.document), encode_past(past))


def source_of(document: Document) -> str:
    """Which experiment a picture is of, for its foot: its short hash and its seed."""
    seed = str(document.experiment.training.seed)
    return words_now(phrase("experiment {hash} · seed {seed}", hash=short_hash(document), seed=seed))


def encode_past(past: Past) -> bytes:
    """The past as JSON, which `decode_past` reads."""
    content = _Content(
        version=VERSION,
        document=msgspec.Raw(encode_document(past.document)),
        moment=past.moment,
        ended=past.ended,
        changes=past.changes,
        digest=past.digest,
        data=past.data,
        labels=past.labels,
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
    try:
        document = decode_document(bytes(found.document), name)
    except NewerFileError:
        raise
    except InputError as error:  # which says how a file of text is mended
        what = str(error).removeprefix(f"Cannot open {name}: ").partition(";")[0]
        raise InputError(f"Cannot open {name}: what it carries is damaged ({what}); export it again.") from error
    return Past(
        document=document,
        moment=Moment(*found.moment),
        ended=found.ended,
        changes=found.changes,
        digest=found.digest,
        data=found.data,
        labels=found.labels,
        made_by=found.made_by,
        processor=found.processor,
        loaded=found.loaded,
    )


def read_past(path: Path) -> Past:
    """The past that the picture at `path` carries; its data is named by its own name alone.

    InputError, in one sentence, if it carries none or cannot be read.
    """
    return _past(carried_in(path), path.name)


def past_in(format: str, content: bytes, name: str) -> Past:
    """The past that a picture of that content carries, such as one on the clipboard. InputError as `read_past`."""
    return _past(carried_by(format, content, name), name)


def _past(content: bytes | None, name: str) -> Past:
    if content is None:
        raise InputError(f"Cannot open {name}: it carries no experiment; choose a picture that bnsim exported.")
    past = decode_past(content, name)
    # whoever made the picture may have named any file of this machine
    return replace(past, document=replace(past.document, experiment=_without_folders(past.document.experiment)))


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
    """The kind of processor that numbers are computed on here, as BLAS and the machine name it, and what computes them.

    It is the same in every process of this machine, whichever of the libraries are imported already.
    """
    import numpy  # noqa: F401  (it has a BLAS, which is asked)
    from threadpoolctl import threadpool_info

    blas = {str(found.get("architecture", "")) for found in threadpool_info() if found.get("user_api") == "blas"}
    libraries = [f"{name} {version(name)}" for name in ("numpy", "scipy", "numba")]
    return "; ".join([platform.machine(), *sorted(blas), *libraries])[:200]


def _lines(past: Past) -> tuple[str, ...]:
    experiment = past.document.experiment
    lanes = ", ".join(stack.name for stack in experiment.stacks)
    made, seed = past.made_by, str(experiment.training.seed)
    experiment_hash, precision = short_hash(past.document), experiment.training.precision
    where = words_now(past.where)
    lines: list[str] = [
        phrase("bnsim {version}, experiment {hash}, seed {seed}", version=made, hash=experiment_hash, seed=seed),
        phrase("lanes: {lanes}; {where}, {precision}", lanes=lanes, where=where, precision=precision),
    ]
    if past.digest:
        named = experiment.data.path if isinstance(experiment.data, FileData) else ""
        lines.append(phrase("data: {file}, sha256 {hash}", file=named, hash=past.digest[:SHORT]))
    return tuple(map(words_now, lines))


def _files_of(data: FileData) -> tuple[bytes, bytes, str]:
    """The bytes of a data file and of its labels' file, and the name of that, b"" and "" where it has none.

    InputError if they cannot be read, or are too large to go along.
    """
    from bnsim.data import files_of

    paths = files_of(data)
    try:
        if sum(path.stat().st_size for path in paths) > MOST_DATA:
            raise InputError(
                f"Cannot put {paths[0].name} into the file: it has more than {count(MOST_DATA)} bytes; "
                "leave the data out."
            )
        contents = [path.read_bytes() for path in paths]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot put {paths[0].name} into the file: {reason}; leave the data out.") from error
    labels, name = (contents[1], paths[1].name) if len(paths) > 1 else (b"", "")
    return contents[0], labels, name
