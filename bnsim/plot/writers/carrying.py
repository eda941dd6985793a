"""What a file carries besides its picture, put into it and read back.

A PNG has it in a compressed text chunk before its pixels (zTXt, PNG specification, 11.3.4.4), an SVG in its metadata, a
PDF as an attached file (ISO 32000-1, 7.11.4), which viewers list, a .pptx as a part of its own. Programs that change a
file may leave it out; Inkscape keeps that of an SVG, and ImageMagick that of a PNG. What is read is data: it is
unpacked up to a limit, and nothing else happens to it here.
"""

from __future__ import annotations

import base64
import io
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bnsim.plot.carried import Carried
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.places import place, regular

MOST_BYTES = 64 * 1024 * 1024
"""Of what is carried, unpacked; and of a file that is looked at."""
NAME = "moment.bnsim"
_KEY = b"bnsim"
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(rb"<bnsim:carried(?:\s[^<>]{0,200})?>([A-Za-z0-9+/=\s]*)</bnsim:carried>")
_PDF = re.compile(rb"/Type /EmbeddedFile /Subtype /application#2Fx-bnsim .{1,200}?/Length (\d{1,9}) >>\nstream\n")
_PART = f"bnsim/{NAME}"
_TEXTS: Mapping[bytes, tuple[tuple[bytes, bool], ...]] = {
    b"zTXt": ((_KEY + b"\0\0", True),),
    b"iTXt": ((_KEY + b"\0\1\0\0\0", True), (_KEY + b"\0\0\0\0\0", False)),
    b"tEXt": ((_KEY + b"\0", False),),
}
"""How a text begins in each kind of chunk that may hold one, and whether the rest is packed."""
_BEGINNINGS: Mapping[str, bytes] = {"png": _PNG, "pdf": b"%PDF-", "pptx": b"PK\3\4"}
_ENDS: Mapping[str, bytes] = {"png": b"IEND", "pdf": b"%%EOF", "pptx": b"PK\5\6", "svg": b"</svg>"}
"""What a file of that kind begins with, and what stands near its end."""


def with_carried(format: str, content: bytes, carried: Carried) -> bytes:
    """The file's content with what is carried in it; as it is for formats that hold none, or where there is nothing."""
    if not carried.content or format not in _INTO:
        return content
    return _INTO[format](content, carried.content)


def carried_in(path: Path) -> bytes | None:
    """What the file at `path` carries; None for one that carries nothing. InputError if it cannot be read."""
    target = place(path)
    if not is_carrier(target):
        return None
    try:
        found = regular(target)
        if found is None:
            raise FileNotFoundError(2, "no such file")
        if found.st_size > MOST_BYTES:
            raise InputError(
                f"Cannot open {target}: it has more than {count(MOST_BYTES)} bytes; choose a picture that bnsim wrote."
            )
        content = target.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot open {target}: {reason}; choose another file.") from error
    return carried_by(target.suffix.removeprefix(".").lower(), content, str(target))


