"""Questions about one activation: its response over the live pre-activations."""
