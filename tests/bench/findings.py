"""Milliseconds that the findings of two lanes of 50 layers take: python tests/bench/findings.py."""

from __future__ import annotations

import timeit

import bnsim as bn

DEPTH = 50


def experiment() -> bn.Experiment:
    """Digits at a batch of 64: 50 hidden layers of 64 sigmoid units, plain and with a BatchNorm before each."""
    plain = (bn.Linear(64, init=bn.Xavier()), bn.Sigmoid()) * DEPTH
    normalized = (bn.Linear(64, bias=False, init=bn.Xavier()), bn.BatchNorm(), bn.Sigmoid()) * DEPTH
    head = bn.Linear(10)
    stacks = (bn.Stack(name="plain", layers=(*plain, head)), bn.Stack(name="with BN", layers=(*normalized, head)))
    return bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=64), stacks=stacks)


def main() -> None:
    session = bn.Session(experiment())
    session.run(100)
    first = timeit.timeit(lambda: bn.findings(session), number=1)
    times = sorted(timeit.repeat(lambda: bn.findings(session), number=1, repeat=100))
    found = len(bn.findings(session))
    print(
        f"{found} findings: first {1e3 * first:.1f} ms, then {1e3 * times[0]:.1f} at best, median {1e3 * times[50]:.1f}"
    )


if __name__ == "__main__":
    main()
