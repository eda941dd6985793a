"""What an exported file carries besides its picture: where it comes from in words, and what brings the moment back."""

from __future__ import annotations

from msgspec import Struct


class Carried(Struct, frozen=True):
    """`lines` say in words where the picture comes from, for a head of comments; `content` is what is attached.

    `source` says it in a few words, for the foot of a picture whose style asks for it. The writers do not read the
    content; whoever opens the file gets it back as it is. b"" is nothing.
    """

    lines: tuple[str, ...] = ()
    source: str = ""
    content: bytes = b""


NOTHING = Carried()
