"""The language of the window. Texts are English where they are used; `tr` looks them up in the catalog of a language.

A catalog is a file of plain text, `resources/languages/de.json`: English text to translated text. Where the English one
is put together as the program runs, the catalog has it with places, "Duplicate {0}", and what stands there is looked up
itself. What is not in the catalog stays English. `packaging/messages.py` says what a catalog lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import get_args

import msgspec
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from bnsim.spec.resources import resource
from bnsim.ui.theme.choice import Language, LanguageChoice

CONTEXT, SPOKEN = "bnsim", "spokenLanguage"
"""What our texts are under in Qt, and the property of the app that says its language."""
PLACE = re.compile(r"\{(\d)\}")
MOST = 20_000
"""Texts that are remembered: numbers in them change with every step."""


def tr(text: str) -> str:
    """The text in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text) if text else text


class Catalog(QTranslator):
    """Translates by a catalog, given as English text to translated text."""

    def __init__(self, texts: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self._known = {text: said for text, said in texts.items() if not PLACE.search(text)}
        templates = [text for text in texts if PLACE.search(text)]
        templates.sort(key=lambda text: -len(PLACE.sub("", text)))  # the most particular first
        self._templates = [(_pattern(text), texts[text]) for text in templates]

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return self.said(source) if context == CONTEXT else None

    def said(self, text: str) -> str | None:
        """The text in this language; None where the catalog has it not."""
        if text not in self._known:
            if len(self._known) > MOST:
                return self._put_together(text)
            found = self._put_together(text)
            if found is None:
                return None
            self._known[text] = found
        return self._known[text]

    def _put_together(self, text: str) -> str | None:
        for pattern, said in self._templates:
            match = pattern.fullmatch(text)
            if match is not None:
                parts = {name: self._part(part) for name, part in match.groupdict().items()}
                return PLACE.sub(partial(_filled, parts), said)
        return None

    def _part(self, text: str) -> str:
        return self.said(text) or text


def catalog_of(language: Language) -> Mapping[str, str]:
    """All texts of a language; none for English."""
    if language == "en":
        return {}
    return msgspec.json.decode(resource(f"languages/{language}.json").read_bytes(), type=dict[str, str])


def spoken_by(choice: LanguageChoice) -> Language:
    """The language that a choice means on this system; English where there is no catalog."""
    if choice != "system":
        return choice
    of_system = QLocale.system().name().partition("_")[0]
    return next((language for language in get_args(Language) if language == of_system), "en")


def begin(choice: LanguageChoice) -> None:
    """Speak the language chosen, unless a window is there already: one app has one language, until its next start."""
    app = QCoreApplication.instance()
    assert app is not None
    if app.property(SPOKEN) is None:
        speak(spoken_by(choice))


def speak(language: Language) -> None:
    """Have texts that are made from now on in that language, Qt's own ones as well."""
    app = QCoreApplication.instance()
    assert app is not None
    app.setProperty(SPOKEN, language)
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    if language == "en":
        return
    of_qt = QTranslator(app)
    if of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(of_qt)
    app.installTranslator(Catalog(catalog_of(language), app))


def _pattern(text: str) -> re.Pattern[str]:
    """What a text with places matches."""
    parts = enumerate(PLACE.split(text))
    return re.compile("".join(f"(?P<p{part}>.+?)" if at % 2 else re.escape(part) for at, part in parts), re.DOTALL)


def _filled(parts: Mapping[str, str], place: re.Match[str]) -> str:
    return parts[f"p{place[1]}"]
