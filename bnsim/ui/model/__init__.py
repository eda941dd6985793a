"""What the window knows: document, selection, open blocks, breakpoints, preferences. No widgets."""
