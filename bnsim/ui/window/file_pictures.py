"""Keeps a small picture of the document's file, when it is saved or left: the gradient by depth as it was last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from bnsim.runner.updates import Figures
from bnsim.ui.model import pictures
from bnsim.ui.model.document import Document

PICTURED = "gradient_by_depth"


class FilePictures(QObject):
    """Looks at the figures that a window shows, and computes none."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._path: Path | None = None
        self._figures: Figures | None = None
        """The newest ones with the figure, and the file that they were of."""
        self._kept: tuple[Path | None, Figures | None] = (None, None)
        document.file_changed.connect(self._file_changed)
        document.replaced.connect(self.keep)

    def show_figures(self, figures: Figures) -> None:
        """Remember figures of the present document."""
        if PICTURED in figures.by_name and figures.experiment is self._document.experiment:
            self._path, self._figures = self._document.path, figures

    @Slot()
    def keep(self) -> None:
        """Keep the picture of the file that the newest figures were of."""
        path, figures = self._path, self._figures
        if path is None or figures is None or (path == self._kept[0] and figures is self._kept[1]):
            return
        self._kept = path, figures
        picture = pictures.picture_of(figures.by_name[PICTURED], figures.updates)
        if picture is not None:
            pictures.keep(path, picture)

    @Slot()
    def _file_changed(self) -> None:
        """What was shown may have been saved, in another file than before."""
        document, figures = self._document, self._figures
        shown = figures is not None and figures.experiment is document.experiment
        if shown and document.path is not None and not document.modified:
            self._path = document.path
            self.keep()
