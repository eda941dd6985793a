"""Facts about layers and their fields in the language of the window."""

from __future__ import annotations

from bnsim.ui.language import tr
from bnsim.ui.model.fields import Field


def said_fact(fact: str) -> str:
    """A fact of `layer_facts`; one that is a setting and its value, "slope 0.01", by what the setting is called."""
    said = tr(fact)
    name, _, value = fact.rpartition(" ")
    if said != fact or not name:
        return said
    title = f"{name[:1].upper()}{name[1:]}"
    found = tr(title)
    return fact if found == title else f"{found} {value}"


def about_number(field: Field) -> str:
    """What a number means, and its range."""
    words = tr(field.range_words())
    return f"{tr(field.description)} {words[:1].upper()}{words[1:]}.".strip()
