"""The layout of the canvas, and what cards show of the document. No Qt."""
