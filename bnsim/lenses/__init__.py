"""What one can ask of a session at one moment: a question is a record, its answer a record with fresh arrays."""

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.session.arrays import Tensor

__all__ = ["Inquiry", "Lens", "Tensor"]
