"""Views of the present moment: each asks its questions through lenses and draws the answers."""
