"""The adjoint of a view: zeros, with a tensor where the view is.
Read `diagonals.py` next, one of the views whose gradient it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Shape
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.views import replay


@op(r"\operatorname{place}(x)")
def placed(input: Array, shape: Shape, steps: Any) -> Array:
    """Return zeros of `shape` with the input where `steps`, (Op, arguments) each, take a view."""
    y = np.zeros(shape, input.dtype)
    replay(y, steps)[...] = input
    return y


placed.vjp(input=lambda g, steps: replay(g, steps))
