"""What files of older versions of the format need, to be read as the present one.

A version is needed only where what an older program wrote would be read wrongly. A new field that may be left out, and
a new kind of layer, need none: older programs say which version of bnsim they are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

VERSION = 1
"""The version of the format that is written today."""

Fields = dict[str, Any]
Migration = Callable[[Fields], Fields]

MIGRATIONS: Mapping[int, Migration] = {}
"""The function that makes of a file's fields, as JSON gives them, those of the next version, by version.

They come from anybody's file: a migration may trust nothing about them but that they are a dict. What it does not know
it leaves as it is, and the check that comes after all migrations says what is wrong.
"""


def migrated(fields: Fields, version: int, migrations: Mapping[int, Migration] = MIGRATIONS) -> Fields:
    """The fields of a file of version `version` as version `VERSION` has them."""
    while version in migrations:
        fields = migrations[version](fields)
        version += 1
    return fields
