"""What the user builds: frozen records, shape checks, edits, the file. No numerics."""
