"""The dialog of a fork: its name, what it does otherwise, and in words what will differ."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.spec.datasets import DataShape
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_NAME, Experiment
from bnsim.spec.fork_words import differences
from bnsim.spec.naming import quoted
from bnsim.spec.numerals import count
from bnsim.ui.language import tr
from bnsim.ui.model.fork_kinds import KINDS
from bnsim.ui.model.fork_plan import Kind, Planned, Source, default_name, fork_of, planned
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.default_button import make_default
from bnsim.ui.window.fork_row import TITLE_WIDTH, ChangeRow, with_keys

WIDTH, HEIGHT = 600, 480
SCROLL_ROOM = 14
"""Pixels beside the rows for a scroll bar."""
TWIN = "No change yet: a twin, which goes the same way to the bit until you edit it."
SAME = "None of these changes anything: a twin."
ABOUT = "A lane with the same past, to the bit, that goes its own way from here on."


class ForkDialog(QDialog):
    """Emits `chosen` with the experiment that has the fork. `shape` is that of its data, if it is known."""

    chosen = Signal(object)

    def __init__(self, source: Source, shape: DataShape | None, theme: Theme | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("fork")
        self.setWindowTitle(tr("Fork lane"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._source, self._shape, self._theme = source, shape, theme
        self._after: Experiment | None = None
        self.rows: list[ChangeRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        self._add_head(column)
        self._add_name(column)
        self._add_changes(column)
        self._add_preview(column)
        self._add_buttons(column)
        room = parent.size()
        self.resize(
            min(by_text(WIDTH), max(room.width() - 40, 440)), min(by_text(HEIGHT), max(room.height() - 40, 320))
        )
        self._say()
        self.add.setFocus()

    @property
    def plan(self) -> list[Planned]:
        """The changes that can be made as they are typed."""
        return [each for row in self.rows if (each := row.planned) is not None]

    def add_change(self, kind: Kind) -> ChangeRow:
        """Add a row for a change of that kind, and go there."""
        row = ChangeRow(kind, self._source, self._theme, self._list)
        row.changed.connect(self._say)
        row.removed.connect(partial(self._remove, row))
        self.rows.append(row)
        self._list_column.insertWidget(len(self.rows) - 1, row)
        row.show()
        row.setFocus()
        self._say()
        self._list_column.activate()
        self._area.setMinimumWidth(self._list.minimumSizeHint().width() + SCROLL_ROOM)
        for each in (self.add, row):
            self._area.ensureWidgetVisible(each)
        return row

    def begin(self, name: str, layer_id: int) -> None:
        """Add a change of the kind of that name, about a layer if it can be; say why not if it cannot be made."""
        kind = next(each for each in KINDS if each.name == name)
        if kind.possible(self._source):
            self.add_change(kind).prefer(layer_id)
            return
        self.problem.setText(f"{tr(kind.title)}: {tr(kind.why_not or 'not in this lane')}.")
        self.problem.show()

    def accept(self) -> None:
        if self._after is not None:
            self.chosen.emit(self._after)
            super().accept()

    # Its parts

    def _add_head(self, column: QVBoxLayout) -> None:
        title = QLabel(tr(f"Fork {quoted(self._source.stack)} at iteration {count(self._source.iteration)}"), self)
        title.setObjectName("fork.title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        about = QLabel(tr(ABOUT), self)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        column.addWidget(title)
        column.addWidget(about)

    def _add_name(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel(tr("&Name"), self)
        label.setProperty("role", "muted")
        label.setFixedWidth(by_text(TITLE_WIDTH))
        self.name = QLineEdit(self)
        self.name.setObjectName("fork.name")
        self.name.setAccessibleName(tr("Name of the fork"))
        self.name.setMaxLength(MAX_NAME)
        self.name.textEdited.connect(self._say)
        label.setBuddy(self.name)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        column.addLayout(row)

    def _add_changes(self, column: QVBoxLayout) -> None:
        self._list = QWidget(self)
        self._list_column = QVBoxLayout(self._list)
        self._list_column.setContentsMargins(0, 2, 0, 2)
        self._list_column.setSpacing(8)
        self.add = QPushButton(tr("&Add a change"), self._list)
        self.add.setObjectName("fork.add")
        self.add.setAutoDefault(False)
        self.add.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.menu = QMenu(self.add)
        self.menu.setObjectName("fork.kinds")
        self.menu.aboutToShow.connect(self._fill_menu)
        self.add.clicked.connect(self._open_menu)
        self._list_column.addWidget(self.add)
        self._list_column.addStretch(1)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._list)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._area, 1)

    def _add_preview(self, column: QVBoxLayout) -> None:
        self.words, self.problem = QLabel(self), QLabel(self)
        for label, name, role in ((self.words, "words", ""), (self.problem, "problem", "problem")):
            label.setObjectName(f"fork.{name}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", role)
            label.setWordWrap(True)
            column.addWidget(label)

    def _add_buttons(self, column: QVBoxLayout) -> None:
        box = QDialogButtonBox(self)
        self.fork = box.addButton(tr("&Fork"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.fork.setObjectName("fork.fork")
        make_default(self.fork)
        cancel = box.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("fork.cancel")
        cancel.setAutoDefault(False)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        # From anywhere: Enter in a list would open it.
        self.fork.setMinimumWidth(max(84, self.fork.minimumWidth()))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.accept)
        column.addWidget(box)

    # What a person does

    @Slot()
    def _open_menu(self) -> None:
        self.menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    @Slot()
    def _fill_menu(self) -> None:
        self.menu.clear()
        there = [row.kind for row in self.rows]
        for kind, words in zip(KINDS, with_keys([tr(kind.title) for kind in KINDS]), strict=True):
            possible = kind.possible(self._source)
            entry = self.menu.addAction(words if possible or not kind.why_not else f"{words} ({tr(kind.why_not)})")
            entry.setObjectName(f"fork.add.{kind.name}")
            entry.setEnabled(possible and (kind.again or kind not in there))
            entry.triggered.connect(partial(_call, partial(self.add_change, kind)))

    def _remove(self, row: ChangeRow) -> None:
        at = self.rows.index(row)
        self.rows.remove(row)
        self._list_column.removeWidget(row)
        row.hide()
        row.deleteLater()
        (self.rows[min(at, len(self.rows) - 1)] if self.rows else self.add).setFocus()
        self._say()

    @Slot()
    def _say(self) -> None:
        """Say what will differ, or why it cannot be; the name follows the changes until it is typed."""
        plan = self.plan
        default = default_name(self._source, plan)
        self.name.setPlaceholderText(default)
        self._after, why = None, ""
        if len(plan) < len(self.rows):  # the row says why
            self.words.setText("")
        else:
            try:
                self._after = planned(self._source, plan, self.name.text().strip() or default, self._shape)
            except InputError as error:
                why = str(error)
            self.words.setText("" if self._after is None else tr(self._difference(self._after, plan)))
        self.problem.setText(tr(why))
        self.problem.setVisible(bool(why))
        self.words.setVisible(bool(self.words.text()))
        self.fork.setEnabled(self._after is not None)

    def _difference(self, after: Experiment, plan: list[Planned]) -> str:
        words = differences(fork_of(self._source, after))
        if not words:
            return SAME if plan else TWIN
        return f"From iteration {count(self._source.iteration)} on: {words}."


def _call(call: Callable[[], object], _checked: bool = False) -> None:
    call()
