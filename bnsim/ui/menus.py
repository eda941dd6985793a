"""The menu bar: which actions stand where. What they say and do is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

from bnsim.spec.layers import PALETTE
from bnsim.ui import preferences
from bnsim.ui.actions import Actions
from bnsim.ui.panels.panel import PanelDock
from bnsim.ui.stack_commands import StackCommands

EDIT = (
    "edit.undo",
    "edit.redo",
    "",
    "edit.cut",
    "edit.copy",
    "edit.paste",
    "edit.duplicate",
    "edit.delete",
    "",
    "edit.units",
    "edit.selectAll",
)
STACK = (
    "stack.residual",
    "stack.repeat",
    "stack.ungroup",
    "",
    "stack.bnBefore",
    "stack.bnAfter",
    "stack.bnRemove",
    "stack.biases",
    "stack.depth",
    "stack.width",
)
LANE = (
    "lane.add",
    "lane.duplicate",
    "lane.rename",
    "lane.hide",
    "",
    "lane.up",
    "lane.down",
    "",
    "lane.remove",
)
RUN = (
    "run.step",
    "run.stepBack",
    "run.stepOp",
    "run.stepOpBack",
    "run.stepIteration",
    "run.stepIterationBack",
    "",
    "run.play",
    "run.slower",
    "run.faster",
    "",
    "run.reset",
)


def fill(menu: QMenu, actions: Actions, names: tuple[str, ...]) -> None:
    """Actions by name, a separator for ""."""
    for name in names:
        if name:
            menu.addAction(actions[name])
        else:
            menu.addSeparator()


def build_menus(
    window: QMainWindow,
    actions: Actions,
    insert: Callable[[str], None],
    docks: tuple[PanelDock, ...],
    open_path: Callable[[Path], None],
    commands: StackCommands,
) -> None:
    """All menus of the window."""
    bar = window.menuBar()
    file = bar.addMenu("&File")
    fill(file, actions, ("file.new", "file.newWindow", "file.open"))
    _recent_menu(file, open_path)
    fill(file, actions, ("", "file.save", "file.saveAs", "file.revert", ""))
    _export_menu(file, docks)
    fill(file, actions, ("", "file.close", "file.quit"))
    edit = bar.addMenu("&Edit")
    fill(edit, actions, EDIT)
    stack = bar.addMenu("&Stack")
    fill(stack, actions, STACK)
    inits = stack.addMenu("&Initialize all with")
    inits.addActions(commands.initializers(inits))
    changes = stack.addMenu("&Change every activation to")
    changes.addActions(commands.activations(changes))
    stack.addSeparator()
    _insert_menu(stack, insert)
    fill(bar.addMenu("&Lane"), actions, LANE)
    fill(bar.addMenu("R&un"), actions, RUN)  # Alt+R resets
    view = bar.addMenu("&View")
    looks = QActionGroup(view)
    for name in ("view.values", "view.gradients", "view.structure"):
        looks.addAction(actions[name])
        view.addAction(actions[name])
    actions["view.values"].setChecked(True)
    view.addSeparator()
    fill(view, actions, ("view.zoomIn", "view.zoomOut", "view.fit", "", "view.projector"))
    theme = view.addMenu("&Theme")
    group = QActionGroup(theme)
    for name in ("view.system", "view.light", "view.dark"):
        group.addAction(actions[name])
        theme.addAction(actions[name])
    view.addSeparator()
    panels = view.addMenu("&Panels")
    for dock in window.findChildren(QDockWidget):
        panels.addAction(dock.toggleViewAction())
    fill(view, actions, ("view.layout",))
    fill(bar.addMenu("&Help"), actions, ("help.find", "help.keys", "", "help.about"))


def _recent_menu(file: QMenu, open_path: Callable[[Path], None]) -> None:
    menu = file.addMenu("Open &recent")
    menu.setObjectName("file.recent")

    def show() -> None:
        menu.clear()
        for entry in preferences.load().recent:
            path = Path(entry)
            action = menu.addAction(path.name)
            action.setStatusTip(entry)
            action.setToolTip(entry)
            action.triggered.connect(lambda _checked=False, path=path: open_path(path))
        if menu.isEmpty():
            menu.addAction("No files yet").setEnabled(False)

    menu.aboutToShow.connect(show)


def _export_menu(file: QMenu, docks: tuple[PanelDock, ...]) -> None:
    menu = file.addMenu("&Export panel")
    for dock in docks:
        inner = menu.addMenu(dock.panel.title)
        inner.addActions(list(dock.panel.export_actions.values()))


def _insert_menu(menu: QMenu, insert: Callable[[str], None]) -> None:
    """A layer of each kind to put behind the selected one."""
    inner = menu.addMenu("&Insert")
    for kind in PALETTE:
        name = kind.__name__
        action = QAction(f"Insert {name}", inner)
        action.setObjectName(f"stack.insert.{name}")
        action.setStatusTip(f"{kind.formula}: {kind.meaning}; goes after the selected layer")
        action.triggered.connect(lambda _checked=False, name=name: insert(name))
        inner.addAction(action)
