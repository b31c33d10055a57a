r"""The subset of LaTeX that formulas here use, read into a small tree. `latex.py`, next, writes it.

Read are groups, _ and ^, \frac, \sqrt, \bar, \hat, \text, \texttt, \mathrm, \operatorname, \left,
\right, Greek letters, the functions, signs and spaces in the tables, brackets, |x| and cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from .symbols import GREEK

# A sign is an identifier, number, function, text, code, large (as a sum sign), prefix, binary,
# relation, punctuation, open, close or space. Made of parts are row, fenced, tall (fenced too),
# scripts, fraction, root, bar, hat, and cases of lines of cells.
Kind = str
FUNCTIONS = "arg cos cosh det exp lim ln log max min sin sinh tan tanh arcsin arccos arctan gcd"
SIGNS: dict[Kind, dict[str, str]] = {
    "identifier": {"infty": "∞", "partial": "∂", "nabla": "∇", "dots": "…", "ldots": "…"}
    | {"cdots": "⋯", "ell": "ℓ", "varepsilon": "ε", "top": "⊤"}
    | GREEK,
    "large": {"sum": "Σ", "prod": "Π"},
    "prefix": {"lnot": "¬", "neg": "¬"},
    "binary": {"odot": "⊙", "cdot": "·", "times": "×", "oplus": "⊕", "otimes": "⊗", "pm": "±"}
    | {"land": "∧", "lor": "∨", "circ": "∘", "div": "÷", "ast": "∗"},
    "relation": {"ne": "≠", "neq": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "in": "∈"}
    | {"notin": "∉", "to": "→", "approx": "≈", "equiv": "≡", "sim": "~", "mid": "|"},
    "open": {"lfloor": "⌊", "lceil": "⌈", "lVert": "‖"},
    "close": {"rfloor": "⌋", "rceil": "⌉", "rVert": "‖"},
    "space": dict.fromkeys(["quad", "qquad", *",;:! "], " "),
    "function": {name: name for name in FUNCTIONS.split()},
}
COMMANDS = {name: (kind, text) for kind, signs in SIGNS.items() for name, text in signs.items()}
WORDS = {"text": "text", "mathrm": "text", "operatorname": "function", "texttt": "code"}
OF_PARTS = {"frac": ("fraction", 2), "sqrt": ("root", 1), "bar": ("bar", 1), "hat": ("hat", 1)}
CHARACTERS: dict[str, Kind] = {
    **dict.fromkeys("([", "open"),
    **dict.fromkeys(")]", "close"),
    **dict.fromkeys("+-*/", "binary"),
    **dict.fromkeys("=<>:?", "relation"),
    **dict.fromkeys(",;", "punctuation"),
}
OPENING = {")": ("(", "["), "]": ("[", "("), "|": ("|",)}
OPERANDS = ("identifier", "number", "text", "code", "fenced", "close")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_ESCAPED = re.compile(r"\\(textbackslash|[^A-Za-z])(?:\{\})?")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Tree(NamedTuple):
    """A sign or word, or something made of parts; a missing script is an empty row."""

    kind: Kind
    text: str = ""
    parts: tuple[Tree, ...] = ()

    @property
    def base(self) -> Tree:
        """What scripts belong to; without any, this itself."""
        return self.parts[0].base if self.kind == "scripts" else self

    @property
    def role(self) -> Kind:
        """What this is for its neighbours: a fraction is like a letter, max over i like a sum."""
        base = self.base
        if base.kind == "function" and base is not self:
            return "large"
        if base.kind == "text" and base.text.endswith(" "):
            return "relation"  # "if ", " is "
        if base.kind in ("fraction", "root", "bar", "hat", "cases", "row"):
            return "identifier"
        return "fenced" if base.kind == "tall" else base.kind


EMPTY = Tree("row")


@lru_cache(maxsize=256)  # as text and as MathML the same formula is read twice
def read_latex(latex: str) -> Tree:
    """Return the tree of any text: what is not LaTeX of this subset is in it as text.

    Raises:
        RecursionError: it is nested too deeply.
    """
    return _Reader(_NOT_IN_XML.sub("\ufffd", latex)).row(until=None)


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens: Iterator[str] = iter(_TOKEN.findall(source))

    def row(self, until: str | None) -> Tree:
        items = self.items(until)
        return items[0] if len(items) == 1 else Tree("row", "", tuple(items))

    def items(self, until: str | None) -> list[Tree]:
        """Read up to the token `until`, or to the end of everything."""
        items: list[Tree] = []
        for token in self.tokens:
            if token == until:
                break
            if token in ("_", "^"):
                items.append(self.scripts(token, items.pop() if items else EMPTY))
            elif token in ("|", ")", "]"):
                _close(token, items)
            elif token in ("+", "-") and (not items or items[-1].role not in OPERANDS):
                items.append(Tree("prefix", token))  # a sign of one operand, not between two
            elif not token.isspace() and token != r"\right":
                items.append(self.item(token))
        return items

    def item(self, token: str) -> Tree:
        """Return what begins with this token and stands by itself."""
        name = token[1:] if token[0] == "\\" else ""
        if token == "{":
            return self.row("}")
        if name in OF_PARTS:
            kind, count = OF_PARTS[name]
            return Tree(kind, "", tuple(self.argument() for _ in range(count)))
        if name in WORDS:
            return Tree(WORDS[name], self.words())
        if name == "begin":
            return self.cases()
        if name == "left":
            return Tree("left")
        if name in COMMANDS:
            return Tree(*COMMANDS[name])
        if token[0].isdigit():
            return Tree("number", token)
        if token.isalpha():
            return Tree("identifier", token)
        return Tree(CHARACTERS.get(token, "text"), token if name[:1].isalpha() else token[-1])

    def argument(self) -> Tree:
        """Return a group, or a single sign."""
        token = next((token for token in self.tokens if not token.isspace()), None)
        return EMPTY if token is None else self.item(token)

    def scripts(self, sign: str, base: Tree) -> Tree:
        """Add what follows _ or ^ to the base, which may have the other one already."""
        place = 1 if sign == "_" else 2
        is_free = base.kind == "scripts" and base.parts[place] == EMPTY
        parts = list(base.parts) if is_free else [base, EMPTY, EMPTY]
        parts[place] = self.argument()
        return Tree("scripts", "", tuple(parts))

    def words(self) -> str:
        """Return the text of a group, in which a backslash only escapes."""
        found, depth = "", 0
        for token in self.tokens:
            depth += (token == "{") - (token == "}")
            found += token
            if depth <= 0:
                break
        found = found[found.startswith("{") : len(found) - found.endswith("}")]
        return _ESCAPED.sub(lambda each: "\\" if len(each[1]) > 1 else each[1], found)

    def cases(self) -> Tree:
        r"""Return the lines of \begin{cases}; of another environment its name."""
        name = self.words()
        if name != "cases":
            return Tree("text", rf"\begin{{{name}}}")
        items = self.items(until=r"\end")
        self.words()
        lines = [
            Tree("line", "", tuple(Tree("cell", "", tuple(cell)) for cell in _split(line, "&")))
            for line in _split(items, "\\")
        ]
        return Tree("cases", "", tuple(lines))


def _split(items: Sequence[Tree], sign: str) -> list[list[Tree]]:
    parts: list[list[Tree]] = [[]]
    for item in items:
        if item == Tree("text", sign):
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def _close(token: str, items: list[Tree]) -> None:
    """Put a closing bracket, and what it encloses since the opening one, together."""
    for start in reversed(range(len(items))):
        if items[start].kind == "open" and items[start].text in OPENING[token]:
            is_tall = start > 0 and items[start - 1].kind == "left"
            inside = (*items[start:], Tree("close", token))
            items[start - is_tall :] = [Tree("tall" if is_tall else "fenced", "", inside)]
            return
        if items[start].kind == "open":
            break
    items.append(Tree("open" if token == "|" else "close", token))
