"""The .bnsim file: readable JSON with an integer version. Data only; nothing in it is ever executed.

It holds a `Document`. docs/format.md describes the format.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from bnsim.spec.data_files import is_on_network
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_DEPTH, MAX_LAYERS, Experiment
from bnsim.spec.migrations import VERSION, migrated
from bnsim.spec.numerals import count
from bnsim.spec.places import place, real, regular
from bnsim.spec.whole_file import written_whole
from bnsim.version import __version__

MAX_BYTES = 16 * 1024 * 1024
"""Checked before a file is read: the largest legal document is far below."""
RUN_ENDING = ".bnrun"
ZIPPED = b"PK\x03\x04"
"""How a zip archive begins, as one of a run does (`bnsim.session.run_file`)."""
_LOCK = threading.Lock()
"""msgspec learns a type when it first meets it, and crashes where two threads have it learn the same one at once."""
_OWN = tuple(name for name in Document.__struct_fields__ if name != "experiment")
"""Fields of a document that stand in the file beside those of its experiment."""
_RELEASE = re.compile(r"(\d{1,6}(\.\d{1,6}){0,3})[0-9A-Za-z.+-]{0,20}")


class NewerFileError(InputError):
    """A file that a newer bnsim saved and this one cannot read."""


def is_run(path: str | os.PathLike[str]) -> bool:
    """Whether a file is meant to be a saved run (`bnsim.session.run_file`), by its name."""
    return str(path).lower().endswith(RUN_ENDING)


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write `experiment` to `path`, whole or not at all. InputError if the place cannot be written.

    In an existing .bnsim file only the experiment is replaced; its breakpoints stay, except those about layers or lanes
    that `experiment` does not have. InputError if a newer bnsim saved that file, since this one could lose part of it.
    A data file in the folder of `path` or below is stored with a relative path, so that both can be moved together.
    """
    there = _document_to_keep(place(path))
    save_document(Document(experiment=experiment) if there is None else there.with_experiment(experiment), path)


def load(path: str | os.PathLike[str]) -> Experiment:
    """The experiment in the file at `path`; InputError says what is wrong and where in the file."""
    return load_document(path).experiment


def save_document(document: Document, path: str | os.PathLike[str]) -> None:
    """Write all of `document` to `path` in place of what is there. As `save` otherwise."""
    target = place(path)
    try:
        text = encode_document(named_from(document, target))
        with written_whole(target) as file:
            file.write(text)
    except OSError as error:
        raise InputError(cannot("save", target, error)) from error


def load_document(path: str | os.PathLike[str]) -> Document:
    """Everything that the file at `path` holds; InputError says what is wrong and where in the file."""
    source = place(path)
    try:
        there = regular(source)
        size = there.st_size if there is not None else 0
        if size > MAX_BYTES:
            raise InputError(
                f"Cannot open {source.name}: it has {count(size)} bytes, more than a .bnsim file can have "
                f"({count(MAX_BYTES)}); choose a file that bnsim saved."
            )
        content = source.read_bytes()
    except OSError as error:
        raise InputError(cannot("open", source, error)) from error
    if content.startswith(ZIPPED):
        raise InputError(
            f"Cannot open {source.name}: it is not a .bnsim file but an archive, as a saved run is; "
            "open a run in the window, by bn.load_run or by 'bnsim run'."
        )
    return found_beside(decode_document(content, source.name), source)


def named_from(document: Document, target: Path) -> Document:
    """The document as a file at `target` holds it: a data file beside that is named from there."""
    named = _with_names(document.experiment, partial(_named_from, folder=real(target).parent))
    return replace(document, experiment=named)


def found_beside(document: Document, source: Path) -> Document:
    """The document of a file at `source`: a data file that is beside that is named by its absolute path."""
    for beside in dict.fromkeys((real(source).parent, source.parent)):
        document = replace(document, experiment=_with_names(document.experiment, partial(_found, folder=beside)))
    return document


def encode(experiment: Experiment) -> bytes:
    """The content of a file that holds an experiment alone, UTF-8."""
    return encode_document(Document(experiment=experiment))


def encode_document(document: Document) -> bytes:
    """The file's content, UTF-8. What a document keeps beside its experiment is left out where it is empty.

    InputError for a breakpoint whose limit is NaN or infinite, which JSON cannot say.
    """
    fields: dict[str, Any] = {"version": VERSION, "saved_by": __version__, **_said(document.experiment)}
    for field in msgspec.structs.fields(Document):
        value = getattr(document, field.name)
        if field.name in _OWN and value:
            _check_readable(field, value)
            fields[field.name] = value
    return msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"


