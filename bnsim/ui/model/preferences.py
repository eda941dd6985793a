"""Preferences that the app keeps between runs, in one small readable file.

It is in the platform's configuration folder, or in the one `BNSIM_CONFIG_DIR` names.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from platformdirs import user_config_path

from bnsim.spec.kept_json import encoded, is_text, read_kept
from bnsim.spec.places import of_user
from bnsim.ui.theme.choice import USUAL_SIZE, LanguageChoice, ThemeChoice

log = logging.getLogger(__name__)

CardContents = Literal["values", "gradients", "structure"]
"""What fills the cards: outputs and a bar for the gradient, gradients alone, or how layers are set."""
ClickerStep = Literal["op", "layer", "phase", "iteration", "landmark"]
"""How far a press of Page Down goes, which is what a lecturer's clicker sends."""
MAX_RECENT = 10
MAX_NOTES = 20_000
"""Letters of one file's notes."""
MAX_FILES_WITH_NOTES = 100


class Preferences(Struct, frozen=True):
    """`geometry` and `layout` are Qt's own, in base 64; `open_blocks`: which were open on the canvas, by file.

    `compares_runs`: the run before an edit stays behind the new one. `silent_rules`: rules of findings that are not
    asked, by name; `shows_findings`, `shows_watches`: that list is open. `notes`: a lecturer's, by file, "" for none
    yet. `exports`: what was chosen for the last export, which `export_choices` reads. `shows_start`: the start page is
    there when bnsim starts without a file, and after File > New. `lesson_side`, `lesson_width`: where the panel of
    lessons stands, and how wide it is in pixels, 0 for the usual.
    """

    theme: ThemeChoice = "system"
    text_size: int = USUAL_SIZE
    language: LanguageChoice = "en"
    recent: tuple[str, ...] = ()
    folder: str = ""
    pace: int | None = None
    cards: CardContents = msgspec.field(name="look", default="values")
    geometry: str = ""
    layout: str = ""
    pages: dict[str, str] = {}
    open_blocks: dict[str, tuple[int, ...]] = {}
    compares_runs: bool = True
    clicker: ClickerStep = "layer"
    silent_rules: tuple[str, ...] = ()
    shows_findings: bool = False
    shows_watches: bool = False
    notes: dict[str, str] = {}
    exports: dict[str, Any] = {}
    shows_start: bool = True
    lesson_side: Literal["left", "right"] = "left"
    lesson_width: int = 0


def folder() -> Path:
    """The folder of the preferences file. OSError where this user has none."""
    chosen = os.environ.get("BNSIM_CONFIG_DIR")
    return Path(chosen) if chosen else of_user(user_config_path("bnsim", appauthor=False))


def load() -> Preferences:
    """The stored preferences; the defaults if there are none, or none that can be read."""
    try:
        return read_kept(folder() / "preferences.json", Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("preferences are not readable, the defaults are used: %s", error)
        return Preferences()


def save(preferences: Preferences) -> None:
    """Write the preferences. A folder that cannot be written to is logged, never an error for the user."""
    try:
        target = folder() / "preferences.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part")
        partial.write_bytes(msgspec.json.format(encoded(preferences), indent=2))
        partial.replace(target)
    except OSError as error:
        log.warning("preferences could not be kept: %s", error)


def update(**fields: object) -> Preferences:
    """Read the preferences, change some fields and write them, so that what another window wrote is kept."""
    changed = msgspec.structs.replace(load(), **fields)
    save(changed)
    return changed


def keep_open_blocks(path: Path, block_ids: Collection[int]) -> None:
    """Remember which blocks of a file are open on the canvas; files used long ago are forgotten."""
    kept = load()
    others = {file: ids for file, ids in kept.open_blocks.items() if file in kept.recent and file != str(path)}
    update(open_blocks=others | ({str(path): tuple(sorted(block_ids))} if block_ids else {}))


def keep_notes(path: str, text: str) -> None:
    """Keep the notes of a file, so many letters of them; of very many files those kept longest ago are forgotten."""
    others = {file: kept for file, kept in load().notes.items() if file != path}
    kept = others | ({path: text[:MAX_NOTES]} if text.strip() else {})
    update(notes=dict(list(kept.items())[-MAX_FILES_WITH_NOTES:]))


def add_recent(path: Path) -> None:
    """Put `path` first in the list of recent files; one whose name is not text stays out of it."""
    if not is_text(str(path)):
        return
    others = tuple(entry for entry in load().recent if entry != str(path))
    update(recent=(str(path), *others)[:MAX_RECENT], folder=str(path.parent))
