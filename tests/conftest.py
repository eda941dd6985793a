from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import bnsim as bn
from tests.hanging import (
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_unconfigure,
)

__all__ = [
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_unconfigure",
]

# No test depends on how fast the machine is; where CI is set every run tries the same examples.
settings.register_profile(
    "bnsim", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bnsim")

# Before any Qt is imported: windows of tests must not open on the desktop of whoever runs them.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
def small() -> bn.Experiment:
    """Two lanes that compute fast."""
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1)),
        stacks=(
            bn.Stack(name="plain", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2))),
            bn.Stack(name="with BN", layers=(bn.Linear(4, bias=False), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))),
        ),
    )


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The DISPLAY of an X server made for the tests, for programs that a test starts; none to be had skips it."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
