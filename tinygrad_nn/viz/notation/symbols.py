"""What a name is written as, and when what is put in its place needs brackets.
Read `forward.py` next, which puts names and numbers into the formula of an operation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

# The letters that the field writes for parameters of these names, first the usual one.
CONVENTIONS: dict[str, Sequence[str]] = {
    **{"input": "xaAg", "other": "bBy", "exponent": "b", "tensor": "x", "tensors": "x"},
    **{"grad": "g", "source": "s", "src": "s", "weight": "Ww", "bias": "b", "target": "t"},
    **{"values": "v", "factors": "f", "condition": "c", "correction": "c", "ord": "p"},
    **{"index": "i", "indices": "i", "which": "i", "part": "u", "mask": "m", "operands": "A"},
    **{"query": "Q", "key": "K", "value": "Vv", "attn_mask": "M"},
    **{"w_ih": "W", "w_hh": "U", "b_ih": "b", "b_hh": "k"},
    **{"mat1": "B", "mat2": "C", "batch1": "B", "batch2": "C", "mat": "B", "vec": "b"},
    **{"input2": "L", "x1": "x", "x2": "z", "log_probs": "x"},
    **{"scale": "s", "input_scale": "b", "min": "l", "max": "u", "end": "b"},
    **{"tensor1": "a", "tensor2": "b"},
    "alpha": "a",  # where the formula has no Greek one
    **{"real": "a", "imag": "b", "abs": "r", "angle": "t"},
    **{"normal": [r"\hat{x}"], "rstd": [r"\frac{1}{\sigma}"], "noise": [r"\frac{m}{1 - p}", "r"]},
    **{"eigenvalues": [r"\lambda"], "eigenvectors": "V", "mantissa": "m", "Vh": ["V^{T}"]},
    **{"LU": ["LU"], "dS": ["g_{S}"], "g_min": [r"g_{\min}"], "g_max": [r"g_{\max}"]},
    **{"others": "B", "g_Vh": ["g_{V}"]},
}
GREEK = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ"},
    **{"eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν"},
    **{"xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ"},
    **{"psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ"},
    **{"Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω"},
}
_DECIMAL = r"(\d+\.?\d*|\.\d+)"
NUMBER = re.compile(rf"[+-]?({_DECIMAL}|({_DECIMAL} \\cdot )?10\^\{{-?\d+\}})")
_WORDS = {"1j": "i", "inf": r"\infty", "-inf": r"-\infty", "nan": r"\text{nan}"}
_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


class Level(IntEnum):
    """How strongly a formula holds together; inside a stronger one it needs brackets."""

    CHOICE = 0  # cases
    SUM = 1  # a + b, -a
    PRODUCT = 2
    PREFIX = 3  # log x, sum of x: fine as the last factor
    POWER = 4  # x^2, a fraction
    ATOM = 5


def symbol(name: str) -> str:
    r"""Return the LaTeX of a Python name: its usual letter, a Greek one, or the word.

    What follows one letter and a line below is its index, as in g_Q, the gradient of Q.

    Example:
        >>> symbol("weight"), symbol("beta"), symbol("dim0"), symbol("g_Q")
        ('W', '\\beta', '\\mathrm{dim0}', 'g_{Q}')
    """
    if len(name) == 1:
        return name
    if name in GREEK:
        return f"\\{name}"
    if name in CONVENTIONS:
        return CONVENTIONS[name][0]
    if name[1:2] == "_" and len(name) > 2:
        return f"{name[0]}_{{{symbol(name[2:])}}}"
    return rf"\mathrm{{{escaped(name)}}}"


def escaped(text: str) -> str:
    r"""Return any text for use in `\text{...}`.

    Example:
        >>> print(escaped("x_1 {50 %}"))
        x\_1 \{50 \%\}
    """
    return re.sub(r"[\\^~_{}#$%&]", lambda found: _SPECIAL.get(found[0], f"\\{found[0]}"), text)


def number_latex(value: complex) -> str:
    """Return a number in LaTeX: 2 for 2.0, a power of ten for 1e-05.

    Example:
        >>> number_latex(2.0), number_latex(-0.5), number_latex(1e-5)
        ('2', '-0.5', '10^{-5}')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    mantissa, e, exponent = repr(value).partition("e")
    if e and not isinstance(value, complex):
        power = f"10^{{{int(exponent)}}}"
        return {"1": power, "-1": f"-{power}"}.get(mantissa, rf"{mantissa} \cdot {power}")
    return _WORDS.get(mantissa, mantissa)


