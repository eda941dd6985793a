"""Texts of one language, found by the English ones; a text that was put together is found by its parts.

The catalog has what was put together with places, "Duplicate {0}": what stands there is looked up itself. So are
clauses that are joined by a comma or the like, where the catalog has not the whole. A text that changes with every
step is looked up often: of many hundred templates only those are tried that have a word in common with it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

PLACE = re.compile(r"\{(\d)\}")
MOST = 20_000
"""Texts that are remembered: numbers in them change with every step."""
_WORD = re.compile(r"[^\W\d_]+")
_JOINTS = ("\n", ". ", "; ", ": ", " · ", ", ")
"""What joins clauses, the strongest first."""
_FEW_LETTERS, _FEW_WORDS = 3, 4
"""A template of so few letters, "{0} of {1}", is meant where no more words than these stand in its places."""


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    said: str
    is_weak: bool


class Texts:
    """The texts of one language, given as English text to translated text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._known: dict[str, str | None] = {text: said for text, said in texts.items() if not PLACE.search(text)}
        templates = [text for text in texts if PLACE.search(text)]
        templates.sort(key=lambda text: -_letters(text))  # the most particular first
        self._templates = [_Template(_pattern(text), texts[text], _is_weak(text)) for text in templates]
        words = [_whole_words(text) for text in templates]
        frequency = Counter(word for found in words for word in found)
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        for number, found in enumerate(words):
            self._by_word[min(found, key=lambda word: (frequency[word], word), default="")].append(number)

    def said(self, text: str) -> str | None:
        """The text in this language; None where there is nothing of it in the catalog."""
        if text in self._known:
            return self._known[text]
        found = self._put_together(text)
        if found is None:
            found = self._joined(text)
        if len(self._known) < MOST:
            self._known[text] = found
        return found

    def _put_together(self, text: str) -> str | None:
        numbers = [number for word in {"", *_WORD.findall(text)} for number in self._by_word.get(word, ())]
        for number in sorted(numbers):
            pattern, said, is_weak = self._templates[number]
            match = pattern.fullmatch(text)
            if match is None or (is_weak and not all(map(self._is_name, match.groups()))):
                continue
            parts = {name: self._part(part) for name, part in match.groupdict().items()}
            return PLACE.sub(partial(_filled, parts), said)
        return None

    def _joined(self, text: str) -> str | None:
        """Clause by clause, where any of them is known."""
        if text.endswith("."):
            found = self.said(text[:-1])
            return None if found is None else f"{found}."
        for joint in _JOINTS:
            if joint in text:
                clauses = text.split(joint)
                said = [self.said(clause) for clause in clauses]
                if any(said):
                    return joint.join(found or clause for found, clause in zip(said, clauses, strict=True))
        return None

    def _is_name(self, text: str) -> bool:
        return len(text.split()) <= _FEW_WORDS or self.said(text) is not None

    def _part(self, text: str) -> str:
        return self.said(text) or text


def _letters(text: str) -> int:
    return len(PLACE.sub("", text))


def _is_weak(text: str) -> bool:
    rest = PLACE.sub("", text)
    return sum(map(str.isalpha, rest)) <= _FEW_LETTERS and "“" not in rest


def _whole_words(text: str) -> set[str]:
    """Words of a template that a text which matches it has as words: those that no place touches."""
    return set(_WORD.findall(re.sub(r"[^\W\d_]*\{\d\}[^\W\d_]*", " ", text)))


def _pattern(text: str) -> re.Pattern[str]:
    """What a text with places matches; a place that touches what is before it may stay empty."""
    made, at = "", 0
    for place in PLACE.finditer(text):
        before = text[at : place.start()]
        empty = bool(before) and not before[-1].isspace()
        made += f"{re.escape(before)}(?P<p{place[1]}>.{'*' if empty else '+'}?)"
        at = place.end()
    return re.compile(made + re.escape(text[at:]), re.DOTALL)


def _filled(parts: Mapping[str, str], place: re.Match[str]) -> str:
    return parts[f"p{place[1]}"]
