"""What Ctrl+K lists: actions, settings and layers, each a row that knows what it says and what Enter does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct
from PySide6.QtGui import QIcon

from bnsim.plot.theme import Theme
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Layer
from bnsim.spec.tree import walk
from bnsim.ui.commands.menu_walk import Entry
from bnsim.ui.inspector.form import in_a_word
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.settings import LayerPlace, Owner, Setting, owned, places, value_at, with_value
from bnsim.ui.model.word_search import Match, Text, WordIndex
from bnsim.ui.theme.icons import icon

FIRST, SECOND, THIRD, LATER = 0, 1, 2, 3
"""Among equal matches: settings of the whole experiment, actions, settings of a lane, layers and theirs."""
DISABLED = 5
"""How far an action that cannot be done now stands behind one that can."""
ORDER = {"experiment": FIRST, "training": THIRD, "stack": THIRD, "layer": LATER}


class Forms(Protocol):
    """The inspector, which makes the edits of its forms for others, too."""

    def edit(self, owner: Owner, record: Struct, key: str, title: str, /) -> None: ...
    def begun(self, owner: Owner, kind: type[Struct], before: Struct | None, /) -> Struct | None: ...
    def choose_file(self, name: str, /) -> str | None: ...


class Row(Protocol):
    """One row of the list. `detail` stands at its right; `tip` tells more."""

    @property
    def text(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def tip(self) -> str: ...
    @property
    def enabled(self) -> bool: ...
    def icon(self) -> QIcon: ...


class ActionRow(Struct, frozen=True):
    """An action of a menu."""

    entry: Entry

    @property
    def text(self) -> str:
        return f"{self.entry.text}   ({' › '.join(self.entry.path)})"

    @property
    def detail(self) -> str:
        """The keys, or why it cannot be done now."""
        why = self.entry.action.property("why")
        return self.entry.keys if self.enabled else str(why or tr("cannot be done now"))

    @property
    def tip(self) -> str:
        return self.entry.action.statusTip()

    @property
    def enabled(self) -> bool:
        return self.entry.action.isEnabled()

    def icon(self) -> QIcon:
        return self.entry.action.icon()


class LayerRow(Struct, frozen=True):
    """A layer; Enter goes to it."""

    place: LayerPlace
    theme: Theme | None
    enabled: bool = True

    @property
    def text(self) -> str:
        return f"{tr(self.place.title)}   ({_said(self.place.where)})"

    @property
    def detail(self) -> str:
        return tr("go to")

    @property
    def tip(self) -> str:
        return tr(f"Select {self.place.title} of {self.place.where} and bring it into view")

    def icon(self) -> QIcon:
        return QIcon() if self.theme is None else icon(self.place.icon, self.theme)


class SettingRow(Struct, frozen=True):
    """A setting with its value, and the one of the whole experiment that a lane may share; Enter edits it."""

    setting: Setting
    value: Any
    shared: Any
    theme: Theme | None
    enabled: bool = True

    @property
    def text(self) -> str:
        return f"{tr(self.setting.title)}   ({_said(self.setting.where)})"

    @property
    def detail(self) -> str:
        value = self.value
        if value is None:
            return self.inherited if self.setting.inherits else tr(self.setting.field.none_words)
        return (value or tr("none")) if isinstance(value, str) else tr(in_a_word(value))

    @property
    def inherited(self) -> str:
        """In words what holds without a value of the lane's own."""
        return f"{tr('Shared')}: {tr(in_a_word(self.shared))}"

    @property
    def tip(self) -> str:
        return tr(self.setting.field.description)

    def icon(self) -> QIcon:
        return QIcon() if self.theme is None else icon("edit", self.theme, "text-muted")


class Settings:
    """The settings and layers of a document, ready to be searched, and the edits that a row makes."""

    def __init__(self, document: Document, forms: Forms, go_to: Callable[[int], None]) -> None:
        self._document = document
        self._forms = forms
        self.go_to = go_to
        self._theme: Theme | None = None
        self._of: Experiment | None = None
        self._places: list[Setting | LayerPlace] = []
        self._index = WordIndex((), ())
        self._layers: dict[int, Layer] = {}
        self._edits = 0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def prepare(self) -> None:
        """Read the present experiment, if it is another one than the last time."""
        experiment = self._document.experiment
        if experiment is self._of:
            return
        self._layers = {layer.id: layer for stack in experiment.stacks for layer in walk(stack.layers)}
        found = list(places(experiment))
        if found != self._places:  # most edits change values alone, which no row is found by
            self._places = found
            texts = (_text(each) for each in found)
            self._index = WordIndex(texts, [_order(each) for each in found])
        self._of = experiment

    def best(self, words: Sequence[str], most: int) -> tuple[list[Match], int]:
        """The best matches, and how many there are."""
        return self._index.best(words, most)

    def row(self, number: int) -> SettingRow | LayerRow:
        """The row of a match."""
        place = self._places[number]
        if isinstance(place, LayerPlace):
            return LayerRow(place, self._theme)
        value = value_at(self._owned(place.owner), place.path)
        shared = value_at(self._document.experiment.training, place.path) if place.inherits else None
        return SettingRow(place, value, shared, self._theme)

    def _owned(self, owner: Owner) -> Struct:
        # Of a layer at once: a list of them would else look through all layers for each.
        return self._layers[owner.id] if owner.kind == "layer" else owned(self._document.experiment, owner)

    def begin_edit(self) -> None:
        """Begin another undo step."""
        self._edits += 1

    def edit(self, setting: Setting, value: Any) -> None:
        """Give a setting another value, as the inspector does; of a field that is a record, `value` is its kind."""
        record = owned(self._document.experiment, setting.owner)
        before = value_at(record, setting.path)
        if setting.field.kind == "record":
            if value is (None if before is None else type(before)):
                return
            value = None if value is None else self._forms.begun(setting.owner, value, before)
            if value is None and not setting.field.none_words:
                return
        elif value == before:
            return
        key = f"{'.'.join(setting.path)}.found {self._edits}"
        self._forms.edit(setting.owner, with_value(record, setting.path, value), key, setting.title)

    def browse(self, setting: Setting) -> None:
        """Ask for the file of a setting."""
        chosen = self._forms.choose_file(setting.path[-1])
        if chosen is not None:
            self.edit(setting, chosen)


def action_index(entries: Iterable[Entry]) -> WordIndex:
    """Actions, ready to be searched."""
    there = list(entries)
    texts = (Text(entry.text, " ".join(entry.path), entry.action.statusTip()) for entry in there)
    return WordIndex(texts, [SECOND if entry.action.isEnabled() else DISABLED + SECOND for entry in there])


def _said(where: str) -> str:
    """Where something is, in the language of the window."""
    return " › ".join(map(tr, where.split(" › ")))


def _text(place: Setting | LayerPlace) -> Text:
    """What a setting or a layer is found by: its words, in the language of the window and in English."""
    title, told = tr(place.title), tr(place.told) if isinstance(place, LayerPlace) else tr(place.field.description)
    if (title, told) == (place.title, place.told):
        return Text(title, place.where, told)
    return Text(title, _said(place.where), f"{told} {place.title} {place.told}")


def _order(place: Setting | LayerPlace) -> int:
    return LATER if isinstance(place, LayerPlace) else ORDER[place.owner.kind]
