"""The bar on top: the present position, the next instruction, and buttons that move the run."""
