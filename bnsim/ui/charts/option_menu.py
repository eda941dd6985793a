"""The part of a panel's menu where one chooses what the figure is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLineEdit, QMenu, QToolTip, QWidgetAction

from bnsim.figures.options import Choice, Expression, Number, Option, Value, has_effect
from bnsim.spec.expressions import MAX_LENGTH
from bnsim.ui.language import tr
from bnsim.ui.widgets.number_box import NumberBox

FIELD_CHARACTERS = 40
"""How wide the field of an expression is."""


class OptionMenu(QObject):
    """Adds an entry for each option to a menu; `chosen` has those that are not as by default.

    What a choice costs is its tip. An option that has no effect with what else is chosen is gray, and its tip says why.
    """

    changed = Signal()

    def __init__(self, options: Sequence[Option], menu: QMenu) -> None:
        super().__init__(menu)
        self.chosen: dict[str, Value] = {}
        self._options = {option.name: option for option in options}
        self.actions: dict[str, dict[str, QAction]] = {}
        """Entries of each choice, by the names of option and choice."""
        self.numbers: dict[str, NumberBox] = {}
        self.expressions: dict[str, QLineEdit] = {}
        self.menus: dict[str, QMenu] = {}
        """The menu of each option, by its name."""
        if options:
            menu.setToolTipsVisible(True)
        for option in options:
            entries = self.menus[option.name] = menu.addMenu(tr(option.label))
            entries.setToolTipsVisible(True)
            entries.setObjectName(f"{menu.objectName()}.{option.name}")
            if isinstance(option, Choice):
                self._add_choices(option, entries)
            elif isinstance(option, Expression):
                self._add_expression(option, entries)
            else:
                self._add_number(option, entries)
        if options:
            menu.addSeparator()
        self._show()

    def choose(self, chosen: Mapping[str, Value]) -> None:
        """Set all options, those not given as by default; what there is no option or value of is left out."""
        found = {}
        for name, value in chosen.items():
            option = self._options.get(name)
            try:
                value = option.read(value) if option is not None else ""
            except ValueError:
                continue
            if option is not None and value != option.default:
                found[name] = value
        if found != self.chosen:
            self.chosen = found
            self._show()
            self.changed.emit()

    def _set(self, name: str, value: Value) -> None:
        self.choose(self.chosen | {name: value})

    def _without_effect(self, option: Option) -> str:
        assert isinstance(option, Number)
        assert option.only_with
        name, choice = option.only_with
        other = self._options[name]
        assert isinstance(other, Choice)
        return f"Only with {other.label}: {dict(other.choices)[choice]}"

    def _add_choices(self, option: Choice, menu: QMenu) -> None:
        group = QActionGroup(menu)
        self.actions[option.name] = {}
        for name, words in option.choices:
            said = tr(words)
            action = group.addAction(said[0].upper() + said[1:])
            action.setObjectName(f"{menu.objectName()}.{name}")
            action.setCheckable(True)
            cost = dict(option.costs).get(name, "")
            action.setToolTip(tr(f"Costs {cost}") if cost else "")
            action.triggered.connect(lambda _checked=False, name=name: self._set(option.name, name))
            self.actions[option.name][name] = action
        menu.addActions(group.actions())

    def _add_number(self, option: Number, menu: QMenu) -> None:
        box = NumberBox(menu)
        box.setObjectName(f"{menu.objectName()}.number")
        box.setAccessibleName(tr(option.label))
        box.setRange(option.least, option.most)
        if option.words and option.default == option.least:
            box.setSpecialValueText(option.words)
        if option.cost:
            box.setToolTip(tr(f"Any but {option.words or option.default} costs {option.cost}"))
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._set(option.name, value))
        action = QWidgetAction(menu)
        action.setDefaultWidget(box)
        menu.addAction(action)
        self.numbers[option.name] = box

    def _add_expression(self, option: Expression, menu: QMenu) -> None:
        field = QLineEdit(menu)
        field.setObjectName(f"{menu.objectName()}.expression")
        field.setAccessibleName(tr(option.label))
        field.setMaxLength(MAX_LENGTH)
        field.setMinimumWidth(field.fontMetrics().averageCharWidth() * FIELD_CHARACTERS)
        field.editingFinished.connect(lambda: self._set_expression(option, field))
        field.textEdited.connect(lambda _text: field.setToolTip(""))
        action = QWidgetAction(menu)
        action.setDefaultWidget(field)
        menu.addAction(action)
        self.expressions[option.name] = field

    def _set_expression(self, option: Expression, field: QLineEdit) -> None:
        try:
            self._set(option.name, option.read(field.text()))
        except ValueError as error:
            field.setToolTip(f"{tr(option.label)} {tr(str(error))}.")
            QToolTip.showText(field.mapToGlobal(field.rect().bottomLeft()), field.toolTip(), field)

    def _show(self) -> None:
        options = list(self._options.values())
        for name, option in self._options.items():
            acts = has_effect(option, options, self.chosen)
            self.menus[name].menuAction().setEnabled(acts)
            self.menus[name].menuAction().setToolTip("" if acts else tr(self._without_effect(option)))
            value = self.chosen.get(name, option.default)
            if name in self.actions:
                self.actions[name][str(value)].setChecked(True)
            elif name in self.expressions:
                self.expressions[name].setText(str(value))
            else:
                box = self.numbers[name]
                box.blockSignals(True)
                box.setValue(int(value))
                box.blockSignals(False)
