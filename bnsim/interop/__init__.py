"""The same network as PyTorch code, and back. PyTorch itself is never imported here."""
