"""Everything a person can do, each once: text, keys, when it can be done, what it does; and the menus made from it."""
