"""The building blocks at the left: layers, losses and data sets to drag onto the canvas."""
