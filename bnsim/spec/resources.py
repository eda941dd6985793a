"""Where the files that come with bnsim are: `resources/` in a checkout, `bnsim/resources` in an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """The path of a file that comes with bnsim, such as "themes.json"; FileNotFoundError if there is none."""
    for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"bnsim's own file {name!r} is missing; reinstall bnsim")
