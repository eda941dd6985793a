"""What is plotted: kinds of figures, each made of a session; a `Figure` is data, writers and panels draw it.

A new kind is a file here, its function under `@figure(...)`, and its place in `FIGURES`. Importing this loads no
drawing library.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bnsim.figures.accuracy import accuracy
from bnsim.figures.activation_response import activation_response
from bnsim.figures.activations_by_depth import activations_by_depth
from bnsim.figures.batch_noise import batch_noise
from bnsim.figures.batch_statistics import batch_statistics
from bnsim.figures.clipping import clipping
from bnsim.figures.decision_regions import decision_regions
from bnsim.figures.effective_learning_rate import effective_learning_rate
from bnsim.figures.gamma_beta import gamma_beta
from bnsim.figures.gradient_by_depth import gradient_by_depth, weight_gradient_by_depth
from bnsim.figures.gradient_factors import gradient_factors
from bnsim.figures.gradient_over_time import gradient_over_time
from bnsim.figures.gradients_hist_by_depth import gradients_hist_by_depth
from bnsim.figures.kind import SECTIONS, FigureKind, Section
from bnsim.figures.loss import loss
from bnsim.figures.loss_slice import loss_slice
from bnsim.figures.measured import Known
from bnsim.figures.moments_by_depth import moments_by_depth
from bnsim.figures.saturation_by_depth import saturation_by_depth
from bnsim.figures.saturation_map import saturation_map
from bnsim.figures.smoothness import smoothness
from bnsim.figures.train_eval_gap_by_depth import train_eval_gap_by_depth
from bnsim.figures.unit_percentiles import unit_percentiles
from bnsim.figures.update_to_weight import update_to_weight
from bnsim.figures.watch import watch
from bnsim.figures.weights_and_gradients import weights_and_gradients
from bnsim.figures.why import why
from bnsim.figures.xray import xray
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Band, Rule, Series

_KINDS = {
    kind.name: kind
    for kind in (
        gradient_by_depth,
        batch_statistics,
        gamma_beta,
        loss,
        accuracy,
        watch,
        update_to_weight,
        saturation_by_depth,
        gradient_over_time,
        gradients_hist_by_depth,
        saturation_map,
        activation_response,
        xray,
        why,
        weights_and_gradients,
        decision_regions,
        activations_by_depth,
        moments_by_depth,
        gradient_factors,
        effective_learning_rate,
        clipping,
        unit_percentiles,
        train_eval_gap_by_depth,
        weight_gradient_by_depth,
        batch_noise,
        loss_slice,
        smoothness,
    )
}

FIGURES: Mapping[str, FigureKind] = MappingProxyType(_KINDS)
"""Every kind by its name, in the order of panels and menus."""


def in_sections() -> dict[Section, list[FigureKind]]:
    """The kinds by their section, for lists of all of them."""
    return {section: [kind for kind in FIGURES.values() if kind.section == section] for section in SECTIONS}


__all__ = [
    "FIGURES",
    "SECTIONS",
    "Axis",
    "Band",
    "Figure",
    "FigureKind",
    "Known",
    "Rule",
    "Section",
    "Series",
    "accuracy",
    "activation_response",
    "activations_by_depth",
    "batch_noise",
    "batch_statistics",
    "clipping",
    "decision_regions",
    "effective_learning_rate",
    "gamma_beta",
    "gradient_by_depth",
    "gradient_factors",
    "gradient_over_time",
    "gradients_hist_by_depth",
    "in_sections",
    "loss",
    "loss_slice",
    "moments_by_depth",
    "saturation_by_depth",
    "saturation_map",
    "smoothness",
    "train_eval_gap_by_depth",
    "unit_percentiles",
    "update_to_weight",
    "watch",
    "weight_gradient_by_depth",
    "weights_and_gradients",
    "why",
    "xray",
]
