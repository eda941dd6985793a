"""Input on the canvas by mouse, keys and drags, and the fields that open on it."""
