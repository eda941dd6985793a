"""The stacks as cards on a canvas. It mirrors the document and shows frames, and computes nothing."""
