"""The tensor view: any array of the present moment as map, histogram and numbers."""
