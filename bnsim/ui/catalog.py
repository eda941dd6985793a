"""Texts of one language, found by the English ones; a text that was put together is found by its parts.

The catalog has what was put together with places, "Duplicate {0}": what stands there is looked up itself, unless the
other language has "{0!}" for it, where names of arrays, columns and the like stand, that are typed as they are. So are
clauses that are joined by a comma or the like, where the catalog has not the whole. A text that changes with every
step is looked up often: of many hundred templates only those are tried that have a word in common with it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from bnsim.plot.speaker import Speaker
from bnsim.spec.languages import Language, catalog_of, sayer_of

PLACE = re.compile(r"\{(\d)\}")
MOST = 20_000
"""Texts that are remembered: numbers in them change with every step."""
TRIES = 250
"""Parts of a text that are looked up in all ways; from there on the likeliest way is taken."""
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = re.compile(r"\b(?:[a-z]{3,}|a[nst]|b[ey]|i[fnst]|no|o[fnr]|so|to|up)\b")
"""Words, and no symbols: "dx" is one."""
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[−+-]?\d+)?")
_FIRST_MARK, _MOST_NUMBERS = 0xE000, 60
_MARK = re.compile("[\ue000-\ue0ff]")
"""Stands for a number while a sentence is looked up."""
_STRONG = ("\n", ". ", "; ")
_WEAK = (": ", " · ", " × ", ", ", " (", " in ")
"""What joins sentences, and clauses, the strongest first."""
_FEW_LETTERS, _FEW_WORDS = 3, 4
"""A template of so few letters, "{0} of {1}", is meant where no more words than these stand in its places."""


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    said: str
    is_weak: bool


class _Said(NamedTuple):
    """A text in the other language, and how many English words are left in it."""

    text: str
    left: int


class Texts:
    """The texts of one language, given as English text to translated text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._tries = TRIES
        texts = dict(_without_stop(text, said) for text, said in texts.items())
        self._known: dict[str, _Said | None] = {
            text: _Said(said, 0) for text, said in texts.items() if not PLACE.search(text)
        }
        templates = [text for text in texts if PLACE.search(text)]
        templates.sort(key=lambda text: -_letters(text))  # the most particular first
        self._templates = [_Template(_pattern(text), texts[text], _is_weak(text)) for text in templates]
        words = [_whole_words(text) for text in templates]
        frequency = Counter(word for found in words for word in found)
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        for number, found in enumerate(words):
            self._by_word[min(found, key=lambda word: (frequency[word], word), default="")].append(number)

    def said(self, text: str) -> str | None:
        """The text in this language; None where there is nothing of it in the catalog, or less than half."""
        if text not in self._known and (numbers := _NUMBER.findall(text)) and len(numbers) <= _MOST_NUMBERS:
            # Most often a sentence comes again with other numbers.
            marks = iter(range(_FIRST_MARK, _FIRST_MARK + len(numbers)))
            found = self._search(_NUMBER.sub(lambda _: chr(next(marks)), text))
            if found is not None and not found.left:
                return _MARK.sub(lambda mark: numbers[ord(mark[0]) - _FIRST_MARK], found.text)
        found = self._search(text)
        if found is None or (found.left and 2 * found.left > len(_ENGLISH.findall(text))):
            return None
        return found.text

    def _search(self, text: str) -> _Said | None:
        self._tries = TRIES
        return self._found(text)

    def _found(self, text: str) -> _Said | None:
        """What leaves no English word; else what leaves the fewest of them."""
        if text in self._known:
            return self._known[text]
        self._tries -= 1
        best: _Said | None = None
        for each in self._ways(text):
            if best is None or each.left < best.left:
                best = each
            if not best.left or self._tries < 0:
                break
        if len(self._known) < MOST and (self._tries >= 0 or best is None or not best.left):
            self._known[text] = best
        return best

    def _ways(self, text: str) -> Iterator[_Said]:
        """All ways to say it, the likeliest first."""
        if text.endswith(".") and (found := self._found(text[:-1])) is not None:
            yield _Said(f"{found.text}.", found.left)
        matches = self._matches(text)
        # A template whose places hold several sentences most often means one of these, not all of them.
        wide = [any(joint in part for part in match.groups() for joint in _STRONG) for _, match in matches]
        yield from self._put_together(matches, wide, False)
        yield from self._joined(text, _STRONG)
        yield from self._put_together(matches, wide, True)
        yield from self._joined(text, _WEAK)
        yield from self._as_capital(text)

    def _matches(self, text: str) -> list[tuple[_Template, re.Match[str]]]:
        """The templates that it matches, the most particular first."""
        numbers = {number for word in {"", *_WORD.findall(text)} for number in self._by_word.get(word, ())}
        tried = ((each, each.pattern.fullmatch(text)) for each in map(self._templates.__getitem__, sorted(numbers)))
        return [(template, match) for template, match in tried if match is not None]

    def _put_together(
        self, matches: Sequence[tuple[_Template, re.Match[str]]], wide: Sequence[bool], is_wide: bool
    ) -> Iterator[_Said]:
        for (template, match), each in zip(matches, wide, strict=True):
            if each is not is_wide or (template.is_weak and not all(map(self._is_name, match.groups()))):
                continue
            parts = {
                name: _kept(part) if f"{{{name[1:]}!}}" in template.said else self._part(part)
                for name, part in match.groupdict().items()
            }
            texts = {name: part.text for name, part in parts.items()}
            said = template.said.replace("!}", "}")
            yield _Said(PLACE.sub(partial(_filled, texts), said), sum(part.left for part in parts.values()))

    def _joined(self, text: str, joints: Sequence[str]) -> Iterator[_Said]:
        """Sentence by sentence, or clause by clause; then what is before the first joint, and all that is behind it."""
        for joint in joints:
            if joint in text:
                for most in (-1, 1):
                    clauses = text.split(joint, most)
                    said = [self._found(clauses[0]), *(self._clause(joint, clause) for clause in clauses[1:])]
                    if any(said):
                        whole = [found or _left(clause) for found, clause in zip(said, clauses, strict=True)]
                        yield _Said(joint.join(found.text for found in whole), sum(found.left for found in whole))

    def _clause(self, joint: str, clause: str) -> _Said | None:
        """What stands behind a joint, which may be in the catalog with it: ", the most at {0}"."""
        found = self._found(clause)
        if found is not None and not found.left:
            return found
        both = self._whole(joint + clause)
        if both is None or not both.text.startswith(joint) or (found is not None and found.left <= both.left):
            return found
        return _Said(both.text[len(joint) :], both.left)

    def _as_capital(self, text: str) -> Iterator[_Said]:
        """Where a sentence begins with it."""
        if text[:1].isupper() and (found := self._whole(text[0].lower() + text[1:])) is not None:
            yield _Said(found.text[0].upper() + found.text[1:], found.left)

    def _whole(self, text: str) -> _Said | None:
        """As it stands in the catalog, or by a template."""
        known = self._known.get(text)
        if known is not None:
            return known
        matches = self._matches(text)
        return next(self._put_together(matches, [False] * len(matches), False), None)

    def _is_name(self, text: str) -> bool:
        if len(text.split()) <= _FEW_WORDS:
            return True
        found = self._found(text)
        return found is not None and not found.left

    def _part(self, text: str) -> _Said:
        return self._found(text) or _left(text)


def _without_stop(text: str, said: str) -> tuple[str, str]:
    """A sentence without its full stop, which it may have or not where it is put together with others."""
    if text.endswith(".") and said.endswith(".") and not text.endswith(".."):
        return text[:-1], said[:-1]
    return text, said


def _left(text: str) -> _Said:
    """A text that stays: names, which most often have capitals, and numbers are no English words."""
    return _Said(text, len(_ENGLISH.findall(text)))


def _kept(text: str) -> _Said:
    """A text that stays as it is: names, with nothing else between them; else it is likely not what is meant."""
    return _Said(text, 0) if all(" " not in each for each in text.split(", ")) else _left(text)


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


def speaker_of(language: Language) -> Speaker | None:
    """What diagrams are drawn with in that language, None for English; without a window, whose own is `language`'s."""
    if language == "en":
        return None
    texts = Texts(catalog_of(language))
    return Speaker(sayer_of(language), lambda text: texts.said(text) or text)
