"""The formula of the operation just executed, with its numbers, and the chain rule."""
