"""Offers, at the start, the work that a crash, a kill or a logout left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from bnsim.spec.numerals import count, counted
from bnsim.ui.language import tr
from bnsim.ui.model.document import UNTITLED, Document
from bnsim.ui.model.recovery import LeftWork, Work, left_work
from bnsim.ui.window.dialogs import recovery_question

MOST_NAMED = 6
"""More are only counted."""


class Recovers(Protocol):
    """A window that can go on with work that was left."""

    document: Document

    def recover(self, work: Work, /) -> None: ...


def offer(window: QWidget, first: Recovers, another: Callable[[], Recovers]) -> QMessageBox | None:
    """Ask over `window`, which is `first` as a widget, whether to restore what was left; None if nothing was.

    What belongs to the file open there, or one untitled work where that window is still untouched, is restored in it,
    the rest in windows that `another` makes. What is neither restored nor removed is offered again by the next start.
    """
    left = left_work()
    if not left:
        return None
    box = recovery_question(_told(left), window, can_restore=any(each.work for each in left))

    def answer(_result: int) -> None:
        role = box.buttonRole(box.clickedButton()) if box.clickedButton() else None
        # Once the box is gone: making windows takes a while.
        QTimer.singleShot(0, window, partial(_carry_out, role, left, first, another))

    box.finished.connect(answer)
    box.open()
    return box


def lost_weights(loaded: Sequence[int]) -> str:
    """What to tell of a run into which weights were loaded after so many updates: a crash does not keep them."""
    first = count(loaded[0])
    if loaded[1:]:
        more = counted(len(loaded) - 1, "time")
        return (
            f"The weights that were loaded at iteration {first}, and {more} later, are lost with the crash: "
            "the run goes on from its start without them; load them again there."
        )
    return (
        f"The weights that were loaded at iteration {first} are lost with the crash: "
        "the run goes on from its start without them; load them again there."
    )


def _carry_out(
    role: QMessageBox.ButtonRole | None, left: list[LeftWork], first: Recovers, another: Callable[[], Recovers]
) -> None:
    taken = False  # a run that was not edited leaves no undo step from which one would see it
    for each in left:
        if role == QMessageBox.ButtonRole.AcceptRole and each.work is not None:
            fits = not taken and _fits(each.work, first.document)
            where, taken = first if fits else another(), taken or fits
            where.recover(each.work)
            each.remove()
        elif role == QMessageBox.ButtonRole.DestructiveRole:
            each.remove()
        else:
            each.leave()


def _fits(work: Work, document: Document) -> bool:
    """Whether it can be restored over a document without losing anything of that."""
    path = Path(work.path) if work.path else None
    return not document.undo_stack.count() and document.path in (None, path)


def _told(left: list[LeftWork]) -> str:
    lines = [_line(each) for each in left[:MOST_NAMED]]
    if len(left) > MOST_NAMED:
        lines.append(f"and {len(left) - MOST_NAMED} more")
    # Each may be longer than a line of the box.
    return "\n".join(f"• {line}" for line in lines) if len(lines) > 1 else lines[0]


def _line(left: LeftWork) -> str:
    """What it is and when it was, such as "net.bnsim: plain, with BN · iteration 40 · today, 14:03"."""
    work = left.work
    if work is None:
        return f"Something that cannot be read: {left.problem[:200]}"
    name = Path(work.path).name if work.path else tr(UNTITLED)
    lanes = ", ".join(stack.name for stack in work.document.experiment.stacks)[:80]
    parts = [f"{name}: {lanes}", f"iteration {count(work.moment[0] if work.updates is None else work.updates)}"]
    if number := len(work.document.breakpoints):
        parts.append(f"{number} breakpoint{'s' if number > 1 else ''}")
    return " · ".join((*parts, _when(work.saved_at)))


def _when(saved_at: float) -> str:
    try:
        then = datetime.fromtimestamp(saved_at)
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
    day = "today" if then.date() == datetime.now().date() else f"{then:%Y-%m-%d}"
    return f"{tr(day)}, {then:%H:%M}"