def _said(experiment: Experiment) -> dict[str, Any]:
    """The experiment's fields, without those that earlier versions do not know where these say nothing."""
    fields: dict[str, Any] = msgspec.to_builtins(experiment)
    if experiment.training.gain == 1:
        del fields["training"]["gain"]
    for stack in fields["stacks"]:
        _leave_out_what_says_nothing(stack)
    return fields


def _leave_out_what_says_nothing(stack: dict[str, Any]) -> None:
    _leave_out_of_layers(stack["layers"])
    if not stack["training"]:
        del stack["training"]
    if stack["fork"] is None:
        del stack["fork"]
    else:
        _leave_out_what_says_nothing(stack["fork"]["source"])


def _leave_out_of_layers(layers: list[dict[str, Any]]) -> None:
    for layer in layers:
        if layer.get("follows_data") is False:
            del layer["follows_data"]
        _leave_out_of_layers(layer.get("layers", []))


def _check_readable(field: msgspec.structs.FieldInfo, value: Any) -> None:
    """InputError if a field of a document could not be read back as its type."""
    try:
        read = msgspec.json.decode(msgspec.json.encode(value), type=field.type)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = where.strip("`").replace("$", f"$.{field.name}", 1)
        raise InputError(f"Cannot save this: {_lower_first(message)} at {place}; correct that value.") from error
    if read != value:
        raise InputError(f"Cannot save this: something at $.{field.name} is not a finite number; correct that value.")


def decode(content: bytes, name: str = "the file") -> Experiment:
    """The experiment in `content`; `name` is how errors call the file."""
    return decode_document(content, name).experiment


def decode_document(content: bytes, name: str = "the file") -> Document:
    """The document in `content`; `name` is how errors call the file."""
    try:
        raw: Any = msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))  # some editors put it in front
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what = f"{_lower_first(str(error))}{_place(content, error)}"
        raise InputError(
            f"Cannot open {name}: it is not a .bnsim file ({what}); "
            "choose a file that bnsim saved, or mend that place in a text editor."
        ) from error
    except RecursionError as error:
        raise InputError(_too_deep(name)) from error
    return document_from_builtins(raw, name)


def from_builtins(raw: Any, name: str = "the file") -> Experiment:
    """The experiment in decoded JSON; InputError says what is wrong and where."""
    return document_from_builtins(raw, name).experiment


def document_from_builtins(raw: Any, name: str = "the file") -> Document:
    """The document in decoded JSON: its version is checked, then it is brought to the present one, then converted."""
    if not isinstance(raw, dict) or "version" not in raw:
        raise InputError(f'Cannot open {name}: it has no "version" at $; choose a file that bnsim saved.')
    version, saved_by = raw["version"], raw.get("saved_by", "")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"Cannot open {name}: {version!r} at $.version is not a whole number from 1 on.")
    if saved_by != "" and not (isinstance(saved_by, str) and _RELEASE.fullmatch(saved_by)):
        raise InputError(f"Cannot open {name}: the value at $.saved_by is no version of bnsim; take that line out.")
    update = f"update bnsim to {saved_by} or newer" if _is_newer(saved_by) else "update bnsim"
    if version > VERSION:
        raise NewerFileError(
            f"Cannot open {name}: it was saved by a newer bnsim (version {version} at $.version, this one reads "
            f"up to {VERSION}); {update}."
        )
    fields = {key: value for key, value in raw.items() if key not in ("version", "saved_by")}
    _refuse_too_large(fields.get("stacks"), name)
    try:
        return _converted(migrated(fields, version))
    except msgspec.ValidationError as error:
        message, place = _message_and_place(error)
        if _is_newer(saved_by):
            raise NewerFileError(
                f"Cannot open {name}: it was saved by bnsim {saved_by} and has something at {place} that this one, "
                f"{__version__}, does not know ({message}); {update}."
            ) from error
        raise InputError(
            f"Cannot open {name}: {message} at {place}; correct that value in a text editor, or open another file."
        ) from error
    except RecursionError as error:
        raise InputError(_too_deep(name)) from error


def _converted(fields: dict[str, Any]) -> Document:
    """A file's fields as a document; those of the experiment stand beside the document's own."""
    own = {key: value for key, value in fields.items() if key in _OWN}
    experiment = {key: value for key, value in fields.items() if key not in _OWN}
    with _LOCK:
        return msgspec.convert({"experiment": experiment, **own}, Document)


