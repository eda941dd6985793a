"""Who fills the menus whose entries are no actions of the table but files, panels, runs and kinds of records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bnsim.lessons.examples import examples
from bnsim.plot.theme import Theme
from bnsim.plot.writers import FORMAT_NAMES
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.initializers import AnyInitializer
from bnsim.ui.commands.files import FileCommands
from bnsim.ui.commands.former_runs import FormerRunCommands, title_of
from bnsim.ui.commands.menus import (
    ACTIVATION,
    DATA,
    EXAMPLES,
    EXPORT,
    INITIALIZE,
    INSERT,
    KEPT,
    LOSS,
    PANELS,
    PAPERS,
    PIN,
    RECENT,
    Filler,
)
from bnsim.ui.commands.stack import StackCommands
from bnsim.ui.language import language_spoken, tr
from bnsim.ui.model import preferences
from bnsim.ui.palette.entries import LAYER_SECTIONS, entries
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import appearance


def fillers_of(
    files: FileCommands,
    panels: Sequence[PanelDock],
    stack: StackCommands,
    insert: Callable[[str], object],
    docks: Sequence[QAction],
    runs: FormerRunCommands,
    open_example: Callable[[str], object],
    open_paper: Callable[[str], object],
    all_papers: QAction,
) -> dict[str, Filler]:
    """A function for each of these menus, by its title.

    `docks` show and hide what is around the canvas; `insert` takes the name of a palette's entry, `open_example`
    that of an example, `open_paper` that of a figure of a paper.
    """
    return {
        RECENT: partial(_fill_recent, files.open_path),
        EXAMPLES: partial(_fill_examples, open_example, open_paper, all_papers),
        EXPORT: partial(_fill_export, panels),
        INITIALIZE: partial(_fill_initializers, stack),
        ACTIVATION: partial(_fill_activations, stack),
        INSERT: partial(_fill_kinds, insert, LAYER_SECTIONS, tr("Insert {}"), tr("goes after the selected layer")),
        DATA: partial(_fill_kinds, insert, ("data",), tr("Use {}"), tr("for all lanes")),
        LOSS: partial(_fill_losses, stack, insert),
        PANELS: lambda menu: menu.addActions(list(docks)),
        PIN: partial(_fill_pins, panels),
        KEPT: partial(_fill_kept_runs, runs),
    }


def _fill_recent(open_path: Callable[[Path], object], menu: QMenu) -> None:
    menu.setObjectName("file.recent")

    def show() -> None:
        menu.clear()
        for entry in preferences.load().recent:
            path = Path(entry)
            action = _add(menu, path.name, partial(open_path, path))
            action.setStatusTip(entry)
            action.setToolTip(entry)
        if menu.isEmpty():
            menu.addAction(tr("No files yet")).setEnabled(False)

    menu.aboutToShow.connect(show)


def _fill_examples(
    open_example: Callable[[str], object], open_paper: Callable[[str], object], all_papers: QAction, menu: QMenu
) -> None:
    menu.setObjectName("file.examples")
    menu.setToolTipsVisible(True)
    for name, example in examples().items():
        action = _add(menu, tr(example.title), partial(open_example, name))
        told = f"{tr(example.what)} {tr(example.look)}"
        action.setObjectName(f"file.examples.{name}")
        action.setStatusTip(told)
        action.setToolTip(told)
    menu.addSeparator()
    inner = menu.addMenu(tr(PAPERS))
    inner.setObjectName("file.papers.menu")
    inner.setToolTipsVisible(True)
    inner.addAction(all_papers)

    def show() -> None:
        if len(inner.actions()) > 1:
            return
        from bnsim.lessons.papers import papers  # the engine comes with it
        from bnsim.ui.learn.start.entries import chips

        first = inner.insertSeparator(all_papers)
        for entry in chips(papers(language_spoken())):
            action = QAction(entry.title.replace("&", "&&"), inner)
            action.triggered.connect(partial(_call, partial(open_paper, entry.name)))
            inner.insertAction(first, action)
            action.setObjectName(f"file.papers.{entry.name}")
            action.setStatusTip(entry.more.replace("\n", " · "))
            action.setToolTip(entry.more)

    inner.aboutToShow.connect(show)


def _fill_export(panels: Sequence[PanelDock], menu: QMenu) -> None:
    def show() -> None:
        if not menu.isEmpty():
            return
        for panel in panels:
            inner = menu.addMenu(panel.title)
            actions = {
                suffix: _add(inner, f"{tr(words)}…", partial(panel.ask_export, suffix))
                for suffix, words in FORMAT_NAMES.items()
            }
            for suffix, action in actions.items():
                action.setObjectName(f"file.export.{panel.name}.{suffix}")
            _draw_icons(inner, {action: f"file-{suffix}" for suffix, action in actions.items()})

    menu.aboutToShow.connect(show)


def _fill_pins(panels: Sequence[PanelDock], menu: QMenu) -> None:
    menu.setObjectName("view.pin")

    def show() -> None:
        menu.clear()
        for dock in panels:
            if dock.made and not dock.isHidden():
                action = _add(menu, dock.title, dock.panel.pin_action.trigger)
                action.setObjectName(f"view.pin.{dock.name}")
                action.setCheckable(True)
                action.setChecked(dock.panel.pin_action.isChecked())
                action.setEnabled(dock.panel.pin_action.isEnabled())
                action.setStatusTip(dock.panel.pin_action.toolTip())
        if menu.isEmpty():
            menu.addAction(tr("No panels are open")).setEnabled(False)

    menu.aboutToShow.connect(show)


def _fill_kept_runs(runs: FormerRunCommands, menu: QMenu) -> None:
    menu.setObjectName("view.keptRuns")

    def show() -> None:
        menu.clear()
        for run in runs.runs:
            inner = menu.addMenu(title_of(run).replace("&", "&&"))
            inner.setObjectName(f"view.keptRuns.{run.number}")
            _add(inner, "Rename…" if run.name else "Keep as…", partial(runs.rename, run))
            _add(inner, "Remove", partial(runs.remove, run))
        if menu.isEmpty():
            menu.addAction(tr("No runs are kept")).setEnabled(False)

    menu.aboutToShow.connect(show)


def _say_whom(stack: StackCommands, menu: QMenu, title: str) -> None:
    """Name in a submenu's title whom it acts on, "{}" there, each time the menu around it is opened."""
    around = menu.parentWidget()
    assert isinstance(around, QMenu)
    around.aboutToShow.connect(lambda: menu.setTitle(title.format(tr(stack.whom))))


