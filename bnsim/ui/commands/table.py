"""All actions in one table, by the part that does them. Menus and buttons only refer to their names."""

from __future__ import annotations

from collections.abc import Mapping

from bnsim.ui.commands import (
    blocks,
    breakpoints,
    canvas,
    clicker,
    code,
    exporting,
    files,
    forks,
    former_runs,
    history,
    lanes,
    layers,
    layouts,
    learn,
    lessons,
    run,
    slides,
    stack,
    stage,
    views,
    watches,
    weights,
    window,
)
from bnsim.ui.commands.action import AnyAction
from bnsim.ui.model.document import Document

ACTIONS_OF: Mapping[type, tuple[AnyAction, ...]] = {
    files.FileCommands: files.ACTIONS,
    code.CodeCommands: code.ACTIONS,
    exporting.Exports: exporting.ACTIONS,
    slides.Slides: slides.ACTIONS,
    Document: history.ACTIONS,
    layers.LayerCommands: layers.ACTIONS,
    blocks.BlockCommands: blocks.ACTIONS,
    stack.StackCommands: stack.ACTIONS,
    lanes.LaneCommands: (*lanes.ACTIONS, *forks.ACTIONS),
    run.RunCommands: run.ACTIONS,
    clicker.ClickerKeys: clicker.ACTIONS,
    former_runs.FormerRunCommands: former_runs.ACTIONS,
    weights.WeightCommands: weights.ACTIONS,
    breakpoints.BreakpointCommands: breakpoints.ACTIONS,
    watches.WatchCommands: watches.ACTIONS,
    canvas.Canvas: canvas.ACTIONS,
    views.Views: views.ACTIONS,
    layouts.Panels: layouts.ACTIONS,
    stage.Stage: stage.ACTIONS,
    learn.Learning: learn.ACTIONS,
    lessons.Lessons: lessons.ACTIONS,
    window.Window: window.ACTIONS,
    window.Looks: window.LOOKS,
    window.Help: window.HELP,
}
TABLE: tuple[AnyAction, ...] = tuple(action for actions in ACTIONS_OF.values() for action in actions)
BY_NAME: Mapping[str, AnyAction] = {action.name: action for action in TABLE}
PART_OF: Mapping[str, type] = {action.name: part for part, actions in ACTIONS_OF.items() for action in actions}
"""The type of the part that carries out the action of that name."""
