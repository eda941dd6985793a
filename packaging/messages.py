"""Says what the catalog of a language lacks, and what is in it that the program does not say any more.

    python packaging/messages.py de           lists both; exit code 1 where there is any
    python packaging/messages.py              lists all English texts, one a line

Texts are found where they stand: in the tables of actions, menus, kinds of figures and building blocks, in the fields
of records, in the source as `tr("...")`, and where they are handed to something that the window shows, such as a
`Notice` (`handed.py`); of rooms that are full of sentences all are taken (`room_texts.py`). Of a text that is put
together, `tr(f"...")`, the catalog has "{0}", "{1}" for what is put in. Figures and diagrams, which know no language,
say `phrase("...")`, with places that have names; words in `bnsim/figures` that are no phrase are found, too, as what
nobody can translate.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

import handed  # noqa: E402
import room_texts  # noqa: E402
import sayings  # noqa: E402
from room_texts import literals  # noqa: E402

import bnsim.ui.commands.table as table  # noqa: E402
from bnsim.engine.kernels.elementwise import ELEMENTWISE  # noqa: E402
from bnsim.engine.operation import title_of  # noqa: E402
from bnsim.figures import FIGURES  # noqa: E402
from bnsim.lenses.equations.activations import ACTIVATIONS  # noqa: E402
from bnsim.lenses.equations.setting import UNITS  # noqa: E402
from bnsim.lenses.equations.table import FORMULAS  # noqa: E402
from bnsim.lenses.findings.rules import RULES  # noqa: E402
from bnsim.lenses.why.parameter import STAGES as OF_A_GRADIENT  # noqa: E402
from bnsim.plot.writers import FORMAT_NAMES  # noqa: E402
from bnsim.spec.experiment import Experiment, Stack  # noqa: E402
from bnsim.spec.languages import catalog_of  # noqa: E402
from bnsim.spec.layers import PALETTE  # noqa: E402
from bnsim.ui.canvas.items import lane  # noqa: E402
from bnsim.ui.catalog import PLACE  # noqa: E402
from bnsim.ui.commands import key_sheet, menus  # noqa: E402
from bnsim.ui.commands.action import HELD  # noqa: E402
from bnsim.ui.learn.marks import SECTIONS  # noqa: E402
from bnsim.ui.learn.start import drawing, hero, page, recent  # noqa: E402
from bnsim.ui.learn.tour import words  # noqa: E402
from bnsim.ui.learn.tour.steps import STEPS  # noqa: E402
from bnsim.ui.model.fields import fields  # noqa: E402
from bnsim.ui.palette.entries import HEADINGS, entries  # noqa: E402
from bnsim.ui.transport.bar import BUTTONS, PACES  # noqa: E402
from bnsim.ui.views import names  # noqa: E402
from bnsim.ui.views.why.view import MEASURES, TOPICS  # noqa: E402

STAGES = {title for title, _ in OF_A_GRADIENT.values()}
"""What becomes of a gradient before the optimizer gets it."""
PARTS = ("gradient", "output", "scale", "shift", "weights", "biases", "direct", "dead")
"""What arrays are of a layer, a part of its dx, and what units may be."""
SIDES = (*UNITS.values(), "target", "output")
METHODS = {
    *map(title_of, ACTIVATIONS),
    "adagrad",
    "adam",
    "bce",
    "cross-entropy",
    "dropout",
    "linear",
    "momentum",
    "mse",
} | {*("nesterov", "one-hot", "rmsprop", "sgd", "softmax", "dW", "db", "dq", "dx", "dx̂", "dz", "dβ", "dγ", "dμ", "dσ²")}
"""Operations that are called the same in every language."""
OPERATIONS = frozenset(FORMULAS) - {"running mean"}
"""Keys of operations: some of them have a blank."""
WORDS = re.compile(r"[A-Za-z]{2,}[,;:.]? [\w(]|^[,;:.]? \(?[A-Za-z]{2,}|[,:] [a-z]{2,}")
"""What is read by a person: a name that is for the program alone has no space in it."""
NAMED = re.compile(r"\{(\w*)\}")
"""A place in a text, with a number or a name."""
PHRASED = ("decks", "figures", "lenses", "lessons", "plot", "runner", "session", "spec", "sweeps", "ui")
"""Rooms that have words of figures, and make phrases of them."""
WHOM = (
    "in all lanes",
    "in “{0}”",
    "lane “{0}”",
    "weights",
    "all weights",
    "weights of {0}",
    "multiplied weights",
)
"""Whom an action says that it acts on."""


@cache
def texts() -> frozenset[str]:
    """All English texts that are looked up."""
    found = {*of_actions(), *of_menus(), *of_records(), *of_figures(), *of_phrases(), *handed.texts()}
    found |= {*room_texts.texts_of(ROOT / "bnsim")} - OPERATIONS | {rule.title for rule in RULES.values()}
    found |= {*STAGES, *PARTS, *of_sides()} | {title_of(key) for key in FORMULAS} - METHODS
    found |= {words for each in ELEMENTWISE for words in (each.note, each.slope_note)}
    found |= {kind.title for kind in FIGURES.values()} | {*FORMAT_NAMES.values()}
    found |= {*HEADINGS.values(), *(entry.hint for entry in entries())}
    found |= {words for _, _, long, short in BUTTONS for words in (long, short)} | {pace.text() for pace in PACES}
    found |= {title for _, title in (names.EQUATION, names.TENSOR, names.XRAY, names.WHY)}
    found |= {words for pair in (*TOPICS, *MEASURES) for words in pair[1:]}
    found |= {word for pair in key_sheet.ON_THE_CANVAS for word in pair}
    found |= {text for step in STEPS for text in (step.title, step.words, step.lost)}
    found |= {text for title, marks in SECTIONS for text in (title, *(mark.words for mark in marks))}
    found |= {hero.TITLE, hero.TOLD, page.WHAT, page.QUESTIONS, page.EXAMPLES, page.PAPERS, page.TICK}
    found |= {does for _, does in hero.KEYS} | {*recent.DAYS}
    found |= {text for words, _, _, below in recent.OTHERS for text in (words, below)}
    found |= {
        recent.GONE,
        recent.NONE_YET,
        recent.RECENT,
        recent.OWN,
        drawing.WHERE,
        drawing.WHAT,
        lane.INVITATION,
        lane.HOW,
    }
    found |= {words.SKIP, words.END, words.FINISH}
    return frozenset(text for text in found if any(sign.isalpha() or sign == "“" for sign in NAMED.sub("", text)))


def of_sides() -> Iterator[str]:
    """What rows and columns of a tensor are: the word, how many there are, the number of one, and several in a row."""
    for name in SIDES:
        yield from (name, f"{{0}} {name}", f"{{0}} {name}s", f"{name} {{0}}", f"{name}s {{0}}–{{1}}")


def of_actions() -> Iterator[str]:
    """What actions say, also where it depends on the state."""
    for action in table.TABLE:
        yield from (action.text, action.tip, action.why)
    yield from (*WHOM, HELD)
    for path in sorted((ROOT / "bnsim" / "ui" / "commands").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg in ("short", "shown"):
                yield from _shown_by(node.value, made)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_condition":
                text = ast.literal_eval(node.args[1])
                yield from (f"{text} anywhere", f"{text} at {{0}}")


def _shown_by(node: ast.expr, made: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    """The texts that a function of the state gives, `made` by its name or in place."""
    if isinstance(node, ast.Lambda):
        yield from literals(node.body)
    elif isinstance(node, ast.Name) and node.id in made:
        for each in ast.walk(made[node.id]):
            if isinstance(each, ast.Return) and each.value is not None:
                yield from literals(each.value)
    elif isinstance(node, ast.Call):  # whom the action acts on is put in before the end
        text, end, *_ = [*map(ast.literal_eval, node.args), ""]
        yield f"{text} {{0}}{end}"


def of_menus() -> Iterator[str]:
    """The titles of menus."""

    def walk(content: tuple[menus.Entry, ...]) -> Iterator[str]:
        for entry in content:
            if isinstance(entry, tuple):
                yield entry[0]
                yield from walk(entry[1])
            elif entry not in table.BY_NAME:
                yield entry

    yield from walk(menus.MENUS)


def of_records() -> Iterator[str]:
    """What fields are called, what they mean, and what can be chosen."""
    seen: set[type] = set()
    todo: list[type] = [Experiment, Stack, *PALETTE]
    while todo:
        kind = todo.pop()
        if kind not in seen:
            seen.add(kind)
            for field in fields(kind):
                yield from (field.title, field.description, field.none_words, *map(str, field.choices))
                todo += field.records


def of_figures() -> Iterator[str]:
    """What can be chosen of figures."""
    for kind in FIGURES.values():
        for option in kind.options:
            yield option.label
            yield from dict(getattr(option, "choices", ())).values()


def of_phrases() -> Iterator[str]:
    """What figures, diagrams and what they are made of say: the first arguments of all calls of `phrase`."""
    for _, source in _sources(*PHRASED):
        for node in source.called.get("phrase", ()):
            if _calls(node, "phrase"):
                yield from literals(node.args[0])


@cache
def unmarked() -> tuple[str, ...]:
    """Words in the source of figures that no language could have its own for, a sentence each."""
    found: list[str] = []
    for path, source in _sources(*PHRASED):
        if path.parent.name == "figures":
            found += unmarked_in(path.name, source.tree)
        else:
            found += _not_written_out(path.name, source.called.get("phrase", ()))
    return tuple(found)


def unmarked_in(name: str, tree: ast.Module) -> Iterator[str]:
    """The same of one file of that name."""
    known = {id(inner) for node in ast.walk(tree) if _is_known(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in known and WORDS.search(str(node.value)):
            yield f"no phrase: {node.value!r}, {name} line {node.lineno}"
    yield from _not_written_out(name, ast.walk(tree))


def _not_written_out(name: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if _calls(node, "phrase") and not all(map(_is_written_out, _branches(node.args[0]))):
            yield f"not written out: {ast.unparse(node.args[0])}, {name} line {node.lineno}"


def _is_known(node: ast.AST) -> bool:
    """Whether all words in a part of the source are phrases, or none that a figure says."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return isinstance(node, ast.Raise) or node.func.id in ("phrase", "figure", "Choice", "Number", "InputError")
    if isinstance(node, ast.MatchValue):
        return True
    return isinstance(node, ast.AnnAssign | ast.Assign) and "Literal[" in ast.unparse(node.value or node.target)


