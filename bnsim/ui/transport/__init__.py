"""The bar on top: where the run is, what comes next, and the buttons that move it."""
