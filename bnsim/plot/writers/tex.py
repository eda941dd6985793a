"""Words as LaTeX sets them in its own fonts, with no packages: special characters escaped, signs as mathematics."""

from __future__ import annotations

import re
from unicodedata import normalize

from bnsim.spec.printable import printable

_SPECIAL = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\ensuremath{<}",
    ">": "\\ensuremath{>}",
    "|": "\\ensuremath{|}",
    "'": "'",
    '"': "''",
}
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SIGNS = {
    "−": "-", "·": "cdot", "×": "times", "÷": "div", "±": "pm", "∓": "mp", "‖": "|", "∂": "partial", "∇": "nabla",
    "∑": "sum", "∏": "prod", "∫": "int", "√": "surd", "∞": "infty", "≈": "approx", "≠": "neq", "≤": "leq", "≥": "geq",
    "≪": "ll", "≫": "gg", "∝": "propto", "→": "to", "←": "leftarrow", "↑": "uparrow", "↓": "downarrow",
    "⇒": "Rightarrow", "↔": "leftrightarrow", "∈": "in", "∉": "notin", "⊙": "odot", "⊗": "otimes", "⊕": "oplus",
    "∘": "circ", "∗": "ast", "ℓ": "ell", "⋅": "cdot", "…": "ldots", "⋯": "cdots", "⟨": "langle", "⟩": "rangle",
    "∼": "sim", "∧": "wedge", "∨": "vee", "¬": "neg", "∀": "forall", "∃": "exists", "⌊": "lfloor", "⌋": "rfloor",
    "⌈": "lceil", "⌉": "rceil", "⊤": "top", "⊥": "perp", "′": "prime", "∥": "|", "≡": "equiv", "°": "circ",
    "•": "bullet", "●": "bullet", "◇": "diamond", "★": "star", "▲": "triangle",
    "◀": "triangleleft", "▶": "triangleright",
}  # fmt: skip
_TEXT = {
    "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`", "’": "'", "„": ",,", "½": "1/2", "¼": "1/4", "\u00a0": "~",
    "\u2009": "\\,", "\u202f": "\\,", "\u200a": "\\,",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁼⁽⁾ⁿⁱˣᵀᵝ", [*"0123456789-+=()nix", "\\top ", "\\beta "], strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789-+=()aehijklmnoprstuvx", strict=True))
_ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot", "\u0305": "bar"}
_PARTS = re.compile(f"[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+|.[{''.join(_ACCENTS)}]|.", re.DOTALL)
_LETTERS = "ÆØßæøŒœŁłı"
_ABOVE = frozenset(map(chr, (0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x30A, 0x30B, 0x30C, 0x327)))
"""Accents that LaTeX puts on Latin letters in any of its fonts."""


def escaped(text: str) -> str:
    """The words for LaTeX, on one line; a letter that its usual fonts lack is a question mark."""
    return "".join(_set(part.group()) for part in _PARTS.finditer(printable(text)))


def unknown(text: str) -> str:
    """The characters of the words that `escaped` writes question marks for, each once."""
    parts = (part.group() for part in _PARTS.finditer(printable(text)))
    return "".join(dict.fromkeys(part for part in parts if _set(part) == "?" != part))


def _set(part: str) -> str:
    first = part[0]
    if first in _RAISED:
        return _mathematics(f"^{{{''.join(_RAISED[sign] for sign in part)}}}")
    if first in _LOWERED:
        return _mathematics(f"_{{{''.join(_LOWERED[sign] for sign in part)}}}")
    if len(part) == 2:
        inside = f"\\{_GREEK[first]}" if first in _GREEK else first
        return _mathematics(f"\\{_ACCENTS[part[1]]}{{{inside}}}") if inside.isascii() and inside.isprintable() else "?"
    if first in _SPECIAL:
        return _SPECIAL[first]
    if first in _TEXT:
        return _TEXT[first]
    if first in _GREEK:
        return _mathematics(f"\\{_GREEK[first]}")
    if first in _SIGNS:
        name = _SIGNS[first]
        return _mathematics({"circ": "^\\circ"}.get(name, f"\\{name}") if name not in "-" else "-")
    if first.isascii() and first.isprintable():
        return first
    return first if first in _LETTERS else _accented(first)


def _accented(letter: str) -> str:
    """A letter with an accent: as it is, for LaTeX reads those of Latin-1 and Latin Extended-A; else as mathematics."""
    plain, *accents = tuple(normalize("NFD", letter))
    if not plain.isascii() or len(accents) != 1:
        return "?"
    if letter <= "\u017f" and accents[0] in _ABOVE:
        return letter
    return _mathematics(f"\\{_ACCENTS[accents[0]]}{{{plain}}}") if accents[0] in _ACCENTS else "?"


def _mathematics(content: str) -> str:
    return f"\\ensuremath{{{content}}}"
