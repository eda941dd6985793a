"""Makes the picture on the start page: `python packaging/start_pictures.py` writes resources/start.json.

It is what the first backward pass of the default experiment gives; a test holds the file to it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

import bnsim as bn
from bnsim.ui.model.pictures import Picture, picture_of

TARGET = Path(__file__).resolve().parent.parent / "resources" / "start.json"


def measured() -> Picture:
    """The gradient by depth of the default experiment's first iteration."""
    session = bn.Session(bn.default_experiment())
    session.step("iteration")
    picture = picture_of(bn.figures.gradient_by_depth(session), updates=1, made_at=0.0)
    assert picture is not None
    return picture


if __name__ == "__main__":
    TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(measured()), indent=1) + b"\n")
