"""Normalizations, as records; arguments and defaults are PyTorch's, more where a lecture needs it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from bnsim.spec.layer_base import LayerBase

__all__ = ["BatchNorm", "GroupNorm", "LayerNorm", "RMSNorm"]

Eps = Annotated[float, Meta(gt=0.0, le=1e3, title="ε", description="Added to the variance.")]


class BatchNorm(LayerBase, frozen=True, kw_only=False):
    """y = γ (x - μ) / sqrt(σ² + ε) + β over the mini-batch, per feature; Ioffe and Szegedy 2015, Alg. 1.

    As `torch.nn.BatchNorm1d`. Two of PyTorch's choices differ from the paper's text: `momentum` is the weight of the
    *new* value (0.1 here is 0.9 in the other convention; None is the average of all batches so far), and the
    running variance takes the *unbiased* batch variance while the output is made with the biased one.

    `mode` "eval" normalizes with the running statistics, in training too, and leaves them alone.
    `virtual_devices` k takes statistics over each of k equal parts of the batch, as data-parallel training without
    synchronization does and as ghost batches do (Hoffer et al. 2017); the running statistics follow the first part,
    as PyTorch's data-parallel module keeps the first device's buffers.
    """

    group = "normalization"
    short = "BN"
    formula = "y = γ (x − μ) / √(σ² + ε) + β"
    meaning = "each feature gets mean 0 and variance 1 over the mini-batch"
    hint = "over the mini-batch"
    main = "momentum"

    eps: Eps = 1e-5
    momentum: Annotated[
        Annotated[float, Meta(ge=0.0, le=1.0)] | None,
        Meta(title="Momentum", description="Weight of the new value in the running statistics; none: plain average."),
    ] = 0.1
    affine: Annotated[bool, Meta(title="γ and β", description="Learn a scale and a shift.")] = True
    track_running_stats: Annotated[
        bool, Meta(title="Running statistics", description="Keep them; without, eval mode uses the batch's.")
    ] = True
    gamma: Annotated[float, Meta(ge=-1e6, le=1e6, title="Initial γ", description="Where the scale starts.")] = 1.0
    beta: Annotated[float, Meta(ge=-1e6, le=1e6, title="Initial β", description="Where the shift starts.")] = 0.0
    mode: Annotated[
        Literal["train", "eval"], Meta(title="Mode", description="eval: normalize with the running statistics.")
    ] = "train"
    virtual_devices: Annotated[
        int, Meta(ge=1, le=1024, title="Virtual devices", description="Statistics over each of this many parts.")
    ] = 1


class LayerNorm(LayerBase, frozen=True, kw_only=False):
    """y = γ (x - mean) / sqrt(var + ε) + β over a sample's features; Ba et al. 2016, as `torch.nn.LayerNorm`."""

    group = "normalization"
    short = "LN"
    formula = "y = γ (x − mean) / √(var + ε) + β"
    meaning = "each sample gets mean 0 and variance 1 over its features"
    hint = "over each sample"
    main = "eps"

    eps: Eps = 1e-5
    affine: Annotated[bool, Meta(title="γ and β", description="Learn a scale and a shift.")] = True


class GroupNorm(LayerBase, frozen=True, kw_only=False):
    """y = γ (x - mean) / sqrt(var + ε) + β over each group of a sample's features; Wu and He 2018.

    As `torch.nn.GroupNorm` on (batch, features): the features are divided, in order, into `num_groups` equally large
    groups. One group is LayerNorm.
    """

    group = "normalization"
    short = "GN"
    formula = "y = γ (x − mean) / √(var + ε) + β"
    meaning = "each group of a sample's features gets mean 0 and variance 1"
    hint = "over groups of features"
    main = "num_groups"

    num_groups: Annotated[
        int, Meta(ge=1, le=65536, title="Groups", description="Equal parts of the features; 1 is LayerNorm.")
    ] = 2
    eps: Eps = 1e-5
    affine: Annotated[bool, Meta(title="γ and β", description="Learn a scale and a shift.")] = True


class RMSNorm(LayerBase, frozen=True, kw_only=False):
    """y = γ x / sqrt(mean x² + ε) over a sample's features; Zhang and Sennrich 2019.

    As `torch.nn.RMSNorm`, except that PyTorch's default ε is the precision's own epsilon.
    """

    group = "normalization"
    short = "RMS"
    formula = "y = γ x / √(mean x² + ε)"
    meaning = "each sample gets mean square 1 over its features"
    hint = "over each sample, by rms"
    main = "eps"

    eps: Eps = 1e-5
    affine: Annotated[bool, Meta(title="γ", description="Learn a scale.")] = True


Normalization = BatchNorm | LayerNorm | GroupNorm | RMSNorm