def _fill_losses(stack: StackCommands, insert: Callable[[str], object], menu: QMenu) -> None:
    _say_whom(stack, menu, tr("&Loss {}"))
    _fill_kinds(insert, ("loss",), tr("Set loss to {}"), tr("in the lanes of the selected layers, else in all"), menu)


def _fill_initializers(stack: StackCommands, menu: QMenu) -> None:
    _say_whom(stack, menu, tr("Ini&tialize all {} with"))
    for kind in get_args(AnyInitializer):
        action = _add(menu, kind.title, partial(stack.initialize, kind))
        action.setStatusTip(tr(f"Initialize all with {kind.title}"))


def _fill_activations(stack: StackCommands, menu: QMenu) -> None:
    _say_whom(stack, menu, tr("&Change every activation {} to"))
    images = {}
    for kind in ACTIVATIONS:
        action = _add(menu, kind.title, partial(stack.change_activations, kind))
        action.setStatusTip(tr(f"Change every activation to {kind.title}"))
        images[action] = kind.icon()
    _draw_icons(menu, images)


def _fill_kinds(insert: Callable[[str], object], sections: tuple[str, ...], verb: str, where: str, menu: QMenu) -> None:
    """Add the building blocks of these palette sections to a menu; choosing one inserts it."""
    images = {}
    for entry in entries():
        if entry.section in sections:
            action = _add(menu, verb.format(entry.title), partial(insert, entry.name))
            action.setObjectName(f"stack.insert.{entry.name}")
            action.setStatusTip(f"{entry.formula}: {entry.meaning}; {where}")
            images[action] = entry.icon
    _draw_icons(menu, images)


def _add(menu: QMenu, text: str, call: Callable[[], object]) -> QAction:
    action = menu.addAction(tr(text))
    action.triggered.connect(partial(_call, call))
    return action


def _call(call: Callable[[], object], _checked: bool = False) -> None:
    call()


def _draw_icons(menu: QMenu, images: Mapping[QAction, str]) -> None:
    """Draw the icons of a menu's actions when it is first opened, and again for another theme."""
    drawn: list[Theme] = []

    def show() -> None:
        theme = appearance().theme
        if theme not in drawn:
            drawn[:] = [theme]
            for action, image in images.items():
                action.setIcon(icon(image, theme))

    menu.aboutToShow.connect(show)
