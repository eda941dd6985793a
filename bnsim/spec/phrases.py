"""Texts that know what they were put together of, so that another language can have other words in another order.

    phrase("{lane} is zero {where}", lane="plain", where=phrase("in all layers"))

A phrase is an ordinary English text: nobody who reads it needs to know. `said` gives it in the words of a language,
place by place; what stands in a place and is no phrase itself, as a number, the name of a lane or a formula, stays as
it is. `packaging/messages.py` finds all phrases in the source by their first argument, which is written out there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Say = Callable[[str], str]
"""Gives a text, with its places, in the words of a language."""


class Told(str):
    """A text that a language can have its own words for: base of those below."""

    __slots__ = ()

    def said(self, say: Say) -> str:
        """The text in the words of a language."""
        raise NotImplementedError


class Phrase(Told):
    """An English text made of a text with named places, and of what stands in these."""

    __slots__ = ("parts", "template")
    template: str
    parts: Mapping[str, str]

    def __new__(cls, template: str, parts: Mapping[str, str]) -> Phrase:
        """The text is put together at once."""
        made = super().__new__(cls, template.format_map(parts) if parts else template)
        made.template, made.parts = template, parts
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, str]]:  # type: ignore[override]
        """What it is made of again, in another process."""
        return self.template, self.parts

    def said(self, say: Say) -> str:
        """The text in the words of a language."""
        words = say(self.template)
        return words.format_map({name: said(part, say) for name, part in self.parts.items()}) if self.parts else words


class Joined(Told):
    """Texts in a row, with the same signs between them."""

    __slots__ = ("between", "parts")
    between: str
    parts: tuple[str, ...]

    def __new__(cls, between: str, parts: tuple[str, ...]) -> Joined:
        """The text is put together at once."""
        made = super().__new__(cls, between.join(parts))
        made.between, made.parts = between, parts
        return made

    def __getnewargs__(self) -> tuple[str, tuple[str, ...]]:  # type: ignore[override]
        """What it is made of again, in another process."""
        return self.between, self.parts

    def said(self, say: Say) -> str:
        """The texts in the words of a language."""
        return said(self.between, say).join([said(part, say) for part in self.parts])


class Capital(Told):
    """A text that begins with a capital letter where it stands."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Capital:
        """The text itself may begin with a small one."""
        made = super().__new__(cls, f"{text[:1].upper()}{text[1:]}")
        made.text = text
        return made

    def __getnewargs__(self) -> tuple[str]:
        """What it is made of again, in another process."""
        return (self.text,)

    def said(self, say: Say) -> str:
        """The text in the words of a language."""
        words = said(self.text, say)
        return f"{words[:1].upper()}{words[1:]}"


class Listed(Told):
    """A text of a table, which in English may be spelled otherwise where it stands: "learning rate"."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str, spelled: str) -> Listed:
        """The text as the table has it, and as it is read."""
        made = super().__new__(cls, spelled)
        made.text = text
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """What it is made of again, in another process."""
        return self.text, str(self)

    def said(self, say: Say) -> str:
        """The text in the words of a language."""
        return say(self.text)


def phrase(template: str, /, **parts: str) -> str:
    """A text with named places and what stands in these; what stands there may be a phrase itself."""
    return Phrase(template, parts)


def listed(text: str, spelled: str = "") -> str:
    """A text of a table, such as the title of a field or of a kind of figure; `spelled`: as it is read in English."""
    return Listed(text, spelled or text)


def joined(between: str, parts: Iterable[str]) -> str:
    """Texts in a row with `between` between them; empty ones are left out."""
    return Joined(between, tuple(filter(None, parts)))


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return Capital(text)


def in_english(text: str) -> str:
    """Gives a text as it is."""
    return text


def said(text: str, say: Say) -> str:
    """The text in the words of a language; what is no phrase stays as it is, and in English all does."""
    return text.said(say) if isinstance(text, Told) and say is not in_english else str(text)


def is_phrase(text: str) -> bool:
    """Whether a language may have other words for it."""
    return isinstance(text, Told)
