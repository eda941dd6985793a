"""The kinds of changes that a fork is offered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.experiment import Stack
from bnsim.spec.fork_changes import MAX_BATCH, ChangeLoss, MultiplyWeights, OtherBatchMates, SetNumber
from bnsim.spec.fork_words import mates_name
from bnsim.spec.layers import PALETTE, BatchNorm, Block, Layer, LayerBase, Linear
from bnsim.spec.losses import LOSSES
from bnsim.spec.naming import layer_name_of
from bnsim.spec.numerals import significant, times
from bnsim.spec.parameters import trained
from bnsim.spec.training import SGD, ClipNorm, ClipValue, NoClip, Optimizer
from bnsim.spec.tree import Path, paths_of, walk, weight_layers
from bnsim.spec.usual_forks import bare_activations
from bnsim.ui.model.fields import Field, fields
from bnsim.ui.model.fork_plan import Choice, Draft, Kind, Planned, Source, Value

ALL = 0
"""In place of a layer's id: all of its kind."""
EVERYWHERE = ()
"""In place of a path: before every activation."""

AROUND, NOBODY = "around", "nobody"
"""Whether a sample stays where others get other batch-mates."""


def _path(stack: Stack, layer_id: int) -> Path:
    """One path of a layer: what is done to one copy is done to all."""
    return next(islice(paths_of(stack.layers, layer_id), 1))


def _named(stack: Stack, layers: Sequence[Layer]) -> tuple[Choice, ...]:
    return tuple(Choice(layer_name_of(stack, layer.id), layer.id) for layer in layers)


def _each_or_all(stack: Stack, layers: Sequence[Layer], words: str) -> tuple[Choice, ...]:
    named = _named(stack, layers)
    return (Choice(words, ALL), *named) if len(named) > 1 else named


def _batchnorms(source: Source) -> list[Layer]:
    return [layer for layer in walk(source.stack.layers) if isinstance(layer, BatchNorm)]


def _activations(source: Source) -> list[Layer]:
    return [layer for layer in walk(source.stack.layers) if layer.group == "activation"]


def _bare_places(source: Source) -> list[Path]:
    """Where activations have no BatchNorm before them."""
    return list(bare_activations(source.stack.layers))


def _places(stack: Stack) -> tuple[Choice, ...]:
    """Where a layer can be put in: before each, those in blocks too, and at the end."""
    named = [Choice(f"before {layer_name_of(stack, layer.id)}", _path(stack, layer.id)) for layer in walk(stack.layers)]
    return (*named, Choice("at the end", (len(stack.layers),)))


def _of(values: Sequence[Value], value: Value) -> Sequence[Value]:
    return values if value == ALL else (value,)


def _remove_norms(made: Draft, each: Planned) -> None:
    for layer in _of([norm.id for norm in _batchnorms(made.source)], each.chosen[0]):
        made.removed[layer] = _path(made.source.stack, layer)


def _remove_layer(made: Draft, each: Planned) -> None:
    made.removed[each.chosen[0]] = _path(made.source.stack, each.chosen[0])


def _insert_norms(made: Draft, each: Planned) -> None:
    places = _bare_places(made.source) if each.chosen[0] == EVERYWHERE else [each.chosen[0]]
    made.inserted += [(place, BatchNorm()) for place in places]


def _insert_layer(made: Draft, each: Planned) -> None:
    kind, before = each.chosen
    layer = kind() if each.number is None else kind(int(each.number))
    made.inserted.append((before, layer))


def _insertable() -> tuple[type[LayerBase], ...]:
    return tuple(kind for kind in PALETTE if not issubclass(kind, Block))


def _replace_activations(made: Draft, each: Planned) -> None:
    for layer in _activations(made.source):
        if type(layer) is not each.chosen[0]:
            made.replaced.append((_path(made.source.stack, layer.id), each.chosen[0]()))


def _set_rate(made: Draft, each: Planned) -> None:
    optimizer = made.training.get("optimizer", made.source.optimizer)
    made.training["optimizer"] = replace(optimizer, lr=each.number)


def _set_optimizer(made: Draft, each: Planned) -> None:
    made.training["optimizer"] = each.chosen[0](lr=each.number)


def _set_clip(made: Draft, each: Planned) -> None:
    kind = each.chosen[0]
    made.training["clip"] = kind() if each.number is None else kind(limit=each.number)


def _multiply(made: Draft, each: Planned) -> None:
    layers = () if each.chosen[0] == ALL else (each.chosen[0],)
    made.others.append(MultiplyWeights(float(each.number or 1.0), layers))


def _swap_mates(made: Draft, each: Planned) -> None:
    made.others.append(OtherBatchMates(() if each.number is None else (int(each.number),)))


def _trained(source: Source) -> tuple[Choice, ...]:
    found = () if source.data is None else trained(source.stack, source.data.features)
    return tuple(Choice(f"{each.symbol} of {each.name}", each) for each in found)


def _set_cell(made: Draft, each: Planned) -> None:
    made.others.append(SetNumber(each.chosen[0].key, each.element, float(each.number or 0.0)))


def _cell_short(each: Planned) -> str:
    where = ", ".join(map(str, each.element))
    return f"{each.chosen[0].symbol}[{where}] = {significant(each.number or 0.0)}"


