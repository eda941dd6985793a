"""`bnsim figures`: list every kind of figure."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnsim.figures import FigureKind
    from bnsim.figures.options import Option

HELP = "list the kinds of figures by section: what each shows, and what it needs recorded"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def execute(options: argparse.Namespace) -> int:
    """Print a few lines about each kind of figure."""
    from bnsim.cli.diagrams import SHOWN as DIAGRAMS
    from bnsim.cli.diagrams import options_of
    from bnsim.figures import in_sections
    from bnsim.sweeps import SECTION, SHOWN

    for section, kinds in in_sections().items():
        print(section)
        for kind in kinds:
            print("\n".join(_lines(kind)))
    print(SECTION)
    for name, shows in SHOWN.items():
        print(f"  {name}: made by `bnsim sweep`\n    shows {shows}")
    print("Diagrams (bnsim run --diagram)")
    for name, shows in DIAGRAMS.items():
        print(f"  {name}: {shows}")
        for option in options_of(name):
            print(f"    {name}:{option.name}={_values(option)}: {_meaning(option)}")
    print("    tensor:name=NAME: which array, such as weight, value, gradient, dweight, μ, σ² (value)")
    return 0


def _lines(kind: FigureKind) -> list[str]:
    about = f"one layer ({kind.about})" if kind.about_layer else "all lanes"
    needs = ", ".join(kind.records) or "nothing"
    cost = f"; costs {kind.cost}: in the app measured when it pauses" if kind.costly else ""
    source = [f"    as in {kind.source}"] if kind.source else []
    return [
        f"  {kind.name}: {kind.title}",
        f"    shows {kind.shows}",
        f"    about {about}; needs recorded: {needs}{cost}",
        *source,
        *(f"    {kind.name}:{option.name}={_values(option)}: {_meaning(option)}" for option in kind.options),
    ]


def _values(option: Option) -> str:
    from bnsim.figures.options import Choice, Expression

    if isinstance(option, Choice):
        return "|".join(name for name, _ in option.choices)
    return "EXPRESSION" if isinstance(option, Expression) else "N"


def _meaning(option: Option) -> str:
    from bnsim.figures.options import Choice, Expression

    label = option.label[0].lower() + option.label[1:]
    if isinstance(option, Choice):
        costs = {name: f" (costs {cost})" for name, cost in option.costs}
        return f"{label}: {', '.join(words + costs.get(name, '') for name, words in option.choices)}"
    if isinstance(option, Expression):
        return f"{label}, {option.default} by default"
    said = f"{label}, {option.default}{f' for {option.words}' if option.words else ''} by default"
    if option.only_with:
        said += f"; only with {'='.join(option.only_with)}"
    return f"{said}; others cost {option.cost}" if option.cost else said
