"""The language of the window. Texts are English where they are used; `tr` looks them up in the catalog of a language.

A catalog (`bnsim.spec.languages`) is a file of plain text: English text to translated text. Where the English one
is put together as the program runs, the catalog has it with places, "Duplicate {0}", and what stands there is looked up
itself. What is not in the catalog stays English. `packaging/messages.py` says what a catalog lacks.

Figures and diagrams are made without a window, of phrases that know what was put into them (`bnsim.spec.phrases`):
`told` gives one in the language of the window. Their texts have places with names, "{lane} is zero {where}".
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from bnsim.plot.speaker import Speaker
from bnsim.plot.spoken import P, spoken
from bnsim.spec import phrases
from bnsim.spec.errors import InputError
from bnsim.spec.languages import LANGUAGES, Language, catalog_of
from bnsim.ui.catalog import Texts
from bnsim.ui.theme.choice import LanguageChoice

CONTEXT, SPOKEN = "bnsim", "spokenLanguage"
"""What our texts are under in Qt, and the property of the app that says its language."""


def tr(text: str) -> str:
    """The text in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text) if text else text


def told(picture: P) -> P:
    """The figure or diagram with all of its words in the language of the window; any thread may ask."""
    return picture if _spoken.catalog is None else spoken(picture, _spoken.catalog.of_phrase)


def told_words(text: str) -> str:
    """The words of a figure, or of what a lesson asks, in the language of the window."""
    return text if _spoken.catalog is None else phrases.said(text, _spoken.catalog.of_phrase)


def speaker() -> Speaker | None:
    """The language of the window for what is drawn with `bnsim.plot.speaker`, None for English."""
    catalog = _spoken.catalog
    return None if catalog is None else Speaker(catalog.of_phrase, catalog.of_text)


def sayer() -> phrases.Say:
    """What gives the words for phrases in the language of the window, in any thread."""
    return phrases.in_english if _spoken.catalog is None else _spoken.catalog.of_phrase


class _Spoken:
    """The catalog of the language of the window, None for English. Qt's own way to it is for its thread alone."""

    catalog: Catalog | None = None
    problem = ""


_spoken = _Spoken()


class Catalog(QTranslator):
    """Translates by a catalog, given as English text to translated text."""

    def __init__(self, texts: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self._phrases = texts
        self.said = Texts(texts).said

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return self.said(source) if context == CONTEXT else None

    def of_text(self, text: str) -> str:
        """The words for a text that was put together; the text itself where the catalog has nothing of it."""
        return self.said(text) or text

    def of_phrase(self, text: str) -> str:
        """The words for a phrase, with its places; the phrase itself where the catalog has it not."""
        return self._phrases.get(text, text)


def spoken_by(choice: LanguageChoice) -> Language:
    """The language that a choice means on this system; English where there is no catalog."""
    if choice != "system":
        return choice
    of_system = QLocale.system().name().partition("_")[0]
    return next((language for language in LANGUAGES if language == of_system), "en")


def language_spoken() -> Language:
    """The language of the window, English as long as none was chosen."""
    app = QCoreApplication.instance()
    spoken: Language | None = None if app is None else app.property(SPOKEN)
    return spoken or "en"


def begin(choice: LanguageChoice) -> None:
    """Speak the language chosen, unless a window is there already: one app has one language, until its next start.

    It is English where the texts of that one cannot be read; `problem` says so then.
    """
    app = QCoreApplication.instance()
    assert app is not None
    if app.property(SPOKEN) is None:
        try:
            speak(spoken_by(choice))
        except InputError as error:
            speak("en")
            _spoken.problem = str(error)


def problem() -> str:
    """Why the language is not the one chosen, in a sentence; "" if it is, or once it has been told."""
    told, _spoken.problem = _spoken.problem, ""
    return told


def speak(language: Language) -> None:
    """Have texts that are made from now on in that language, Qt's own ones as well. InputError if it has none."""
    app = QCoreApplication.instance()
    assert app is not None
    app.setProperty(SPOKEN, language)
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    _spoken.catalog = None
    if language == "en":
        return
    of_qt = QTranslator(app)
    if of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(of_qt)
    _spoken.catalog = Catalog(catalog_of(language), app)
    app.installTranslator(_spoken.catalog)
