"""All numbers of a tensor into a file, whatever their number."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TextIO

from bnsim.engine.operation import Array
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.tensors import Tensor, peek
from bnsim.session.session import Session
from bnsim.spec.errors import InputError


class WriteNumbers(Inquiry, frozen=True):
    """As CSV, a line for each row of the matrix, a vector in one column; floats written so that reading gives the same
    bits.
    """

    tensor: Tensor
    path: str

    def inquire(self, session: Session, go_on: GoOn) -> str | None:
        """The path, once it is written whole; None, and nothing written, if it was given up."""
        array = peek(session, self.tensor)
        if array is None:
            raise InputError("Cannot write the numbers: they are not computed yet; step on until they are.")
        matrix = array.reshape(-1, 1) if array.ndim < 2 else array
        target = Path(self.path)
        try:
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="ascii", newline="") as file:
                    if not _write(file, matrix, go_on):
                        Path(temporary).unlink()
                        return None
                os.chmod(temporary, 0o644)  # mkstemp lets nobody else read it
                os.replace(temporary, target)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(f"Cannot write {target}: {reason}; choose another place or name.") from error
        return self.path


def _write(file: TextIO, matrix: Array, go_on: GoOn) -> bool:
    for number, row in enumerate(matrix):
        # Of float32, str gives the digits it has; as Python floats they would get digits nobody computed.
        file.write(",".join(map(str, row)) + "\n")
        if number % 64 == 63 and not go_on((number + 1) / len(matrix)):
            return False
    return True