def _refuse_too_large(stacks: Any, name: str) -> None:
    """InputError if a stack has too many layers, in blocks too, or blocks too deep; looked for before any is built."""
    for number, stack in enumerate(stacks if isinstance(stacks, list) else ()):
        total, depth, inside = 0, -1, [stack]
        while inside:  # level by level, as anything that calls itself for each could be nested too deeply for it
            holders = [each.get("layers") for each in inside if isinstance(each, dict)]
            inside = [layer for layers in holders if isinstance(layers, list) for layer in layers]
            inside = [layer for layer in inside if isinstance(layer, dict)]
            total, depth = total + len(inside), depth + 1
            inside = [layer for layer in inside if "layers" in layer]
            if total > MAX_LAYERS:
                what, most = f"more than {count(MAX_LAYERS)} layers", "choose a file with fewer"
            elif depth > MAX_DEPTH:
                what, most = f"blocks nested more than {MAX_DEPTH} deep", "choose a file with fewer blocks in blocks"
            else:
                continue
            raise InputError(f"Cannot open {name}: the stack at $.stacks[{number}] has {what}; {most}.")


def _message_and_place(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, and the JSONPath of where in the file."""
    message, _, where = str(error).partition(" - at ")
    place = where.strip("`") or "$"
    return _lower_first(message), place.replace("$.experiment", "$", 1)


def _is_newer(saved_by: str) -> bool:
    """Whether a version of bnsim is later than this one; what follows its numbers, such as "rc1", is not compared."""
    return _numbers(saved_by) > _numbers(__version__)


def _numbers(release: str) -> list[int]:
    found = _RELEASE.fullmatch(release)
    numbers = [int(number) for number in found.group(1).split(".")] if found else []
    return numbers + [0] * (4 - len(numbers))


def _document_to_keep(path: Path) -> Document | None:
    """The document in a file about to be overwritten, or None; InputError if a newer bnsim saved it."""
    try:
        return load_document(path)
    except NewerFileError as error:
        what = f"Cannot save {path.name}: a newer bnsim saved the file that is there"
        raise InputError(f"{what}; choose another name.") from error
    except InputError:
        return None


def _with_names(experiment: Experiment, name: Callable[[str], str]) -> Experiment:
    """The experiment with its data files called by other names, if it has any."""
    data = experiment.data
    if not isinstance(data, FileData):
        return experiment
    path, labels = name(data.path), name(data.labels)
    if (path, labels) == (data.path, data.labels):
        return experiment
    return replace(experiment, data=replace(data, path=path, labels=labels))


def _named_from(name: str, folder: Path) -> str:
    """The absolute path of a file in `folder` as a relative one, with slashes on any system; others as they are."""
    if is_on_network(name):
        return name
    try:
        path = Path(name)
        below = path.is_absolute() and path.is_file() and path.resolve().is_relative_to(folder.resolve())
        return path.resolve().relative_to(folder.resolve()).as_posix() if below else name
    except (OSError, ValueError):  # no path of this system, such as one with a NUL in it
        return name


def _found(name: str, folder: Path) -> str:
    """The absolute path if there is a file of that name in `folder`, and `folder` is not the working folder.

    So data named by a relative path is looked for beside the file first, then in the working folder.
    """
    if is_on_network(name):  # not even to see whether it is there
        return name
    try:
        beside = (folder / name).resolve()
        elsewhere = beside != Path(name).resolve()
        return str(beside) if name and elsewhere and beside.is_file() else name
    except (OSError, ValueError):  # no path of this system, such as one with a NUL in it
        return name


def refuse_missing(path: str | os.PathLike[str]) -> None:
    """InputError if there is no file of that name; it is not read."""
    target = place(path)
    try:
        found = regular(target)
    except OSError as error:
        raise InputError(cannot("open", target, error)) from error
    if found is None:
        missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target))
        raise InputError(cannot("open", target, missing))


def cannot(verb: str, path: Path, error: OSError) -> str:
    """What a system refuses, and what to do."""
    return f"Cannot {verb} {path}: {_lower_first(error.strerror or str(error))}; choose another place or name."


def _too_deep(name: str) -> str:
    return f"Cannot open {name}: it is nested too deeply at $; choose a file that bnsim saved."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _place(content: bytes, error: Exception) -> str:
    """', line L column C' where a byte position can be read from msgspec's message."""
    found = re.search(r"byte (\d+)", str(error))
    if not found:
        return ""
    before = content[: int(found.group(1))]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f", line {line} column {column}"
