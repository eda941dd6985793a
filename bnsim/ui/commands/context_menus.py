"""Context menus of cards, lane titles, the empty canvas and the outline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QPixmap
from PySide6.QtWidgets import QMenu

from bnsim.runner.updates import Update
from bnsim.spec.breakpoints import AtOp
from bnsim.spec.naming import operation_name
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.actions import Actions, menu_entry
from bnsim.ui.commands.breakpoints import BreakpointCommands
from bnsim.ui.commands.forks import IN_MENUS as FORKS
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.state import State
from bnsim.ui.commands.table import BY_NAME
from bnsim.ui.language import tr

NAME = "canvas.menu"
_FOUR = ("Vermilion", "Blue", "Green", "Purple")
COLORS = {"light": (*_FOUR, "Olive", "Black"), "dark": (*_FOUR, "Yellow", "White")}
BREAK_MENU, COLOR_MENU, FORK_MENU = "<break>", "<color>", "<fork>"
"""Placeholders for submenus."""
ON_CARDS = (
    "edit.cut",
    "edit.copy",
    "edit.paste",
    "edit.duplicate",
    "edit.delete",
    "",
    BREAK_MENU,
    "",
    "stack.residual",
    "stack.repeat",
    "stack.ungroup",
    "stack.open",
    "",
    "edit.units",
    "run.scaleWeights",
    "edit.selectAll",
    "",
    "view.output",
    "view.gradient",
    "view.why",
    "view.whyValue",
    "view.whyLoss",
    "",
    "watch.output",
    "watch.gradient",
    "watch.breakOutput",
    "watch.breakGradient",
    "",
    "lane.fork",
    "lane.forkWith",
    FORK_MENU,
    "lane.add",
    "",
    "export.export",
    "export.copy",
)
ON_NORMALIZATIONS = ("export.axes",)
"""What the menu of cards has besides where the current layer is a normalization."""
ON_A_LANE = (
    "lane.rename",
    COLOR_MENU,
    "lane.hide",
    "lane.training",
    "lane.scaleWeights",
    "",
    "lane.up",
    "lane.down",
    "",
    "lane.fork",
    "lane.forkWith",
    FORK_MENU,
    "",
    "lane.duplicate",
    "lane.add",
    "lane.remove",
)
BREAK_HERE = ("break.here", "break.forward", "break.backward")


class ContextMenus:
    """Makes context menus from the table's actions when they are opened."""

    def __init__(
        self,
        canvas: CanvasView,
        actions: Actions,
        lanes: LaneCommands,
        breakpoints: BreakpointCommands,
    ) -> None:
        self._canvas = canvas
        self._actions = actions
        self._lanes = lanes
        self._breakpoints = breakpoints
        self._operations = Update().operations

    def show_update(self, update: Update) -> None:
        """Take the names of the layers' operations from an update."""
        self._operations = update.operations

    def open(self, stack_id: int, where: QPoint) -> None:
        """Open the menu of that stack, or of the selected layers if it is 0, at a point of the screen."""
        (self.lane_menu(stack_id) if stack_id else self.cards_menu()).popup(where)

    def cards_menu(self) -> QMenu:
        """The menu of the selected layers, or of the empty canvas."""
        menu, state = self._menu(), self._actions.state
        normalizes = state.layer is not None and state.layer.group == "normalization"
        for name in (*ON_CARDS, *(ON_NORMALIZATIONS if normalizes else ())):
            if name == BREAK_MENU:
                self.add_break_menu(menu)
            elif name == FORK_MENU:
                self._add_fork_menu(menu, state, None)
            elif name:
                entry = menu_entry(BY_NAME[name], menu, state)
                entry.triggered.connect(partial(_call, partial(self._actions.run, name)))
            else:
                menu.addSeparator()
        return menu

    def lane_menu(self, stack_id: int) -> QMenu:
        """The menu of one lane."""
        menu, state = self._menu(), replace(self._actions.state, lane=stack_id)
        lane = self._lanes.at(stack_id)
        for name in ON_A_LANE:
            if name == COLOR_MENU:
                self._add_color_menu(menu, state, lane)
            elif name == FORK_MENU:
                self._add_fork_menu(menu, state, lane)
            elif name:
                entry = menu_entry(BY_NAME[name], menu, state)
                entry.triggered.connect(partial(_call, partial(BY_NAME[name].run, lane)))
            else:
                menu.addSeparator()
        return menu

    def add_break_menu(self, menu: QMenu) -> None:
        """Add the menu of breakpoints at the selected layer: in any phase, in one, at one operation."""
        state = self._actions.state
        if not state.current:
            return
        inner = menu.addMenu(tr("&Break here"))
        inner.setObjectName(f"{NAME}.BreakHere")
        inner.addActions([self._actions[name] for name in BREAK_HERE])
        inner.addSeparator()
        for phase, op, title in self._operations.get(state.current, ()):
            breakpoint = AtOp(layer=state.current, op=op, phase=phase)
            entry = QAction(f"{phase} · {operation_name(title)}", inner)
            there = breakpoint in state.breakpoints
            entry.setCheckable(True)
            entry.setChecked(there)
            change = self._breakpoints.remove if there else self._breakpoints.add
            entry.triggered.connect(partial(_call, partial(change, breakpoint)))
            inner.addAction(entry)

    def _add_fork_menu(self, menu: QMenu, state: State, lane: LaneCommands | None) -> None:
        """Add the menu of forks that differ in one thing; of the lane of the selected layer where `lane` is None."""
        inner = menu.addMenu(tr("Fork here, but…") if lane is None else tr("Fork this lane here, but…"))
        inner.setObjectName(f"{NAME}.fork")
        for name in FORKS:
            if not name:
                inner.addSeparator()
                continue
            entry = menu_entry(BY_NAME[name], inner, state)
            run = partial(self._actions.run, name) if lane is None else partial(BY_NAME[name].run, lane)
            entry.triggered.connect(partial(_call, run))

    def _add_color_menu(self, menu: QMenu, state: State, lane: LaneCommands) -> None:
        stack = state.stack
        assert stack is not None
        inner = menu.addMenu(tr("&Color"))
        inner.setObjectName(f"{NAME}.color")
        theme = self._canvas.card_style.theme
        for index, name in enumerate(COLORS[theme.name]):
            mark = QPixmap(12, 12)
            mark.fill(QColor(theme.color(f"lane{index}")))
            entry = inner.addAction(mark, name)
            entry.setCheckable(True)
            entry.setChecked(index == stack.lane_color(state.lane_number))
            entry.triggered.connect(partial(_call, partial(lane.recolor, index + 1)))
        own = inner.addAction(tr("By its place"))
        own.setEnabled(stack.color != 0)
        own.triggered.connect(partial(_call, partial(lane.recolor, 0)))

    def _menu(self) -> QMenu:
        menu = QMenu(self._canvas)
        menu.setObjectName(NAME)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu


def _call(call: Callable[[], object], _checked: bool = False) -> None:
    call()
