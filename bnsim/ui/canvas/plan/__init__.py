"""Where everything on the canvas stands, and what cards show of the document. No Qt."""
