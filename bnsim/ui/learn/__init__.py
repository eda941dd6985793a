"""What the window teaches with: figures of papers that are made anew."""
