"""Slides from an experiment: which figures, in which order, and what is said beside them."""
