r"""Formulas in LaTeX as MathML, which browsers show by themselves, and as plain text.
Read `latex_tree.py` beside it, which says what LaTeX is read, and `sheet.py` next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from .latex_tree import EMPTY, OPERANDS, Tree, read_latex

SUPERSCRIPTS = dict(zip("0123456789+−=", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼", strict=True))
SUPERSCRIPTS |= dict(zip("abcdefghijklmno", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒ", strict=True))
SUPERSCRIPTS |= dict(zip("prstuvwxyzTβγδ", "ᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵞᵟ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−=", "₀₁₂₃₄₅₆₇₈₉₊₋₌", strict=True))
SUBSCRIPTS |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
# What is around formulas names fonts with a table for mathematics, once for all of them: without
# such a table a browser knows no height of a root or script.
FONTS = (
    "--math: Latin Modern Math, STIX Two Math, STIX Math, Cambria Math, Libertinus Math, "
    "DejaVu Math TeX Gyre, Noto Sans Math, math, serif"
)
IN_FONTS = ' style="font-family: var(--math, math)"'  # a page of its own says it once
_MATHML_SIGNS = {"-": "−", "*": "∗", "Σ": "∑", "Π": "∏"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MATHML = {
    **dict.fromkeys(("identifier", "function"), "<mi>{}</mi>"),
    "number": "<mn>{}</mn>",
    "text": "<mtext>{}</mtext>",
    "code": '<mtext style="font-family: monospace">{}</mtext>',
    "space": '<mspace width="0.17em"/>',
    "prefix": '<mo form="prefix">{}</mo>',
    "open": '<mo fence="true" form="prefix" stretchy="false">{}</mo>',
    "close": '<mo fence="true" form="postfix" stretchy="false">{}</mo>',
    **dict.fromkeys(("row", "fenced"), "<mrow>{}</mrow>"),
    "fraction": "<mfrac>{}</mfrac>",
    "root": "<msqrt>{}</msqrt>",
    "bar": '<mover accent="true">{}<mo>¯</mo></mover>',
    "hat": '<mover accent="true">{}<mo stretchy="false">^</mo></mover>',
    "cases": '<mrow><mo fence="true" form="prefix">{{</mo><mtable>{}</mtable></mrow>',
    "line": "<mtr>{}</mtr>",
    "cell": '<mtd style="text-align: left"><mrow>{}</mrow></mtd>',
}
_INSIDE_BRACKETS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^][]*\]|‖[^‖]*‖")
_MULTIPLE = re.compile(r"\d+ \w+")  # 2 x over n needs no brackets: 2 x/n
_ACCENTS = {"bar": "\N{COMBINING MACRON}", "hat": "\N{COMBINING CIRCUMFLEX ACCENT}"}
_STARTS = ("identifier", "number", "text", "code", "function", "large")


def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Return one `<math>` element, with the formula as text for those who cannot see it.

    Of `display` are formulas on a line of their own. All text is escaped; no input raises.

    Example:
        >>> to_mathml("a < 2").partition("><")[2]
        'mrow><mi>a</mi><mo>&lt;</mo><mn>2</mn></mrow></math>'
    """
    shape = ' display="block"' if display else ""
    words = escape(to_text(latex))
    try:
        formula = _mathml(read_latex(latex))
    except RecursionError:
        formula = f"<mtext>{words}</mtext>"
    return f'<math{shape}{IN_FONTS} alttext="{words}">{formula}</math>'


