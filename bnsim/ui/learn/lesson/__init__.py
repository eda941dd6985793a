"""A lesson in the window: text with formulas, predictions, tasks. What it sets up is the window's business."""
