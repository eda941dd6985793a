"""Questions about one BatchNorm: its statistics, other batch-mates, eval mode."""
