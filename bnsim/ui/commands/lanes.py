"""Commands for a lane: add, duplicate, rename, move, hide, color, remove; each one undo step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bnsim.spec import edits
from bnsim.spec.experiment import MAX_STACKS, Experiment
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.fork_names import name_of_fork
from bnsim.spec.tries import Try, fork_changes, fork_name
from bnsim.spec.usual_forks import (
    ForkChange,
    unchanged,
    weights_times_ten,
    with_batchnorm,
    with_rate_times,
    without_batchnorm,
)
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.state import State, lane_of

FULL = f"there are {MAX_STACKS} lanes already"
NO_LANE = "there is no lane"


class LaneCommands:
    """Acts on the lane of the selected layer, else on the first; `at` gives the commands for another lane.

    `edit_name` opens a field over the name of the lane of that stack's id, `scale_weights` the control of its weights;
    `show_own` brings up what is its own of the training; `iteration` tells how many updates the run has done;
    `ask_fork` opens the dialog of forks for a stack's id, with a change of a kind, about a layer.
    """

    def __init__(
        self,
        editor: Editor,
        edit_name: Callable[[int], object],
        scale_weights: Callable[[int], object],
        show_own: Callable[[int], object] = lambda _stack_id: None,
        stack_id: int = 0,
        iteration: Callable[[], int] = lambda: 0,
        ask_fork: Callable[[int, str, int], object] = lambda _stack_id, _kind, _layer: None,
    ) -> None:
        self._editor = editor
        self._edit_name = edit_name
        self._scale_weights = scale_weights
        self._show_own = show_own
        self._stack_id = stack_id
        self._iteration = iteration
        self._ask_fork = ask_fork

    def at(self, stack_id: int) -> LaneCommands:
        """The commands for the lane of the stack of that id."""
        return LaneCommands(
            self._editor,
            self._edit_name,
            self._scale_weights,
            self._show_own,
            stack_id,
            self._iteration,
            self._ask_fork,
        )

    @property
    def lane(self) -> int:
        """Id of the stack that the commands act on; 0 if there is none."""
        return self._stack_id or lane_of(self._editor.document.experiment, self._editor.selection.current)

    def add(self) -> None:
        """Add an empty lane below the others."""
        self._editor.push(edits.add_stack, "add lane")

    def duplicate(self) -> None:
        """Insert a copy of the lane below it."""
        lane = self.lane
        self._editor.push(lambda now: edits.duplicate_stack(now, lane), "duplicate lane")

    def fork(self, change: ForkChange = unchanged, name: str = "", iteration: int | None = None) -> None:
        """Add a lane with the same past that goes its own way from here on, and does so otherwise in one thing.

        With an `iteration` it does so from that one on, to which the run goes back.
        """
        lane, at = self.lane, self._iteration() if iteration is None else iteration

        def forked(now: Experiment) -> Experiment:
            stack = now.stack(lane)
            return fork_stack(now, lane, at, name_of_fork(stack.name, name), change(now, stack))

        self._editor.push(forked, "fork lane")

    def try_out(self, tried: Try, iteration: int | None = None) -> None:
        """Fork the lane so that it tries something, from here or from an iteration on."""
        at = self._iteration() if iteration is None else iteration
        self.fork(lambda now, stack: fork_changes(tried, now, stack, at), fork_name(tried), at)

    def fork_with_changes(self, kind: str = "") -> None:
        """Ask what a fork is to do otherwise, and how it is called; begin with a change of a kind."""
        self._ask_fork(self.lane, kind, self._editor.selection.current)

    def remove(self) -> None:
        """Remove the lane."""
        lane = self.lane
        name = self._editor.document.experiment.stack(lane).name
        self._editor.push(lambda now: edits.remove_stack(now, lane), f"remove lane {name}")

    def move(self, by: int) -> None:
        """Move the lane up if `by` is negative, down if positive."""
        lane = self.lane
        self._editor.push(lambda now: edits.move_stack(now, lane, by), "move lane")

    def recolor(self, color: int) -> None:
        """Give the lane one of the lane colors, from 1 on; with 0 the color follows from its position."""
        lane = self.lane
        self._editor.push(lambda now: edits.recolor_stack(now, lane, color), "recolor lane")

    def hide_or_show(self) -> None:
        """Hide the lane but for its name, or show it again."""
        lane = self.lane
        hidden = not self._editor.document.experiment.stack(lane).hidden
        self._editor.push(lambda now: edits.hide_stack(now, lane, hidden), "hide lane" if hidden else "show lane")

    def own_training(self) -> None:
        """Give the lane a training of its own, or take it; the inspector shows it."""
        lane = self.lane
        if self._editor.document.experiment.stack(lane).training:
            self._editor.push(lambda now: edits.share_training(now, lane), edits.SHARED_TEXT)
            return
        if self._editor.push(lambda now: edits.own_training(now, lane), edits.OWN_TEXT):
            self._editor.selection.set([])
            self._show_own(lane)

    def edit_name(self) -> None:
        """Open a field in which the person types another name."""
        self._edit_name(self.lane)

    def scale_weights(self) -> None:
        """Show the control that multiplies the lane's weights while it runs."""
        self._scale_weights(self.lane)

    def rename(self, name: str) -> None:
        """Rename the lane."""
        lane = self.lane
        self._editor.push(lambda now: edits.rename_stack(now, lane, name), "rename lane")


def _room(state: State) -> bool:
    return len(state.experiment.stacks) < MAX_STACKS


def _exists(state: State) -> bool:
    return state.stack is not None


