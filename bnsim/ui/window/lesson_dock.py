"""The dock of a lesson, at a side of the window; what it takes the room of comes back when it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from bnsim.ui.language import tr
from bnsim.ui.learn.lesson.panel import LEAST, WIDTH, LessonPanel
from bnsim.ui.model import preferences
from bnsim.ui.theme.style import appearance, by_text
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.projector import STAYS, Projector

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
ROOMY = 1700
"""Pixels of the window from which the building blocks have room beside a lesson, and the explanation always has."""
PROJECTED = 1.3
"""How much wider it is in projector mode, where its type is larger."""
MOST = 0.42
"""The most of the window's width that it takes."""


class LessonDock(QObject):
    """Shows the panel, and gives room to it: the docks that are hidden for it are shown again when it goes."""

    def __init__(self, window: QMainWindow, docks: Docks, projector: Projector, panel: LessonPanel) -> None:
        super().__init__(window)
        self._window, self._docks, self._projector = window, docks, projector
        self.dock = QDockWidget(tr("Lesson"), window)
        self.dock.setObjectName("dock.lesson")
        self.dock.setTitleBarWidget(QWidget(self.dock))  # the panel has a head of its own
        self.dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self.dock.setAllowedAreas(LEFT | RIGHT)
        self.dock.setProperty(STAYS, True)
        self.dock.setWidget(panel)
        self.dock.hide()
        self._beside: dict[QDockWidget, int] = {}
        """How wide the docks at the sides were before the panel stood beside one of them."""
        self._away: dict[QDockWidget, int] = {}
        """The docks that are hidden, and how wide they were."""
        self._shown = False
        self._of_text = 100
        """By how many percent it is wider for the present text."""
        self._explains = True
        """Whether the step has something at the right."""
        projector.changed.connect(self._projected)
        appearance().changed.connect(self._typed_anew)

    @property
    def shown(self) -> bool:
        """Whether a lesson is open."""
        return self._shown

    def show(self) -> None:
        """Show the panel where it was last time, and as wide."""
        if self._shown:
            return
        self._shown = True
        self._of_text = by_text(100)
        kept = preferences.load()
        self._beside = {dock: dock.width() for dock in (self._docks.left, self._docks.right) if not dock.isHidden()}
        self._put(kept.lesson_side)
        if self._window.width() < ROOMY and not self._projector.on:
            self._put_away(self._docks.left)
        self.dock.show()
        self._widen(kept.lesson_width)

    @property
    def side(self) -> Literal["left", "right"]:
        """Where it stands."""
        return "right" if self._window.dockWidgetArea(self.dock) == RIGHT else "left"

    def change_side(self) -> None:
        """Stand at the other side of the window."""
        width = self.dock.width()
        self._put("left" if self.side == "right" else "right")
        self._give_widths({self.dock: width} | self._beside)

    def _put(self, side: Literal["left", "right"]) -> None:
        """Stand at the very edge of the window, beside the dock that is at that side."""
        horizontal = Qt.Orientation.Horizontal
        if side == "right":
            self._window.addDockWidget(RIGHT, self.dock)
            self._window.splitDockWidget(self._docks.right, self.dock, horizontal)
        else:
            self._window.addDockWidget(LEFT, self.dock)
            self._window.splitDockWidget(self.dock, self._docks.left, horizontal)

    def make_room(self, *, explanation: bool) -> None:
        """Show the explanation at the right if the step has something there; else it makes room in a small window."""
        self._explains = explanation
        if self._projector.on:
            if not explanation:
                self._docks.shelf.fold_stage()
            return
        right = self._docks.right
        if explanation or right in self._away:
            right.setVisible(explanation or self._window.width() >= ROOMY)
        elif self._window.width() < ROOMY:
            self._put_away(right)

    def hide(self) -> None:
        """Be gone, and bring back what made room."""
        if not self._shown:
            return
        self._shown = False
        if not self._projector.on:
            preferences.update(lesson_side=self.side, lesson_width=round(self.dock.width() / self._scale))
        self.dock.hide()
        self._window.removeDockWidget(self.dock)
        if not self._projector.on:
            self._bring_back()

    def _bring_back(self) -> None:
        """Show again what made room, as wide as it was."""
        away, self._away = self._away, {}
        for dock in away:
            dock.show()
        # Once Qt has laid out what is shown again, and the panels stand where they stood.
        QTimer.singleShot(0, self, partial(self._give_widths, away))

    def _give_widths(self, widths: Mapping[QDockWidget, int]) -> None:
        shown = [dock for dock in widths if not dock.isHidden()]
        self._window.resizeDocks(shown, [widths[dock] for dock in shown], Qt.Orientation.Horizontal)

    def _put_away(self, dock: QDockWidget) -> None:
        if not dock.isHidden():
            self._away[dock] = dock.width()
            dock.hide()

    @property
    def _scale(self) -> float:
        """How much wider it is than for text of the usual size."""
        return PROJECTED if self._projector.on else by_text(100) / 100

    @Slot()
    def _typed_anew(self) -> None:
        """Be as wide as text of another size needs."""
        if self._shown and not self._projector.on and by_text(100) != self._of_text:
            self._of_text = by_text(100)
            self._widen()

    def _widen(self, wanted: int = 0) -> None:
        width = min(round((wanted or WIDTH) * self._scale), max(LEAST, round(MOST * self._window.width())))
        self._give_widths({self.dock: width} | self._beside)

    @Slot(bool)
    def _projected(self, on: bool) -> None:
        QTimer.singleShot(0, self, self._settle)  # once the window has its size

    @Slot()
    def _settle(self) -> None:
        """The layout of another mode knows nothing of what came and went meanwhile."""
        self.dock.setVisible(self._shown)
        if self._shown:
            self.make_room(explanation=self._explains)
            self._widen(0 if self._projector.on else preferences.load().lesson_width)
        elif not self._projector.on:
            self._bring_back()
