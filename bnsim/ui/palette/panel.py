"""The palette: a search field over everything one builds with. Drag it, double-click it, or press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme, load_theme
from bnsim.spec import edits
from bnsim.spec.last_linear import fresh
from bnsim.ui.language import tr
from bnsim.ui.model.acted_on import acted_on
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import data_offer, loss_offer
from bnsim.ui.model.selection import Selection
from bnsim.ui.palette.entries import Entry, entry_of
from bnsim.ui.palette.list import ENTRY, PaletteList


class PalettePanel(QWidget):
    """A search field over the list. `own_file_asked`: the person wants data from a file of their own."""

    own_file_asked = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self.setObjectName("palettePanel")
        self.setAccessibleName(tr("Palette panel"))
        self.search = QLineEdit()
        self.search.setObjectName("palette.search")
        self.search.setAccessibleName(tr("Search the palette"))
        self.search.setPlaceholderText(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.list = PaletteList(load_theme("light"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 8, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self.list.narrow)
        self.search.installEventFilter(self)
        self.list.itemActivated.connect(self._add_item)
        self.list.typed.connect(self._type)

    def set_theme(self, theme: Theme) -> None:
        """Take colors and fonts from the theme."""
        self.list.set_theme(theme)

    def add(self, name: str) -> None:
        """Insert a layer behind the current one, else at the end of the first lane, and select it.

        Data becomes the experiment's. A loss becomes that of the current layer's lane; without one, of every lane.
        """
        entry = entry_of(name)
        if entry.section == "data":
            self._use_data(entry)
        elif self._document.experiment.stacks:
            if entry.section == "loss":
                self._set_loss(entry)
            else:
                self._insert(entry)

    def ask_own_file(self) -> None:
        """Ask which file, and whether it shall be the data."""
        self.own_file_asked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            item = self.list.currentItem()
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if item is not None and not item.isHidden():
                    self._add_item(item)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _insert(self, entry: Entry) -> None:
        experiment = self._document.experiment
        container, index = edits.place_behind(experiment, self._selection.current)
        after = edits.insert_layer(experiment, container, index, fresh(entry.record))  # type: ignore[arg-type]
        self._document.push(after, f"insert {entry.name}")
        self._selection.set([after.layers_of(container)[index].id])

    def _use_data(self, entry: Entry) -> None:
        offer = data_offer(entry.record)
        if offer.asks_file:
            self.ask_own_file()
            return
        self._document.push(offer.apply(self._document.experiment, 0, 0), offer.text)
        self._selection.set([])  # the inspector then shows the data

    def _set_loss(self, entry: Entry) -> None:
        offer, experiment = loss_offer(entry.record), self._document.experiment
        for stack in acted_on(experiment, self._selection.layer_ids):
            experiment = offer.apply(experiment, stack.id, 0)
        self._document.push(experiment, offer.text)

    def _add_item(self, item: QListWidgetItem) -> None:
        self.add(item.data(ENTRY).name)

    def _type(self, text: str) -> None:
        self.search.setFocus()
        self.search.insert(text)
