"""Commands for runs that figures show behind the present one: that before the last edit, and those that are kept."""

from __future__ import annotations

from collections.abc import Callable

from bnsim.runner.orders import CompareBefore, KeepRun, Order, RemoveRun, RenameRun
from bnsim.runner.updates import FormerRun, Update
from bnsim.spec.numerals import counted
from bnsim.ui.commands.action import Action
from bnsim.ui.model import preferences

AskText = Callable[[str, str, str], str | None]
"""Asks for words, given a title, a label and what to begin with; None if the person cancels."""
BEFORE = "Run before"


class FormerRunCommands:
    """`give` gives orders to the runner; `show_choice` is called with whether the run before an edit stays."""

    def __init__(
        self, give: Callable[[Order], object], ask_text: AskText, show_choice: Callable[[bool], object]
    ) -> None:
        self._give = give
        self._ask_text = ask_text
        self._show_choice = show_choice
        self.runs: tuple[FormerRun, ...] = ()
        """All that are there, the one before the last edit last."""
        self._compares = True

    def begin(self) -> None:
        """Do as the person has chosen in an earlier run of the app."""
        self._compare(preferences.load().compares_runs)

    def show_update(self, update: Update) -> None:
        """Note which runs there are."""
        self.runs = update.former

    def keep(self) -> None:
        """Ask for a name, and keep the run as it stands under it."""
        number = 1 + sum(bool(run.name) for run in self.runs)
        name = self._ask_text("Keep this run", "Name of the run, which figures show behind others:", f"run {number}")
        if name and name.strip():
            self._give(KeepRun(name))

    def rename(self, run: FormerRun) -> None:
        """Ask for another name of a run."""
        name = self._ask_text("Rename run", "Name of the run:", run.name or "run before the edit")
        if name and name.strip():
            self._give(RenameRun(run.number, name))

    def remove(self, run: FormerRun) -> None:
        """Show a run no more."""
        self._give(RemoveRun(run.number))

    def dismiss(self) -> None:
        """Show the run before the last edit no more."""
        self._give(RemoveRun())

    def compare_or_not(self) -> None:
        """Let the run before an edit stay from now on, or not; the choice is stored for the next run of the app."""
        preferences.update(compares_runs=not self._compares)
        self._compare(not self._compares)

    def _compare(self, on: bool) -> None:
        self._compares = on
        self._give(CompareBefore(on))
        self._show_choice(on)


def title_of(run: FormerRun) -> str:
    """A run as a menu has it: "wide: 200 iterations"."""
    return f"{run.name or BEFORE}: {counted(run.iterations, 'iteration')}"


ACTIONS: tuple[Action[FormerRunCommands], ...] = (
    Action(
        "runs.keep",
        "&Keep this run…",
        FormerRunCommands.keep,
        keys=("Alt+K",),
        icon="keep-run",
        tip="It stays behind those to come, under a name, over any edits",
        enabled=lambda state: state.can_run and not state.at_start,
        why="nothing has run yet",
    ),
    Action(
        "runs.compare",
        "Compare with the run &before",
        FormerRunCommands.compare_or_not,
        icon="compare-run",
        tip="After an edit the run before it stays behind the new one, dashed and pale",
        checked=lambda state: state.compares_runs,
    ),
    Action(
        "runs.dismiss",
        "&Dismiss the run before",
        FormerRunCommands.dismiss,
        keys=("Alt+B",),
        icon="close",
        tip="Show the run before the last edit no more",
        enabled=lambda state: state.run_before,
        why="no run is shown behind this one",
    ),
)
