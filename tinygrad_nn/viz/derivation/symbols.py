"""What tensors are called on paper: X, W1, Z1, A1 in a network, else their names, or v1, v2.
Read `lines.py` next, which writes the backward pass with them.
"""

from __future__ import annotations

import keyword
import re

from ..notation.symbols import GREEK, escaped
from ..structure.computation import Computation, Quantity, Step

LONGEST_NAME = 16
_COUNT = re.compile(r"-?\\frac\{1\}\{([nm])")
_LETTER_AND_NUMBER = re.compile(r"([A-Za-z])_?(\d+)")


def plain_symbols(computation: Computation) -> dict[str, str]:
    """Return an identifier for each tensor, by its id.

    In a network the k-th linear layer computes Zk from Wk and bk, and an activation of it is Ak; X
    and Y are what goes in and what is wanted. The result is L, unless it has a name of its own.
    """
    return _Symbols(computation).by_id


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


class _Symbols:
    def __init__(self, computation: Computation) -> None:
        self.by_id: dict[str, str] = {}
        # What formulas write for the number that a mean divides by is no tensor's.
        counts = (_COUNT.match(step.op.latex) for step in computation.steps)
        self.taken = {count[1] for count in counts if count}
        for output in computation.outputs:
            own = _is_short_identifier(output.name) and output.name != "loss"
            self._give(output, output.name if own else "L")
        self._name_layers(computation)
        for quantity in computation.quantities:
            if quantity.name:
                self._give(quantity, _as_identifier(quantity.name))
        for operand in (each for step in computation.steps for each in step.operands):
            if operand.quantity.kind != "result":
                self._give(operand.quantity, "t" if operand.parameter == "target" else "c")
        unnamed = [each for each in computation.quantities if each.id not in self.by_id]
        for number, quantity in enumerate(unnamed, 1):
            self._give(quantity, f"v{number}")

    def _name_layers(self, computation: Computation) -> None:
        layers = [step for step in computation.steps if step.op.public == "linear"]
        layer_of: dict[str, int] = {}  # by the id of what a layer made
        for number, step in enumerate(layers, 1):
            layer_of[step.output.id] = number
            self._name_operands(step, number)
            if not step.output.name:
                self._give(step.output, f"Z{number}")
        for step in computation.steps:
            if layers:
                self._name_target(step)
            made_by = {layer_of.get(operand.quantity.id) for operand in step.operands}
            layer = made_by.pop() if len(made_by) == 1 else None
            activates = layer is not None and getattr(step.op, "elementwise", False)
            if activates and not step.output.name:
                self._give(step.output, f"A{layer}")

    def _name_operands(self, step: Step, number: int) -> None:
        letters = {"input": "X", "weight": f"W{number}", "bias": f"b{number}"}
        for operand in step.operands:
            quantity = operand.quantity
            is_leaf = quantity.kind in ("parameter", "leaf")
            by_path = is_leaf and not _is_short_identifier(quantity.name)
            goes_in = number == 1 and operand.parameter == "input" and quantity.kind == "data"
            if by_path or goes_in:
                self._give(quantity, letters[operand.parameter])

    def _name_target(self, step: Step) -> None:
        for operand in step.operands:
            if operand.parameter == "target" and operand.quantity.kind == "data":
                classes = operand.quantity.dtype.startswith("int")  # Y are these as one-hot rows
                self._give(operand.quantity, "y" if classes else "Y")

    def _give(self, quantity: Quantity, wanted: str) -> None:
        """Give a symbol, with a number where another tensor has it already."""
        if quantity.id in self.by_id:
            return
        if keyword.iskeyword(wanted):
            wanted = GREEK.get(wanted, f"{wanted}_")
        self.by_id[quantity.id] = free_symbol(wanted, self.taken)


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
