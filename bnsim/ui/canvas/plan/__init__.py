"""Where everything on the canvas stands and what it is called. No Qt."""
