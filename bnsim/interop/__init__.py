"""The same network as PyTorch code, and back. PyTorch itself is never imported here."""

from bnsim.interop.reading import from_torch
from bnsim.interop.writing import pytorch_code, write_pytorch

__all__ = ["from_torch", "pytorch_code", "write_pytorch"]