def _weighty(source: Source) -> list[Layer]:
    ids = set(weight_layers(source.stack.layers))
    return [layer for layer in walk(source.stack.layers) if layer.id in ids]


def _first_units(source: Source) -> float:
    """The units of the first Linear, so that what is put in keeps the width in most stacks."""
    return float(next((layer.units for layer in walk(source.stack.layers) if isinstance(layer, Linear)), 64))


def _record_field(kind: type[Struct], name: str) -> Field | None:
    return next((each for each in fields(kind) if each.name == name), None)


def _clip_short(each: Planned) -> str:
    kind = each.chosen[0]
    return "no clip" if kind is NoClip else f"clip {significant(each.number)}"


SAMPLE = Field("sample", "Sample that stays", "int", low=0, high=MAX_BATCH - 1)
NUMBER = Field("number", "Number", "float")
FACTOR = Field("factor", "Factor", "float", "What W is multiplied by.", low=0.0, low_open=True)

KINDS: tuple[Kind, ...] = (
    Kind(
        "norms_out",
        "Remove BatchNorm",
        lambda source: (_each_or_all(source.stack, _batchnorms(source), "all of them"),),
        _remove_norms,
        lambda source, each: "no BN" if each.chosen[0] == ALL or len(_batchnorms(source)) == 1 else "one BN less",
        why_not="it has no BatchNorm",
        again=True,
    ),
    Kind(
        "norms_in",
        "Insert BatchNorm",
        lambda source: (
            tuple(
                [Choice("before every activation", EVERYWHERE)] * bool(_bare_places(source))
                + list(_places(source.stack))
            ),
        ),
        _insert_norms,
        lambda _source, each: "BN in" if each.chosen[0] == EVERYWHERE else "a BN more",
        again=True,
    ),
    Kind(
        "rate",
        "Learning rate",
        lambda _source: (),
        _set_rate,
        lambda _source, each: f"rate {significant(each.number)}",
        number=lambda _chosen: _record_field(SGD, "lr"),
        start=lambda source, _chosen: source.optimizer.lr,
    ),
    Kind(
        "optimizer",
        "Optimizer",
        lambda _source: (tuple(Choice(kind.title, kind) for kind in get_args(Optimizer)),),
        _set_optimizer,
        lambda _source, each: f"{each.chosen[0].title} {significant(each.number)}",
        number=lambda chosen: _record_field(chosen[0], "lr"),
        start=lambda _source, chosen: float(chosen[0]().lr),
    ),
    Kind(
        "clip",
        "Clipping",
        lambda _source: (tuple(Choice(kind.title.lower(), kind) for kind in (ClipNorm, ClipValue, NoClip)),),
        _set_clip,
        lambda _source, each: _clip_short(each),
        number=lambda chosen: _record_field(chosen[0], "limit"),
    ),
    Kind(
        "activation",
        "Activation of all layers",
        lambda source: (tuple(Choice(kind.title, kind) for kind in ACTIVATIONS),) if _activations(source) else ((),),
        _replace_activations,
        lambda _source, each: str(each.chosen[0].title),
        why_not="it has no activation",
    ),
    Kind(
        "weights",
        "Multiply weights",
        lambda source: (_each_or_all(source.stack, _weighty(source), "of all layers"),),
        _multiply,
        lambda _source, each: f"W {times(each.number or 1.0)}",
        number=lambda _chosen: FACTOR,
        start=lambda _source, _chosen: 10.0,
        why_not="it has no Linear layer",
        again=True,
    ),
    Kind(
        "cell",
        "Set one number",
        lambda source: (_trained(source),),
        _set_cell,
        lambda _source, each: _cell_short(each),
        number=lambda _chosen: NUMBER,
        start=lambda _source, _chosen: 0.0,
        shape=lambda chosen: chosen[0].shape,
        why_not="it has no parameters",
        again=True,
    ),
    Kind(
        "mates",
        "Other batch-mates",
        lambda _source: ((Choice("around a sample", AROUND), Choice("no sample stays", NOBODY)),),
        _swap_mates,
        lambda _source, each: mates_name(None if each.number is None else int(each.number)),
        number=lambda chosen: SAMPLE if chosen[0] == AROUND else None,
        start=lambda _source, _chosen: 0.0,
    ),
    Kind(
        "out",
        "Remove a layer",
        lambda source: (_named(source.stack, list(walk(source.stack.layers))),),
        _remove_layer,
        lambda source, each: f"no {layer_name_of(source.stack, each.chosen[0])}",
        why_not="it has no layer",
        again=True,
    ),
    Kind(
        "in",
        "Insert a layer",
        lambda source: (
            tuple(Choice(kind.title, kind) for kind in _insertable()),
            _places(source.stack),
        ),
        _insert_layer,
        lambda _source, each: f"{each.chosen[0].title} in",
        number=lambda chosen: _record_field(chosen[0], "units"),
        start=lambda source, _chosen: _first_units(source),
        again=True,
    ),
    Kind(
        "loss",
        "Loss",
        lambda source: (tuple(Choice(kind.title, kind) for kind in LOSSES if type(source.stack.loss) is not kind),),
        lambda made, each: made.others.append(ChangeLoss(each.chosen[0]())),
        lambda _source, each: str(each.chosen[0].title),
    ),
)
"""All kinds of changes, in the order in which they are offered."""
