from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """An executor that starts at once."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
