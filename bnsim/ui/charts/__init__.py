"""Drawing a `plot.Figure` live, with pyqtgraph."""
