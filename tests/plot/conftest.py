"""What tests of pictures share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def pyplot_without_windows() -> Iterator[None]:
    """pyplot's figures are no windows of Qt, which other tests would find, and are closed in the end."""
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")
