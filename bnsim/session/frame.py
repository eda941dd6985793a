"""What a session shows at one moment: immutable, safe to hand to another thread.

Arrays in a frame are fresh copies, never written to again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.spec.tree import Path

Phase = Literal["forward", "loss", "backward", "update"]
FlatWord = Literal["saturated", "zero", "dead"]
"""Why an activation's derivative is zero or small: where its output is zero as well, as a ReLU's, it is called zero, a
dead unit being so on the whole mini-batch; else saturated."""


class Cursor(Struct, frozen=True):
    """Where a lane stands: an instruction, named by what a person sees.

    `iteration` counts the updates done before it. `layer` is the layer's index in the stack, and the number of
    layers for the loss; `path` leads on into blocks. `op` is the operation's name, such as "mean" or "dσ²".
    """

    iteration: int
    phase: Phase
    layer: int
    op: str
    path: tuple[int, ...] = ()


class OperationName(NamedTuple):
    """An operation of a layer: when it is carried out, its key in the program, what a person calls it."""

    phase: Phase
    key: str
    title: str


class CardFrame(Struct, frozen=True):
    """One card: the output of a layer and the gradient of the loss with respect to it, as far as computed.

    `layer_id` is 0 for the data card and for the loss card. `low` and `high`: the least and the largest
    output. `density`: shape (bins,), its histogram between them, or around them if they are the same, scaled to a
    maximum of 1. `gradient_norm`: Euclidean norm over the whole mini-batch.
    `note` is a few words, such as "96 % saturated" or the loss's value; `shape` is (batch, features). `fraction`: how
    much of the output is `flat`, 0 to 1, None where the word makes no sense; of dead units, how many of them.
    """

    layer_id: int
    shape: tuple[int, int]
    has_value: bool = False
    has_gradient: bool = False
    density: NDArray[np.float64] | None = None
    low: float = 0.0
    high: float = 0.0
    gradient_norm: float | None = None
    note: str = ""
    fraction: float | None = None
    flat: FlatWord | None = None


class LaneFrame(Struct, frozen=True):
    """One lane. `cursor` is the next instruction, `executed` the last one, None at the start of everything.

    `cards`: the data card, one for each layer in order, the loss card. `waiting`: other lanes have something to do
    in the present column and this one has not. `losses`: shape (points,), at most some 1,000 values, spread
    evenly over the iterations so far. `moves`: whether the next step by an operation carries something out here,
    `moved`: whether a step back by one takes something back. `ahead`, `behind`: the names of the operations that the
    next step by a layer carries out here, and of those that a step back by a layer takes back, in their order.
    `inner`: the cards of layers inside blocks, by their path in the unrolled stack;
    where copies are very many, of those around the one at work.
    """

    stack_id: int
    name: str
    cursor: Cursor
    executed: Cursor | None
    waiting: bool
    loss: float | None
    cards: tuple[CardFrame, ...]
    losses: NDArray[np.float64]
    inner: Mapping[Path, CardFrame] = {}
    moves: bool = True
    moved: bool = True
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


class Frame(Struct, frozen=True):
    """All lanes at one moment. `tick` of `ticks` says how far into the iteration the session is.

    `stopped` says in a sentence why a run ended before its end, such as a breakpoint; empty if it did not.
    `compiling`: the kernels are not ready yet, and will be.
    """

    iteration: int
    tick: int
    ticks: int
    lanes: tuple[LaneFrame, ...]
    kernels_ready: bool
    stopped: str = ""
    compiling: bool = False
