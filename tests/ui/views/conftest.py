from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.views.xray_rig import Rig

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    return Rig(qtbot)
