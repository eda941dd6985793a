"""The items on the canvas and how they are painted: cards, blocks, lanes, wires."""
