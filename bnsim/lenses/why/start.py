"""Where a gradient starts: how wrong and how sure the network is, in words."""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction
from bnsim.lenses.why.causes import number
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Start
from bnsim.spec.numerals import count, counted


def start_of(reading: Reading) -> Start | None:
    """The loss's gradient with respect to the last output; None while it is not computed."""
    stack, program = reading.stack, reading.program
    step = next(step for step in reversed(program.instructions) if step.operation.key in _WORDS)
    # Where several mini-batches make an update, the gradient is scaled before it starts.
    place = program.gradients[(len(stack.layers) - 1,)] if stack.layers else step.places[-1]
    norm = reading.norm(place)
    if norm is None:
        return None
    per_update = program.instructions[program.first_update - 1].micro + 1
    words = _WORDS[step.operation.key](reading, step)
    if per_update > 1:
        updates = count(per_update)
        words = " ".join((words, f"One of {updates} mini-batches of an update, it is divided by {updates}."))
    return Start(stack.loss.title, (len(stack.layers),), words, norm)


def _cross_entropy(reading: Reading, step: Instruction) -> str:
    p, t = reading.array(step.places[0]), reading.array(step.places[1])
    wrong = p.copy()
    wrong[np.arange(len(p)), t.ravel().astype(np.int64)] -= 1
    return (
        f"Softmax minus target: wrong by {number(_each(wrong))} a sample (0: right and sure, 1.41: wrong and sure), "
        f"sure by {number(float(np.mean(p.max(axis=1))))} (the largest probability, on average)"
        f"{_over(step, len(p), len(p))}."
    )


def _bce(reading: Reading, step: Instruction) -> str:
    p, t = reading.array(step.places[0]), reading.array(step.places[1])
    sure = float(np.mean(np.maximum(p, 1 - p)))
    return (
        f"σ(z) minus target: wrong by {number(_each(p - t))} a sample (0: right and sure), "
        f"sure by {number(sure)} (the larger of p and 1 − p, on average){_over(step, len(p), p.size)}."
    )


def _mse(reading: Reading, step: Instruction) -> str:
    z, t = reading.array(step.places[0]), reading.array(step.places[1])
    off = number(_each(z - t))
    return f"Twice output minus target: the outputs are off by {off} a sample{_over(step, len(z), z.size)}."


def _each(wrong: Array) -> float:
    """The root mean square over samples of the norm of a row."""
    return float(np.sqrt(np.mean(np.sum(np.square(wrong), axis=1))))


def _over(step: Instruction, samples: int, terms: int) -> str:
    """By what the sum over samples is divided; a norm over m samples grows by √m, so that 1/√m is left."""
    if step.scalars[0] == 1:
        return f"; summed over {count(samples)} samples, not averaged"
    return f"; divided by {counted(terms, 'sample' if terms == samples else 'term')}"


_WORDS = {"cross-entropy dz": _cross_entropy, "bce dz": _bce, "mse dz": _mse}
