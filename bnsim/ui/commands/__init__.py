"""Every action once: text, keys, when it is enabled, what it does; and the menus made from these."""
