"""The evidence: panels that draw a `Figure` live. They compute nothing."""
