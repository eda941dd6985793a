"""The bar on top: buttons that move the run, and its present position."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSlider, QToolTip, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Pace
from bnsim.runner.updates import Update
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.transport.display import USUAL_TEXT, Display
from bnsim.ui.transport.status import spoken, step_words
from bnsim.ui.widgets.wheel import ignore_wheel

PACES: tuple[Pace, ...] = (
    Pace("op", 1),
    Pace("op", 4),
    Pace("layer", 2),
    Pace("layer", 5),
    Pace("layer", 10),
    Pace("layer", 25),
    Pace("phase", 1),
    Pace("phase", 2),
    Pace("iteration", 1),
    Pace("iteration", 4),
    Pace("iteration", 15),
    Pace("iteration", 60),
    Pace("iteration", math.inf),
)
DEFAULT_PACE = 4

BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    # object name, action, words, words where there is little room
    ("transport.reset", "run.reset", "Reset", ""),
    ("transport.stepIterationBack", "run.stepIterationBack", "Iteration", "Iter"),
    ("transport.stepBack", "run.stepBack", "Layer", "Layer"),
    ("transport.stepOpBack", "run.stepOpBack", "Op", "Op"),
    ("transport.stepOp", "run.stepOp", "Op", "Op"),
    ("transport.step", "run.step", "Layer", "Layer"),
    ("transport.stepIteration", "run.stepIteration", "Iteration", "Iter"),
    ("transport.playBack", "run.playBack", "", ""),
    ("transport.play", "run.play", "Play", ""),
)
MORE = (
    "run.toLandmark",
    "run.toLandmarkBack",
    "",
    "run.stepPhase",
    "run.stepPhaseBack",
    "run.stepEpoch",
    "run.stepEpochBack",
    "",
    "run.toCard",
    "run.toCardBack",
    "",
    "run.toBreakpoint",
    "run.toBreakpointBack",
    "",
    "run.toStart",
    "run.toNewest",
)
"""Actions in the menu "more", which have no button."""
ICON_AFTER = ("transport.stepOp", "transport.step", "transport.stepIteration")
GAPS_AFTER = ("transport.reset", "transport.stepIteration")
ROOMY = 1480
NARROW = 1240
TIGHT = 1060
"""In a bar narrower than this, steps by operations and iterations have no words."""
LEAST_DISPLAY = 230
"""Pixels of the position, for usual text. Where there is no room for so many, they are in the menu "more"."""
SPARED = ("transport.stepOpBack", "transport.stepOp", "transport.stepIterationBack", "transport.stepIteration")
GETTING_READY = "getting ready…"


class ActionTable(Protocol):
    """The window's actions by name, such as "run.step"."""

    def __getitem__(self, name: str, /) -> QAction: ...

    def image(self, name: str, /) -> str:
        """The name of the action's icon."""


