"""What keeps a fork from being what its record says, beside the problems of its stack."""

from __future__ import annotations

from collections.abc import Iterator

from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Stack
from bnsim.spec.fork_changes import OtherBatchMates
from bnsim.spec.forks import fork_records
from bnsim.spec.numerals import count


def mates_problems(stack: Stack, batch: int, data: DataShape | None) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do, for each fork that cannot have other batch-mates at this batch size."""
    for fork in fork_records(stack):
        changes = [each for each in fork.changes if isinstance(each, OtherBatchMates)]
        for change in changes[:1]:
            wrong = _wrong(change, batch, data)
            if len(changes) > 1:
                wrong = "has other batch-mates more than once", "say once which samples stay"
            if wrong is not None:
                yield f"{stack.name}'s fork at iteration {count(fork.iteration)} {wrong[0]}", wrong[1]


def _wrong(change: OtherBatchMates, batch: int, data: DataShape | None) -> tuple[str, str] | None:
    last = max(change.keep, default=0)
    if last >= batch:
        what = f"keeps sample {count(last)}, and a mini-batch has samples 0 to {count(batch - 1)}"
        return what, "keep one of these, or raise the batch size"
    if len(set(change.keep)) == batch:
        return f"keeps all {count(batch)} samples of the mini-batch", "keep fewer, so that others come around them"
    if data is not None and data.rows <= batch:
        what = "has no other batch-mates to draw: the mini-batch is all of the data"
        return what, f"lower the batch size below {count(data.rows)}"
    return None