def _is_written_out(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def _calls(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _sources(*rooms: str) -> Iterator[tuple[Path, sayings.Source]]:
    for room in rooms:
        for path in sorted((ROOT / "bnsim" / room).rglob("*.py")):
            yield path, sayings.source(path)


def problems(catalog: Mapping[str, str]) -> list[str]:
    """What is wrong with a catalog, a sentence each."""
    wanted = texts()
    found = [f"missing: {text!r}" for text in sorted(wanted - catalog.keys())]
    found += [f"not said any more: {text!r}" for text in sorted(catalog.keys() - wanted)]
    found += unmarked()
    for text, translated in catalog.items():
        said = translated.replace("!}", "}")
        if set(NAMED.findall(text)) != set(NAMED.findall(said)):
            found.append(f"other places than in {text!r}: {said!r}")
        if ("&" in text.replace("&&", "")) != ("&" in said.replace("&&", "")):
            found.append(f"an access key in one of them alone: {text!r}, {said!r}")
        if "}{" in PLACE.sub("{}", text):
            found.append(f"two places side by side, of which no one knows where one ends: {text!r}")
        if said.count("{") - text.count("{") != said.count("}") - text.count("}"):
            found.append(f"a brace that nothing ends, or begins: {said!r}")
        if text.endswith("…") != said.endswith("…"):
            found.append(f"… in one of them alone: {text!r}, {said!r}")
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        wrong = problems(catalog_of(sys.argv[1]))  # type: ignore[arg-type]
        print("\n".join(wrong))
        sys.exit(1 if wrong else 0)
    print("\n".join(sorted(texts())))
