"""The language of the window. Texts are English where they are used; `tr` looks them up in the catalog of a language.

A catalog is a file of plain text, `resources/languages/de.json`: English text to translated text. Where the English one
is put together as the program runs, the catalog has it with places, "Duplicate {0}", and what stands there is looked up
itself. What is not in the catalog stays English. `packaging/messages.py` says what a catalog lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import msgspec
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from bnsim.spec.resources import resource
from bnsim.ui.catalog import Texts
from bnsim.ui.theme.choice import Language, LanguageChoice

CONTEXT, SPOKEN = "bnsim", "spokenLanguage"
"""What our texts are under in Qt, and the property of the app that says its language."""


def tr(text: str) -> str:
    """The text in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text) if text else text


class Catalog(QTranslator):
    """Translates by a catalog, given as English text to translated text."""

    def __init__(self, texts: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self.said = Texts(texts).said

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return self.said(source) if context == CONTEXT else None


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