def _hide_or_show(state: State) -> str:
    return "&Show" if state.stack is not None and state.stack.hidden else "&Hide"


def _hide_or_show_lane(state: State) -> str:
    hidden = state.stack is not None and state.stack.hidden
    return f"&Show {state.lane_words}" if hidden else f"&Hide {state.lane_words}"


ACTIONS: tuple[Action[LaneCommands], ...] = (
    Action(
        "lane.add",
        "&Add lane",
        LaneCommands.add,
        keys=("Ctrl+L",),
        icon="lane-add",
        tip="An empty lane below the others",
        enabled=_room,
        why=FULL,
    ),
    Action(
        "lane.duplicate",
        "&Duplicate lane",
        LaneCommands.duplicate,
        keys=("Ctrl+Shift+D",),
        icon="lane-copy",
        tip="A copy of it below",
        enabled=lambda state: _exists(state) and _room(state),
        why=FULL,
        shown=lambda state: f"&Duplicate {state.lane_words}",
        short=lambda _state: "&Duplicate lane",
    ),
    Action(
        "lane.fork",
        "&Fork lane here",
        LaneCommands.fork,
        keys=("Ctrl+Alt+F",),
        icon="lane-copy",
        tip="A lane with the same past that goes its own way from this iteration on; edit it as any other",
        enabled=lambda state: _exists(state) and _room(state) and state.can_run,
        why=FULL,
        shown=lambda state: f"&Fork {state.lane_words} here",
        short=lambda _state: "&Fork this lane here",
    ),
    Action(
        "lane.forkWith",
        "For&k lane with changes…",
        LaneCommands.fork_with_changes,
        keys=("Ctrl+Alt+Shift+F",),
        icon="lane-copy",
        tip="Say what the fork does otherwise: BatchNorm, rate, clipping, activation, weights, layers, loss",
        enabled=lambda state: _exists(state) and _room(state) and state.can_run,
        why=FULL,
        shown=lambda state: f"For&k {state.lane_words} with changes…",
        short=lambda _state: "For&k with changes…",
    ),
    *(
        Action(
            f"lane.fork{key}",
            f"Fork lane here {words}",
            partial(LaneCommands.fork, change=change, name=name),
            icon="lane-copy",
            tip=f"A lane with the same past, from this iteration on {words}",
            enabled=lambda state: _exists(state) and _room(state) and state.can_run,
            why=FULL,
            short=lambda _state, words=words: f"Fork here {words}",  # type: ignore[misc]
        )
        for key, words, name, change in (
            ("Plain", "without BatchNorm", "no BN", without_batchnorm),
            ("Normalized", "with BatchNorm before activations", "BN in", with_batchnorm),
            ("Slower", "at a tenth of the rate", "rate ÷10", partial(with_rate_times, factor=0.1)),
            ("Faster", "at ten times the rate", "rate ×10", partial(with_rate_times, factor=10.0)),
            ("Scaled", "with weights ×10", "W ×10", weights_times_ten),
        )
    ),
    Action(
        "lane.rename",
        "Re&name lane…",
        LaneCommands.edit_name,
        keys=("Shift+F2",),
        icon="edit",
        tip="Another name; the run goes on",
        enabled=_exists,
        why=NO_LANE,
        short=lambda _state: "Re&name…",
        shown=lambda state: f"Re&name {state.lane_words}…",
    ),
    Action(
        "lane.hide",
        "&Hide or show lane",
        LaneCommands.hide_or_show,
        icon="hide",
        tip="Its name only, or all of it again",
        enabled=_exists,
        why=NO_LANE,
        short=_hide_or_show,
        shown=_hide_or_show_lane,
    ),
    Action(
        "lane.training",
        "Own &training",
        LaneCommands.own_training,
        icon="lane-training",
        tip="Its own optimizer, schedule, clipping, decay and gain, or those of the experiment",
        enabled=_exists,
        why=NO_LANE,
        checked=lambda state: state.stack is not None and bool(state.stack.training),
        short=lambda _state: "Own &training",
        shown=lambda state: f"Own &training of {state.lane_words}",
    ),
    Action(
        "lane.scaleWeights",
        "&Multiply weights of lane by…",
        LaneCommands.scale_weights,
        icon="scale",
        tip="Scale W of every Linear in it by a factor while it runs; the document stays",
        enabled=lambda state: state.can_run and state.lane_has_weights,
        why="the lane has no Linear layer",
        short=lambda _state: "&Multiply weights by…",
        shown=lambda state: f"&Multiply weights of {state.lane_words} by…",
    ),
    Action(
        "lane.up",
        "Move lane &up",
        partial(LaneCommands.move, by=-1),
        icon="up",
        tip="Above the lane before it",
        enabled=lambda state: state.lane_number > 0,
        why="it is on top",
        short=lambda _state: "Move &up",
        shown=lambda state: f"Move {state.lane_words} &up",
    ),
    Action(
        "lane.down",
        "Move lane do&wn",
        partial(LaneCommands.move, by=1),
        icon="down",
        tip="Below the lane after it",
        enabled=lambda state: 0 <= state.lane_number < len(state.experiment.stacks) - 1,
        why="it is the last",
        short=lambda _state: "Move do&wn",
        shown=lambda state: f"Move {state.lane_words} do&wn",
    ),
    Action(
        "lane.remove",
        "&Remove lane",
        LaneCommands.remove,
        icon="lane-remove",
        tip="Take the lane out",
        enabled=_exists,
        why=NO_LANE,
        shown=lambda state: f"&Remove {state.lane_words}",
        short=lambda _state: "&Remove lane",
    ),
)
