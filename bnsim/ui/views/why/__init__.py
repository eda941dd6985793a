"""The Why view: how the gradient at a layer, its value and the loss came to be what they are."""
