"""The stacks as a tree, beside the canvas: the same edits by keyboard and for screen readers."""
