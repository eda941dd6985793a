"""The dialog of slides: which figures, which page, light or dark, lanes at once or one by one."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.figures import FIGURES
from bnsim.plot.theme import ThemeName
from bnsim.ui.language import tr
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.default_button import make_default

ABOUT = "A title slide, a figure a slide with what it says, why and findings, and notes for the speaker."
USUAL = "About eight, as a lecture has them"
PAGES = (("slide", "16:9"), ("slide-4-3", "4:3"))
THEMES: tuple[ThemeName, ...] = ("light", "dark")


class Choices(NamedTuple):
    """What is on the slides; `figures` are names of kinds, without effect where it is the `usual` ones."""

    usual: bool
    figures: tuple[str, ...]
    one_by_one: bool
    style: str
    theme: str


class SlidesDialog(QDialog):
    """Emits `chosen` with the choices."""

    chosen = Signal(object)

    def __init__(self, theme: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("slides")
        self.setWindowTitle(tr("Make slides"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        about = QLabel(tr(ABOUT), self)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        column.addWidget(about)
        self.usual = QCheckBox(tr(USUAL), self)
        self.usual.setChecked(True)
        column.addWidget(self.usual)
        self.figures = QListWidget(self)
        self.figures.setAccessibleName(tr("Figures"))
        for kind in FIGURES.values():
            if kind.costly or kind.name == "watch":  # what is watched has its slides anyway
                continue
            item = QListWidgetItem(tr(kind.title), self.figures)
            item.setData(Qt.ItemDataRole.UserRole, kind.name)
            item.setToolTip(tr(kind.shows))
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if kind.docked else Qt.CheckState.Unchecked)
        self.figures.setEnabled(False)
        self.usual.toggled.connect(self.figures.setDisabled)
        self.figures.itemChanged.connect(self._allow)
        self.usual.toggled.connect(self._allow)
        column.addWidget(self.figures, 1)
        self.one_by_one = QCheckBox(tr("Lanes appear one by one, on the same axes"), self)
        column.addWidget(self.one_by_one)
        self._add_page(column, theme)
        self.buttons = QDialogButtonBox(self)
        self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.make = self.buttons.addButton(tr("Make…"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_default(self.make)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        room = parent.size()
        self.resize(min(by_text(440), room.width() - 40), min(by_text(560), room.height() - 40))

    @property
    def choices(self) -> Choices:
        """As they are chosen now."""
        items = (self.figures.item(row) for row in range(self.figures.count()))
        checked = (item for item in items if item.checkState() == Qt.CheckState.Checked)
        names = tuple(item.data(Qt.ItemDataRole.UserRole) for item in checked)
        page, theme = self.page.currentData(), self.theme.currentData()
        return Choices(self.usual.isChecked(), names, self.one_by_one.isChecked(), page, theme)

    def accept(self) -> None:
        choices = self.choices
        super().accept()
        self.chosen.emit(choices)

    def _add_page(self, column: QVBoxLayout, theme: str) -> None:
        form = QFormLayout()
        self.page, self.theme = QComboBox(self), QComboBox(self)
        for name, words in PAGES:
            self.page.addItem(tr(words), name)
        for name in THEMES:
            self.theme.addItem(tr("Dark" if name == "dark" else "Light"), name)
        self.theme.setCurrentIndex(self.theme.findData(theme))
        form.addRow(tr("Page"), self.page)
        form.addRow(tr("Colors"), self.theme)
        column.addLayout(form)

    @Slot()
    def _allow(self) -> None:
        self.make.setEnabled(self.usual.isChecked() or bool(self.choices.figures))
