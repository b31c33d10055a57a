"""What tensors are called on paper: X, W1, Z1, A1 in a network, else their names, or v1, v2.
Read `lines.py` next, which writes the backward pass with them.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from ..notation.symbols import GREEK, escaped
from ..structure.computation import Computation, Quantity

LONGEST_NAME = 16
_COUNT = re.compile(r"-?\\frac\{1\}\{([nm])")
_LETTER_AND_NUMBER = re.compile(r"([A-Za-z])_?(\d+)")


def plain_symbols(computation: Computation) -> dict[str, str]:
    """Return an identifier for each tensor, by its id.

    In a network the k-th linear layer computes Zk from Wk and bk, and an activation of it is Ak; X
    and Y are what goes in and what is wanted. The result is L, unless it has a name of its own.
    """
    # What formulas write for the number that a mean divides by is no tensor's.
    counts = (_COUNT.match(step.op.latex) for step in computation.steps)
    taken = {count[1] for count in counts if count}
    found: dict[str, str] = {}
    for quantity, wanted in _wishes(computation):
        if quantity.id not in found:
            if keyword.iskeyword(wanted):
                wanted = GREEK.get(wanted, f"{wanted}_")
            found[quantity.id] = free_symbol(wanted, taken)
    unnamed = [each.id for each in computation.quantities if each.id not in found]
    return found | {each: free_symbol(f"v{i}", taken) for i, each in enumerate(unnamed, 1)}


def symbols(computation: Computation) -> dict[str, str]:
    r"""Return the LaTeX of each tensor's symbol, by its id: `W_{1}`, `\mathrm{hidden}`."""
    plain = plain_symbols(computation)
    return {quantity: symbol_latex(symbol) for quantity, symbol in plain.items()}


def symbol_latex(plain: str) -> str:
    r"""Return a symbol in LaTeX.

    Example:
        >>> symbol_latex("W2"), symbol_latex("beta"), symbol_latex("hidden")
        ('W_{2}', '\\beta', '\\mathrm{hidden}')
    """
    found = _LETTER_AND_NUMBER.fullmatch(plain)
    if found:
        return f"{found[1]}_{{{found[2]}}}"
    if plain in GREEK:
        return f"\\{plain}"
    return plain if len(plain) == 1 else rf"\mathrm{{{escaped(plain)}}}"


def _wishes(computation: Computation) -> Iterator[tuple[Quantity, str]]:
    """Yield what tensors would be called; of several names for one the first counts."""
    for output in computation.outputs:
        own = _is_short_identifier(output.name) and output.name != "loss"
        yield output, output.name if own else "L"
    yield from _in_layers(computation)
    for quantity in computation.quantities:
        if quantity.name:
            yield quantity, _as_identifier(quantity.name)
    for operand in (each for step in computation.steps for each in step.operands):
        if operand.quantity.kind != "result":
            yield operand.quantity, "t" if operand.parameter == "target" else "c"


def _in_layers(computation: Computation) -> Iterator[tuple[Quantity, str]]:
    layer_of: dict[str, int] = {}  # by the id of what a layer made
    for step in (each for each in computation.steps if each.op.public == "linear"):
        number = layer_of[step.output.id] = len(layer_of) + 1
        letters = {"input": "X", "weight": f"W{number}", "bias": f"b{number}"}
        for operand in step.operands:
            kind, name = operand.quantity.kind, operand.quantity.name
            by_path = kind in ("parameter", "leaf") and not _is_short_identifier(name)
            goes_in = number == 1 and operand.parameter == "input" and kind == "data"
            if by_path or goes_in:
                yield operand.quantity, letters[operand.parameter]
        if not step.output.name:
            yield step.output, f"Z{number}"
    for step in computation.steps if layer_of else ():
        for operand in step.operands:
            if operand.parameter == "target" and operand.quantity.kind == "data":
                classes = operand.quantity.dtype.startswith("int")  # Y are these as one-hot rows
                yield operand.quantity, "y" if classes else "Y"
        made_by = {layer_of.get(operand.quantity.id) for operand in step.operands}
        layer = made_by.pop() if len(made_by) == 1 else None
        if layer and getattr(step.op, "elementwise", False) and not step.output.name:
            yield step.output, f"A{layer}"


def free_symbol(wanted: str, taken: set[str]) -> str:
    """Take a symbol, with a number where it or its gradient, dx of x, is that of another."""
    symbol, number = wanted, 1
    while {symbol, f"d{symbol}"} & taken or (symbol.startswith("d") and symbol[1:] in taken):
        number += 1
        symbol = f"{wanted}_{number}"
    taken.add(symbol)
    return symbol


def _is_short_identifier(name: str) -> bool:
    return name.isidentifier() and len(name) <= LONGEST_NAME


def _as_identifier(name: str) -> str:
    """Return a name in letters, digits and _: "0.weight" becomes "weight_0"."""
    parts = [re.sub(r"\W", "_", part) for part in name[: 4 * LONGEST_NAME].split(".")]
    *path, last = parts
    text = "_".join([last, *path]) if parts[0][:1].isdigit() else "_".join(parts)
    return text if text.isidentifier() else f"_{text}"
