"""Plain widgets and pictures that several rooms of the window share; they know the theme and nothing of bnsim."""
