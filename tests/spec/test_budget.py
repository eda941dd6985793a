"""How much memory there is is read from the machine and from control groups; what is too much is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnsim.session.checkpoints import Checkpoints
from bnsim.spec import budget
from bnsim.spec.budget import GIB, MIB, Share
from bnsim.spec.errors import InputError


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    return root


@pytest.fixture
def small_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "total_memory", lambda: 800 * MIB)


def test_version_2_groups_limit_by_themselves_and_by_those_above(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/session-1\n",
            "sys/fs/cgroup/user.slice/memory.max": f"{2 * GIB}\n",
            "sys/fs/cgroup/user.slice/session-1/memory.max": "max\n",
        },
    )
    assert list(budget.cgroup_limits(root)) == [2 * GIB]


def test_version_1_groups_limit_too(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "12:cpu,cpuacct:/\n5:memory:/docker/0123\n1:name=systemd:/docker/0123\n",
            "sys/fs/cgroup/memory/docker/0123/memory.limit_in_bytes": f"{512 * MIB}\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        },
    )
    assert min(budget.cgroup_limits(root)) == 512 * MIB


def test_a_container_finds_its_limit_where_the_groups_are_mounted(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"proc/self/cgroup": "0::/../../machine.slice/abc\n", "sys/fs/cgroup/memory.max": f"{GIB}\n"},
    )
    assert list(budget.cgroup_limits(root)) == [GIB]


def test_a_system_without_groups_has_no_such_limit(tmp_path: Path) -> None:
    assert list(budget.cgroup_limits(tmp_path)) == []


def test_a_group_limits_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "cgroup_limits", lambda: iter([300 * MIB, 100 * MIB]))
    budget.total_memory.cache_clear()
    try:
        assert budget.total_memory() == 100 * MIB
    finally:
        budget.total_memory.cache_clear()


def test_what_is_too_much_is_refused_with_its_figures(small_machine: None) -> None:
    share = Share("the picture", 3 * GIB, part=0.5, mend="make it narrower")
    budget.request(400 * MIB, share)
    with pytest.raises(InputError) as refused:
        budget.request(1536 * MIB, share)
    assert str(refused.value) == (
        "There is not enough memory: the picture would take 1.5 GiB, more than the 400 MiB it may have; "
        "make it narrower."
    )


def test_checkpoints_keep_to_their_share(small_machine: None) -> None:
    assert budget.CHECKPOINTS.limit == 100 * MIB
    assert Checkpoints()._limit == 100 * MIB


def test_processes_side_by_side_have_a_part_of_the_memory_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "total_memory", lambda: 800 * MIB)
    alone = budget.TOGETHER.limit
    monkeypatch.setattr(budget, "_processes", 1)  # as it was, afterwards
    budget.share_with(4)
    assert budget.TOGETHER.limit == alone // 4
    assert budget.HISTORY.limit == 64 * MIB
