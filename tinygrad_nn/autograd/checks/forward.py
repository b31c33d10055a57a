"""Tangents held against differences, in a random direction of each input.
Read `gradcheck.py` beside it, which asks for that with `check_forward_ad=True`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..forward_ad import dual_level, make_dual, unpack_dual
from ..grad_mode import no_grad
from ..tensor_base import TensorBase, make_tensor
from .checked_function import CheckedFunction, all_outputs, random_like
from .mismatch import GradcheckError


def check_forward(checked: CheckedFunction) -> None:
    """Raise `GradcheckError` where an output's tangent is not how it changes with an input."""
    for j, x in checked.inputs.items():
        direction = random_like(x.array, checked.random)
        with dual_level():
            dual = make_dual(x, make_tensor(direction))
            found = all_outputs(checked.function, _with(checked.arguments, x, dual))
            tangents = {i: unpack_dual(y).tangent for i, y in found.items()}
        here = x.array.copy()
        values = []
        for step in (checked.eps, -checked.eps):
            moved = make_tensor(here + step * direction)
            with no_grad():
                values.append(all_outputs(checked.function, _with(checked.arguments, x, moved)))
        for i, tangent in tangents.items():
            slope = (values[0][i].array - values[1][i].array) / (2 * checked.eps)
            given = np.zeros_like(slope) if tangent is None else tangent.array
            if not np.allclose(given, slope, checked.rtol, checked.atol):
                worst = float(np.abs(given - slope).max())
                raise GradcheckError(
                    f"wrong tangent of output {i} along a direction of input {j}: it is up to "
                    f"{worst:.3g} from what differences give; look at the Function's jvp"
                )


def _with(arguments: Any, x: TensorBase, other: Any) -> Any:
    """Return the arguments with another tensor in the place of x, also inside of lists."""
    if isinstance(arguments, (list, tuple)):
        return type(arguments)(_with(each, x, other) for each in arguments)
    return other if arguments is x else arguments
