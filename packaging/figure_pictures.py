"""Pictures of every kind of figure, and the page about them: python packaging/figure_pictures.py [NAME ...].

Without names all pictures are made anew, and docs/figures.md from what the kinds say of themselves; with names only
those kinds' pictures; `page` writes the page alone.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from PIL import Image  # noqa: E402

import bnsim as bn  # noqa: E402
from bnsim.figures import FIGURES, SECTIONS, FigureKind  # noqa: E402
from bnsim.figures.options import Choice, Expression, Option, parse, suffix  # noqa: E402
from bnsim.plot.writers import render  # noqa: E402
from bnsim.sweeps import SECTION, SHOWN  # noqa: E402

DOCS = HERE.parent / "docs"
PICTURES = DOCS / "pictures" / "figures"
SIZE, DPI, COLORS = (7.5, 4.2), 100, 200
THEMES = ("light", "dark")
PAGE = "page"
"""In place of a name: write the page alone."""


class Shot(NamedTuple):
    """What a picture is of: an experiment by name, the updates done, the layer it is about by lane and index."""

    of: str = "default"
    iterations: int = 200
    layer: tuple[int, int] | None = None


SHOTS = {
    "decision_regions": Shot("spirals", 1500),
    "loss_slice": Shot("spirals", 60),
    "loss_slice:direction=kept": Shot("spirals", 200),
    "loss_slice:direction=lane": Shot("spirals", 200),
    "smoothness": Shot("spirals", 60),
    "clipping": Shot("clipped", 200),
    "saturation_by_depth": Shot("hot", 60),
    "saturation_by_depth:rows=all": Shot("clipped", 60),
    "saturation_map": Shot("hot", 60, (0, 7)),
    "activations_by_depth": Shot("hot", 60),
    "activation_response": Shot("hot", 60, (0, 7)),
    "loss": Shot("tested", 600),
    "accuracy": Shot("tested", 600),
    "unit_percentiles": Shot("tested", 600, (1, 11)),
    "unit_percentiles:unit=3": Shot("tested", 600, (1, 11)),
    "effective_learning_rate:over=iterations": Shot("fast", 600),
    "gradient_factors": Shot(iterations=20),
    "why": Shot(iterations=1),
    "gradient_by_depth:theory=on": Shot(iterations=1),
    "gradient_factors:theory=on": Shot(iterations=1),
    "watch": Shot("tested", 600),
    "watch:expression=norm(dW[0]) / norm(dW[-1])": Shot("tested", 600),
}
VARIANTS = (
    "gradient_by_depth:theory=on",
    "gradient_factors:theory=on",
    "gradient_factors:form=waterfall",
    "gamma_beta:of=gradients",
    "saturation_by_depth:rows=all",
    "effective_learning_rate:over=iterations",
    "unit_percentiles:unit=3",
    "loss_slice:direction=kept",
    "loss_slice:direction=lane",
    "watch:expression=norm(dW[0]) / norm(dW[-1])",
)
"""What else is shown of kinds with options."""


def deep(depth: int, units: int, *after: bn.Layer, init: bn.Initializer, outputs: int) -> tuple[bn.Layer, ...]:
    return (*(bn.Linear(units, init=init), *after) * depth, bn.Linear(outputs))


def experiment(name: str) -> bn.Experiment:
    """The experiment of that name."""
    if name == "default":
        return bn.default_experiment()
    outputs = 2 if name == "spirals" else 10
    depth, units, lr, act, init = {
        "spirals": (3, 16, 0.5, bn.Tanh(), bn.Xavier()),
        "clipped": (12, 32, 0.1, bn.ReLU(), bn.Normal(std=0.4)),
        "hot": (6, 32, 0.1, bn.Tanh(), bn.Normal(std=0.45)),
        "tested": (4, 32, 0.5, bn.Sigmoid(), bn.Xavier()),
        "fast": (4, 32, 1.0, bn.ReLU(), bn.He()),
    }[name]
    lanes = (("plain", (act,)), ("with BatchNorm", (bn.BatchNorm(), act)))
    stacks = tuple(
        bn.Stack(name=lane, layers=deep(depth, units, *after, init=init, outputs=outputs)) for lane, after in lanes
    )
    clip = bn.ClipNorm(limit=1.0) if name == "clipped" else bn.NoClip()
    every = 20 if name == "tested" else 0
    training = bn.Training(batch_size=64, optimizer=bn.SGD(lr=lr), clip=clip, evaluate_every=every, seed=1)
    data = bn.TwoSpirals(samples=400) if name == "spirals" else bn.Digits(test_fraction=0.2)
    return bn.Experiment(data=data, training=training, stacks=stacks)


def draw(asked: str) -> None:
    """Write the pictures of one kind with its options, in both themes."""
    name, options = parse(asked)
    kind, shot = FIGURES[name], SHOTS.get(asked, SHOTS.get(name, Shot()))
    session = bn.Session(experiment(shot.of), recording="all")
    try:
        session.run(iterations=shot.iterations)
        layer = None
        if shot.layer is not None:
            lane, index = shot.layer
            layer = session.experiment.stacks[lane].layers[index].id
        figure = kind(session, layer, **options)
    finally:
        session.close()
    print(f"{asked}: {figure.verdict}")
    for theme in THEMES:
        content = render(figure, "png", theme, SIZE, DPI)
        with Image.open(io.BytesIO(content)) as full:
            small = full.convert("RGB").quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        PICTURES.mkdir(parents=True, exist_ok=True)
        small.save(PICTURES / f"{stem(asked)}-{theme}.png", optimize=True)


def stem(asked: str) -> str:
    """The name of the pictures of a kind with its options, without theme."""
    name, options = parse(asked)
    return name + suffix(FIGURES[name].options, options)


def page() -> str:
    """The page about all kinds of figures, in Markdown."""
    lines = [
        "# Figures",
        "",
        "Every figure that bnsim draws: live in a panel (View > Panels, or the gallery), from the command line "
        "(`bnsim run FILE --figure NAME`, `default` is the experiment of a new window), from Python "
        "(`bn.figures.NAME(session)`). What can be chosen of one is in its panel's menu, `NAME:option=value` on the "
        "command line, and an argument in Python. This page and its pictures are made by "
        "`python packaging/figure_pictures.py`.",
    ]
    for section in SECTIONS:
        lines += ["", f"## {section}"]
        for kind in FIGURES.values():
            if kind.section == section:
                lines += entry(kind)
    lines += [
        "",
        f"## {SECTION}",
        "",
        "Made by `bnsim sweep` and by Sweep parameters… in the app, not by `--figure`: they are of a grid of runs.",
        "",
        *(f"- `{name}`: {shows}." for name, shows in SHOWN.items()),
    ]
    return "\n".join(lines) + "\n"


def entry(kind: FigureKind) -> list[str]:
    """The part of the page about one kind."""
    about = f" About one layer, the selected {kind.about} or the nearest." if kind.about_layer else ""
    source = f" As in {kind.source}." if kind.source else ""
    cost = f" Takes {kind.cost}: measured when the run rests." if kind.cost else ""
    found = ["", f"### {kind.title}", "", f"`{kind.name}`: {kind.shows}.{source}{about}{cost}", ""]
    found += picture(kind.name, kind.title)
    if kind.options:
        found += ["", *(f"- `{kind.name}:{option.name}=…` {words(option)}" for option in kind.options)]
    for asked in VARIANTS:
        if parse(asked)[0] == kind.name:
            found += ["", f"`{asked}`:", "", *picture(asked, f"{kind.title}, {asked.partition(':')[2]}")]
    return found


def words(option: Option) -> str:
    """What an option is, in a line."""
    if isinstance(option, Choice):
        costs = {name: f" (takes {cost})" for name, cost in option.costs}
        choices = [f"`{name}`, {meaning}{costs.get(name, '')}" for name, meaning in option.choices]
        return f"{option.label}: {'; '.join(choices)}"
    if isinstance(option, Expression):
        return f"{option.label}: of a watch, `{option.default}` if nothing is said"
    default = f"{option.default} is {option.words}" if option.words else f"{option.default} if nothing is said"
    cost = f"; others take {option.cost}" if option.cost else ""
    only = f"; has an effect with `{'='.join(option.only_with)}` alone" if option.only_with else ""
    return f"{option.label}: a whole number, {default}{cost}{only}"


def picture(asked: str, title: str) -> list[str]:
    """A picture, dark for those who read in dark."""
    path = f"pictures/figures/{stem(asked)}"
    return [
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{path}-dark.png">',
        f'<img src="{path}-light.png" alt="{title}" width="600">',
        "</picture>",
    ]


def main(names: list[str]) -> None:
    """Draw what is named, or everything, and write the page."""
    for asked in names or (*FIGURES, *VARIANTS):
        if asked != PAGE:
            draw(asked)
    if not names or PAGE in names:
        (DOCS / "figures.md").write_text(page(), encoding="utf-8")
        print(DOCS / "figures.md")


if __name__ == "__main__":
    main(sys.argv[1:])
