"""What hands do on the canvas: dragging, dropping, gestures, keys, editing in place."""
