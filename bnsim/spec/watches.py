"""Watches: numbers that a person follows, each by its expression (see `bnsim.spec.expressions`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.expressions import MAX_LENGTH, Named, Token, in_quotes, named, parse, tokens, wrong
from bnsim.spec.layers import Layer
from bnsim.spec.naming import layer_name, layer_names
from bnsim.spec.symbols import FUNCTIONS, SYMBOLS, Symbol, folded, nearest, symbol_of
from bnsim.spec.tree import Path, leaves

MAX_WATCHES = 100
MOST_COMPLETIONS = 100


class Watch(Struct, frozen=True, forbid_unknown_fields=True):
    """A number to be watched. What its expression names need not be there: then it has no value, and says why."""

    expression: Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]

    @property
    def records(self) -> tuple[str, ...]:
        """Names of the records in the history that it reads and nothing else gives; () if it cannot be read."""
        try:
            return tuple(
                dict.fromkeys(each.symbol.record for each in named(parse(self.expression)) if each.symbol.record)
            )
        except InputError:
            return ()


class Completion(Struct, frozen=True):
    """What may stand in place of the characters from `start` up to the cursor, and what it is in words."""

    start: int
    text: str
    words: str


def lanes_named(of: Sequence[Named]) -> tuple[str, ...]:
    """The lanes that an expression names, () if it is of every lane. InputError if only a part of it names one."""
    lanes = tuple(dict.fromkeys(each.lane for each in of if each.lane is not None))
    without = next((each for each in of if each.lane is None), None)
    if lanes and without is not None:
        raise wrong(
            without.at,
            f"{without.spelled} is of no lane and another name is",
            f"write {without.spelled}({in_quotes(lanes[0])}), or name no lane at all",
        )
    return lanes


def check_lane(one: Named, names: Sequence[str]) -> None:
    """InputError if there is no lane of the name that stands in an expression."""
    if one.lane is not None and one.lane not in names:
        like = nearest(one.lane, tuple(names)) or next(iter(names), "")
        raise wrong(one.at, f"there is no lane “{one.lane}”", f"write {one.spelled}({in_quotes(like)})")


def path_of(one: Named, stack: Stack) -> Path:
    """The path of the layer that an expression names. InputError if the stack has none, or that lacks the array."""
    layers = {leaf.path: leaf.layer for leaf in leaves(stack.layers)}
    path = _path(one, stack, layers)
    layer = layers[path]
    if not one.symbol.is_of(layer):
        has = ", ".join(each.shown for each in SYMBOLS if each.array and not each.keeps and each.is_of(layer))
        raise wrong(one.at, f"{layer_name(stack, path)} of “{stack.name}” has no {one.spelled}", f"it has {has}")
    return path


def _path(one: Named, stack: Stack, layers: dict[Path, Layer]) -> Path:
    asked = one.layer
    if isinstance(asked, int):
        index = asked + len(stack.layers) if asked < 0 else asked
        if (index,) in layers:
            return (index,)
        if 0 <= index < len(stack.layers):
            inside = next(path for path in layers if path[0] == index)
            key = in_quotes(".".join(map(str, inside)))
            raise wrong(one.at, f"layer {index} of “{stack.name}” is a block", f"name a layer in it, such as {key}")
        raise wrong(one.at, f"“{stack.name}” has no layer {asked}", f"its layers are 0 to {len(stack.layers) - 1}")
    assert asked is not None
    if re.fullmatch(r"\d{1,4}(\.\d{1,4})*", asked, re.ASCII) and (path := tuple(map(int, asked.split(".")))) in layers:
        return path
    names = layer_names(stack)
    found = [path for path, name in names.items() if name == asked]
    if len(found) == 1:
        return found[0]
    if found:
        keys = " or ".join(in_quotes(".".join(map(str, path))) for path in found[:2])
        raise wrong(one.at, f"“{stack.name}” has {len(found)} layers called {asked}", f"write {keys} for one of them")
    fitting = tuple(names[path] for path, layer in layers.items() if one.symbol.is_of(layer)) or tuple(names.values())
    like = nearest(asked, fitting)
    mend = (
        f"did you mean {in_quotes(like)}?" if like else f"one of them is {in_quotes(fitting[0])}." if fitting else "."
    )
    raise InputError(f"Column {one.at + 1}: “{stack.name}” has no layer {in_quotes(asked)}; {mend}")


def completions(text: str, cursor: int, experiment: Experiment) -> tuple[Completion, ...]:
    """What may be written at the cursor: names, or in quotes the lanes or layers that fit. () where nothing does."""
    before = text[:cursor]
    quoted = _IN_BRACKETS.search(before)
    if quoted and (symbol := symbol_of(quoted["name"])) is not None:
        offered = _lanes(experiment) if quoted["opened"] == "(" else _layers(symbol, experiment)
        asked = re.sub(r"\\(.)", r"\1", quoted["begun"].lstrip("\"'"))
        start = len(before) - len(quoted["begun"])
        fitting = ((name, words) for name, words in offered if _plain(asked) in _plain(name))
        return tuple(Completion(start, in_quotes(name), words) for name, words in fitting)[:MOST_COMPLETIONS]
    start, begun = _begun(before)
    if begun is None:
        return ()
    present = _present(experiment)
    names = [(each.shown, each.words, (each.shown, *each.other)) for each in SYMBOLS if each in present]
    names += [(f"{name}(", words, (name,)) for name, words in FUNCTIONS.items()]
    fits = [
        Completion(start, shown, words)
        for shown, words, spelled in names
        if any(folded(each).lower().startswith(folded(begun).lower()) for each in spelled)
    ]
    return tuple(fits)[:MOST_COMPLETIONS]


_IN_BRACKETS = re.compile(
    r"""(?P<name>[\w∑][\w\u0300-\u036f]*)          # an array, or a recorded number
    (\(\s*"(?:[^"\\]|\\.)*"\s*\)\s*)?             # of a lane
    (?P<opened>[(\[])\s*                          # of the lane, or the layer,
    (?P<begun>"(?:[^"\\]|\\.)*|'(?:[^'\\]|\\.)*|[^\W\d][^"'()\[\],:]*|)$  # whose name has begun, in quotes or without
    """,
    re.VERBOSE,
)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _begun(before: str) -> tuple[int, str | None]:
    """Where the name under the cursor begins, and how; None where no name can stand."""
    try:
        found = tokens(before)
    except InputError:
        return 0, None
    last: Token = found[-2] if len(found) > 1 else found[-1]
    if last.kind == "name" and last.at + len(last.text) == len(before):
        return last.at, last.text
    return (len(before), "") if last.kind in ("", "+", "-", "*", "/", "**", "(") else (0, None)


def _lanes(experiment: Experiment) -> Iterator[tuple[str, str]]:
    return ((stack.name, "lane") for stack in experiment.stacks)


def _layers(symbol: Symbol, experiment: Experiment) -> Iterator[tuple[str, str]]:
    """The names of all layers that have an array, each once, and the lanes that have them."""
    lanes: dict[str, list[str]] = {}
    for stack in experiment.stacks if symbol.of_layer else ():
        for leaf in leaves(stack.layers):
            if symbol.is_of(leaf.layer):
                lanes.setdefault(layer_name(stack, leaf.path), []).append(stack.name)
    return ((name, ", ".join(dict.fromkeys(of))) for name, of in lanes.items())


def _present(experiment: Experiment) -> tuple[Symbol, ...]:
    """The symbols that some layer, or every lane, has."""
    kinds = {type(leaf.layer): leaf.layer for stack in experiment.stacks for leaf in leaves(stack.layers)}
    trained_by = {type(experiment.training_of(stack).optimizer) for stack in experiment.stacks}
    return tuple(
        each
        for each in SYMBOLS
        if not each.of_layer
        or (any(each.is_of(layer) for layer in kinds.values()) and (not each.keeps or trained_by & {*each.optimizers}))
    )
