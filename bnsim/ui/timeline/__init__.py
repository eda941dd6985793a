"""The time line below the canvas: the loss of all recorded iterations and the present one, as a slider."""
