"""The menu bar: which actions stand where. What they say and do is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

from bnsim.plot.theme import Theme
from bnsim.spec.activations import ACTIVATIONS
from bnsim.ui.commands.breakpoints import MENU as BREAKPOINTS
from bnsim.ui.commands.stack import StackCommands
from bnsim.ui.commands.table import Actions
from bnsim.ui.model import preferences
from bnsim.ui.palette.entries import LAYER_SECTIONS, entries
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import appearance

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
    "",
    "equation.copy",
)
STACK = (
    "stack.residual",
    "stack.repeat",
    "stack.ungroup",
    "stack.open",
    "stack.nextCopy",
    "stack.previousCopy",
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
    "run.stepEpoch",
    "run.stepEpochBack",
    "",
    "run.toCard",
    "run.toCardBack",
    "run.toBreakpoint",
    "run.toBreakpointBack",
    "run.toStart",
    "run.toNewest",
    "",
    "run.play",
    "run.playBack",
    "run.stop",
    "run.slower",
    "run.faster",
    "",
    "run.check",
    "",
    "run.reset",
)

XRAY = ("xray.measure", "xray.swap", "", "xray.identity", "xray.putBack")


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
    activations = commands.activations(changes)
    changes.addActions(activations)
    kinds = zip(activations, ACTIVATIONS, strict=True)
    _dress(changes, {action: kind.icon() for action, kind in kinds})
    stack.addSeparator()
    _kinds_menu(stack.addMenu("&Insert"), insert, LAYER_SECTIONS, "Insert", "goes after the selected layer")
    _kinds_menu(stack.addMenu("D&ata"), insert, ("data",), "Use", "for all lanes")
    _kinds_menu(stack.addMenu("&Loss"), insert, ("loss",), "Set loss to", "in the selected layer's lane, else in all")
    fill(bar.addMenu("&Lane"), actions, LANE)
    run = bar.addMenu("R&un")  # Alt+R resets
    fill(run, actions, RUN)
    fill(run.addMenu("Brea&kpoints"), actions, BREAKPOINTS)
    view = bar.addMenu("&View")
    looks = QActionGroup(view)
    for name in ("view.values", "view.gradients", "view.structure"):
        looks.addAction(actions[name])
        view.addAction(actions[name])
    actions["view.values"].setChecked(True)
    view.addSeparator()
    fill(view, actions, ("view.output", "view.gradient", ""))
    fill(view, actions, ("view.zoomIn", "view.zoomOut", "view.fit", "", "view.projector"))
    theme = view.addMenu("&Theme")
    group = QActionGroup(theme)
    for name in ("view.system", "view.light", "view.dark"):
        group.addAction(actions[name])
        theme.addAction(actions[name])
    view.addSeparator()
    fill(view.addMenu("&X-ray"), actions, XRAY)
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
        _dress(inner, {action: f"file-{suffix}" for suffix, action in dock.panel.export_actions.items()})


def _kinds_menu(menu: QMenu, add: Callable[[str], None], sections: tuple[str, ...], verb: str, where: str) -> None:
    """What the palette offers in these sections, and what its Enter key does."""
    images = {}
    for entry in entries():
        if entry.section in sections:
            action = QAction(f"{verb} {entry.title}", menu)
            action.setObjectName(f"stack.insert.{entry.name}")
            action.setStatusTip(f"{entry.formula}: {entry.meaning}; {where}")
            action.triggered.connect(lambda _checked=False, name=entry.name: add(name))
            menu.addAction(action)
            images[action] = entry.icon
    _dress(menu, images)


def _dress(menu: QMenu, images: Mapping[QAction, str]) -> None:
    """Icons for a menu's actions: drawn when it is first opened, and anew in another theme."""
    drawn: list[Theme] = []

    def show() -> None:
        theme = appearance().theme
        if theme not in drawn:
            drawn[:] = [theme]
            for action, image in images.items():
                action.setIcon(icon(image, theme))

    menu.aboutToShow.connect(show)
