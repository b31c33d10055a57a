"""The gated linear unit: one half of the features lets the other half through.
Read `learnt_slopes.py` next.
"""

from __future__ import annotations

import numpy as np

from ...arrays.arguments import Dim
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ShapeError
from ..elementwise.activations import check_float, sigmoid
from ..shape.joining import cat


@op(r"a \odot \sigma(b) \text{ of } x = (a, b)")
def glu(input: Array, dim: Dim = -1) -> Array:
    """Return a * sigmoid(b), of the first and the second half of the input along `dim`.

    Dauphin et al. 2017.

    Raises:
        DTypeError: integers and bool. ShapeError: a size that is odd.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.glu(tnn.tensor([1.0, 2.0, 0.0, 0.0]))
        tensor([0.5000, 1.0000])
    """
    check_float(input, "glu")
    if not input.ndim or input.shape[dim] % 2:
        raise ShapeError(
            f"glu: the size halved must be even, got dim {dim} of an input of shape {input.shape}"
        )
    wide = in_float32(input)
    a, b = np.split(wide, 2, dim)
    return (a * sigmoid.op.forward(b)).astype(input.dtype, copy=False)


def _glu_rule(g: Array, input: Array, dim: int) -> Array:
    """cat([g * s, g * a * s * (1 - s)], dim): s = sigmoid(b)."""
    half = input.shape[dim] // 2
    before = (slice(None),) * dim
    a, b = input[(*before, slice(half))], input[(*before, slice(half, None))]
    s = sigmoid(b)
    return cat([g * s, g * a * (s * (1.0 - s))], dim)


glu.vjp(input=_glu_rule)
