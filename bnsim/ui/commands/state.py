"""The state of the window at one moment, from which text and enablement of all actions follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bnsim.runner.updates import Update
from bnsim.session.changes import title
from bnsim.spec.breakpoints import Breakpoint
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Block, Layer, Repeat
from bnsim.spec.naming import whose_weights
from bnsim.spec.tree import walk, weight_layers
from bnsim.ui.model.acted_on import acted_words, lane_in_menu, scaled_layers
from bnsim.ui.model.document import Document
from bnsim.ui.model.fields import Field, main_field
from bnsim.ui.model.preferences import CardContents, ClickerStep
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.choice import USUAL_SIZE, LanguageChoice, ThemeChoice


@dataclass(frozen=True)
class State:
    """A value. Ids in it may be of layers that are just being removed: properties then answer as if without them.

    `current` is the selected layer that is looked at, 0 for none; `lane` the id of the stack that lane actions are
    about, 0 for none. `undo` and `redo` name the edit, None where there is none. `differs`: the document's file holds
    something else. `can_run`: there is a moment to go on from, or one is still to come: an order given to a window
    that has just opened waits for its session. `at_start`: nothing was executed yet, or nothing can be.
    `recorded`: the time line has a record of iterations, and `recorded_later` of some that are still to come.
    `change`: what was done last to the run's weights, in words, "" for nothing.
    `layout_before`: another layout of panels can be gone back to. `pinned`: a panel is compared with an earlier moment.
    `compares_runs`: the run before an edit stays behind the new one; `run_before`: one is there. `findings_shown`,
    `watches_shown`: the list of findings, or of watches, is open.
    `told`: there is something to be told of the experiment that was opened; `told_shown`: it is in sight.
    `exports`: what would be exported now, and `exports_again` what was last, as menus call them, "" for nothing.
    `lesson_step`: the step of the lesson that is open, from 1; 0 without one. `held`: the names of actions that would
    tell what a lesson asks one to predict.
    """

    experiment: Experiment
    layer_ids: frozenset[int] = frozenset()
    current: int = 0
    lane: int = 0
    open_blocks: frozenset[int] = frozenset()
    undo: str | None = None
    redo: str | None = None
    differs: bool = False
    breakpoints: tuple[Breakpoint, ...] = ()
    can_run: bool = False
    at_start: bool = True
    playing: bool = False
    recorded: bool = False
    recorded_later: bool = False
    change: str = ""
    card_contents: CardContents = "values"
    theme: ThemeChoice | None = None
    text_size: int = USUAL_SIZE
    language: LanguageChoice = "en"
    projected: bool = False
    layout_before: bool = False
    axes_linked: bool = True
    pinned: bool = False
    compares_runs: bool = True
    clicker: ClickerStep = "layer"
    run_before: bool = False
    findings_shown: bool = False
    watches_shown: bool = False
    told: bool = False
    told_shown: bool = False
    exports: str = ""
    exports_again: str = ""
    lesson_step: int = 0
    held: frozenset[str] = frozenset()

    @cached_property
    def layer(self) -> Layer | None:
        """The current layer; None if there is none."""
        try:
            return self.experiment.layer(self.current) if self.current else None
        except KeyError:
            return None

    @cached_property
    def current_stack(self) -> Stack | None:
        """The stack that holds the current layer; None if there is none."""
        return self.experiment.find(self.current)[0] if self.layer is not None else None

    @cached_property
    def stack(self) -> Stack | None:
        """The stack that lane commands act on; None if there is none."""
        return next((stack for stack in self.experiment.stacks if stack.id == self.lane), None)

    @cached_property
    def acted_on(self) -> str:
        """Whom the commands for whole stacks act on: "in all lanes", "in “plain”"."""
        return acted_words(self.experiment, self.layer_ids)

    @cached_property
    def whose_weights(self) -> str:
        """Whose weights are scaled, as a menu names them: "all weights", "weights of “plain”"; "" if there are none."""
        layers = scaled_layers(self.experiment, self.layer_ids)
        return whose_weights(self.experiment.stacks, layers, lane_in_menu) if layers else ""

    @cached_property
    def lane_has_weights(self) -> bool:
        """Whether that stack has a Linear layer."""
        return self.stack is not None and bool(weight_layers(self.stack.layers))

    @cached_property
    def lane_layers(self) -> tuple[Layer, ...]:
        """All layers of that stack, those in blocks too; () if there is none."""
        return () if self.stack is None else tuple(walk(self.stack.layers))

    @cached_property
    def lane_words(self) -> str:
        """The lane that lane commands act on, as a menu names it: "lane “plain”"; "lane" if there is none."""
        return "lane" if self.stack is None else f"lane {lane_in_menu(self.stack)}"

    @cached_property
    def lane_number(self) -> int:
        """The number of that stack, from 0; -1 if there is none."""
        return next((i for i, stack in enumerate(self.experiment.stacks) if stack.id == self.lane), -1)

    @cached_property
    def block(self) -> int:
        """Id of the current layer if it is a block, else of the block around it; 0 if there is none."""
        return block_around(self.experiment, self.current) if self.current else 0

    @cached_property
    def open_repeat(self) -> int:
        """Id of the innermost open Repeat around the current layer; 0 if there is none."""
        return open_repeat_around(self.experiment, self.current, self.open_blocks) if self.open_blocks else 0

    @cached_property
    def main_field(self) -> Field | None:
        """The field that is edited on the current layer's card; None if it has none."""
        layer, here = self.layer, self.current
        if layer is None or (isinstance(layer, Block) and layer.id in self.open_blocks):
            return None
        while (around := self.experiment.container(here)[0]) in self.open_blocks:
            here = around
        in_stack = any(stack.id == around for stack in self.experiment.stacks)
        return main_field(type(layer)) if in_stack else None

    def after(self, update: Update) -> State:
        """The state after an update: its facts about the run, and everything else as it is."""
        frame, track = update.frame, update.track
        recorded = 0 if track is None else track.recorded
        return replace(
            self,
            can_run=frame is not None,
            at_start=frame is None or (frame.iteration == 0 and frame.tick == 0),
            playing=update.playing,
            recorded=recorded > 0,
            run_before=any(not run.name for run in update.former),
            recorded_later=frame is not None and recorded > frame.iteration,
            change=title(update.changes[-1], self.experiment.stacks, lane_in_menu) if update.changes else "",
        )


