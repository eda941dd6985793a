"""The one-minute tour: it points at the window, and waits for the real gesture."""
