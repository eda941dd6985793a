"""The rule about what the loss is given: outputs that cannot say what the classes ask for."""

from __future__ import annotations

import math

from bnsim.engine.flat import flat_of
from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Spot
from bnsim.spec.activations import Hardtanh, Identity, ReLU, Sigmoid, Tanh
from bnsim.spec.losses import BCEWithLogits, CrossEntropy
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count, significant, whole_percent

RANGES = {Sigmoid: (0.0, 1.0), Tanh: (-1.0, 1.0), ReLU: (0.0, math.inf)}
"""Outputs an activation can give."""


def _outputs(evidence: Evidence) -> Said | None:
    loss, last = evidence.lane.stack.loss, evidence.plan.spots[-1]
    if not isinstance(loss, CrossEntropy | BCEWithLogits):
        return None
    outputs, classes = last.value.shape[1], evidence.classes
    if isinstance(loss, CrossEntropy) and classes and outputs > classes:
        more = outputs - classes
        never = "is never right" if more == 1 else "are never right"
        return Said(
            f"{evidence.title(last)} has {count(outputs)} outputs for {count(classes)} classes: {count(more)} {never}.",
            [_width(evidence)],
            f"set the last Linear to {count(classes)} units.",
        )
    return _bounded(evidence, last, outputs)


def _bounded(evidence: Evidence, last: Spot, outputs: int) -> Said | None:
    """What an activation right before the loss keeps the probabilities from."""
    low, high = _range(last)
    if isinstance(last.layer, Identity) or low == -math.inf or flat_of(last.layer) is None:
        return None
    loss = evidence.lane.stack.loss
    kind = kind_name(last.layer)
    given = f"at least {significant(low)}" if high == math.inf else f"from {significant(low)} to {significant(high)}"
    if isinstance(loss, BCEWithLogits):
        least = 1 / (1 + math.exp(-low))
        said = f"no probability can be below {whole_percent(least)}"
    elif high == math.inf:
        said = "one that is at 0 gets no gradient"
    else:
        most = 1 / (1 + (outputs - 1) * math.exp(low - high))
        said = f"no class can get more than {whole_percent(most)}"
    sentence = f"{evidence.title(last)} stands right before {loss.name}: its outputs are {given}, so that {said}."
    return Said(sentence, [last], f"remove the {kind}: {loss.name} takes logits, of any size and sign.")


def _range(last: Spot) -> tuple[float, float]:
    if isinstance(last.layer, Hardtanh):
        return last.layer.min_val, last.layer.max_val
    return RANGES.get(type(last.layer), (-math.inf, math.inf))


def _width(evidence: Evidence) -> Spot:
    """The layer that says how many outputs there are."""
    return evidence.plan.weights[-1]


OUTPUTS = Rule(
    "outputs",
    "Outputs do not match classes",
    "warning",
    "",
    threshold="more outputs than classes, or an activation right before a loss that takes logits",
    source="how the losses are defined: softmax and sigmoid are part of them, as in PyTorch",
    why="The loss cannot get where the data would let it: it spends its gradient on what can never be right, or cannot "
    "be said.",
    mend="as many outputs as classes, and a Linear last.",
    check=_outputs,
)