def to_text(latex: str) -> str:
    r"""Return a formula as a line of Unicode text; what is nested too deeply, as it is written.

    Example:
        >>> to_text(r"x W^{T} + b"), to_text(r"\frac{1}{n} \sum_i x_i"), to_text(r"e^{x_i}")
        ('x Wᵀ + b', '1/n Σᵢ xᵢ', 'e^(xᵢ)')
    """
    try:
        return _text(read_latex(latex))
    except RecursionError:
        return latex.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _mathml(formula: Tree) -> str:
    if formula.kind == "scripts":
        base, below, above = map(_mathml, formula.parts)
        if formula.parts[1] == EMPTY:
            return f"<msup>{base}{above}</msup>"
        # Also without a superscript: below its empty place a subscript is low in any font.
        return f"<msubsup>{base}{below}{above}</msubsup>"
    if formula.kind == "tall":
        return _mathml(formula._replace(kind="fenced")).replace(' stretchy="false"', "")
    if formula.kind in ("row", "fenced", "cell"):
        inside = "".join(_mathml(each) for each in _spaced(formula.parts))
    elif formula.parts:
        inside = "".join(map(_mathml, formula.parts))
    else:
        inside = escape(_MATHML_SIGNS.get(formula.text, formula.text).replace(" ", _NO_BREAK))
    return _MATHML.get(formula.kind, "<mo>{}</mo>").format(inside)


def _spaced(items: tuple[Tree, ...]) -> Iterator[Tree]:
    """Yield the items of a row, with a thin space around the names of functions."""
    before = EMPTY
    for item in items:
        if "function" in (before.base.kind, item.base.kind) and _is_apart(before, item):
            yield Tree("space")
        yield item
        before = item


def _is_apart(before: Tree, item: Tree) -> bool:
    """Whether text has a space between two items."""
    if before is EMPTY:
        return False
    roles = {before.role, item.role}
    if roles & {"binary", "relation"} or before.role == "punctuation":
        return True
    if before.role in (*OPERANDS, "function", "large"):
        return item.role in (*_STARTS, "prefix") or (before.role, item.role) == ("large", "fenced")
    return False


def _text(formula: Tree) -> str:
    parts = formula.parts
    match formula.kind:
        case "row" | "cell":
            return _text_of_items(parts)
        case "fenced" | "tall":
            return parts[0].text + _text_of_items(parts[1:-1]) + parts[-1].text
        case "fraction":
            above, below = map(_text, parts)
            above = above if _MULTIPLE.fullmatch(above) else _in_brackets(above)
            return f"{above}/{_in_brackets(below)}"
        case "root":
            inside = _text(parts[0])
            return f"√{inside}" if len(inside) == 1 or inside.isdigit() else f"√({inside})"
        case "bar" | "hat" as accent:
            inside = _text(parts[0])
            return inside + _ACCENTS[accent] if len(inside) == 1 else f"{accent}({inside})"
        case "scripts":
            base, below, above = map(_text, parts)
            scripts = _script(below, "_", SUBSCRIPTS) + _script(above, "^", SUPERSCRIPTS)
            return _in_brackets(base) + scripts
        case "cases":
            return ", ".join(map(_text, parts))
        case "line":
            cells = list(map(_text, parts))
            return " ".join(reversed(cells) if cells[1:] == ["else"] else cells)
        case "binary" | "prefix" if formula.text == "-":
            return "−"
        case _:
            return formula.text


def _text_of_items(items: tuple[Tree, ...]) -> str:
    written, before = "", EMPTY
    for item in items:
        text = _text(item)
        if (
            item.kind == "cases"
            and before is not EMPTY
            and before.role in (*OPERANDS, "binary", "prefix", "large")
        ):
            text = f"({text})"
        if item.kind == "space" or _is_apart(before, item):
            written, text = written.rstrip() + " ", text.lstrip()
        written += text
        before = before if item.kind == "space" else item
    return written.strip()


def _script(text: str, sign: str, characters: dict[str, str]) -> str:
    """Return small characters if there are all of them, else x_c, x[i, j], e^(...)."""
    if all(character in characters for character in text):
        return "".join(characters[character] for character in text)
    if len(text) == 1 or re.fullmatch(r"\([^()]*\)", text):
        return sign + text
    return f"[{text}]" if sign == "_" else f"^({text})"


def _in_brackets(text: str) -> str:
    """Return the text in brackets, unless it is in one piece already."""
    outside = _INSIDE_BRACKETS.sub("", text)
    return f"({text})" if re.search(r"[ /]|^−", outside) else text
