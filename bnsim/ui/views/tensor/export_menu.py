"""The menu that copies and exports a tensor: its drawing as a picture, its numbers as text or as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.lenses.tensor.numbers import WriteNumbers
from bnsim.plot.theme import Theme
from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.ui.language import tr
from bnsim.ui.model import preferences
from bnsim.ui.model.asking import AskExport
from bnsim.ui.theme.icons import icon
from bnsim.ui.views.tensor.mates import MatesOffer
from bnsim.ui.views.tensor.page import TensorPage
from bnsim.ui.widgets.numbers import NumberMenu

ASKED = (GRADIENT, VALUE, "dweight", "dbias")
"""Arrays of which one can ask why they are so small."""


class ExportMenu(QMenu):
    """The menu behind the three dots. `ask_export` asks for the file to write."""

    inquired = Signal(object)
    why_asked = Signal()
    """Why are the numbers of this tensor so small?"""
    copy_asked = Signal()
    """Its picture is to be copied."""
    export_asked = Signal(str)
    """Its picture is to be written in the format of that suffix."""

    def __init__(self, page: TensorPage, ask_export: AskExport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.contextMenu")
        self._page = page
        self._ask_export = ask_export
        self.numbers = NumberMenu(self)
        self._seen: TensorSeen | None = None
        self._theme: Theme | None = None
        self._images: dict[QAction, str] = {}
        self.why = QAction(tr("Why is this so small?"), self)
        self.why.setObjectName("tensor.why")
        self.why.triggered.connect(self.why_asked)
        self._add("copy", "Copy picture", "copy", self.copy_asked.emit)
        self._add("copyNumbers", "Copy numbers", "copy", self._copy_numbers)
        self.addSeparator()
        self._add("export.png", "Export PNG picture…", "export", lambda: self.export_asked.emit("png"))
        self._add("export.csv", "Export CSV numbers…", "export", self._export_numbers)

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Set the tensor to export; the actions are disabled while it is not computed."""
        self._seen = seen
        for action in self._images:
            action.setEnabled(seen is not None and seen.values is not None)

    def on_a_cell(
        self, expression: str = "", types: Callable[[], object] | None = None, mates: MatesOffer | None = None
    ) -> QMenu:
        """The menu to be opened on the element of that expression; of a gradient it begins with asking why it is so.

        `types` opens a field for another number, where there can be one; `mates` is the entry for the sample there.
        """
        asks = self._seen is not None and self._seen.tensor.name in ASKED
        if not asks and not expression and types is None and mates is None:
            return self
        menu = QMenu(self.parentWidget())
        menu.setObjectName("tensor.cellMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if asks:
            of_value = self._seen is not None and self._seen.tensor.name == VALUE
            self.why.setText(tr("Why is this value so?" if of_value else "Why is this so small?"))
            menu.addAction(self.why)
            menu.addSeparator()
        if types is not None:
            entry = menu.addAction(tr("Fork with another number…\tF2"), lambda: types())
            entry.setObjectName("tensor.type")
            if self._theme is not None:
                entry.setIcon(icon("edit", self._theme))
            menu.addSeparator()
        if mates is not None:
            self._add_mates(menu, mates)
        if expression:
            menu.addActions(self.numbers.entries(expression, "tensor", menu))
            menu.addSeparator()
        menu.addActions(self.actions())
        return menu

    def _add_mates(self, menu: QMenu, mates: MatesOffer) -> None:
        fork = mates.fork
        entry = menu.addAction(mates.words)
        entry.setObjectName("tensor.mates")
        entry.setEnabled(fork is not None)
        if fork is not None:
            entry.triggered.connect(lambda: fork())
        if self._theme is not None:
            entry.setIcon(icon("group", self._theme))
        menu.addSeparator()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.why.setIcon(icon("why", theme))
        for action, image in self._images.items():
            action.setIcon(icon(image, theme))

    def _add(self, name: str, text: str, image: str, call: Callable[[], None]) -> None:
        action = self.addAction(text)
        action.setObjectName(f"tensor.{name}")
        action.triggered.connect(call)
        self._images[action] = image

    def _copy_numbers(self) -> None:
        self._page.table.numbers.show_seen(self._seen)
        self._page.table.copy()

    def _export_numbers(self) -> None:
        path = self._ask("csv")
        if path is not None and self._seen is not None:
            self.inquired.emit(WriteNumbers(self._seen.tensor, str(path)))

    def _ask(self, suffix: str) -> Path | None:
        path = self._ask_export("tensor", suffix)
        if path is not None:
            preferences.update(folder=str(path.parent))
        return path
