r"""Formulas in LaTeX as MathML, which browsers show by themselves, and as plain text.
Read `latex_tree.py` beside it, which says what LaTeX is read, and `sheet.py` next.
"""

from __future__ import annotations

import re
from html import escape

from .latex_tree import EMPTY, Tree, read_latex

SUPERSCRIPTS = dict(zip("0123456789+−=", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼", strict=True))
SUPERSCRIPTS |= dict(zip("abcdefghijklmno", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒ", strict=True))
SUPERSCRIPTS |= dict(zip("prstuvwxyzTβγδ", "ᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵞᵟ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−=", "₀₁₂₃₄₅₆₇₈₉₊₋₌", strict=True))
SUBSCRIPTS |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_MATHML_SIGNS = {"-": "−", "*": "∗", "Σ": "∑", "Π": "∏"}
_INSIDE_BRACKETS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^][]*\]")
_MULTIPLE = re.compile(r"\d+ \w+")  # 2 x over n needs no brackets: 2 x/n
_THIN_SPACE = '<mspace width="0.17em"/>'
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_MACRON = "\N{COMBINING MACRON}"
_ENDS = ("identifier", "number", "text", "code", "fenced", "close")  # operands may end with these
_STARTS = ("identifier", "number", "text", "code", "function", "large")
_XMLNS = "http://www.w3.org/1998/Math/MathML"


def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Return one `<math>` element, with the formula as text for those who cannot see it.

    Of `display` are formulas on a line of their own. All text is escaped; no input raises.

    Example:
        >>> to_mathml("a < 2").partition("><")[2]
        'mrow><mi>a</mi><mo>&lt;</mo><mn>2</mn></mrow></math>'
    """
    formula = read_latex(latex)
    shape = ' display="block"' if display else ""
    words = escape(_text(formula))
    return f'<math xmlns="{_XMLNS}"{shape} alttext="{words}">{_mathml(formula)}</math>'


def to_text(latex: str) -> str:
    r"""Return a formula as a line of Unicode text.

    Example:
        >>> to_text(r"x W^{T} + b"), to_text(r"\frac{1}{n} \sum_i x_i"), to_text(r"e^{x_i}")
        ('x Wᵀ + b', '1/n Σᵢ xᵢ', 'e^(xᵢ)')
    """
    return _text(read_latex(latex))


# --- MathML ---------------------------------------------------------------------------------------


def _mathml(formula: Tree) -> str:
    text = escape(_MATHML_SIGNS.get(formula.text, formula.text))
    parts = formula.parts
    match formula.kind:
        case "identifier" | "function":
            return f"<mi>{text}</mi>"
        case "number":
            return f"<mn>{text}</mn>"
        case "text":
            return f"<mtext>{text.replace(' ', _NO_BREAK_SPACE)}</mtext>"
        case "code":
            return f'<mtext style="font-family: monospace">{text}</mtext>'
        case "space":
            return _THIN_SPACE
        case "prefix":
            return f'<mo form="prefix">{text}</mo>'
        case "open" | "close":
            form = "prefix" if formula.kind == "open" else "postfix"
            return f'<mo fence="true" form="{form}">{text}</mo>'
        case "row" | "fenced":
            return f"<mrow>{_mathml_items(parts)}</mrow>"
        case "fraction":
            return f"<mfrac>{_mathml(parts[0])}{_mathml(parts[1])}</mfrac>"
        case "root":
            return f"<msqrt>{_mathml(parts[0])}</msqrt>"
        case "bar":
            return f'<mover accent="true">{_mathml(parts[0])}<mo>¯</mo></mover>'
        case "scripts":
            return _mathml_scripts(*parts)
        case "cases":
            rows = "".join(f"<mtr>{_mathml_cells(row)}</mtr>" for row in parts)
            return f'<mrow><mo fence="true" form="prefix">{{</mo><mtable>{rows}</mtable></mrow>'
        case _:
            return f"<mo>{text}</mo>"


def _mathml_items(items: tuple[Tree, ...]) -> str:
    """Write the items of a row, with a thin space around the names of functions."""
    written, before, after_name = "", "", False
    for item in items:
        kind = "prefix" if _is_sign(item, before) else _kind(item)
        is_name = _base(item).kind == "function"
        if (is_name or after_name) and _has_space_between(before, kind):
            written += _THIN_SPACE
        written += _mathml(item._replace(kind=kind) if kind == "prefix" else item)
        before, after_name = kind, is_name
    return written


def _mathml_scripts(base: Tree, below: Tree, above: Tree) -> str:
    tag = "msub" if above == EMPTY else "msup" if below == EMPTY else "msubsup"
    scripts = [_mathml(each) for each in (below, above) if each != EMPTY]
    # A script needs its base, and each script its place: an empty one is an empty row.
    return f"<{tag}>{_mathml(base)}{''.join(scripts or ['<mrow></mrow>'])}</{tag}>"


def _mathml_cells(row: Tree) -> str:
    return "".join(f'<mtd style="text-align: left">{_mathml(cell)}</mtd>' for cell in row.parts)


# --- what the two have in common ------------------------------------------------------------------


def _kind(item: Tree) -> str:
    """Return what an item is for its neighbours: with scripts, what its base is."""
    base = _base(item)
    if base.kind == "function" and base is not item:
        return "large"  # max over i is set like a sum over i
    item = base
    if item.kind == "text" and item.text.endswith(" "):
        return "relation"  # "if ", " is "
    made_of_parts = item.kind in ("fraction", "root", "bar", "cases", "row")
    return "identifier" if made_of_parts else item.kind


def _base(item: Tree) -> Tree:
    while item.kind == "scripts":
        item = item.parts[0]
    return item


def _is_sign(item: Tree, before: str) -> bool:
    """Whether + or - stands before one operand, not between two."""
    is_plus_or_minus = item.kind == "binary" and item.text in ("+", "-")
    return is_plus_or_minus and before not in _ENDS


# --- text -----------------------------------------------------------------------------------------


def _text(formula: Tree) -> str:
    parts = formula.parts
    match formula.kind:
        case "row":
            return _text_of_items(parts)
        case "fenced":
            return parts[0].text + _text_of_items(parts[1:-1]) + parts[-1].text
        case "fraction":
            above, below = _text(parts[0]), _text(parts[1])
            above = above if _MULTIPLE.fullmatch(above) else _in_brackets(above)
            return f"{above}/{_in_brackets(below)}"
        case "root":
            inside = _text(parts[0])
            return f"√{inside}" if len(inside) == 1 or inside.isdigit() else f"√({inside})"
        case "bar":
            inside = _text(parts[0])
            return inside + _MACRON if len(inside) == 1 else f"bar({inside})"
        case "scripts":
            base, below, above = (_text(part) for part in parts)
            scripts = _script(below, "_", SUBSCRIPTS) + _script(above, "^", SUPERSCRIPTS)
            return _in_brackets(base) + scripts
        case "cases":
            return ", ".join(_text_of_case(row) for row in parts)
        case "binary" | "prefix" if formula.text == "-":
            return "−"
        case _:
            return formula.text


def _text_of_case(row: Tree) -> str:
    cells = [_text(cell) for cell in row.parts]
    return " ".join(reversed(cells) if cells[1:] == ["else"] else cells)


def _text_of_items(items: tuple[Tree, ...]) -> str:
    written, before = "", ""
    for item in items:
        kind = "prefix" if _is_sign(item, before) else _kind(item)
        text = _text(item)
        if item.kind == "cases" and before in (*_ENDS, "binary", "prefix", "large"):
            text = f"({text})"
        if kind == "space" or _has_space_between(before, kind):
            written, text = written.rstrip() + " ", text.lstrip()
        written += text
        before = before if kind == "space" else kind
    return written.strip()


def _has_space_between(before: str, kind: str) -> bool:
    if {before, kind} & {"binary", "relation"} or before == "punctuation":
        return True
    if before in _ENDS or before in ("function", "large"):
        return kind in (*_STARTS, "prefix") or (before == "large" and kind == "fenced")
    return False


def _script(text: str, sign: str, characters: dict[str, str]) -> str:
    """Return small characters if there are all of them, else x_c, x[i, j], e^(...)."""
    if all(character in characters for character in text):
        return "".join(characters[character] for character in text)
    if len(text) == 1:
        return sign + text
    return f"[{text}]" if sign == "_" else f"^({text})"


def _in_brackets(text: str) -> str:
    """Return the text in brackets, unless it is in one piece already."""
    outside = _INSIDE_BRACKETS.sub("", text)
    return f"({text})" if re.search(r"[ /]|^−", outside) else text
