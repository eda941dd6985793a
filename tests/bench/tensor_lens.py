"""What looking at a tensor costs the worker: of a usual size, and of a weight of 4096 x 4096.

python tests/bench/tensor_lens.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import bnsim as bn
from bnsim.lenses.tensor.lens import TensorLens, ThumbnailLens
from bnsim.lenses.tensor.summary import grid, histogram, summary
from bnsim.session.arrays import Tensor


def median(call: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        begun = time.thread_time()
        call()
        times.append(time.thread_time() - begun)
    return 1e3 * sorted(times)[count // 2]


def main() -> None:
    session = bn.Session(bn.default_experiment())
    session.step("iteration")
    tensor = Tensor(session.lanes[1].stack.id, (1,))
    print("milliseconds of CPU (median):")
    print(f"  64 x 64, all of it      {median(lambda: TensorLens(tensor).answer(session), 100):7.2f}")
    print(f"  64 x 64, pinned         {median(lambda: ThumbnailLens(tensor).answer(session), 100):7.2f}")
    session.close()
    large = np.random.default_rng(1).normal(size=(4096, 4096))
    seen = summary(large)
    print(f"  4096 x 4096, summary    {median(lambda: summary(large), 5):7.1f}")
    print(f"  4096 x 4096, histogram  {median(lambda: histogram(large, seen), 5):7.1f}")
    print(f"  4096 x 4096, map        {median(lambda: grid(large), 5):7.1f}")


if __name__ == "__main__":
    main()
