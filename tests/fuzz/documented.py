"""What is different from PyTorch and is to be: the reason, and when it holds.
Read `judging.py` next. A program ends where it comes to one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .program import Leaf, Statement


class Difference(NamedTuple):
    statement: Any  # None in backward
    ours: Exception | None
    theirs: Exception | None
    names: dict[str, Any]  # PyTorch's variables
    leaves: set[str]  # those that require a gradient

    @property
    def x(self) -> Any:
        return self.names[self.statement.given["x"]]


def _expanded(x: Any) -> bool:
    return any(size > 1 and step == 0 for size, step in zip(x.shape, x.stride(), strict=True))


def _overlaps(x: Any) -> bool:
    """Whether steps that differ lead to the same place, none of them 0."""
    if 0 in x.stride():
        return False
    reached = 0
    for step, size in sorted(zip(x.stride(), x.shape, strict=True)):
        if size > 1 and step <= reached:
            return True
        reached += step * (size - 1)
    return False


def _theirs(pattern: str) -> Callable[[Difference], Any]:
    """PyTorch refuses with these words, and nothing is refused here."""
    return lambda d: d.ours is None and re.search(pattern, str(d.theirs))


IN_ORDER = r"matmul|linear|\w+_norm|nll_loss|cross_entropy|scaled_dot_product_attention|conv\w+"
UNDEFINED: dict[str, Callable[[Statement, dict[str, Any]], Any]] = {
    "a write into memory that overlaps itself, as unfold makes it": (
        lambda statement, names: not statement.makes and _overlaps(names[statement.given["x"]])
    ),
    "a comparison that writes makes a tensor that needs a gradient in PyTorch, which is 0": (
        lambda statement, names: re.search(r"\.(lt|gt|le|ge|eq|ne)_\(", statement.template)
    ),
    "PyTorch's median of an expanded tensor reads what lies behind it": (
        lambda statement, names: re.search(r"median\(.*expand", statement.template)
    ),
}
DOCUMENTED: dict[str, Callable[[Difference], Any]] = {
    "no write goes into an expanded tensor here, in PyTorch a few do, such as zero_": (
        lambda d: d.statement and not d.statement.makes and _expanded(d.x)
    ),
    "PyTorch gives up one of several views of unbind, split and the like as soon as its base is "
    "written, here backward does": _theirs("is a view and its base or another view of its base"),
    "PyTorch calls what it copied a view that was taken under no_grad": _theirs(
        "A view was created in no_grad mode"
    ),
    "PyTorch has no derivative of some, such as a second one of cdist": _theirs(
        "derivative for .* is not implemented|Double backward is unsupported"
    ),
    "what backward needs is kept as it is here, also if it is expanded: PyTorch keeps a copy that "
    "lies in order, and lets it be written": (
        lambda d: d.theirs is None and re.search(f"backward of ({IN_ORDER}): its op", str(d.ours))
    ),
    "what pixel_shuffle and its like return is a view of their own copy here: taken under no_grad, "
    "it isn't written where operations are recorded": (
        lambda d: (
            d.theirs is None
            and d.statement
            and "this view was taken under no_grad" in str(d.ours)
            and not d.x._is_view()
        )
    ),
    "einsum keeps all its operands, also one that only a gradient nobody wants would need": (
        lambda d: d.theirs is None and str(d.ours).startswith("backward of einsum: its operand")
    ),
    "a constant that a write made need a gradient is no leaf here": (
        lambda d: (
            d.statement
            and d.ours is None
            and str(d.theirs).startswith("a leaf Variable that requires grad")
            and d.statement.given["x"] not in d.leaves
        )
    ),
    "NumPy gives an empty view no memory that it would share with its base": (
        lambda d: d.ours is None and d.statement and not d.statement.makes and not d.x.numel()
    ),
    "repeat_interleave of a 0-d tensor has no dim 0 in PyTorch": (
        lambda d: d.statement and "repeat_interleave" in d.statement.template and not d.x.ndim
    ),
}


def is_undefined(statement: Statement, names: dict[str, Any]) -> bool:
    return any(holds(statement, names) for holds in UNDEFINED.values())


def is_documented(
    statement: Statement | None,
    ours: Exception | None,
    theirs: Exception | None,
    names: dict[str, Any],
    leaves: Sequence[Leaf],
) -> bool:
    needing = {leaf.name for leaf in leaves if leaf.requires_grad}
    given = Difference(statement, ours, theirs, names, needing)
    return any(holds(given) for holds in DOCUMENTED.values())
