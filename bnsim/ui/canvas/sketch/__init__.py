"""The canvas as a `plot.Diagram`, made from the same plan as the cards in the window. No Qt."""
