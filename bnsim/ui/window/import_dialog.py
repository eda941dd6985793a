"""The import dialog: shows how a data file is read and what is in it, before it becomes the data.

The runner reads it; here it is only shown. Whatever runs goes on until the person says "Use this data".
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bnsim.runner.data import DataRead, DataSummary
from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import FileData
from bnsim.spec.numerals import count
from bnsim.ui.inspector.preview import data_words
from bnsim.ui.language import tr
from bnsim.ui.model.asking import AskFile
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.default_button import make_default
from bnsim.ui.widgets.wheel import ignore_wheel
from bnsim.ui.window.import_table import ImportTable

SIZE = (900, 560)
OPTIONS_WIDTH, SCROLL_ROOM = 232, 14

CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "delimiter": (
        "Delimiter",
        (
            ("auto", "Automatic"),
            ("comma", "Comma"),
            ("semicolon", "Semicolon"),
            ("tab", "Tab"),
            ("pipe", "Pipe"),
            ("space", "Spaces"),
        ),
    ),
    "decimal": ("Decimals", (("auto", "Automatic"), ("point", "Point: 1.5"), ("comma", "Comma: 1,5"))),
    "header": ("First line", (("auto", "Automatic"), ("yes", "Column names"), ("no", "A row of data"))),
    "x_name": ("Inputs", ()),
    "target": ("Target", ()),
    "task": (
        "Task",
        (("auto", "Automatic"), ("classification", "Classification"), ("regression", "Regression")),
    ),
}
"""For each field one can choose: its title, and its values with their words, () if those follow from the file."""
SHOWN = {
    "table": ("delimiter", "decimal", "header", "target", "task"),
    "npz": ("x_name", "target", "task"),
    "idx": ("task",),
}


class ImportDialog(QDialog):
    """Emits `asked` with a record to be read, and `chosen` with the record that becomes the data.

    `ask_file` asks for the file of labels that belongs to one of images.
    """

    asked = Signal(object)
    chosen = Signal(object)

    def __init__(self, data: FileData, ask_file: AskFile, parent: QWidget) -> None:
        super().__init__(parent)
        self._ask_file = ask_file
        self.setObjectName("import")
        self.setWindowTitle(tr(f"Import {Path(data.path).name}"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._data = data
        self._summary: DataSummary | None = None
        self._answered = False
        self._combos: dict[str, QComboBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        title = QLabel(escape(Path(data.path).name), self)
        title.setTextFormat(Qt.TextFormat.RichText)
        title.setProperty("role", "title")
        title.setToolTip(data.path)
        column.addWidget(title)
        middle = QHBoxLayout()
        middle.setSpacing(20)
        middle.addWidget(self._add_options())
        middle.addLayout(self._add_preview(), 1)
        column.addLayout(middle, 1)
        column.addWidget(self._add_buttons())
        room = parent.size()
        self.resize(
            min(by_text(SIZE[0]), max(room.width() - 40, 480)), min(by_text(SIZE[1]), max(room.height() - 40, 360))
        )

    @Slot(object)
    def show_read(self, read: DataRead) -> None:
        """Show the result of the last record that was asked for; results of earlier ones are ignored."""
        if read.asked != self._data:
            return
        self._data, self._summary = read.data, read.summary
        for field in self._combos:
            self._fill(field, read)
        self.problem.setText(tr(read.problem))
        self.problem.setVisible(bool(read.problem))
        self.words.setText("" if read.summary is None else summary_words(read.summary))
        self.words.setVisible(read.summary is not None)
        self.table.show_data(read.summary)
        self.table.setVisible(read.summary is not None)
        first = not self._answered
        self._answered = True
        self.use.setEnabled(read.summary is not None)
        if first and read.summary is not None:
            self.use.setFocus()

    def accept(self) -> None:
        if self._summary is not None:
            self.chosen.emit(self._data)
            super().accept()

    def _add_options(self) -> QScrollArea:
        """The options, which scroll where the text is too large for the window."""
        area, box = QScrollArea(self), QWidget(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedWidth(by_text(OPTIONS_WIDTH) + SCROLL_ROOM)
        area.setWidget(box)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setHorizontalSpacing(0)
        for field in SHOWN.get(kind_of(self._data.path), ()):
            title, values = CHOICES[field]
            label = QLabel(tr(title), self)
            label.setProperty("role", "muted")
            combo = QComboBox(self)
            combo.setObjectName(f"import.{field}")
            combo.setAccessibleName(label.text())
            combo.setFixedWidth(by_text(OPTIONS_WIDTH))
            ignore_wheel(combo)
            for value, words in values:
                combo.addItem(tr(words), value)
            combo.activated.connect(lambda _index, field=field: self._choose(field))
            label.setBuddy(combo)
            self._combos[field] = combo
            grid.addWidget(label, grid.rowCount(), 0)
            grid.addWidget(combo, grid.rowCount(), 0)
            grid.setRowMinimumHeight(grid.rowCount(), 4)
        if kind_of(self._data.path) == "idx":
            labels = QPushButton(tr("Choose labels…"), self)
            labels.setObjectName("import.labels")
            labels.setAutoDefault(False)
            labels.clicked.connect(self._choose_labels)
            grid.addWidget(labels, grid.rowCount(), 0)
        self.standardize = QCheckBox(tr("Standardize inputs"), self)
        self.standardize.setObjectName("import.standardize")
        self.standardize.setToolTip(tr("Give every input column mean 0 and variance 1 over the training part."))
        self.standardize.setChecked(self._data.standardize)
        self.standardize.toggled.connect(lambda on: self._change(standardize=on))
        grid.addWidget(self.standardize, grid.rowCount(), 0)
        grid.setRowStretch(grid.rowCount(), 1)
        return area

    def _add_preview(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        self.problem = QLabel(self)
        self.problem.setObjectName("import.problem")
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.words = QLabel(tr("Reading…"), self)
        self.words.setObjectName("import.words")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.table = ImportTable(self)
        self.table.hide()
        column.addWidget(self.problem)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)
        column.addStretch()
        return column

    def _add_buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(self)
        self.use = box.addButton(tr("Use this data"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setObjectName("import.use")
        make_default(self.use)
        self.use.setProperty("accent", True)
        self.use.setEnabled(False)
        cancel = box.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("import.cancel")
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        return box

    def _fill(self, field: str, read: DataRead) -> None:
        combo = self._combos[field]
        if CHOICES[field][1]:
            combo.setItemText(0, self._automatic(field, read.summary))
        elif values := self._values(field, read):
            combo.clear()
            for value, words in values:
                combo.addItem(words, value)
        place = combo.findData(getattr(self._data, field))
        combo.setCurrentIndex(place)
        combo.setEnabled(combo.count() > 1)

    def _automatic(self, field: str, summary: DataSummary | None) -> str:
        """The value that was detected, for a field left to automatic detection."""
        if summary is None or getattr(self._data, field) != "auto":
            return tr("Automatic")
        if field == "task":
            found = "classification" if summary.shape.classification else "regression"
        else:
            found = getattr(summary.preview.reading, field)
        words = dict(CHOICES[field][1]).get(found, found)
        name = words.partition(":")[0]
        said = tr(name)
        return f"{tr('Automatic')}: {said if said != name else f'{name[:1].lower()}{name[1:]}'}"

    def _values(self, field: str, read: DataRead) -> list[tuple[str, str]]:
        """The choices that the file offers: columns by their names, or arrays."""
        if kind_of(self._data.path) == "npz":
            default = {"x_name": "x", "target": "y"}[field]
            return [
                ("" if name == default else name, f"{name}  ({' × '.join(count(size) for size in shape)})")
                for name, shape in read.arrays
            ]
        return [("", tr("The last column")), *((name, name) for name in dict.fromkeys(filter(None, read.columns)))]

    def _choose(self, field: str) -> None:
        self._change(**{field: self._combos[field].currentData()})

    @Slot()
    def _choose_labels(self) -> None:
        path = self._ask_file()
        if path is not None:
            self._change(labels=str(path))

    def _change(self, **fields: object) -> None:
        changed = replace(self._data, **fields)
        if changed != self._data:
            self._data, self._summary = changed, None
            self.use.setEnabled(False)
            self.asked.emit(changed)


def summary_words(data: DataSummary) -> str:
    """A summary in words: rows, what was left out, and the outputs that a network needs."""
    shape = data.shape
    if shape.classification:
        number = count(shape.outputs)
        if data.preview.class_names:
            becomes = (
                f"A classification: the network ends in {number} outputs, one for each class in alphabetical order."
            )
        else:
            becomes = f"A classification: the network ends in {number} outputs, one for each class."
    else:
        ends = "1 output" if shape.outputs == 1 else f"{count(shape.outputs)} outputs"
        becomes = f"A regression: the network ends in {ends}, with the mean squared error as its loss."
    return f"{data_words(data)} {tr(becomes)}"
