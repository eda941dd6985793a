"""What is left in English of a text that a German window shows."""

from __future__ import annotations

import json
import re
from functools import cache

from bnsim.plot.speaker import Speaker
from bnsim.spec.phrases import said
from bnsim.spec.resources import resource
from bnsim.ui.catalog import Texts

_ENGLISH = re.compile(
    r"\b(the|of|by|is|are|it|its|with|from|at|to|and|or|not|than|that|this|there|each|every|before|after|no|on)\b",
    re.IGNORECASE,
)
"""Words that stand in most English sentences and in no German one."""


@cache
def catalog() -> dict[str, str]:
    """English texts, as they stand in the source, to German ones."""
    found: dict[str, str] = json.loads(resource("languages/de.json").read_text(encoding="utf-8"))
    return found


@cache
def texts() -> Texts:
    """The German catalog."""
    return Texts(catalog())


def german_of_phrase(text: str) -> str:
    """What a German window shows for a phrase; what is no phrase stays English."""
    return said(text, _of_template)


def german_speaker() -> Speaker:
    """The language in which a German window draws."""
    return Speaker(_of_template, german)


def _of_template(template: str) -> str:
    return catalog().get(template, template)


def german(text: str) -> str:
    """What a German window shows for an English text."""
    return texts().said(text) or text


def english_in(text: str) -> list[str]:
    """The English words in what a German window shows for a text."""
    return _ENGLISH.findall(german(text))
