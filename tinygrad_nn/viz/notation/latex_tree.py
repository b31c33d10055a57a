r"""The subset of LaTeX that formulas here use, read into a small tree. `latex.py`, next, writes it.

Read are groups, _ and ^, \frac, \sqrt, \bar, \text, \texttt, \mathrm, \operatorname, \left, \right,
Greek letters, the functions, signs and spaces in the tables, brackets, |x| and cases.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .symbols import GREEK

# A sign is an identifier, number, function, text, code, large (as a sum sign), prefix, binary,
# relation, punctuation, open, close or space. Made of parts are row, fenced, scripts, fraction,
# root, bar and cases.
Kind = str
DEEPEST = 40
FUNCTIONS = {"arg", "cos", "cosh", "det", "exp", "lim", "ln", "log", "max", "min", "sin", "sinh"}
FUNCTIONS |= {"tan", "tanh", "arcsin", "arccos", "arctan", "gcd"}
SIGNS: dict[Kind, dict[str, str]] = {
    "identifier": {"infty": "∞", "partial": "∂", "nabla": "∇", "dots": "…", "ldots": "…"}
    | {"cdots": "⋯", "ell": "ℓ", "varepsilon": "ε", "top": "⊤"}
    | GREEK,
    "large": {"sum": "Σ", "prod": "Π"},
    "prefix": {"lnot": "¬", "neg": "¬"},
    "binary": {"odot": "⊙", "cdot": "·", "times": "×", "oplus": "⊕", "otimes": "⊗", "pm": "±"}
    | {"land": "∧", "lor": "∨", "circ": "∘", "div": "÷"},
    "relation": {"ne": "≠", "neq": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "in": "∈"}
    | {"notin": "∉", "to": "→", "approx": "≈", "equiv": "≡", "sim": "~", "mid": "|"},
    "open": {"lfloor": "⌊", "lceil": "⌈", "lVert": "‖"},
    "close": {"rfloor": "⌋", "rceil": "⌉", "rVert": "‖"},
    "space": {"quad": " ", "qquad": " "},
}
COMMANDS = {name: (kind, text) for kind, signs in SIGNS.items() for name, text in signs.items()}
COMMANDS |= {name: ("function", name) for name in FUNCTIONS}
WORDS: dict[str, Kind] = {
    "text": "text",
    "mathrm": "text",
    "operatorname": "function",
    "texttt": "code",
}
CHARACTERS: dict[str, Kind] = {
    **dict.fromkeys("([", "open"),
    **dict.fromkeys(")]", "close"),
    **dict.fromkeys("+-*/", "binary"),
    **dict.fromkeys("=<>:?", "relation"),
    **dict.fromkeys(",;", "punctuation"),
}
IN_TEXT = {"textbackslash": "\\", "^": "^", "~": "~"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Tree(NamedTuple):
    """A sign or word, or something made of parts; a missing script is an empty row."""

    kind: Kind
    text: str = ""
    parts: tuple[Tree, ...] = ()
    depth: int = 0


class _TooDeepError(Exception):
    pass


def tree(kind: Kind, *parts: Tree) -> Tree:
    """Return a tree of these parts."""
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > DEEPEST:
        raise _TooDeepError
    return Tree(kind, "", parts, depth)


EMPTY = Tree("row")


def read_latex(latex: str) -> Tree:
    """Return the tree of any text: what is not LaTeX of this subset is in it as text.

    All of it is, if it is nested more than 40 deep.
    """
    source = _NOT_IN_XML.sub("\ufffd", latex)
    try:
        return _Reader(source).row(until=None)
    except _TooDeepError:
        return Tree("code", source)


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens = _TOKEN.findall(source)
        self.position = 0
        self.open_groups = 0

    def next(self) -> str | None:
        """Return the next token and go past it; None at the end."""
        if self.position == len(self.tokens):
            return None
        self.position += 1
        token: str = self.tokens[self.position - 1]
        return token

    def enter(self) -> None:
        """Count the groups that are open, which Python has to stay behind in."""
        self.open_groups += 1
        if self.open_groups > DEEPEST:
            raise _TooDeepError

    def row(self, until: str | None) -> Tree:
        """Read up to the token `until`, or to the end of everything."""
        items: list[Tree] = []
        self.enter()
        while (token := self.next()) is not None and token != until:
            self.read(token, items)
        self.open_groups -= 1
        return items[0] if len(items) == 1 else tree("row", *items)

    def read(self, token: str, items: list[Tree]) -> None:
        """Add what begins with this token to the items of a row."""
        if token.isspace() or token in (r"\left", r"\right"):
            return
        if token in ("_", "^"):
            items.append(self.scripts(token, items.pop() if items else EMPTY))
        elif token in ("|", ")", "]"):
            _close(token, items)
        else:
            items.append(self.item(token))

    def item(self, token: str) -> Tree:
        """Return what begins with this token and stands by itself."""
        name = token[1:] if token[0] == "\\" else ""
        if token == "{":
            return self.row("}")
        if name == "frac":
            return tree("fraction", self.argument(), self.argument())
        if name in ("sqrt", "bar"):
            return tree("root" if name == "sqrt" else "bar", self.argument())
        if name in WORDS:
            return Tree(WORDS[name], self.words())
        if name == "begin":
            return self.cases()
        if name in COMMANDS:
            return Tree(*COMMANDS[name])
        if name and not name[0].isalpha():  # \, \; \{ \} and the like
            return Tree("space", " ") if name in ",;:! " else Tree("text", name)
        if token[0].isdigit():
            return Tree("number", token)
        if token.isalpha():
            return Tree("identifier", token)
        return Tree(CHARACTERS.get(token, "text"), token)

    def argument(self) -> Tree:
        """Return a group, or a single sign."""
        while (token := self.next()) is not None and token.isspace():
            pass
        self.enter()
        found = EMPTY if token is None else self.item(token)
        self.open_groups -= 1
        return found

    def scripts(self, sign: str, base: Tree) -> Tree:
        """Add what follows _ or ^ to the base, which may have the other one already."""
        place = 1 if sign == "_" else 2
        if base.kind != "scripts" or base.parts[place] != EMPTY:
            base = tree("scripts", base, EMPTY, EMPTY)
        parts = list(base.parts)
        parts[place] = self.argument()
        return tree("scripts", *parts)

    def words(self) -> str:
        """Return the text of a group, in which a backslash only escapes."""
        if self.position == len(self.tokens) or self.tokens[self.position] != "{":
            return self.next() or ""
        self.position += 1
        found, depth = "", 0
        while (token := self.next()) is not None:
            if token == "}" and depth == 0:
                break
            depth += (token == "{") - (token == "}")
            name = token[1:] if token[0] == "\\" else ""
            if name in IN_TEXT:
                found += IN_TEXT[name]
                self.position += 2 * (self.tokens[self.position : self.position + 2] == ["{", "}"])
            else:
                found += token if len(name) != 1 else name
        return found

    def cases(self) -> Tree:
        r"""Return the rows of \begin{cases}; of another environment its name."""
        name = self.words()
        if name != "cases":
            return Tree("text", rf"\begin{{{name}}}")
        rows: list[list[list[Tree]]] = [[[]]]
        self.enter()
        while (token := self.next()) is not None and token != r"\end":
            if token == "&":
                rows[-1].append([])
            elif token == r"\\":
                rows.append([[]])
            else:
                self.read(token, rows[-1][-1])
        self.words()
        self.open_groups -= 1
        return tree(
            "cases", *(tree("row", *(tree("row", *cell) for cell in cells)) for cells in rows)
        )


def _close(token: str, items: list[Tree]) -> None:
    """Put a closing bracket, and what it encloses since the opening one, together."""
    opening = {")": ("(", "["), "]": ("[", "("), "|": ("|",)}[token]
    for start in reversed(range(len(items))):
        if items[start].kind == "open" and items[start].text in opening:
            items[start:] = [tree("fenced", *items[start:], Tree("close", token))]
            return
        if items[start].kind == "open":
            break
    items.append(Tree("open" if token == "|" else "close", token))
