"""python -m tests.bench.recording_cost [rows]: what recording adds to a training step, as a share of it.

Rounds are short and interleaved, in processor time; each is held against the same round without recording, and the
median of these ratios is what is printed: so other work on the machine disturbs little. `rows` are indices of SIZES.
"""

from __future__ import annotations

import sys
import time
from statistics import median

from threadpoolctl import ThreadpoolController

from bnsim.engine.bench import SIZES, Size, own_step

ROUNDS = 41
SECONDS = 0.03
FORMS = {"norms": ("norms", 1), "all": ("all", 1), "all, details_every=4": ("all", 4)}


def shares(size: Size) -> dict[str, float]:
    """Added time by form, as a share of a step without recording."""
    steps = {"none": own_step("none")(size)}
    steps |= {name: own_step(recording, every)(size) for name, (recording, every) in FORMS.items()}
    for step in steps.values():
        step(2)
    start = time.process_time()
    steps["none"](4)
    # A multiple of 8 and one more: the last iteration of a run is always a full one.
    count = max(1, round(SECONDS / ((time.process_time() - start) / 4) / 8)) * 8 + 1
    ratios: dict[str, list[float]] = {name: [] for name in FORMS}
    for _ in range(ROUNDS):
        taken = {}
        for name, step in steps.items():
            start = time.process_time()
            step(count)
            taken[name] = time.process_time() - start
        for name in FORMS:
            ratios[name].append(taken[name] / taken["none"])
    return {name: median(found) - 1 for name, found in ratios.items()}


def main() -> None:
    chosen = [SIZES[int(row)] for row in sys.argv[1:]] or SIZES
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        for size in chosen:
            print(f"{size!s:12}", *(f"{name} {share:6.1%} " for name, share in shares(size).items()), flush=True)


if __name__ == "__main__":
    main()
