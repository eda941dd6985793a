"""Writing all numbers of a tensor to a file, however many they are."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from bnsim.engine.operation import Array
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.session.arrays import Tensor, peek
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.whole_file import written_whole


class WriteNumbers(Inquiry, frozen=True):
    """Write the tensor as CSV, a line for each row, a vector in one column; reading gives the same bits."""

    tensor: Tensor
    path: str

    def inquire(self, session: Session, go_on: GoOn) -> str | None:
        """The path, once the file is written whole; None if the person gave up waiting: then nothing is written."""
        array = peek(session, self.tensor)
        if array is None:
            raise InputError("Cannot write the numbers: they are not computed yet; step on until they are.")
        matrix = array.reshape(-1, 1) if array.ndim < 2 else array
        target = Path(self.path)
        try:
            with written_whole(target) as file:
                _write(file, matrix, go_on)
        except _GivenUp:
            return None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(f"Cannot write {target}: {reason}; choose another place or name.") from error
        return self.path


class _GivenUp(Exception):
    """The person has given up waiting."""


def _write(file: BinaryIO, matrix: Array, go_on: GoOn) -> None:
    for number, row in enumerate(matrix):
        # Of float32, str gives the digits it has; as Python floats they would get digits nobody computed.
        file.write((",".join(map(str, row)) + "\n").encode("ascii"))
        if number % 64 == 63 and not go_on((number + 1) / len(matrix)):
            raise _GivenUp
