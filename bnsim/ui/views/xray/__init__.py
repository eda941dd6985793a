"""A BatchNorm or an activation looked into: its statistics, its modes, its response."""
