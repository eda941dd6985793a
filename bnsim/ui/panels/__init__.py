"""Panels of figures and the list of breakpoints; they draw, and compute nothing."""
