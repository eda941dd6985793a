"""What every kind of record that a person chooses from knows of itself: its names, its hint, its formula, its icon."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Kind(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of layers, data sets, losses, initializers, optimizers, schedules and clipping.

    What is said here once is what palette, inspector, cards, menus and tests show. `name` is what cards and sentences
    call it ("BatchNorm"), `title` what lists offer it as ("Two spirals"), `short` what fits on a small card ("BN");
    left out, the first is the class's name and the others are the first. `formula` is a line of plain text. `meaning`
    is a clause that explains it, `hint` the same in the 24 letters there are under a name in the palette; both are
    empty where there is no palette entry.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    short: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    meaning: ClassVar[str] = ""
    hint: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        own = cls.__dict__
        cls.name = own.get("name", cls.__name__)
        cls.title = own.get("title", cls.name)
        cls.short = own.get("short", cls.name)

    @classmethod
    def about(cls) -> str:
        """The first line of the docstring, with which the inspector describes the kind."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def icon(cls) -> str:
        """The name of the kind's icon in `resources/icons`, for kinds of the palette."""
        return f"kinds/{cls.__name__}"
