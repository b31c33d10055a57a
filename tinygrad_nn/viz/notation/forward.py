"""The formula of an operation, with names or numbers in the place of its letters.
Read `latex.py` next, which turns a formula into MathML and plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...autograd.op import registry
from .arguments import arguments_latex, contraction_latex
from .symbols import (
    CONVENTIONS,
    GREEK,
    NUMBER,
    Level,
    Piece,
    bracketed,
    escaped,
    known,
    level_of,
    product,
    symbol,
)

# What is no letter of its own: the words in a group, a command; then a run of letters or one.
_TOKEN = re.compile(r"\\(?:operatorname|mathrm|text|texttt)\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]+")
_FRACTION_OF_MEAN = re.compile(r"\\frac\{1\}\{[nm]\} ?")
_SUM_OF_MEAN = re.compile(r"\\sum_i ?")
_SUBSCRIPTED = re.compile(r"\\(sum|log|max|min)_(\w|\{[^{}]*\})$")
_RELATION = re.compile(r"[-+=<>]|\\(ne|le|ge|land|lor|oplus)(?![A-Za-z])")
_PRODUCT_SIGN = re.compile(r"\\(odot|cdot)(?![A-Za-z])")
_ZERO_AT = re.compile(r"(?<![\w.])0_(\w|\{[^{}]*\})(?! =)")  # 0 has no elements of its own
UNNAMED = "ABCDEFGHJK"  # operands of an einsum
_UNBOUNDED = {"min": r"-\infty", "max": r"\infty"}  # bounds that are None
_OPENED = ("{", "(", "[", ",", "|", ";", "&", r"\\", r"\begin{cases}")
_CLOSED = ("}", ")", "]", ",", "|", ";", "&", r"\\", r"\end{cases}")


def letters(op: Any) -> dict[str, str]:
    r"""Return the LaTeX that stands for each parameter of an operation in its formula.

    A parameter that the formula does not show has the letter, or word, that is usual for it.

    Example:
        >>> import tinygrad_nn as tnn
        >>> letters(tnn.matmul.op), letters(tnn.nn.functional.linear.op)
        ({'input': 'A', 'other': 'B'}, {'input': 'x', 'weight': 'W', 'bias': 'b'})
    """
    found: dict[str, str] = {}
    shown = _tokens(op)
    for name in getattr(op, "parameters", ()):
        candidates = [f"\\{name}"] if name in GREEK else []
        if len(name) == 1:
            candidates += [name, name.upper()]
        candidates += CONVENTIONS.get(name, "")
        free = [each for each in candidates if each in shown and each not in found.values()]
        found[name] = free[0] if free else symbol(name)
    return found


def shown_name(op: Any, name: str) -> str:
    """Return what to call a parameter, or an output, where formulas stand beside it.

    `input` and `other` say no more than the order: those are called as in the formula, unless they
    stand beside a weight or a target.

    Example:
        >>> import tinygrad_nn as tnn
        >>> shown_name(tnn.matmul.op, "other"), shown_name(tnn.nn.functional.linear.op, "input")
        ('b', 'input')
    """
    if name in getattr(op, "returns", ()):
        return "output" if name == "y" else name
    if name in ("input", "other", "exponent", "tensor") and not {"weight", "target"} & {
        *op.parameters
    }:
        return letters(op)[name].lower()
    return name


def shown_operation(op: Any) -> str:
    """Return what programs call an operation: batch_norm, which PyTorch has as native_batch_norm.

    Example:
        >>> import tinygrad_nn as tnn
        >>> shown_operation(tnn.autograd.registry["group_norm"])
        'group_norm'
    """
    name: str = op.public.removeprefix("native_")
    return name


def is_shown(op: Any, parameter: str) -> bool:
    """Whether a parameter has a letter in the formula of the operation."""
    return letters(op)[parameter] in _tokens(op)


def _tokens(op: Any) -> set[str]:
    return set(_TOKEN.findall(op.latex))


def forward_latex(op: Any, names: Mapping[str, str] | None = None, part: int | None = None) -> str:
    r"""Return `op.latex` with the LaTeX in `names` in the place of the parameters of those names.

    What is not in `names` keeps its letter; a bound that is "None" is infinite, and a last term or
    first factor that is "None" is left out, as is the mean of a loss by its `reduction`. `part` is
    which of several outputs is meant: unbind(x)_0, or one of those in "U, S, V of A".

    Example:
        >>> import tinygrad_nn as tnn
        >>> print(forward_latex(tnn.mul.op, {"input": "2", "other": "-3"}))
        2 \cdot (-3)
        >>> print(forward_latex(tnn.nn.functional.linear.op, {"input": "A_1", "weight": "W_2"}))
        A_1 W_2^{T} + b
        >>> print(forward_latex(tnn.nn.functional.linear.op, {"bias": "None"}))
        x W^{T}
    """
    given, letter_of = known(names), letters(op)
    if "->" in given.get("equation", ""):
        count = given["equation"].partition("->")[0].count(",") + 1
        unnamed = [UNNAMED[i % len(UNNAMED)] for i in range(count)]
        factors = [given.get(f"operands[{i}]", unnamed[i]) for i in range(count)]
        return contraction_latex(given["equation"], factors)
    given |= {name: _UNBOUNDED[name] for name in _UNBOUNDED if (names or {}).get(name) == "None"}
    alpha = given.get("alpha", "1")
    if alpha != "1" and NUMBER.fullmatch(alpha):  # of add: the formula is that for 1
        name = "other" if "other" in letter_of else "source"
        factor = given.get(name, letter_of[name])
        scaled = Piece(factor, level_of(factor), is_scalar=NUMBER.fullmatch(factor) is not None)
        given[name] = product([Piece(alpha, is_scalar=True), scaled]).latex
    formula, reduction = op.latex, given.get("reduction")
    if reduction in ("sum", "none"):
        formula = _FRACTION_OF_MEAN.sub("", formula, count=1)
    if reduction == "none":
        formula = _SUM_OF_MEAN.sub("", formula, count=1)
    for name in (names or {}).keys() - given.keys():
        letter = letter_of.get(name)
        formula = formula.removesuffix(f" + {letter}").removeprefix(rf"{letter} \odot ")
    replaced = {letter: given[name] for name, letter in letter_of.items() if name in given}

    def replacement(found: re.Match[str]) -> str:
        if found[0] not in replaced:
            return found[0]
        return _placed(replaced[found[0]], formula[: found.start()], formula[found.end() :])

    index = "" if part is None else f"_{{{part}}}"
    told, of, source = formula.partition(r" \text{ of } ")
    outputs = told.split(", ")
    if part is not None and len(outputs) == len(op.returns) > 1:
        formula, index = outputs[part] + of + source, ""
    numbers = {letter for letter, latex in replaced.items() if NUMBER.fullmatch(latex)}
    for letter in numbers:  # a number and an array are multiplied with a dot
        formula = formula.replace(rf"{letter} \odot ", rf"{letter} \cdot ")
        formula = formula.replace(rf" \odot {letter}", rf" \cdot {letter}")
    formula = _TOKEN.sub(replacement, formula).removeprefix("0 + ")
    return _ZERO_AT.sub("0", formula) + index


def call_latex(step: Any, names: Mapping[str, str]) -> str:
    r"""Return the formula of a step of a computation, with what `names` call its operands.

    Between single numbers a product has a dot; a product of a tensor with itself is its square.
    """
    op, names = step.op, {**arguments_latex(step.attributes), **names}
    if not op.latex or (op.sequence is not None and "equation" not in names):
        called = ", ".join(names[operand.parameter] for operand in step.operands)
        return rf"\operatorname{{{escaped(shown_operation(op))}}}({called})"
    tensors = [each.quantity.id for each in step.operands]
    if op.name == "mul" and len(tensors) == 2 and len(set(tensors)) == 1:
        op = registry["square"]
    return dotted(forward_latex(op, names, step.part), shapes_of(step))


def shapes_of(step: Any) -> list[tuple[int, ...] | None]:
    """Return the shapes of what takes part in a step, None where one is not known."""
    return [step.output.shape, *(each.quantity.shape for each in step.operands)]


def dotted(latex: str, shapes: Iterable[tuple[int, ...] | None]) -> str:
    r"""Return a formula with a dot for each product if all that takes part are single numbers.

    Example:
        >>> print(dotted(r"a \odot b", [(), ()]), dotted(r"a \odot b", [(2,), ()]), sep="; ")
        a \cdot b; a \odot b
    """
    return latex.replace(r"\odot", r"\cdot") if {*shapes} == {()} else latex


def _placed(latex: str, before: str, after: str) -> str:
    """Return what replaces a letter between `before` and `after`, in brackets where it needs them.

    None are needed where the letter stands alone in a group, or at the left of a sum.
    """
    before, after = before.rstrip(), after.lstrip()
    level = level_of(latex)
    if after.startswith(("_", "^")):
        taken = "[_^]" if after.startswith("_") else r"\^"
        fits = level == Level.ATOM and not re.search(taken, latex)
        return latex if fits else bracketed(latex)
    opened = before == "" or before.endswith(_OPENED)
    closed = after == "" or after.startswith(_CLOSED)
    if opened and closed:
        return latex
    is_number = NUMBER.fullmatch(latex) is not None
    fits = level > Level.PREFIX or (level == Level.PREFIX and closed)
    if level <= Level.SUM and opened:
        fits = bool(_RELATION.match(after) or (is_number and _PRODUCT_SIGN.match(after)))
    latex = latex if fits else bracketed(latex)
    return rf"\cdot {latex}" if is_number and _ends_with_factor(before) else latex


def _ends_with_factor(formula: str) -> bool:
    """Whether the end of this multiplies what comes next: A does so with x, log does not."""
    command = re.search(r"\\([A-Za-z]+)(\{[^{}]*\})?$", formula)
    if command is not None:
        return command[1] in GREEK
    return re.search(r"[^\W_]$|[})\]]$", formula) is not None and not _SUBSCRIPTED.search(formula)
