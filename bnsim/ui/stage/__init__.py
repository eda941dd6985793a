"""What an audience sees: a pointer and a dark screen over a window, a second window with what is shown, and notes."""
