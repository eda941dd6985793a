from __future__ import annotations

import pytest

from bnsim.cli import main
from bnsim.cli.diagrams import SHOWN as DIAGRAMS
from bnsim.figures import FIGURES, SECTIONS, FigureKind, in_sections


def test_every_kind_is_listed_in_its_section_with_what_it_shows_and_needs(
    made_up: FigureKind, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures"]) == 0
    printed = capsys.readouterr().out
    heads = [line.partition(":")[0] for line in printed.splitlines() if not line.startswith("    ")]
    expected = []
    for section in SECTIONS:
        expected += [section, *(f"  {kind.name}" for kind in FIGURES.values() if kind.section == section)]
    diagrams = ("Diagrams (bnsim run --diagram)", *(f"  {name}" for name in DIAGRAMS))
    assert heads == [*expected, "Over many runs", "  sweep_curves", "  sweep_map", *diagrams]
    assert printed.count("made by `bnsim sweep`") == 2
    assert sum(map(len, in_sections().values())) == len(FIGURES)
    assert made_up.name in FIGURES
    for kind in FIGURES.values():
        entry = printed.partition(f"  {kind.name}: ")[2].splitlines()[:4]
        assert entry[0] == kind.title
        assert kind.shows in entry[1]
        assert ("one layer" in entry[2]) == kind.about_layer
        assert all(record in entry[2] for record in kind.records)
        assert ("when it pauses" in entry[2]) == kind.costly
        assert kind.cost in entry[2]
        assert kind.source in entry[3]
