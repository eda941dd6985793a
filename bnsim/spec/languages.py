"""The languages that texts can be in besides English, and the words of each: a file of plain text.

`resources/languages/de.json` has English text to German text. What is not in it stays English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from bnsim.spec.errors import InputError
from bnsim.spec.phrases import Say, in_english
from bnsim.spec.resources import resource

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def catalog_of(language: Language) -> Mapping[str, str]:
    """All texts of a language; none for English. InputError where they cannot be read."""
    if language == "en":
        return {}
    try:
        return msgspec.json.decode(resource(f"languages/{language}.json").read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise InputError("The file with bnsim's texts in this language is missing or damaged; reinstall it.") from error


def sayer_of(language: Language) -> Say:
    """What gives the words for phrases in that language; a phrase itself where it has none."""
    if language == "en":
        return in_english
    catalog = catalog_of(language)
    return lambda text: catalog.get(text, text)
