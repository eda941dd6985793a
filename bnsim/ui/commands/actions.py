"""The table's actions as QActions, whose text and enablement follow from the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.commands.action import HELD, AnyAction
from bnsim.ui.commands.state import State
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.commands.table import BY_NAME, PART_OF, TABLE
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon

Shown = tuple[str, bool, bool, bool]
"""The text, whether the action is enabled, whether it is checked, and whether it is off until one has predicted."""

FIRST_ICONS_MS = 100
"""Menus have no icons for so long after a window is made: nobody opens one sooner."""


class Actions(QObject):
    """The actions of one window, by name; their keys work everywhere in it.

    What they say and allow follows the state that `keeper` keeps.
    """

    ran = Signal(str)
    """Emitted with an action's name after it was carried out."""
    pressed = Signal(str)
    """Emitted with an action's name as its keys are pressed, before it is carried out."""

    def __init__(self, window: QWidget, keeper: StateKeeper) -> None:
        super().__init__(window)
        self._keeper = keeper
        self._parts: Mapping[type, object] = {}
        self._actions: dict[str, QAction] = {}
        self._shown: dict[str, Shown] = {}
        self._theme: Theme | None = None
        for action in TABLE:
            made = self._actions[action.name] = QAction(tr(action.text), window)
            made.setObjectName(action.name)
            made.setShortcuts([QKeySequence(key) for key in action.keys])
            _describe(made, action)
            made.triggered.connect(self._run_sender)
            made.installEventFilter(self)
            window.addAction(made)
        keeper.changed.connect(self.refresh)
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def serve(self, parts: Mapping[type, object]) -> None:
        """Set the objects that carry out the actions, by the type the table names."""
        self._parts = parts

    def close(self) -> None:
        """Release the parts when the window closes; no action runs after that."""
        self._parts = {}

    @property
    def state(self) -> State:
        """The present state, from which texts and enablement follow."""
        return self._keeper.now

    @Slot(str)
    def run(self, name: str) -> None:
        """Carry out an action. If that is not possible now, the part that does it says why."""
        part = self._parts.get(PART_OF[name])
        if part is not None and name not in self.state.held:
            BY_NAME[name].run(part)
            self.ran.emit(name)
            if BY_NAME[name].checked is not None:  # Qt has changed its mark; everything else comes by signals
                self.refresh()

    @Slot()
    def _run_sender(self) -> None:
        self.run(self.sender().objectName())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Shortcut:
            self.pressed.emit(watched.objectName())
        return False

    @Slot()
    def refresh(self) -> None:
        """Update text, enablement and check mark of every action."""
        state = self._keeper.now
        for action in TABLE:
            shown = _shown(action, state)
            if shown != self._shown.get(action.name):
                self._shown[action.name] = shown
                made = self._actions[action.name]
                made.setText(shown[0])
                _tell(made, action, held=shown[3])
                made.setEnabled(shown[1])
            if action.checked is not None:
                self._actions[action.name].setChecked(shown[2])

    def set_keys(self, name: str, keys: Sequence[str]) -> None:
        """Give an action other keys than the table has."""
        self._actions[name].setShortcuts([QKeySequence(key) for key in keys])

    def image(self, name: str) -> str:
        """The name of the action's icon."""
        return BY_NAME[name].icon

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the theme's color; at first only when the window has been painted, as menus are closed."""
        first, self._theme = self._theme is None, theme
        if first:
            QTimer.singleShot(FIRST_ICONS_MS, self, self._set_icons)
        else:
            self._set_icons()

    @Slot()
    def _set_icons(self) -> None:
        if self._theme is not None:
            for action in TABLE:
                self._actions[action.name].setIcon(icon(action.icon, self._theme))


def menu_entry(action: AnyAction, menu: QMenu, state: State) -> QAction:
    """An entry for a context menu in `state`. It shows its keys, which belong to the window's own action."""
    text = action.text_in(state) if action.short is None else action.short(state)
    made = menu.addAction(tr(text))
    made.setObjectName(f"{menu.objectName()}.{text.replace('&', '').rstrip('…').replace(' ', '')}")
    made.setEnabled(action.enabled_in(state))
    _describe(made, action)
    if action.checked is not None:
        made.setChecked(action.checked(state))
    if action.keys:
        made.setShortcut(QKeySequence(action.keys[0]))
        made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    return made


def _describe(made: QAction, action: AnyAction) -> None:
    made.setCheckable(action.checked is not None)
    made.setStatusTip(tr(action.tip))
    _tell(made, action, held=False)


def _tell(made: QAction, action: AnyAction, *, held: bool) -> None:
    """Say what it does, and why it cannot be done; `held`: it is off until one has predicted."""
    made.setToolTip(f"{tr(action.text).replace('&', '')}: {tr(HELD)}" if held else _tooltip(action))
    made.setProperty("why", tr(HELD) if held else tr(action.why))


def _shown(action: AnyAction, state: State) -> Shown:
    checked = action.checked is not None and action.checked(state)
    return tr(action.text_in(state)), action.enabled_in(state), checked, action.name in state.held


def _tooltip(action: AnyAction) -> str:
    keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in action.keys)
    return f"{tr(action.tip)} ({keys})" if keys else tr(action.tip)
