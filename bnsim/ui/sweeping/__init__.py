"""Sweeps in the window: what to vary, the figure as it grows, and how far it is."""
