"""Any array of the present moment, number by number."""
