"""The X-ray: the inside of a BatchNorm or an activation."""
