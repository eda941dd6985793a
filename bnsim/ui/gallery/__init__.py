"""The gallery: all kinds of figures as cards with a preview of the present run, to be found and opened."""
