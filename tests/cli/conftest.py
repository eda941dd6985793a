from pathlib import Path

import pytest

import bnsim as bn
from tests.made_up_figure import made_up

__all__ = ["made_up"]


@pytest.fixture
def file(small: bn.Experiment, tmp_path: Path) -> str:
    """A document of its own, by its path."""
    path = tmp_path / "small.bnsim"
    bn.save(small, path)
    return str(path)
