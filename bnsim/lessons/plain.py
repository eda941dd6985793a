r"""Markdown and formulas as plain text: for slides, notes and files that set neither.

`**bold**` is "bold", `$\sigma'(z) \leq \frac{1}{4}$` is "σ′(z) ≤ 1/4". What has no sign of its own keeps its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bnsim.lessons.wording import FORMULA

_SIGNS = {
    "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "infty": "∞", "approx": "≈", "neq": "≠",
    "ne": "≠", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "ll": "≪", "gg": "≫", "propto": "∝", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "in": "∈", "odot": "⊙", "otimes": "⊗", "cdot": "·", "times": "×",
    "pm": "±", "circ": "∘", "ell": "ℓ", "ldots": "…", "dots": "…", "cdots": "⋯", "langle": "⟨", "rangle": "⟩",
    "sim": "~", "top": "⊤", "prime": "′", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "mid": "|",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "{": "{", "}": "}", "%": "%",
    "$": "$", "&": "&", "#": "#", "_": "_",
}  # fmt: skip
_SPACES = {
    ",": "",
    "!": "",
    ";": " ",
    ":": " ",
    " ": " ",
    "quad": "  ",
    "qquad": "  ",
    "\\": "; ",
    "left": "",
    "right": "",
}
_BETWEEN = frozenset("≈≠≤≥≪≫∝→←∈⊙⊗·×±~")
"""Signs that have a space on both sides."""
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
_RAISED = dict(zip("0123456789-+=()nixT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁼⁽⁾ⁿⁱˣᵀ", strict=True)) | {"⊤": "ᵀ", "−": "⁻"}
_LOWERED = dict(zip("0123456789-+=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₋₊₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_TOKEN = re.compile(r"\\([A-Za-z]+|.)\s?|([{}^_])|(\s+)|(.)", re.DOTALL)
_SIMPLE = re.compile(r"[^\s+\-−=<>≤≥≈·×/]+")


def plain(markdown: str) -> str:
    """The text of Markdown without its marks, a paragraph a line; headings, quotes and list marks stay as they read."""
    text = FORMULA.sub(lambda found: _marked(formula(found[0].strip("$"))), markdown)
    text = re.sub(r"^#{1,6}\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*```.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<!\\)\*\*((?:(?!\*\*).|(?<=\\)\*\*)+)(?<!\\)\*\*", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\\*\w])\*(?!\s)((?:[^*]|(?<=\\)\*)+)(?<![\\\s])\*(?!\w)", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"`([^`\n]+)`", r"\1", text)
    text = re.sub(r"\[([^\[\]]+)\]\([^()]+\)", r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!$])", r"\1", text)
    text = text.translate(_UNMARK)
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n".join(filter(None, map(_lines_joined, paragraphs)))


def sentences(text: str, room: int) -> str:
    """As many whole sentences from the beginning of plain text as `room` characters hold; at least one.

    Of one that is too long it is what stands before a colon, if that is all there is.
    """
    text = " ".join(text.split())
    whole = _taken(re.split(r"(?<=[.!?])\s+", text), room)
    return whole if len(whole) <= room else _taken(re.split(r"(?<=[.!?:])\s+", text), room)


def _taken(pieces: Sequence[str], room: int) -> str:
    """As many of them as `room` characters hold; at least one."""
    said = pieces[0]
    for piece in pieces[1:]:
        if len(said) + 1 + len(piece) > room:
            break
        said = f"{said} {piece}"
    return said


def formula(latex: str) -> str:
    """A formula in one line of plain text."""
    try:
        found, _ = _read(latex.strip(), 0, until="")
    except RecursionError:  # too much is inside one another: as it is written
        found = latex
    found = " ".join(unicodedata.normalize("NFC", found).split())
    found = re.sub(r"(?<=[(\[]) | (?=[)\]])", "", found)
    found = re.sub(r" ?/ ?", "/", found)
    return re.sub(r"(?<=\S) ?([=+−]) (?=\S)", r" \1 ", found)  # LaTeX has no space behind a command's name


_MARKS: dict[str, str | int | None] = {
    "*": "\ue000",
    "`": "\ue001",
    "\\": "\ue002",
    "[": "\ue003",
    "#": "\ue004",
    "_": "\ue005",
}
"""Signs of a formula that are none of Markdown's stand as these until its marks are gone."""
_UNMARK = str.maketrans({str(private): sign for sign, private in _MARKS.items()})


def _marked(text: str) -> str:
    return text.translate(str.maketrans(_MARKS))


def _lines_joined(paragraph: str) -> str:
    """A paragraph in one line, but for its list items and rows of a table."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        said = " ".join(line.split())
        item = re.match(r"([-*+]|\d+[.)])\s+|\|", said)
        if lines and not item:
            lines[-1] = f"{lines[-1]} {said}".strip()
        elif said:
            lines.append(re.sub(r"^[-*+]\s+", "• ", said))
    return "\n".join(lines)


def _read(latex: str, at: int, *, until: str) -> tuple[str, int]:
    """Plain text of LaTeX from a place up to the sign `until`, and the place behind that."""
    said = ""
    while at < len(latex):
        token = _TOKEN.match(latex, at)
        assert token is not None
        name, sign, space, other = token.groups()
        at = token.end()
        if sign == until != "":
            return said, at
        if name is not None:
            piece, at = _command(name, latex, at)
            said += piece
        elif sign in ("^", "_"):
            inside, at = _argument(latex, at)
            said += _script(inside, sign)
        elif sign == "{":
            inside, at = _read(latex, at, until="}")
            said += inside
        else:
            said += " " if space else {"'": "′", "-": "−"}.get(other or "", other or "")
    return said, at


def _argument(latex: str, at: int) -> tuple[str, int]:
    """Plain text of what stands in braces at a place, or of the one sign there."""
    while at < len(latex) and latex[at].isspace():
        at += 1
    if latex.startswith("{", at):
        return _read(latex, at + 1, until="}")
    token = _TOKEN.match(latex, at)
    if token is None:
        return "", at
    if token[1] is not None:
        return _command(token[1], latex, token.end())
    return token[0], token.end()


def _command(name: str, latex: str, at: int) -> tuple[str, int]:
    if name in ("frac", "tfrac", "dfrac"):
        above, at = _argument(latex, at)
        below, at = _argument(latex, at)
        return f"{_grouped(above)}/{_grouped(below)}", at
    if name == "sqrt":
        inside, at = _argument(latex, at)
        return f"√{_grouped(inside)}", at
    if name in _ACCENTS:
        inside, at = _argument(latex, at)
        return inside + _ACCENTS[name] if len(inside) == 1 else inside, at
    if name in _SPACES:
        return _SPACES[name], at
    if name in _SIGNS:
        sign = _SIGNS[name]
        return f" {sign} " if sign in _BETWEEN else sign, at
    if latex.startswith("{", at):  # \text{…}, \mathrm{…} and the like
        return _read(latex, at + 1, until="}")
    goes_on = latex[at : at + 1].isalnum() or latex[at : at + 1] == "\\"
    return f"{name} " if goes_on else name, at  # \ln, \exp, \max


def _grouped(text: str) -> str:
    text = text.strip()
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _script(text: str, sign: str) -> str:
    letters = _RAISED if sign == "^" else _LOWERED
    text = text.strip()
    if text and all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return text if text == "′" else f"{sign}{text if len(text) == 1 else f'({text})'}"
