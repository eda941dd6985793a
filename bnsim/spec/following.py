"""Names in expressions follow what they name: lanes that are renamed, layers that an edit calls otherwise."""

from __future__ import annotations

import re
from collections import Counter

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.expressions import MAX_LENGTH, Named, Token, in_quotes, named, parse, tokens
from bnsim.spec.naming import layer_names
from bnsim.spec.tree import leaves

REMOVED = "{} (removed)"
"""What a layer is called that is no more, where its name would be that of another one."""
_KEY = re.compile(r"\d{1,4}(\.\d{1,4})*", re.ASCII)


class Following:
    """Rewrites expressions about one experiment for another one; lanes and layers are known by their ids."""

    def __init__(self, before: Experiment, after: Experiment) -> None:
        there = {stack.id: stack for stack in after.stacks}
        self._pairs = [(stack, there[stack.id]) for stack in before.stacks if stack.id in there]
        self._lanes = {stack.name: other.name for stack, other in reversed(self._pairs)}
        self._are_others = any(before.layers != after.layers for before, after in self._pairs)
        self._names: dict[int, dict[str, str]] = {}

    def followed(self, expression: str) -> str:
        """The expression as it is to be written now; as it is where it cannot be read or would get too long."""
        try:
            there, pieces = named(parse(expression)), tokens(expression)
        except InputError:
            return expression
        number_at = {token.at: number for number, token in enumerate(pieces)}
        changes = [change for one in there for change in self._changes(one, pieces, number_at[one.at])]
        out = expression
        for token, name in sorted(changes, key=lambda change: -change[0].at):
            out = out[: token.at] + in_quotes(name) + out[token.at + len(token.text) :]
        return out if len(out) <= MAX_LENGTH else expression

    def _changes(self, one: Named, pieces: tuple[Token, ...], number: int) -> list[tuple[Token, str]]:
        """Texts in the expression behind a name, and what is to stand there."""
        found = []
        if one.lane is not None and (lane := self._lanes.get(one.lane, one.lane)) != one.lane:
            found.append((pieces[number + 2], lane))
        if self._are_others and isinstance(one.layer, str) and not _KEY.fullmatch(one.layer):
            token = pieces[number + (2 if one.lane is None else 5)]
            if (layer := self._layer(one)) != one.layer:
                found.append((token, layer))
        return found

    def _layer(self, one: Named) -> str:
        """What the layer is called now; in several lanes, if it is so in all that had it."""
        assert isinstance(one.layer, str)
        pairs = [pair for pair in self._pairs if one.lane in (None, pair[0].name)]
        names = {table[one.layer] for pair in pairs if one.layer in (table := self._table(*pair))}
        return names.pop() if len(names) == 1 else one.layer

    def _table(self, before: Stack, after: Stack) -> dict[str, str]:
        """What each layer of a lane is called now, by its name before; names of several layers are left out."""
        if before.id not in self._names:
            self._names[before.id] = _table(before, after)
        return self._names[before.id]


def _table(before: Stack, after: Stack) -> dict[str, str]:
    old, new = _names(before), _names(after)
    taken = set(new.values())
    found: dict[str, str] = {}
    for key, name in old.items():
        gone = REMOVED.format(name) if name in taken else name
        found[name] = new.get(key, gone)
    several = {name for name, times in Counter(old.values()).items() if times > 1}
    return {name: other for name, other in found.items() if name not in several}


def _names(stack: Stack) -> dict[tuple[int, int], str]:
    """The name of every layer, by its id and the number of its copy."""
    found: dict[tuple[int, int], str] = {}
    copies: dict[int, int] = {}
    names = layer_names(stack)
    for leaf in leaves(stack.layers):
        copy = copies.get(leaf.layer.id, 0)
        copies[leaf.layer.id] = copy + 1
        found[leaf.layer.id, copy] = names[leaf.path]
    return found
