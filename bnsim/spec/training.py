"""The records that say how an experiment is trained: optimizers, schedules, gradient clipping."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from bnsim.spec.kind import Kind

Rate = Annotated[float, Meta(ge=0.0, le=1e6, title="Learning rate", description="Step size.")]
Decay = Annotated[float, Meta(ge=0.0, le=1e6, title="Weight decay", description="Pull of every weight toward zero.")]
Small = Annotated[float, Meta(ge=0.0, le=1e3, title="ε", description="Added to the root in the denominator.")]
Fraction = Annotated[float, Meta(ge=0.0, lt=1.0)]
Updates = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class OptimizerBase(Kind, frozen=True):
    """Base of the optimizers; the formulas, their order of operations included, are `torch.optim`'s."""


class SGD(OptimizerBase, frozen=True):
    """Stochastic gradient descent, as `torch.optim.SGD`: the first step starts the average at the gradient."""

    lr: Rate = 0.1
    momentum: Annotated[Fraction, Meta(title="Momentum", description="Share of the last step that is kept.")] = 0.0
    nesterov: Annotated[bool, Meta(title="Nesterov", description="Look ahead along the momentum.")] = False
    weight_decay: Decay = 0.0


class Adagrad(OptimizerBase, frozen=True):
    """Steps divided by the root of all squared gradients so far; Duchi et al. 2011, as `torch.optim.Adagrad`.

    Update number t, from 0 on, has the rate lr / (1 + t lr_decay).
    """

    lr: Rate = 0.01
    lr_decay: Annotated[float, Meta(ge=0.0, le=1e6, title="Rate decay", description="Of 1/(1 + t decay).")] = 0.0
    weight_decay: Decay = 0.0
    initial_accumulator_value: Annotated[
        float, Meta(ge=0.0, le=1e6, title="First sum", description="Where the sum of squares starts.")
    ] = 0.0
    eps: Small = 1e-10


class RMSprop(OptimizerBase, frozen=True):
    """Steps divided by a running root mean square, as `torch.optim.RMSprop`.

    `centered` takes the mean off: it divides by the standard deviation (Graves 2013). Where rounding makes the variance
    negative it is 0 here; PyTorch's root of it is NaN.
    """

    lr: Rate = 0.01
    alpha: Annotated[Fraction, Meta(title="α", description="Share of the old mean square that is kept.")] = 0.99
    eps: Small = 1e-8
    weight_decay: Decay = 0.0
    momentum: Annotated[Fraction, Meta(title="Momentum", description="Share of the last step that is kept.")] = 0.0
    centered: Annotated[bool, Meta(title="Centered", description="Divide by the standard deviation.")] = False


class Adam(OptimizerBase, frozen=True):
    """Kingma and Ba 2015, as `torch.optim.Adam`: weight decay is added to the gradient."""

    lr: Rate = 0.001
    beta1: Annotated[Fraction, Meta(title="β₁", description="Share of the old mean that is kept.")] = 0.9
    beta2: Annotated[Fraction, Meta(title="β₂", description="Share of the old mean square that is kept.")] = 0.999
    eps: Small = 1e-8
    weight_decay: Decay = 0.0


class AdamW(OptimizerBase, frozen=True):
    """Loshchilov and Hutter 2019, as `torch.optim.AdamW`: weight decay apart from the gradient, 0.01 by default."""

    lr: Rate = 0.001
    beta1: Annotated[Fraction, Meta(title="β₁", description="Share of the old mean that is kept.")] = 0.9
    beta2: Annotated[Fraction, Meta(title="β₂", description="Share of the old mean square that is kept.")] = 0.999
    eps: Small = 1e-8
    weight_decay: Decay = 0.01


Optimizer = SGD | Adagrad | RMSprop | Adam | AdamW


class ScheduleBase(Kind, frozen=True):
    """Base of the learning-rate schedules; t counts updates from 0, as `scheduler.step()` after each update does."""


class ConstantRate(ScheduleBase, frozen=True):
    """The learning rate stays the same."""

    title = "Constant"


class StepDecay(ScheduleBase, frozen=True):
    """The learning rate times gamma after every `every` updates, as `torch.optim.lr_scheduler.StepLR`."""

    title = "Step"

    every: Annotated[Updates, Meta(title="Every", description="Updates between two drops.")] = 100
    gamma: Annotated[float, Meta(ge=0.0, le=10.0, title="γ", description="What each drop multiplies by.")] = 0.1


class Cosine(ScheduleBase, frozen=True):
    """The learning rate lr_min + (lr - lr_min)(1 + cos(π t / period)) / 2, as `CosineAnnealingLR`."""

    period: Annotated[Updates, Meta(title="Period", description="Updates down to the lowest rate.")] = 1000
    lr_min: Annotated[float, Meta(ge=0.0, le=1e6, title="Lowest rate", description="At the end of the period.")] = 0.0