def lane_of(experiment: Experiment, layer_id: int) -> int:
    """Id of the stack that holds the layer, else of the first one; 0 if there is none."""
    if layer_id:
        try:
            return experiment.find(layer_id)[0].id
        except KeyError:
            pass  # just being removed
    return experiment.stacks[0].id if experiment.stacks else 0


def block_around(experiment: Experiment, layer_id: int) -> int:
    """Id of that layer if it is a block, else of the innermost block around it; 0 without one."""
    try:
        block = layer_id if isinstance(experiment.layer(layer_id), Block) else experiment.container(layer_id)[0]
    except KeyError:
        return 0
    return 0 if block in [stack.id for stack in experiment.stacks] else block


def open_repeat_around(experiment: Experiment, layer_id: int, opened: frozenset[int]) -> int:
    """Id of the innermost Repeat among the `opened` blocks that the layer is or is in; 0 without one."""
    here = layer_id
    while here:
        try:
            if here in opened and isinstance(experiment.layer(here), Repeat):
                return here
            here = experiment.container(here)[0]
        except KeyError:
            return 0
    return 0


def state_of(document: Document, selection: Selection, before: State | None = None) -> State:
    """The state that follows from document and selection; everything else as in `before`."""
    stack = document.undo_stack
    return replace(
        State(document.experiment) if before is None else before,
        experiment=document.experiment,
        layer_ids=selection.layer_ids,
        current=selection.current,
        lane=lane_of(document.experiment, selection.current),
        open_blocks=selection.blocks.ids,
        undo=stack.undoText() if stack.canUndo() else None,
        redo=stack.redoText() if stack.canRedo() else None,
        differs=document.path is not None and (document.modified or document.outdated),
    )


def some_selected(state: State) -> bool:
    """Whether at least one layer is selected."""
    return bool(state.layer_ids)


def one_selected(state: State) -> bool:
    """Whether there is a current layer."""
    return bool(state.current)
