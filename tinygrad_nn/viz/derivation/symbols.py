"""What tensors are called on paper: X, W1, Z1, A1 in a network, else their names, or v1, v2.
Read `lines.py` next, which writes the backward pass with them.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection

from ..notation.symbols import GREEK, escaped
from ..structure.computation import Computation, Quantity, Step

LONGEST_NAME = 16
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
        self.taken = {count for step in computation.steps for count in _counts(step.op.latex)}
        for output in computation.outputs:
            name = output.name if _is_short_identifier(output.name) else ""
            self._give(output, name if name and name != "loss" else "L")
        self._name_layers(computation)
        for quantity in computation.quantities:
            if quantity.id not in self.by_id and quantity.name:
                self._give(quantity, _as_identifier(quantity.name))
        for step in computation.steps:
            for operand in step.operands:
                if operand.quantity.kind != "result" and operand.quantity.id not in self.by_id:
                    self._give(operand.quantity, "t" if operand.parameter == "target" else "c")
        results = 0
        for quantity in computation.quantities:
            if quantity.id not in self.by_id:
                results += 1
                self._give(quantity, f"v{results}")

    def _name_layers(self, computation: Computation) -> None:
        layers = [step for step in computation.steps if step.op.public == "linear"]
        layer_of: dict[str, int] = {}  # by the id of what a layer made
        for number, step in enumerate(layers, 1):
            layer_of[step.output.id] = number
            self._name_operands(step, number)
            if not step.output.name:
                self._give(step.output, f"Z{number}")
        for step in computation.steps:
            if layers and any(operand.parameter == "target" for operand in step.operands):
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
        symbol, number = wanted, 1
        while not _is_free(symbol, self.taken):
            number += 1
            symbol = f"{wanted}_{number}"
        self.taken.add(symbol)
        self.by_id[quantity.id] = symbol


def _counts(latex: str) -> list[str]:
    return re.findall(r"^-?\\frac\{1\}\{([nm])", latex)


def _is_free(symbol: str, taken: Collection[str]) -> bool:
    """Whether neither this nor its gradient, dx of x, is the symbol of another, or its gradient."""
    is_gradient = symbol.startswith("d") and symbol[1:] in taken
    return not is_gradient and symbol not in taken and f"d{symbol}" not in taken


def _is_short_identifier(name: str) -> bool:
    return name.isidentifier() and len(name) <= LONGEST_NAME


def _as_identifier(name: str) -> str:
    """Return a name in letters, digits and _: "0.weight" becomes "weight_0"."""
    parts = [re.sub(r"\W", "_", part) for part in name[: 4 * LONGEST_NAME].split(".")]
    *path, last = parts
    text = "_".join([last, *path]) if parts[0][:1].isdigit() else "_".join(parts)
    return text if text.isidentifier() else f"_{text}"
