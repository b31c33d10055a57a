"""The error of a gradient check, which says where the worst entry is and what it looks like.
Read `gradient_checks.py` next, which raises it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .numeric import constant_ratio

Array = NDArray[Any]


class GradcheckError(RuntimeError):
    """A gradient that `gradcheck` or `gradgradcheck` found to be wrong."""


def check_jacobian(
    backward: Array,
    numeric: Array,
    kink: NDArray[np.bool_],
    atol: float,
    rtol: float,
    *,
    output: tuple[int, tuple[int, ...]],
    input: tuple[int, Array],  # noqa: A002 - the opposite of output
    eps: float,
) -> None:
    """Raise `GradcheckError` where |backward - numeric| > atol + rtol |numeric|.

    The three arrays have a row per entry of the input and a column per entry of the output. `output`
    is its number and shape, `input` its number and values.
    """
    with np.errstate(invalid="ignore"):
        excess = abs(backward - numeric) / (atol + rtol * abs(numeric))
    wrong = ~(excess <= 1)
    if not wrong.any():
        return
    excess = np.where(np.isnan(excess), np.inf, excess)
    blamed = wrong & ~kink if (wrong & ~kink).any() else wrong
    row, column = np.unravel_index(np.argmax(np.where(blamed, excess, -1.0)), wrong.shape)
    (i, output_shape), (j, values) = output, input
    input_entry = _index(row, values.shape)
    found, expected = float(backward[row, column]), float(numeric[row, column])
    raise GradcheckError(
        f"wrong gradient of output {i}{_index(column, output_shape)} with respect to input "
        f"{j}{input_entry}: backward gives {found:.10g}, differences give {expected:.10g}.\n"
        f"They differ by {abs(found - expected):.3g}; allowed is {atol + rtol * abs(expected):.3g} "
        f"(atol={atol:g} + rtol={rtol:g} * {abs(expected):.3g}). Of {wrong.size:,} pairs of entries "
        f"{np.count_nonzero(wrong):,} are wrong.\n"
        + _hint(backward, numeric, bool(kink[row, column]), abs(values.ravel()[row]), eps)
    )


def _index(position: Any, shape: tuple[int, ...]) -> str:
    """Return `[2, 0]` for the entry at that position in memory order; nothing for a 0-d tensor."""
    return str([int(i) for i in np.unravel_index(position, shape)]) if shape else ""


def _hint(backward: Array, numeric: Array, kink: bool, value: Any, eps: float) -> str:
    if kink:
        return (
            f"The function has a kink (or a jump) within {eps:g} of this entry, where it has no "
            "derivative: move the input away from it."
        )
    if value.dtype != np.float64 or np.spacing(value) > eps / 1000:
        return (
            f"A step of eps={eps:g} is lost in the rounding of the input, a {value.dtype} of size "
            f"{value:.3g}: use float64, smaller inputs or a larger eps."
        )
    if not np.isfinite(numeric).all():
        return "The function is not finite close to the input: move it away from the edge of the domain."
    if not backward.any():
        return (
            "Backward gives 0 at every entry: is the result cut from the graph, by .detach(), .data, "
            "no_grad() or a detour through NumPy?"
        )
    ratio = constant_ratio(backward, numeric)
    if ratio is not None:
        return f"Backward is {ratio:.6g} times the difference at every entry: look for a missing factor."
    return (
        "Look at the rule for this input at this entry; where it was broadcast, its gradient is the sum "
        "over the copies."
    )
