"""Markdown as a page of text that is as high as what it says: formulas in it, links that open in the browser."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from bnsim.lessons.plain import plain
from bnsim.plot.theme import Theme
from bnsim.ui.learn.lesson.formulas import put_in, taken_out
from bnsim.ui.theme.style import color, font

WEB = ("http", "https")
LEADING, PARAGRAPH, INDENT = 128, 0.6, 20
"""Height of a line in percent, the room between paragraphs as a share of the type's size, and pixels before a list."""
_WITHIN_NUMBER = re.compile(r"(?<=\d) (?=[×%])|(?<=\d ×) (?=10)")
MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class Prose(QTextBrowser):
    """Shows Markdown in the theme's type; it has no scroll bar, and no file is ever read for it."""

    def __init__(self, parent: QWidget | None = None, *, size: str = "text-large") -> None:
        """`size` is the name of the type's size in the theme."""
        super().__init__(parent)
        self._size = size
        self._markdown = ""
        self._theme: Theme | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(INDENT)
        self.anchorClicked.connect(self._open)

    @property
    def markdown(self) -> str:
        """What it shows, as it was written."""
        return self._markdown

    @property
    def plain(self) -> str:
        """What it says, without marks, and with formulas in one line."""
        return plain(self._markdown)

    def show_markdown(self, text: str) -> None:
        """Show a text; formulas stand between dollar signs."""
        if text != self._markdown:
            self._markdown = text
            self.setAccessibleName(self.plain)
            self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._lay_out()

    def _lay_out(self) -> None:
        theme = self._theme
        if theme is None:
            return
        shape = font(theme, self._size)
        document = self.document()
        document.setDefaultFont(shape)
        text, formulas = taken_out(_WITHIN_NUMBER.sub("\N{NO-BREAK SPACE}", self._markdown))
        document.setMarkdown(text, MARKDOWN)
        put_in(document, formulas, theme.size(self._size), color(theme, "text"))
        _lead(document, PARAGRAPH * theme.size(self._size))
        links = "[" in text or "://" in text
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if links else Qt.FocusPolicy.ClickFocus)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the text in the present width."""
        document = self.document()
        document.setTextWidth(max(self.viewport().width(), 60))
        height = round(document.size().height() + 0.5)
        if height != self.height():
            self.setFixedHeight(height)

    @Slot(QUrl)
    def _open(self, url: QUrl) -> None:
        if url.scheme() in WEB:
            QDesktopServices.openUrl(url)

    def loadResource(self, type: int, name: QUrl | str) -> object:
        return None

    def sizeHint(self) -> QSize:
        return QSize(280, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()


def _lead(document: QTextDocument, below: float) -> None:
    """Give lines of words air, and paragraphs so many pixels; a line that a formula stands in is as high as that."""
    block = document.begin()
    while block.isValid():
        shape = QTextBlockFormat()
        shape.setLineHeight(LEADING, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(0)
        shape.setBottomMargin(below if block.next().isValid() else 0)
        QTextCursor(block).mergeBlockFormat(shape)
        block = block.next()
