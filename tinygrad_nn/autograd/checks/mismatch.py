"""The error of a gradient check: which entry is the worst, by how much, and what it looks like.
Read `gradient_checks.py` next, which raises it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checked_function import CheckedFunction
from .numeric import constant_ratio

Array = NDArray[Any]


class GradcheckError(RuntimeError):
    """A gradient that `gradcheck` or `gradgradcheck` found to be wrong."""


def check_jacobian(
    backward: Array,
    numeric: Array,
    kink: NDArray[np.bool_],
    output: tuple[int, Array],
    input: tuple[int, Array],
    checked: CheckedFunction,
) -> None:
    """Raise `GradcheckError` where |backward - numeric| > atol + rtol |numeric|.

    The arrays have a row per entry of the input and a column per entry of the output; `output` and
    `input` are the number and the values of each. The worst entry is the one furthest beyond its
    tolerance, at a kink only if all wrong ones are.
    """
    atol, rtol = checked.atol, checked.rtol
    with np.errstate(all="ignore"):
        excess = abs(backward - numeric) / (atol + rtol * abs(numeric))
        wrong = ~(abs(backward - numeric) <= atol + rtol * abs(numeric))
    if not wrong.any():
        return
    blamed = wrong & ~kink if (wrong & ~kink).any() else wrong
    row, column = np.unravel_index(np.argmax(np.where(blamed, excess, -1)), wrong.shape)
    (i, y), (j, x) = output, input
    found, expected = float(backward[row, column]), float(numeric[row, column])
    raise GradcheckError(
        f"wrong gradient of output {i}{entry(np.unravel_index(column, y.shape))} with respect to "
        f"input {j}{entry(np.unravel_index(row, x.shape))}: backward gives {found:.10g}, "
        f"differences give {expected:.10g}.\n"
        f"They differ by {abs(found - expected):.3g}; allowed is atol={atol:g} + rtol={rtol:g} * "
        f"{abs(expected):.3g} = {atol + rtol * abs(expected):.3g}. "
        f"{np.count_nonzero(wrong):,} of {wrong.size:,} pairs of entries are wrong.\n"
        + _hint(backward, numeric, bool(kink[row, column]), x.ravel()[row], checked.eps)
    )


def entry(index: Any) -> str:
    """Return `[2, 0]` for the index of an entry, nothing for that of a 0-d tensor."""
    return str([int(each) for each in index]) if len(index) else ""


def _hint(backward: Array, numeric: Array, kink: bool, value: Any, eps: float) -> str:
    if value.dtype != np.float64 or np.spacing(abs(value)) > eps / 1000:
        return (
            f"The input entry is {value.item():g} in {value.dtype}: a step of eps={eps:g} is lost "
            "in its rounding. Use float64, smaller inputs or a larger eps"
        )
    if not np.isfinite(numeric).all():
        return "The function is not finite around this input: move it into the domain"
    if kink:
        return (
            f"The function has a kink or a jump within {eps:g} of this entry, and no derivative "
            "there: move the input away from it"
        )
    if not backward.any():
        return (
            "Backward gives 0 at every entry: was the result cut from the graph by .detach(), "
            ".data, no_grad() or NumPy?"
        )
    ratio = constant_ratio(backward, numeric)
    if ratio is not None:
        return f"Backward gives {ratio:.6g} times the difference at every entry: a missing factor?"
    return (
        "Look at the gradient rule for this input, at this entry; where the input was broadcast, "
        "its gradient is the sum over the copies"
    )
