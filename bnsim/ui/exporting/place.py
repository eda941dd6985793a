"""Where a file of an export goes: its name in a field, the folder beside it, and another folder on request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from bnsim.ui.exporting.drawing import free_place
from bnsim.ui.language import tr
from bnsim.ui.widgets.elided_label import ElidedLabel


class FilePlace(QWidget):
    """Offers a name that is free, with the ending of the format, until another one is typed.

    `place` is the folder and the name, without an ending, offered; `ask_folder` asks for another folder, and
    `is_format` says whether an ending is that of a format there is.
    """

    typed = Signal(str)
    """A name was typed: the ending of a format, if it has one, else ""."""

    def __init__(
        self,
        place: Path,
        ask_folder: Callable[[Path], Path | None],
        is_format: Callable[[str], bool],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._folder, self._base = place.parent, place.name
        self._ask_folder, self._is_format = ask_folder, is_format
        self._format = ""
        self._named = False
        """The name was typed, so that it does not change with the format."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = QLabel(tr("Fil&e"), self)
        label.setProperty("role", "muted")
        self.name = QLineEdit(self)
        self.name.setObjectName("export.name")
        self.name.setAccessibleName(tr("Name of the file"))
        self.name.setMinimumWidth(220)
        self.name.textEdited.connect(self._name_typed)
        label.setBuddy(self.name)
        self.where = ElidedLabel(self)
        self.where.setObjectName("export.folder")
        self.where.setProperty("role", "muted")
        browse = QPushButton(tr("&Folder…"), self)
        browse.setObjectName("export.browse")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row.addWidget(label)
        row.addWidget(self.name)
        row.addWidget(self.where, 1)
        row.addWidget(browse)
        self.setFocusProxy(self.name)

    @property
    def path(self) -> Path:
        """Where the file is written, its ending that of the format."""
        typed = self.name.text().strip() or self.name.placeholderText()
        ending = f".{self._format}"
        return self._folder / (typed if typed.lower().endswith(ending) else f"{typed}{ending}")

    def offer(self, format_name: str) -> None:
        """Offer a name for a file of that format, which is its ending, too."""
        self._format = format_name
        ending = f".{format_name}"
        if not self._named:
            self.name.setText(free_place(self._folder / f"{self._base}{ending}").name)
            self.name.setSelection(0, len(self.name.text()) - len(ending))
        else:
            named = f"{self._without_ending(self.name.text())}{ending}"
            if named != self.name.text():
                self.name.setText(named)
        self.where.set_words(tr(f"in {self._folder}"))

    def ask_anew(self) -> None:
        """Give the keyboard to the name, all of it selected."""
        self.name.setFocus()
        self.name.selectAll()

    @Slot()
    def _name_typed(self) -> None:
        name = self.name.text().strip()
        self._named = bool(name)
        self.typed.emit(_ending_of(name) if self._without_ending(name) != name else "")

    def _without_ending(self, name: str) -> str:
        """A name without the ending of a format that there is; other dots belong to the name, and so do folders."""
        ending = _ending_of(name)
        return name[: -len(ending) - 1] if ending and self._is_format(ending) else name

    @Slot()
    def _browse(self) -> None:
        folder = self._ask_folder(self._folder)
        if folder is not None:
            self._folder = folder
            self.name.setText(Path(self.name.text()).name)  # not in a folder that was typed before
            self.offer(self._format)


def _ending_of(name: str) -> str:
    """What stands behind the last dot of a name, in small letters; "" where no name is before it."""
    return Path(name).suffix[1:].lower()
