"""One value in all elements, or along the diagonal.
Read `assigning.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_bool
from ...arrays.kinds import is_array, is_complex
from ...arrays.layout import empty_as
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import make_tensor
from ...autograd.writing import write
from ...errors import ShapeError
from .masking import masked_fill
from .scattering import one_value

__all__ = ["fill"]


@op(r"V \text{ in place of } x")
def fill(input: Array, value: Number | Array) -> Array:
    """Return a tensor like the input with `value`, a number or a 0-d tensor, everywhere."""
    if is_array(value) and not is_complex(input):
        value = value.real
    y = empty_as(input)
    y[...] = one_value(value, input, "fill")
    return y


fill.vjp(input=lambda g: np.zeros_like(g), value=lambda g: g.sum())


@instead_of("masked_fill", name="fill_diagonal_")
def fill_diagonal_(x: Any, fill_value: Any, wrap: bool = False) -> Any:
    """Write a number where all indices of x are equal, and return x.

    With `wrap` the diagonal of a matrix with more rows than columns begins anew below its end,
    after one row that is left out.

    Raises:
        ShapeError: fewer than 2 dimensions, or more than 2 that are not all of one size.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.ones(2, 3).fill_diagonal_(5.0)
        tensor([[5., 1., 1.],
                [1., 5., 1.]])
    """
    shape = x.array.shape
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ShapeError(
            f"fill_diagonal_: a matrix, or more dimensions all of one size, expected, got {shape}"
        )
    wrap = as_bool(wrap, "wrap", "fill_diagonal_")
    mask = np.zeros(shape, bool)
    height = x.array.size if wrap and len(shape) == 2 else shape[1] ** len(shape)
    step = sum(shape[1] ** i for i in range(len(shape)))
    mask.reshape(-1)[:height:step] = True
    return write(x, masked_fill(x, make_tensor(mask), fill_value), "fill_diagonal_")


class FillingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    fill_diagonal_ = fill_diagonal_
