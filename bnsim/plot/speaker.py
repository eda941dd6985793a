"""The language in which diagrams are drawn: words are measured as they are drawn, so they are told before that.

Whoever draws for a window says so, `with speaking(speaker): ...`, for what is drawn in that thread until then. What is
drawn otherwise, from Python or the command line, is in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from bnsim.spec.phrases import Say, is_phrase, said


class Speaker(NamedTuple):
    """A language: `phrase` gives a phrase with its places, `text` what was put together without one."""

    phrase: Say
    text: Say


_SPEAKER: ContextVar[Speaker | None] = ContextVar("speaker", default=None)


@contextmanager
def speaking(speaker: Speaker | None) -> Iterator[None]:
    """Have words in that language, None for English."""
    token = _SPEAKER.set(speaker)
    try:
        yield
    finally:
        _SPEAKER.reset(token)


def speaker_now() -> Speaker | None:
    """The language that is spoken, None for English."""
    return _SPEAKER.get()


def words_now(text: str) -> str:
    """Words of ours, a phrase or a sentence, in the language that is spoken; not for names that a person gave."""
    speaker = _SPEAKER.get()
    if speaker is None or not text:
        return text
    return said(text, speaker.phrase) if is_phrase(text) else speaker.text(text)
