"""Finding entries by words: in any order, begun or within another word, a little misspelt; the best matches first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EXACT, BEGINS, INSIDE, MISSPELT = 0, 1, 3, 4
"""What a typed word costs against a word of an entry."""
PLACES = (0, 2, 5)
"""What a match costs more in an entry's title, in where it is, and in what else is told of it."""
NEVER = 10_000
BEGINS_OTHERWISE = 50
"""What it costs, in hundredths of what words cost, that a title does not begin with the first word typed."""
LONG = 8
"""From so many letters on a word may have two slips, with half as many or more one, else none."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
_WORD = re.compile(r"\w+")


class Text(NamedTuple):
    """What an entry is found by: its title, where it is, and what else is told of it."""

    title: str
    where: str
    told: str


class Match(NamedTuple):
    """How well an entry matches (less is better), and its number."""

    cost: int
    number: int


class WordIndex:
    """Entries, made ready to be searched: each word and each text that several share is looked at once a search."""

    def __init__(self, texts: Iterable[Text], handicaps: Sequence[int]) -> None:
        """`handicaps`, one for each text and below 10, put otherwise equal matches in order."""
        self._words: dict[str, int] = {}
        columns: tuple[dict[str, int], ...] = ({}, {}, {})
        rows = [
            [column.setdefault(text, len(column)) for column, text in zip(columns, each, strict=True)] for each in texts
        ]
        self._rows = np.array(rows, np.intp).reshape(len(rows), len(columns))
        split = [[self._numbers(text) for text in column] for column in columns]
        self._columns = [_padded(column, len(self._words)) for column in split]
        lengths = np.array([min(len(numbers), 9) for numbers in split[0]], np.int64)
        self._last = np.array(handicaps, np.int64) + (10 * lengths[self._rows[:, 0]] if rows else 0)

    def best(self, words: Sequence[str], most: int) -> tuple[list[Match], int]:
        """The best matches, at most so many, and how many there are in all."""
        cost = np.zeros(len(self._rows), np.int64)
        for word in words:
            cost += self._cost_of(word)
        there = np.flatnonzero(cost < NEVER)
        cost = 100 * cost[there] + self._last[there]
        if words:
            begun = self._costs(words[0])[self._columns[0][:, 0]] < NEVER
            cost += np.where(begun[self._rows[there, 0]], 0, BEGINS_OTHERWISE)
        order = np.argsort(cost, kind="stable")[:most]
        return [Match(int(cost[i]), int(there[i])) for i in order], len(there)

    def _numbers(self, text: str) -> list[int]:
        return [self._words.setdefault(word, len(self._words)) for word in words_of(text)]

    def _costs(self, word: str) -> NDArray[np.int64]:
        """What the typed word costs against each known one, and against the nothing that shorter texts end in."""
        return np.array([*word_costs(word, list(self._words)), NEVER], np.int64)

    def _cost_of(self, word: str) -> NDArray[np.int64]:
        """What the typed word costs in each entry."""
        by_word = self._costs(word)
        cost = np.full(len(self._rows), NEVER, np.int64)
        for place, (column, extra) in enumerate(zip(self._columns, PLACES, strict=True)):
            np.minimum(cost, by_word[column].min(axis=1)[self._rows[:, place]] + extra, out=cost)
        return cost


def words_of(text: str) -> list[str]:
    """The words of a text in small letters; "1,234" is one."""
    return _WORD.findall(_THOUSANDS.sub("", text.casefold()))


def word_costs(word: str, known: Sequence[str]) -> list[int]:
    """What a typed word costs against each known one. Slips count only where it is in none of them."""
    is_number = word.isdigit()
    costs = [
        EXACT if each == word else BEGINS if each.startswith(word) else INSIDE if word in each else NEVER
        for each in known
    ]
    if is_number:  # 3 is not in 13
        return [cost if cost <= BEGINS else NEVER for cost in costs]
    if min(costs, default=NEVER) < NEVER:
        return costs
    slips = 2 if len(word) >= LONG else 1 if 2 * len(word) >= LONG else 0
    return [MISSPELT if slips and misspelt(word, each, slips) else NEVER for each in known]


def misspelt(word: str, meant: str, slips: int) -> bool:
    """Whether the word is another one, or how it begins, with at most so many slips.

    A slip is a letter left out, added, another one, or two that changed places (optimal string alignment distance).
    """
    if len(set(word) - set(meant)) > slips or len(word) > len(meant) + slips:
        return False
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before = before, row
        row = [i]
        for j, other in enumerate(meant, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and word[i - 2] == other:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
        if min(row) > slips:
            return False
    return min(row[max(len(word) - slips, 1) :], default=NEVER) <= slips


def _padded(texts: Sequence[Sequence[int]], nothing: int) -> NDArray[np.intp]:
    """Numbers of words, a row for each text, filled up with `nothing`."""
    padded = np.full((len(texts), max((len(text) for text in texts), default=0) + 1), nothing, np.intp)
    for row, text in zip(padded, texts, strict=True):
        row[: len(text)] = text
    return padded