def level_of(latex: str) -> Level:
    r"""Return how strongly given LaTeX holds together, as far as its signs tell.

    Example:
        >>> level_of("-2").name, level_of("x^{T}").name, level_of("(a + b)").name
        ('SUM', 'POWER', 'ATOM')
    """
    outside = _outside_brackets(latex)
    if r"\begin" in outside:
        return Level.CHOICE
    if re.search(r"[-+=<>]|\\(ne|le|ge|land|lor|oplus|to)(?![A-Za-z])", outside):
        return Level.SUM
    if re.search(r"\\(odot|cdot|times|,)|/", outside):
        return Level.PRODUCT
    if re.match(r"\\(log|exp|tanh|sum|max|min|arg|lnot)(?![A-Za-z])", outside):
        return Level.PREFIX
    return Level.POWER if re.search(r"\^|\\frac", outside) else Level.ATOM


def _outside_brackets(latex: str) -> str:
    kept, depth = [], 0
    for token in re.findall(r"\\[A-Za-z]+|\\.|.", latex, re.DOTALL):
        depth -= token in ("}", ")", "]")
        if depth == 0:
            kept.append(token)
        depth += token in ("{", "(", "[")
    return "".join(kept)


def bracketed(latex: str) -> str:
    """Return the formula in round brackets, which grow with what is tall."""
    if re.search(r"\\(frac|begin|sum)", latex):
        return rf"\left({latex}\right)"
    return f"({latex})"


def indexed(latex: str, index: str) -> str:
    """Return a formula with an index, in brackets if it is more than a letter."""
    is_plain = level_of(latex) == Level.ATOM and "_" not in latex
    return f"{latex if is_plain else bracketed(latex)}_{{{index}}}"


def known(names: Mapping[str, str] | None) -> dict[str, str]:
    """Return the names that something is known of: of an argument that is None nothing is."""
    return {name: latex for name, latex in (names or {}).items() if latex != "None"}


class Piece(NamedTuple):
    """A formula on its way to become part of a larger one."""

    latex: str
    level: Level = Level.ATOM
    is_scalar: bool = False  # a number, or n, m or a Greek letter, which stand for one

    def at_least(self, level: Level) -> str:
        """Return the LaTeX, in brackets if it holds together less than that."""
        return self.latex if self.level >= level else bracketed(self.latex)


def choice(value: Piece, condition: str, other: Piece) -> Piece:
    """Return the formula of two cases."""
    rows = rf"{value.latex} & \text{{if }} {condition} \\ {other.latex} & \text{{else}}"
    return Piece(rf"\begin{{cases}} {rows} \end{{cases}}", Level.CHOICE)


def named(name: str) -> str:
    r"""Return the name of a function in LaTeX, in words: `\text{sum of copies}`."""
    words = escaped(name.strip("_").replace("_", " ").replace("one hot", "one-hot"))
    if words in GREEK:
        return f"\\{words}"
    return rf"\text{{{words}}}" if not words.isalnum() else rf"\operatorname{{{words}}}"


def function(name: str, *arguments: str) -> Piece:
    """Return a function, by its LaTeX name, of arguments in brackets."""
    return Piece(name + bracketed(", ".join(arguments)))


def product(factors: Sequence[Piece], after_sign: bool = False) -> Piece:
    r"""Return a product: of arrays with a sign for "element by element", of numbers with a dot.

    Example:
        >>> two, x = Piece("2", is_scalar=True), Piece("x")
        >>> print(product([two, x, Piece("y")]).latex)
        2 x \odot y
    """
    written = []
    for i, piece in enumerate(factors):
        is_last = i == len(factors) - 1
        if i > 0 or after_sign or not NUMBER.fullmatch(piece.latex):
            latex = piece.at_least(Level.PREFIX if is_last else Level.POWER)
            scaled = all(each.is_scalar for each in factors[:-1]) and r"\odot" not in piece.latex
            if is_last and (piece.level == Level.CHOICE or (scaled and piece.level > Level.SUM)):
                latex = piece.latex  # α A B, and what cases enclose
            piece = piece._replace(latex=latex)
        written.append(piece)
    latex = written[0].latex
    for left, right in pairwise(written):
        latex += _sign_between(left, right) + right.latex
    return Piece(latex, Level.PRODUCT, all(piece.is_scalar for piece in written))


def _sign_between(left: Piece, right: Piece) -> str:
    if not (left.is_scalar or right.is_scalar):
        return r" \odot "
    if right.latex[0].isdigit() or right.latex.startswith(("-", ".", "(-", r"\frac")):
        return r" \cdot "
    if left.is_scalar and right.is_scalar and right.latex.startswith("("):
        return r" \cdot "
    return r" \, " if right.latex.startswith(("(", "[", r"\left(")) else " "
