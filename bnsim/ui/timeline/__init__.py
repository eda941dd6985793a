"""The strip below the canvas: all recorded iterations, the loss, where one is; scrubbed by mouse, wheel and keys."""
