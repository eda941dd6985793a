"""All that can be set in an experiment, and the layers one can go to: read from the records, as the inspector does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.kind import Kind
from bnsim.spec.naming import layer_titles
from bnsim.spec.tree import walk
from bnsim.ui.model.fields import Field, fields, relevant

R = TypeVar("R", bound=Struct)

STACK_FIELDS = ("name", "loss", "color", "hidden")
"""The fields of a stack that are edited in a form."""


class Owner(Struct, frozen=True):
    """The record that a form is about: the experiment, or the stack, its own training or the layer of an id."""

    kind: Literal["experiment", "stack", "training", "layer"]
    id: int = 0


class Setting(Struct, frozen=True):
    """A field that can be edited: the names that lead to it from its owner, and where it is in words."""

    owner: Owner
    path: tuple[str, ...]
    field: Field
    where: str

    @property
    def title(self) -> str:
        """What the field is called."""
        return self.field.title

    @property
    def inherits(self) -> bool:
        """Whether the value may be left to the experiment's training."""
        return self.owner.kind == "training" and bool(self.field.none_words)

    @property
    def told(self) -> str:
        """What else it may be looked for by: its name in scripts, what it means, what can be chosen."""
        field = self.field
        kinds = [kind.title if issubclass(kind, Kind) else kind.__name__ for kind in field.records]
        return " ".join((field.name, field.description, *field.choices, *kinds))


class LayerPlace(Struct, frozen=True):
    """A layer that one can go to."""

    layer_id: int
    title: str
    where: str
    icon: str
    told: str


EXPERIMENT = Owner("experiment")


def places(experiment: Experiment) -> Iterator[Setting | LayerPlace]:
    """Every field of training, data, lanes and layers, and every layer before its fields."""
    yield from _settings(EXPERIMENT, ("training",), experiment.training, "Training")
    data = next(field for field in fields(Experiment) if field.name == "data")
    yield Setting(EXPERIMENT, ("data",), data, "Experiment")
    yield from _settings(EXPERIMENT, ("data",), experiment.data, "Data")
    for stack in experiment.stacks:
        if stack.training:
            yield from _settings(Owner("training", stack.id), (), stack.training, f"{stack.name} › Own training")
        yield from _settings(Owner("stack", stack.id), (), stack, stack.name, only=STACK_FIELDS)
    for stack in experiment.stacks:
        yield from _layers(stack)


def _layers(stack: Stack) -> Iterator[Setting | LayerPlace]:
    titles = layer_titles(stack)
    for layer in walk(stack.layers):
        title = titles[layer.id]
        yield LayerPlace(layer.id, title, stack.name, layer.icon(), layer.meaning)
        yield from _settings(Owner("layer", layer.id), (), layer, f"{stack.name} › {title}")


def _settings(
    owner: Owner, path: tuple[str, ...], record: Struct, where: str, only: Sequence[str] | None = None
) -> Iterator[Setting]:
    """The fields of a record, and those of the records in it."""
    for field in fields(type(record)):
        if (only is not None and field.name not in only) or not relevant(record, field.name):
            continue
        there = (*path, field.name)
        single = field.kind == "record" and len(field.records) == 1
        if not single:
            yield Setting(owner, there, field, where)
        inner = getattr(record, field.name) if field.kind == "record" else None
        if inner is not None:
            yield from _settings(owner, there, inner, where if single else f"{where} › {field.title}")


def owned(experiment: Experiment, owner: Owner) -> Struct:
    """The record of an owner; KeyError if it is gone."""
    if owner.kind == "layer":
        return experiment.layer(owner.id)
    if owner.kind == "experiment":
        return experiment
    stack = experiment.stack(owner.id)
    return stack.training if owner.kind == "training" else stack


def value_at(record: Struct, path: Sequence[str]) -> Any:
    """The value at the end of a path of names."""
    for name in path:
        record = getattr(record, name)
    return record


def with_value(record: R, path: Sequence[str], value: Any) -> R:
    """The record with another value at the end of a path of names."""
    name, *rest = path
    return replace(record, **{name: with_value(getattr(record, name), rest, value) if rest else value})
