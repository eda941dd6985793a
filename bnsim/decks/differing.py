"""What the lanes of an experiment are and how they differ, in words for a title slide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import fields

from bnsim.spec.columns import align_leaves
from bnsim.spec.edits import without_ids
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_words import forked_from
from bnsim.spec.layers import Layer
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.training_words import differences
from bnsim.spec.tree import leaves


def lane_words(experiment: Experiment) -> list[str]:
    """Of each lane in a line what it does otherwise than the first one, of the first how many layers it has."""
    first, *others = experiment.stacks
    number = len(list(leaves(first.layers)))
    layers = phrase("{number} layer" if number == 1 else "{number} layers", number=count(number))
    told = joined(", ", (layers, *differences(experiment, first)))
    return [told, *(_otherwise(experiment, stack) for stack in others)]


def _otherwise(experiment: Experiment, stack: Stack) -> str:
    first = experiment.stacks[0]
    if stack.fork is not None:
        return forked_from(stack, experiment)
    told = [*_layers(first, stack), *differences(experiment, stack)]
    if stack.loss != first.loss:
        told.append(stack.loss.title)
    return joined(", ", told) or phrase("as {lane}", lane=first.name)


def _layers(first: Stack, stack: Stack) -> Iterator[str]:
    """What layers a stack has more and less than the first one, and which are set differently."""
    columns = align_leaves([first, stack]).of
    own, other = (
        {column: leaf.layer for column, leaf in zip(row, leaves(each.layers), strict=True)}
        for row, each in zip(reversed(columns), (stack, first), strict=True)
    )
    for kind, often in _counted([own[column] for column in own.keys() - other.keys()]):
        yield phrase("{number} {layer} more", number=count(often), layer=kind)
    for kind, often in _counted([other[column] for column in other.keys() - own.keys()]):
        yield phrase("{number} {layer} less", number=count(often), layer=kind)
    pairs = [(other[column], own[column]) for column in own.keys() & other.keys()]
    changed = [joined(" ", (kind_name(new), words)) for old, new in pairs if (words := _change(old, new))]
    yield from (joined(" ", (count(often), words)) for words, often in sorted(Counter(changed).items()))


def _change(old: Layer, new: Layer) -> str:
    """What is different in a layer, such as "without bias"; "" for nothing."""
    old, new = without_ids(old), without_ids(new)
    if old == new:
        return ""
    if type(old) is not type(new):
        return phrase("for {layer}", layer=kind_name(old))
    pairs = ((field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(new))
    return joined(phrase(" and "), (_said(name, before, now) for name, before, now in pairs if before != now))


def _said(name: str, before: object, now: object) -> str:
    name = name.replace("_", " ")
    if isinstance(now, bool):
        return phrase("with {setting}" if now else "without {setting}", setting=name)
    if isinstance(now, int | float) and isinstance(before, int | float):
        return phrase(
            "of {setting} {now}, not {before}", setting=name, now=significant(now), before=significant(before)
        )
    return phrase("of another {setting}", setting=name)


def _counted(layers: list[Layer]) -> list[tuple[str, int]]:
    """The kinds of the layers, each with how often it is among them."""
    return sorted(Counter(map(kind_name, layers)).items())
