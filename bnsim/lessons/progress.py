"""What a learner did: steps seen, predictions made, tasks done. Kept in one small readable file of the user.

It is in the platform's data folder, or in the one `BNSIM_DATA_DIR` names. Steps are known by their titles, in whatever
language they are read as the lesson has them first, so that what was done stays with a lesson whose steps are put in
another order.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace
from platformdirs import user_data_path

from bnsim.spec.kept_json import encoded, read_kept
from bnsim.spec.places import of_user, regular
from bnsim.spec.whole_file import written_whole

FILE = "lessons.json"
MAX_BYTES = 16 * 1024 * 1024
MAX_LESSONS, MAX_ANSWERS = 500, 100
_Curve = Annotated[tuple[tuple[float, float], ...], Meta(max_length=2_000)]

log = logging.getLogger(__name__)


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A prediction: the number of the option from 1, a number, or the points of a curve; the others are None.

    `near` is whether it was right, or near enough; `truth` what was measured, or the right option, as it was told.
    `when`: date and time, ISO 8601.
    """

    option: int | None = None
    number: float | None = None
    curve: _Curve | None = None
    near: bool = False
    truth: str = ""
    when: str = ""


class Done(Struct, frozen=True, omit_defaults=True):
    """What was done in one lesson. `at` is the step it was left at, "" for the first.

    `seen`, `tasks`: keys of the steps that were seen, and of those whose task is done; `answers` are by key.
    `finished`: it was read to its end.
    """

    at: str = ""
    seen: tuple[str, ...] = ()
    answers: dict[str, Answer] = {}
    tasks: tuple[str, ...] = ()
    finished: bool = False

    def went_to(self, step: str) -> Done:
        """The same, once a step has begun."""
        return replace(self, at=step, seen=_with(self.seen, step))

    def answered(self, step: str, answer: Answer) -> Done:
        """The same with an answer; the first one given to a question counts, and stays."""
        if step in self.answers or len(self.answers) >= MAX_ANSWERS:
            return self
        return replace(self, answers=self.answers | {step: answer})

    def did_task(self, step: str) -> Done:
        """The same with the step's task done."""
        return replace(self, tasks=_with(self.tasks, step))


def folder() -> Path:
    """The folder of the file. OSError where this user has none."""
    chosen = os.environ.get("BNSIM_DATA_DIR")
    return Path(chosen) if chosen else of_user(user_data_path("bnsim", appauthor=False))


def load() -> dict[str, Done]:
    """What was done, by the lessons' names; nothing if there is nothing, or nothing that can be read."""
    try:
        return read_kept(folder() / FILE, dict[str, Done], MAX_BYTES)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        log.warning("what was done in lessons is not readable: %s", error)
        return {}


def done_in(lesson: str) -> Done:
    """What was done in the lesson of that name."""
    return load().get(lesson, Done())


def keep(lesson: str, done: Done) -> None:
    """Keep what was done in a lesson, whole or not at all; what another window did in others stays.

    A folder that cannot be written to is logged, never an error for the user. A file that cannot be read is put aside.
    """
    try:
        target = folder() / FILE
        target.parent.mkdir(parents=True, exist_ok=True)
        _put_aside_if_damaged(target)
        others = {name: each for name, each in load().items() if name != lesson}
        kept = dict(list(others.items())[-MAX_LESSONS + 1 :]) | {lesson: done}
        with written_whole(target) as file:
            file.write(msgspec.json.format(encoded(kept), indent=2))
    except OSError as error:
        log.warning("what was done in a lesson could not be kept: %s", error)


def forget(lesson: str) -> None:
    """Forget what was done in a lesson, to begin it anew."""
    keep(lesson, Done())


def _put_aside_if_damaged(path: Path) -> None:
    """A file that is there and cannot be read is somebody's answers: it is renamed, not written over."""
    there = regular(path)
    if there is None:
        return
    try:
        if there.st_size <= MAX_BYTES:
            read_kept(path, dict[str, Done], MAX_BYTES)
            return
    except msgspec.DecodeError:
        pass
    path.replace(path.with_suffix(".damaged.json"))


def _with(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return keys if key in keys else (*keys, key)


def share_done(done: Done, steps: Sequence[str]) -> float:
    """The share of a lesson's steps, by key, that were seen."""
    return len(set(done.seen) & set(steps)) / len(steps) if steps else 0.0
