"""Closed forms of what happens to the gradient in wide random networks, to hold the measurement against."""

from bnsim.theory.gradient_factor import Factor, gradient_factor

__all__ = ["Factor", "gradient_factor"]
