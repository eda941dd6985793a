"""Questions about one array: its numbers, its histogram, what they come to."""