class WarmUp(ScheduleBase, frozen=True):
    """The learning rate grows in equal parts from `start` times itself to its full value; as `LinearLR`."""

    title = "Warm-up"

    updates: Annotated[Updates, Meta(title="Updates", description="Updates until the full rate.")] = 100
    start: Annotated[float, Meta(ge=0.0, le=1.0, title="Start", description="First rate, as a share of it.")] = 0.01


Schedule = ConstantRate | StepDecay | Cosine | WarmUp


class ClipBase(Kind, frozen=True):
    """Base of gradient clipping."""


class NoClip(ClipBase, frozen=True):
    """Gradients are not clipped."""

    title = "None"


class ClipValue(ClipBase, frozen=True):
    """Every number of every gradient kept within ±limit, as `torch.nn.utils.clip_grad_value_`."""

    title = "By value"

    limit: Annotated[float, Meta(gt=0.0, le=1e12, title="Limit", description="Largest size of one number.")] = 1.0


class ClipNorm(ClipBase, frozen=True):
    """All gradients scaled together so that their total norm is at most `limit`; as `clip_grad_norm_`."""

    title = "By total norm"

    limit: Annotated[float, Meta(gt=0.0, le=1e12, title="Limit", description="Largest total norm.")] = 1.0


Clip = NoClip | ClipValue | ClipNorm

Gain = Annotated[
    float,
    Meta(ge=0.0, le=1e6, title="Gain", description="Multiplies all initial weights, beside each layer's own gain."),
]


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Batches, optimizer, precision, and the seed that everything random follows from.

    A last batch that would be smaller is left out, as with `torch.utils.data.DataLoader(drop_last=True)`, so
    that every iteration has the same shapes. `shuffle=False` takes the rows in the order they are in.

    `accumulate` k makes one update from k mini-batches, its gradient their average; BatchNorm sees the small ones.
    `gain` multiplies the initial weights of every Linear, as its initializer's own gain does, and never biases.
    `evaluate_every` n measures loss and accuracy on the test split, in eval mode, every n updates; 0: never.
    """

    batch_size: Annotated[int, Meta(ge=1, le=65536, title="Batch size", description="Samples per mini-batch.")] = 64
    optimizer: Annotated[Optimizer, Meta(title="Optimizer", description="How parameters are updated.")] = SGD()
    schedule: Annotated[Schedule, Meta(title="Schedule", description="How the learning rate changes.")] = ConstantRate()
    clip: Annotated[Clip, Meta(title="Clipping", description="Limits the gradient before the update.")] = NoClip()
    decay_all: Annotated[
        bool, Meta(title="Decay γ, β, biases", description="Weight decay takes in γ, β and biases too.")
    ] = True
    gain: Gain = 1.0
    accumulate: Annotated[int, Meta(ge=1, le=64, title="Accumulate", description="Mini-batches for one update.")] = 1
    precision: Annotated[
        Literal["float64", "float32"], Meta(title="Precision", description="Type of every number in the network.")
    ] = "float64"
    seed: Annotated[int, Meta(ge=0, le=2**53, title="Seed", description="Weights and batches follow from it.")] = 1
    shuffle: Annotated[bool, Meta(title="Shuffle", description="A new order of the rows each epoch.")] = True
    evaluate_every: Annotated[
        int, Meta(ge=0, le=1_000_000_000, title="Evaluate every", description="Updates between tests; 0: never.")
    ] = 0


_SHARED = " none: the experiment's."


class LaneTraining(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one lane does otherwise than `Training` says for all of them; None is what all of them do.

    Mini-batches, precision and seed are the same for all lanes: so they can be compared.
    """

    optimizer: Annotated[Optimizer | None, Meta(title="Optimizer", description=f"Updates this lane.{_SHARED}")] = None
    schedule: Annotated[Schedule | None, Meta(title="Schedule", description=f"How its rate changes.{_SHARED}")] = None
    clip: Annotated[Clip | None, Meta(title="Clipping", description=f"Limits its gradient.{_SHARED}")] = None
    decay_all: Annotated[
        bool | None, Meta(title="Decay γ, β, biases", description=f"Weight decay takes in γ, β and biases.{_SHARED}")
    ] = None
    gain: Annotated[Gain | None, Meta(title="Gain", description=f"Multiplies its initial weights.{_SHARED}")] = None

    def __bool__(self) -> bool:
        """Whether anything is the lane's own."""
        return bool(self.own)

    @property
    def own(self) -> dict[str, Any]:
        """The fields that are the lane's own, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def over(self, training: Training) -> Training:
        """How a lane is trained, by its own training and `training` for all."""
        return replace(training, **self.own) if self else training
