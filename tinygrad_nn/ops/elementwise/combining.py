"""Three tensors combined in one step: interpolated, or a product or quotient added to another.
Read `selection.py` next. What optimizers and moving averages are made of.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_array, is_integral
from ...arrays.promotion import rounded_once
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from .refusals import check_not_bool, check_not_integers

__all__ = ["addcdiv", "addcmul", "lerp"]


def _add_to(input: Any, product: Any) -> Any:
    """input + product: in the memory of the product, our own, if it lies as the input does."""
    if is_array(product) and product.ndim and getattr(input, "strides", None) == product.strides:
        return np.add(input, product, out=product if product.shape == input.shape else None)
    return input + product


@op(r"a + w (b - a)", elementwise=True)
def lerp(input: Array, end: Array, weight: Array) -> Array:
    """Return input + weight * (end - input): input at weight 0, end at weight 1.

    Raises:
        DTypeError: integers and bool.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.lerp(tnn.zeros(3), tnn.tensor([1.0, 2.0, 4.0]), 0.25)
        tensor([0.2500, 0.5000, 1.0000])
    """
    check_not_integers("lerp", input, end, weight)
    if FLOAT16 in [each.dtype for each in (input, end, weight) if is_array(each)]:
        return rounded_once(lerp.op.forward)(input, end, weight)
    way = end - input
    near = np.abs(weight) < 0.5
    if not is_array(weight):  # from the nearer one, so that both ends are met
        return _add_to(input, way * weight) if near else _add_to(end, way * (weight - 1.0))
    return np.where(near, input + weight * way, end - way * (1.0 - weight))


lerp.vjp(
    input=lambda g, weight: g * (1.0 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, input, end: g * (end - input),
)


@op(r"x + v a \odot b", elementwise=True)
def addcmul(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1) -> Array:
    """Return input + value * tensor1 * tensor2, broadcast.

    Raises:
        DTypeError: bool.
    """
    check_not_bool("addcmul", input, tensor1, tensor2)
    if is_array(input) and input.dtype is FLOAT16:
        return rounded_once(addcmul.op.forward)(input, tensor1, tensor2, value=value)
    product = np.multiply(tensor1, tensor2)
    if value != 1:
        product = product * (int(value) if is_integral(product) else value)
    return _add_to(input, product)


addcmul.vjp(
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda g, tensor1, value: g * (tensor1 * value),
)


@op(r"x + v \frac{a}{b}", elementwise=True)
def addcdiv(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1) -> Array:
    """Return input + value * tensor1 / tensor2, broadcast.

    Raises:
        DTypeError: integers and bool.
    """
    check_not_integers("addcdiv", input, tensor1, tensor2)
    if is_array(input) and input.dtype is FLOAT16:
        return rounded_once(addcdiv.op.forward)(input, tensor1, tensor2, value=value)
    quotient = np.true_divide(tensor1, tensor2)
    return _add_to(input, quotient if value == 1 else quotient * value)


addcdiv.vjp(
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (value / tensor2),
    tensor2=lambda g, tensor1, tensor2, value: -g * (value * (tensor1 / tensor2) / tensor2),
)


class CombiningMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    lerp, addcmul, addcdiv = lerp, addcmul, addcdiv
    lerp_, addcmul_, addcdiv_ = in_place(lerp), in_place(addcmul), in_place(addcdiv)
