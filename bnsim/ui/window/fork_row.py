"""One change in the dialog of a fork: what it is, what is chosen of it, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.numerals import count, typed
from bnsim.spec.parameters import Trained
from bnsim.spec.tree import paths_of
from bnsim.ui.language import tr
from bnsim.ui.model.fields import Field, read_number
from bnsim.ui.model.fork_plan import Kind, Planned, Source
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.spoken import call
from bnsim.ui.widgets.wheel import ignore_wheel

TITLE_WIDTH = 144
NUMBER_WIDTH = 72
SHORTEST_LIST = 9
"""Letters that a list has room for at least."""


class ChangeRow(QWidget):
    """A row for a change of one kind; `changed` when something else is chosen, `removed` when it is taken out."""

    changed = Signal()
    removed = Signal()

    def __init__(self, kind: Kind, source: Source, theme: Theme | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"fork.{kind.name}")
        self.kind, self._source = kind, source
        self._choices = kind.lists(source)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        title = QLabel(tr(kind.title), self)
        title.setProperty("role", "muted")
        title.setFixedWidth(by_text(TITLE_WIDTH))
        title.setWordWrap(True)
        row.addWidget(title)
        self.lists = [self._list(number) for number in range(len(self._choices))]
        for each in self.lists:
            row.addWidget(each, 1)
        self.index = QLineEdit(self)
        self.index.setObjectName(f"fork.{kind.name}.index")
        self.index.setAccessibleName(tr("Which element"))
        self.index.setFixedWidth(NUMBER_WIDTH)
        row.addWidget(self.index)
        self._words = QLabel(self)
        self._words.setProperty("role", "muted")
        row.addWidget(self._words)
        self.number = QLineEdit(self)
        self.number.setObjectName(f"fork.{kind.name}.number")
        self.number.setFixedWidth(by_text(NUMBER_WIDTH))
        row.addWidget(self.number)
        if not self.lists:
            row.addStretch(1)
        self._gone = QToolButton(self)
        self._gone.setObjectName(f"fork.{kind.name}.remove")
        self._gone.setAccessibleName(tr(f"Leave out: {kind.title}"))
        self._gone.setToolTip(tr("Leave this change out"))
        self._gone.setProperty("kind", "flat")
        self._gone.clicked.connect(self.removed)
        row.addWidget(self._gone)
        self.problem = QLabel(self)
        self.problem.setObjectName(f"fork.{kind.name}.problem")
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(by_text(TITLE_WIDTH) + 8, 0, 0, 0)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.problem)
        first = self.lists[0] if self.lists else self.number
        title.setBuddy(first)
        self.setFocusProxy(first)
        self._offer_number()
        for field in (self.number, self.index):
            field.textEdited.connect(self._typed)
        if theme is not None:
            self.set_theme(theme)

    @property
    def planned(self) -> Planned | None:
        """The change; None while the number that is typed cannot be it."""
        field = self._field
        if field is None:
            return Planned(self.kind, self._chosen)
        value, why = read_number(field, self.number.text())
        index, wrong = self._index()
        return None if why or wrong or value is None else Planned(self.kind, self._chosen, float(value), index)

    def prefer(self, layer_id: int) -> None:
        """Choose what is about that layer, or its place, where there is such a choice."""
        path = next(paths_of(self._source.stack.layers, layer_id), ())
        for choices, each in zip(self._choices, self.lists, strict=True):
            about = [choice.value in (layer_id, path) or _layer_of(choice.value) == layer_id for choice in choices]
            if layer_id and True in about:
                each.setCurrentIndex(about.index(True))

    def set_theme(self, theme: Theme) -> None:
        self._gone.setIcon(icon("close", theme, "text-muted"))

    @property
    def _chosen(self) -> tuple[object, ...]:
        return tuple(
            choices[each.currentIndex()].value for each, choices in zip(self.lists, self._choices, strict=True)
        )

    @property
    def _field(self) -> Field | None:
        return self.kind.number(self._chosen)

    def _list(self, number: int) -> QComboBox:
        made = QComboBox(self)
        made.setObjectName(f"fork.{self.kind.name}.{number}")
        call(made, tr(self.kind.title))
        made.setMinimumContentsLength(SHORTEST_LIST)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMaxVisibleItems(20)
        made.addItems([tr(choice.words) for choice in self._choices[number]])
        made.currentIndexChanged.connect(self._choose)
        ignore_wheel(made)
        return made

    @Slot(int)
    def _choose(self, _index: int) -> None:
        self._offer_number()
        self.changed.emit()

    def _offer_number(self) -> None:
        """Offer a number to go with what is chosen; what was typed stays where it still can be."""
        field = self._field
        self.number.setVisible(field is not None)
        self._words.setVisible(field is not None and bool(self.lists))
        if field is None:
            self.index.hide()
            _mark(self.number, False)
            self._say("")
            return
        self.number.setAccessibleName(tr(field.title))
        said = tr(field.title)
        self._words.setText(said if said != field.title else said.lower().replace("learning ", ""))
        self.number.setToolTip(f"{tr(field.title)}: {tr(field.range_words())}")
        shape = self.kind.shape(self._chosen)
        self.index.setVisible(shape is not None)
        if shape is not None and not self.index.isModified():
            self.index.setText(", ".join("0" for _ in shape))
        self.index.setToolTip("" if shape is None else tr(f"Which element: {index_words(shape)}"))
        if not self.number.isModified():
            self.number.setText(typed(self.kind.start(self._source, self._chosen)))
        self._check(field)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        field = self._field
        if field is not None:
            self._check(field)
        self.changed.emit()

    def _check(self, field: Field) -> None:
        value, why = read_number(field, self.number.text())
        why = why or ("" if value is not None else f"Enter {field.range_words()}.")
        wrong = self._index()[1]
        for each, bad in ((self.number, bool(why)), (self.index, bool(wrong))):
            _mark(each, bad)
        self._say(wrong or why)

    def _index(self) -> tuple[tuple[int, ...], str]:
        """The element that is typed, and what is wrong with it; () where none is asked for."""
        shape = self.kind.shape(self._chosen)
        if shape is None:
            return (), ""
        typed_in = [each.strip() for each in self.index.text().split(",")]
        if len(typed_in) == len(shape) and all(each.isdecimal() for each in typed_in):
            index = tuple(map(int, typed_in))
            if all(at < size for at, size in zip(index, shape, strict=True)):
                return index, ""
        return (), f"Enter {index_words(shape)}."

    def _say(self, why: str) -> None:
        self.problem.setText(tr(why))
        self.problem.setVisible(bool(why))


def _mark(field: QLineEdit, wrong: bool) -> None:
    """Have a field look as one in which something is wrong, or not."""
    if bool(field.property("invalid")) != wrong:
        field.setProperty("invalid", wrong)
        field.style().unpolish(field)
        field.style().polish(field)


def index_words(shape: Sequence[int]) -> str:
    """What names an element of an array of that shape, in words."""
    last = [count(size - 1) for size in shape]
    if len(last) == 1:
        return f"a number from 0 to {last[0]}"
    return f"a row from 0 to {last[0]} and a column from 0 to {last[1]}, such as 0, {last[1]}"


def _layer_of(value: object) -> int:
    """The id of the layer that a choice of a parameter is about; 0 for any other choice."""
    return value.layer if isinstance(value, Trained) else 0


def with_keys(titles: Sequence[str]) -> list[str]:
    """The titles as menu entries, each with a letter of its own to press where there is one."""
    taken: set[str] = set()
    found = []
    for title in titles:
        place = next((k for k, letter in enumerate(title) if letter.isalpha() and letter.lower() not in taken), None)
        if place is None:
            found.append(title)
            continue
        taken.add(title[place].lower())
        found.append(f"{title[:place]}&{title[place:]}")
    return found
