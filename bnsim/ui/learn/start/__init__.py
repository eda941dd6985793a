"""The start page: what this is, and what one can begin with."""
