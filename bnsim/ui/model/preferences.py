"""What the app remembers between runs, in one small readable file; losing it costs nothing but habits.

It is in the platform's configuration folder, or in the one `BNSIM_CONFIG_DIR` names.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from platformdirs import user_config_path

from bnsim.ui.theme.choice import ThemeChoice

log = logging.getLogger(__name__)

CardContents = Literal["values", "gradients", "structure"]
"""What fills the cards: outputs and a bar for the gradient, gradients alone, or how layers are set."""
MAX_RECENT = 10


class Preferences(Struct, frozen=True):
    """`geometry` and `layout` are Qt's own, in base 64; `open_blocks`: which were open on the canvas, by file."""

    theme: ThemeChoice = "system"
    recent: tuple[str, ...] = ()
    folder: str = ""
    pace: int | None = None
    cards: CardContents = msgspec.field(name="look", default="values")
    geometry: str = ""
    layout: str = ""
    pages: dict[str, str] = {}
    open_blocks: dict[str, tuple[int, ...]] = {}


def folder() -> Path:
    """The folder of the preferences file."""
    chosen = os.environ.get("BNSIM_CONFIG_DIR")
    return Path(chosen) if chosen else user_config_path("bnsim", appauthor=False)


def load() -> Preferences:
    """What was kept; the defaults where there is nothing, or nothing that can be read."""
    try:
        return msgspec.json.decode((folder() / "preferences.json").read_bytes(), type=Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("preferences are not readable, the defaults are used: %s", error)
        return Preferences()


def save(preferences: Preferences) -> None:
    """Keep them. A folder that cannot be written is logged, never an error for the user."""
    target = folder() / "preferences.json"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part")
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(preferences), indent=2))
        partial.replace(target)
    except OSError as error:
        log.warning("preferences could not be kept: %s", error)


def update(**fields: object) -> Preferences:
    """Read, change some fields, keep: what another window wrote meanwhile stays."""
    changed = msgspec.structs.replace(load(), **fields)
    save(changed)
    return changed


def keep_open_blocks(path: Path, block_ids: Collection[int]) -> None:
    """Which blocks of a file are open on the canvas; of files used long ago it is forgotten."""
    kept = load()
    others = {file: ids for file, ids in kept.open_blocks.items() if file in kept.recent and file != str(path)}
    update(open_blocks=others | ({str(path): tuple(sorted(block_ids))} if block_ids else {}))


def add_recent(path: Path) -> None:
    """`path` first in the list of files lately used."""
    others = tuple(entry for entry in load().recent if entry != str(path))
    update(recent=(str(path), *others)[:MAX_RECENT], folder=str(path.parent))