class Transport(QWidget):
    """Buttons for the run actions, the pace, and the position: the instruction just executed, and the next."""

    pace_changed = Signal(object)

    def __init__(self, actions: ActionTable, pace: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.setAccessibleName(tr("Transport"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self._theme: Theme | None = None
        self._playing = False
        self._shown: tuple[Update, int] | None = None
        self._will: Mapping[str, str] = {}
        """What each action will do from here, as far as that is known."""
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(5)
        for name, action_name, _text, _short in BUTTONS:
            row.addWidget(self._button(name, action_name))
            if name in GAPS_AFTER:
                row.addSpacing(8)
        row.addWidget(self._more_button())
        row.addSpacing(8)
        row.addLayout(self._pace_row(DEFAULT_PACE if pace is None else pace))
        row.addSpacing(8)
        display = self._room = Display(self, GETTING_READY)
        self.status, self.reason = display.status, display.reason
        self.next, self.next_layer = display.next, display.next_layer
        row.addWidget(display, 1)

    @property
    def pace(self) -> Pace:
        return PACES[self.slider.value()]

    def position(self) -> str:
        """Where the run is and what comes next, in words, and why it stopped."""
        said = (self.status.accessibleDescription(), self.reason.accessibleDescription(), self.next.text())
        return ". ".join(filter(None, map(spoken, said)))

    def slower(self) -> None:
        """Play at the next lower pace."""
        self.slider.setValue(self.slider.value() - 1)

    def faster(self) -> None:
        """Play at the next higher pace."""
        self.slider.setValue(self.slider.value() + 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for name, action_name, _text, _short in BUTTONS:
            if name != "transport.play":
                tint = "accent-text" if name == "transport.step" else "text"
                self._buttons[name].setIcon(icon(self._actions.image(action_name), theme, tint))
        self._buttons["transport.more"].setIcon(icon("more", theme))
        self._show_playing()
        self._set_words()
        self.updateGeometry()
        self._room.set_theme(theme)
        self._show_position()

    def show_update(self, update: Update, current_layer: int = 0) -> None:
        """Show the position in `update`: that of the lane that holds `current_layer`, unless it is waiting."""
        before, self._shown = self._shown, (update, current_layer)
        if update.playing != self._playing:
            self._playing = update.playing
            self._show_playing()
            self._set_words()
        if before is None or _status_inputs(before) != _status_inputs(self._shown):
            self._show_position()

    def show_waiting(self, prepared: float = 0.0) -> None:
        """Show that another experiment is made ready to run, and how much of it is, in place of the position."""
        self._shown = None
        self._room.show_sentence(f"{GETTING_READY} {prepared:.0%}" if prepared else GETTING_READY)
        self._tell_steps({})

    def _show_playing(self) -> None:
        if self._theme is not None:
            self._buttons["transport.play"].setIcon(icon("pause" if self._playing else "play", self._theme))

    def _show_position(self) -> None:
        if self._theme is None or self._shown is None:
            return
        update, layer_id = self._shown
        self._room.show_position(update, layer_id)
        frame, experiment = update.frame, update.experiment
        self._tell_steps({} if frame is None or experiment is None else step_words(frame, experiment, layer_id))

    def _tell_steps(self, words: Mapping[str, str]) -> None:
        """Put on the buttons, and into the menu "more", what each will do from here."""
        self._will = words
        for name, action_name, *_ in BUTTONS:
            will, button = words.get(action_name, ""), self._buttons[name]
            usual = self._actions[action_name].toolTip()
            tip = f"{will}\n{usual}" if will else usual
            if tip != button.toolTip():
                button.setToolTip(tip)
                button.setAccessibleDescription(will)

    @Slot()
    def _tell_anew(self) -> None:
        """The tool tip of an action may say something else now."""
        self._tell_steps(self._will)

    def _more_button(self) -> QPushButton:
        menu = QMenu(self)
        menu.setObjectName("transport.moreMenu")
        menu.aboutToShow.connect(self._fill_more)
        menu.hovered.connect(self._tell_entry)
        button = self._buttons["transport.more"] = QPushButton(self)
        button.setObjectName("transport.more")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr("More ways to run"))
        button.setToolTip(tr("Epochs, to the selected card, to breakpoints, along the time line"))
        button.setMenu(menu)
        self._fill_more()
        return button

    @Slot()
    def _fill_more(self) -> None:
        menu = self._buttons["transport.more"].menu()
        menu.clear()
        action_of = {name: action for name, action, *_ in BUTTONS}
        spared = [action_of[name] for name in SPARED if self._buttons[name].isHidden()]
        for name in (*spared, *([""] if spared else []), *MORE):
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()

    @Slot(QAction)
    def _tell_entry(self, entry: QAction) -> None:
        """Say beside the menu what the entry will do from here."""
        menu = self._buttons["transport.more"].menu()
        at = menu.mapToGlobal(menu.actionGeometry(entry).topRight())
        QToolTip.showText(at, self._will.get(entry.objectName(), ""), menu)

    def _button(self, name: str, action_name: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        # Not focused by a click, so that Space after a click on a step plays, as it does everywhere.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name in ICON_AFTER:
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        if name == "transport.step":
            button.setProperty("accent", "true")
        action = self._actions[action_name]
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text().replace("&", ""))
        button.setEnabled(action.isEnabled())
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        action.enabledChanged.connect(self._tell_anew)
        self._buttons[name] = button
        return button

    def _pace_row(self, value: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("transport.pace")
        self.slider.setAccessibleName(tr("Pace of playing"))
        self.slider.setRange(0, len(PACES) - 1)
        self.slider.setPageStep(1)
        self.slider.setValue(min(value, len(PACES) - 1))
        self.slider.setMinimumWidth(64)
        ignore_wheel(self.slider)
        self.slider.setMaximumWidth(110)
        self.pace_label = QLabel(self)
        self.pace_label.setObjectName("transport.paceLabel")
        self.pace_label.setProperty("role", "muted")
        row.addWidget(self.slider)
        row.addWidget(self.pace_label)
        self.pace_label.setText(max((pace.text() for pace in PACES), key=len))
        self.slider.valueChanged.connect(self._pace_moved)
        return row

    def _pace_moved(self, value: int) -> None:
        self._name_pace()
        self.pace_changed.emit(PACES[value])

    def _name_pace(self) -> None:
        words = tr(self.pace.text())
        self.pace_label.setText(words)
        self.slider.setToolTip(tr(f"Play at {words} (Ctrl+Up, Ctrl+Down)"))
        self.slider.setAccessibleDescription(words)

    def _set_words(self) -> None:
        roomy, tight = self._width() >= ROOMY, self._width() < TIGHT
        for name, _action, text, short in BUTTONS:
            words = "" if tight and name in SPARED else tr(text if roomy else short)
            if name != "transport.play":
                self._buttons[name].setText(words)
        self._name_play(worded=self._width() >= NARROW)
        has_room = self.width() >= self._least_row + LEAST_DISPLAY * self._scale
        for name in SPARED:
            self._buttons[name].setVisible(has_room)

    def _name_play(self, *, worded: bool) -> None:
        """Make the button as wide as the longer of its two texts, so that nothing moves at start and stop."""
        play, words = self._buttons["transport.play"], (tr("Play"), tr("Pause"))
        widths = []
        for each in words if worded else ("",):
            play.setText(each)
            widths.append(play.sizeHint().width())
        play.setFixedWidth(max(widths))
        play.setText(words[self._playing] if worded else "")
        play.setAccessibleName(words[self._playing])

    @property
    def _least_row(self) -> int:
        """The width of the buttons and of what is between them, as they are now, with all of them."""
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        edges, gaps = row.contentsMargins(), row.spacing() * (len(self._buttons) + 1) + 8 * (len(GAPS_AFTER) + 2)
        buttons = sum(button.sizeHint().width() for button in self._buttons.values())
        return edges.left() + edges.right() + gaps + buttons + self.slider.minimumWidth()

    @property
    def _scale(self) -> float:
        return 1.0 if self._theme is None else self._theme.size("text") / USUAL_TEXT

    def _width(self) -> float:
        """The width of the bar in pixels, scaled to text of the usual size."""
        return self.width() / self._scale

    def sizeHint(self) -> QSize:
        return QSize(900, round(50 * self._scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(760, round(50 * self._scale))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_words()
        self.pace_label.setVisible(self._width() >= NARROW)
        self._fit_pace()
        self._room.set_narrow(self._width() < NARROW)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._buttons:
            self._fit_pace()

    def _fit_pace(self) -> None:
        # The widest text's room, kept, so that nothing moves when the pace does.
        self.pace_label.ensurePolished()
        width = max(self.pace_label.fontMetrics().horizontalAdvance(pace.text()) for pace in PACES) + 4
        self.pace_label.setFixedWidth(width)
        self._name_pace()


def _status_inputs(shown: tuple[Update, int]) -> tuple[object, ...]:
    """The parts of the update from which the words of the bar are made."""
    update, layer_id = shown
    return id(update.frame), layer_id, update.activity, update.reverse
