"""Closed forms of wide random networks and of mini-batches, to hold the measurement against."""

from bnsim.theory.batch_noise import variance_of_mean, variance_of_variance
from bnsim.theory.function import largest_slope
from bnsim.theory.gradient_factor import Factor, Links, gradient_factor, next_mean_square

__all__ = [
    "Factor",
    "Links",
    "gradient_factor",
    "largest_slope",
    "next_mean_square",
    "variance_of_mean",
    "variance_of_variance",
]
