"""What a fork does otherwise than its source, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from bnsim.spec.experiment import Experiment, Fork, Stack
from bnsim.spec.fork_changes import MultiplyWeights, OtherBatchMates
from bnsim.spec.forks import source_name
from bnsim.spec.layers import Block, Layer, Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count, significant, times
from bnsim.spec.tree import walk


def differences(stack: Stack) -> str:
    """What a fork does otherwise than its source, such as "BatchNorm removed, rate 0.1 → 0.01"; "" for a twin."""
    fork = stack.fork
    return "" if fork is None else ", ".join([*_layer_words(fork.source, stack), *_other_words(fork, stack)])


def forked_from(stack: Stack, experiment: Experiment | None = None) -> str:
    """Such as "forked from plain at iteration 40: BatchNorm removed"; "" where the stack is no fork."""
    fork = stack.fork
    if fork is None:
        return ""
    name = source_name(fork, () if experiment is None else experiment.stacks)
    return f"forked from {name} at iteration {count(fork.iteration)}: {differences(stack) or 'a twin so far'}"


def _layer_words(source: Stack, stack: Stack) -> list[str]:
    before = {layer.id: layer for layer in walk(source.layers)}
    now = {layer.id: layer for layer in walk(stack.layers)}
    gone = [_gone(layer, now) for layer_id, layer in before.items() if layer_id not in now]
    new = [kind_name(layer) for layer_id, layer in now.items() if layer_id not in before]
    words = [f"{name} removed" for name in _counted(gone)] + [f"{name} inserted" for name in _counted(new)]
    return words + _counted([text for each in now.values() if (text := _layer_change(before.get(each.id, each), each))])


def _gone(layer: Layer, now: Mapping[int, Layer]) -> str:
    """What went with a layer: of a Residual whose layers stay its skip alone."""
    skip = isinstance(layer, Residual) and any(inner.id in now for inner in layer.layers)
    return f"{kind_name(layer)} skip" if skip else kind_name(layer)


def _layer_change(old: Layer, layer: Layer) -> str:
    """What a layer is by now; "" if it is what it was, whatever may be in it."""
    if type(old) is not type(layer):
        return f"{kind_name(old)} → {kind_name(layer)}"
    if isinstance(layer, Block):
        old = replace(old, layers=layer.layers)
    return "" if old == layer else f"{kind_name(layer)} changed"


def _counted(words: Sequence[str]) -> list[str]:
    """Each once, with how often it is there: "4 BatchNorm"."""
    return [word if words.count(word) == 1 else f"{words.count(word)} {word}" for word in dict.fromkeys(words)]


def _other_words(fork: Fork, stack: Stack) -> list[str]:
    words = []
    if stack.loss != fork.source.loss:
        words.append(f"{fork.source.loss.title} → {stack.loss.title}")
    before, now = fork.source.training.own, stack.training.own
    for name in now.keys() | before.keys():
        if now.get(name) != before.get(name):
            words.append(_training_words(name, now.get(name)))
    for change in fork.changes:
        if isinstance(change, MultiplyWeights):
            by = times(change.factor)
            number = count(len(change.layers))
            words.append(f"weights of {number} layers {by}" if change.layers else f"weights {by}")
        elif isinstance(change, OtherBatchMates):
            words.append(_mates_words(change))
        else:
            at = ", ".join(map(str, change.index))
            words.append(f"{change.key}[{at}] = {significant(change.value)}")
    return words


def mates_name(sample: int | None) -> str:
    """What a fork with other batch-mates is called behind its source's name; None: no sample stays."""
    return "other batch" if sample is None else f"other mates of {sample}"


def _mates_words(change: OtherBatchMates) -> str:
    """Such as "other batch-mates around sample 3 (once)"."""
    if not change.keep:
        return "another mini-batch (once)"
    which = f"sample {change.keep[0]}" if len(change.keep) == 1 else f"{count(len(change.keep))} samples"
    return f"other batch-mates around {which} (once)"


def _training_words(name: str, value: object) -> str:
    """Such as "Adam, rate 0.01" for an optimizer."""
    if value is None:
        return f"{name} as of all lanes"
    if name == "optimizer":
        return f"{type(value).__name__}, rate {significant(getattr(value, 'lr', 0.0))}"
    if name == "clip":
        limit = getattr(value, "limit", None)
        return "no clipping" if limit is None else f"clipping at {significant(limit)}"
    return f"another {name.replace('_all', '')}"
