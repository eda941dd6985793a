"""Begins a lesson: a folder with an example in it, and comments that say what each key is for."""

from __future__ import annotations

from pathlib import Path

from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import real
from bnsim.spec.resources import resource
from bnsim.spec.whole_file import written_whole

TEMPLATE = "lesson-template"


def begin(folder: Path) -> tuple[Path, ...]:
    """Make a folder, whose parent exists or is made, with a lesson to begin with; its files' paths.

    InputError if there is something in it already, or it cannot be made.
    """
    try:
        real(folder).mkdir(parents=True, exist_ok=True)
        if any(real(folder).iterdir()):
            raise InputError(f"There is something in {folder} already; choose a folder that is empty or not there.")
        made = []
        for source in sorted(resource(TEMPLATE).iterdir()):
            with written_whole(folder / source.name) as file:
                file.write(source.read_bytes())
            made.append(folder / source.name)
        return tuple(made)
    except OSError as error:
        raise InputError(cannot("make", folder, error)) from error