def carried_by(format: str, content: bytes, name: str) -> bytes | None:
    """What a file of that content carries, such as one on the clipboard; `name` is how errors call it."""
    begins = (each for each, first in _BEGINNINGS.items() if content.startswith(first))
    format = next(begins, "svg" if _is_svg(content) else format)  # a file may have been renamed
    try:
        found = _FROM[format](content)
        if found is None and _is_cut(format, content):
            raise ValueError("cut short")
        return found
    except (
        ValueError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        KeyError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise InputError(f"Cannot open {name}: it is damaged or cut short; export the picture again.") from error


def _is_svg(content: bytes) -> bool:
    return b"<svg" in content[:4096]


def _is_cut(format: str, content: bytes) -> bool:
    """Whether the file ends before its end."""
    begun = _is_svg(content) if format == "svg" else content.startswith(_BEGINNINGS[format])
    return not content or (begun and _ENDS[format] not in content[-1024:])


def _unpacked(packed: bytes) -> bytes:
    """The bytes that zlib packed. ValueError for more than `MOST_BYTES`."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, MOST_BYTES)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("too long, or cut off")
    return content


def _into_png(content: bytes, carried: bytes) -> bytes:
    # keyword, NUL, packed by zlib
    body = b"zTXt" + _KEY + b"\0\0" + zlib.compress(base64.b64encode(carried), 9)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    begin = next(at for at, kind, _ in _chunks(content) if kind == b"IDAT")
    return content[:begin] + chunk + content[begin:]


def _chunks(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Where each chunk of a PNG begins, its kind and its body."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        yield at, content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _from_png(content: bytes) -> bytes | None:
    if not content.startswith(_PNG):
        return None
    for _, kind, body in _chunks(content):
        for begin, packed in _TEXTS.get(kind, ()):
            if body.startswith(begin):
                text = body[len(begin) :]
                return base64.b64decode(_unpacked(text) if packed else text, validate=True)
    return None


def _into_svg(content: bytes, carried: bytes) -> bytes:
    text = base64.b64encode(zlib.compress(carried, 9))
    element = b'<bnsim:carried xmlns:bnsim="bnsim">' + text + b"</bnsim:carried>\n "
    end = content.index(b"</metadata>")
    return content[:end] + element + content[end:]


def _from_svg(content: bytes) -> bytes | None:
    found = _SVG.search(content)
    return _unpacked(base64.b64decode(found[1])) if found else None


def _into_pdf(content: bytes, carried: bytes) -> bytes:
    """The file with an update at its end, as the format has it for changes (ISO 32000-1, 7.5.6)."""
    size, root = _last(rb"/Size (\d+)", content), _last(rb"/Root (\d+) 0 R", content)
    info = re.findall(rb"/Info \d+ 0 R", content)
    start = _last(rb"startxref\s+(\d+)", content)
    catalog = re.search(rb"(?:^|\n)%d 0 obj\s*<<(.*?)>>\s*endobj" % root, content, re.DOTALL)
    if catalog is None:
        raise ValueError("a PDF without a catalog")
    packed = zlib.compress(carried, 9)
    head = b"<< /Type /EmbeddedFile /Subtype /application#2Fx-bnsim /Filter /FlateDecode "
    stream = head + b"/Params << /Size %d >> /Length %d >>\nstream\n" % (len(carried), len(packed))
    name = NAME.encode()
    files = b"/Names << /EmbeddedFiles << /Names [(%s) %d 0 R] >> >>" % (name, size + 1)
    bodies = {
        root: b"<<" + catalog[1].rstrip() + b" " + files + b" >>",
        size: stream + packed + b"\nendstream",
        size + 1: b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F %d 0 R >> >>" % (name, name, size),
    }
    made, table = bytearray(content), b""
    if not made.endswith(b"\n"):
        made += b"\n"
    for number, body in bodies.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(made))
        made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    trailer = b"trailer\n<< /Size %d /Root %d 0 R %s /Prev %d >>\n" % (size + 2, root, b"".join(info[-1:]), start)
    return bytes(made + b"xref\n" + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(made))


def _last(pattern: bytes, content: bytes) -> int:
    return int(re.findall(pattern, content)[-1])


def _from_pdf(content: bytes) -> bytes | None:
    found = _PDF.search(content)
    return _unpacked(content[found.end() : found.end() + int(found[1])]) if found else None


def _into_pptx(content: bytes, carried: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == "[Content_Types].xml":
                default = b'<Default Extension="bnsim" ContentType="application/x-bnsim"/>'
                body = re.sub(rb"(<Types\b[^>]*>)", rb"\1" + default, body, count=1)
            elif entry.filename == "_rels/.rels":
                target = f'<Relationship Id="bnsim" Type="bnsim:moment" Target="{_PART}"/></Relationships>'
                body = body.replace(b"</Relationships>", target.encode())
            new.writestr(entry, body)
        new.writestr(zipfile.ZipInfo(_PART), carried, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _from_pptx(content: bytes) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        if _PART not in file.namelist():
            return None
        if file.getinfo(_PART).file_size > MOST_BYTES:
            raise ValueError("too long")
        with file.open(_PART) as part:
            found = part.read(MOST_BYTES + 1)
        if len(found) > MOST_BYTES:
            raise ValueError("too long")
        return found


_INTO: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "png": _into_png,
    "svg": _into_svg,
    "pdf": _into_pdf,
    "pptx": _into_pptx,
}
_FROM: Mapping[str, Callable[[bytes], bytes | None]] = {
    "png": _from_png,
    "svg": _from_svg,
    "pdf": _from_pdf,
    "pptx": _from_pptx,
}
CARRIERS = tuple(_INTO)
"""Suffixes of files that carry something, without their dot."""


def is_carrier(path: str | os.PathLike[str]) -> bool:
    """Whether the name is that of a file that may carry something."""
    return Path(path).suffix.removeprefix(".").lower() in CARRIERS
