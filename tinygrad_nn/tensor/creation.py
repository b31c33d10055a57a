"""The functions that make tensors from data, and filled with one value.
Read `creation_like.py` next: the same in the shape of another tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_bool, as_number, as_shape
from ..arrays.layout import empty_in
from ..arrays.reading import array_from, number_from, sizes_from
from ..arrays.refusing import refuses, shown
from ..errors import ArgumentError, DTypeError, ShapeError
from .device import check_device
from .making import dtype_of, shape_of, strided_zeros, wrap
from .tensor import Tensor

__all__ = [
    "as_tensor",
    "asarray",
    "empty",
    "empty_permuted",
    "empty_strided",
    "eye",
    "from_numpy",
    "frombuffer",
    "full",
    "ones",
    "scalar_tensor",
    "tensor",
    "zeros",
]

# --- from data ------------------------------------------------------------------------------------


@refuses
def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor from numbers, nested lists or an array; always a copy.

    Python floats become float32 and ints int64; NumPy arrays and scalars keep their dtype.

    Raises:
        ShapeError: lists of unequal length. DTypeError: anything that is no number.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.tensor([[1, 2.5]])
        tensor([[1.0000, 2.5000]])
    """
    if requires_grad is None:
        as_bool(requires_grad, "requires_grad", "tensor")
    return wrap(np.array(array_from(data, dtype, "tensor")), device, requires_grad)


@refuses
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor that shares the memory of an ndarray or a tensor where it can."""
    if not isinstance(data, Tensor):
        return wrap(array_from(data, dtype, "as_tensor"), device)
    check_device(device)
    return data if dtype is None else data.to(dtype=dtype)


class NeedsCopyError(ArgumentError, ValueError):
    """What was not to be copied has to be."""


@refuses
def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor that shares the memory of an array or a tensor where it can, if `copy` may be.

    Raises:
        ValueError: `copy=False` where only a copy can be.
    """
    if copy is not None:
        as_bool(copy, "copy", "asarray")
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(obj, Tensor) and (wanted is None or wanted == obj.array.dtype):
        made = obj.clone() if copy else obj
        return made if not requires_grad else made.detach().requires_grad_()
    array = array_from(obj, dtype, "asarray")
    own = getattr(obj, "array", obj)
    is_shared = isinstance(own, np.ndarray) and np.may_share_memory(array, own)
    if copy is False and not is_shared:
        raise NeedsCopyError(f"asarray(): copy=False, and {shown(obj)} has to be copied")
    return wrap(array.copy() if copy and is_shared else array, device, requires_grad)


@refuses
def scalar_tensor(
    s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a 0-d tensor of a number, in the default dtype unless given."""
    value = number_from(as_number(s, "s", "scalar_tensor"), dtype_of(dtype), "scalar_tensor")
    return wrap(np.array(value), device, requires_grad)


@refuses
def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """Make a tensor that shares the memory of an ndarray and has its dtype.

    Raises:
        TypeError: no ndarray. DTypeError: a dtype that a tensor cannot hold.

    Example:
        >>> import numpy as np, tinygrad_nn as tnn
        >>> array = np.zeros(2)
        >>> shared = tnn.from_numpy(array)
        >>> array[0] = 1.0
        >>> shared
        tensor([1., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise DTypeError(f"from_numpy() takes an ndarray, got {type(ndarray).__name__}")
    if not ndarray.dtype.isnative:
        raise DTypeError(
            f"from_numpy(): {ndarray.dtype} has another byte order than this machine; tnn.tensor() "
            "copies and converts it"
        )
    dtypes.from_numpy(ndarray.dtype)
    return wrap(ndarray, None)


@refuses
def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """Make a 1-d tensor that shares the memory of a buffer: bytes, a bytearray, an array.array.

    `count` numbers from byte `offset` on, or all there are.

    Raises:
        ArgumentError: a buffer that is too short, or that does not hold whole numbers of the dtype.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.frombuffer(bytearray([1, 0, 2, 0]), dtype=tnn.int16)
        tensor([1, 2], dtype=torch.int16)
    """
    try:
        array = np.frombuffer(buffer, dtypes.to_numpy(dtype), count, offset)
    except ValueError as error:
        raise ArgumentError(f"frombuffer(): {error}") from error
    return wrap(array, None, requires_grad)


# --- filled ---------------------------------------------------------------------------------------


@refuses
def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make a tensor of zeros: `zeros(2, 3)`, `zeros((2, 3))` or `zeros(size=(2, 3))`."""
    return wrap(
        np.zeros(shape_of(sizes, size, "zeros"), dtype_of(dtype, out)), device, requires_grad, out
    )


@refuses
def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make a tensor of ones: `ones(2, 3)`, `ones((2, 3))` or `ones(size=(2, 3))`."""
    return wrap(
        np.ones(shape_of(sizes, size, "ones"), dtype_of(dtype, out)), device, requires_grad, out
    )


@refuses
def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
    memory_format: Any = None,
) -> Tensor:
    """Make a tensor whose values nobody promises (here: zeros), lying as a memory format says."""
    array = np.zeros(shape_of(sizes, size, "empty"), dtype_of(dtype, out))
    if memory_format is not None:
        array = empty_in(array, memory_format, "empty")
        array[...] = 0
    return wrap(array, device, requires_grad, out)


@refuses
def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of a size and strides, in elements; nobody promises its values (here: 0)."""
    array = strided_zeros(size, stride, dtype_of(dtype), "empty_strided")
    return wrap(array, device, requires_grad)


@refuses
def empty_permuted(
    size: Any,
    physical_layout: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor whose dimensions lie in memory in an order, the outermost first."""
    shape = sizes_from(size, "empty_permuted")
    order = as_shape(physical_layout, "empty_permuted")
    if sorted(order) != list(range(len(shape))):
        raise ShapeError(f"empty_permuted(): {order} must name each of {len(shape)} dims once")
    lying = np.zeros([shape[i] for i in order], dtype_of(dtype))
    return wrap(lying.transpose([order.index(i) for i in range(len(order))]), device, requires_grad)


@refuses
def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make a tensor of one value: a float in the default dtype, an int in int64, unless given.

    Raises:
        TypeError: a size that is no tuple or list, or a value that is no number.
    """
    if not isinstance(size, (tuple, list)):
        raise DTypeError(f"full() takes a size such as (2, 3), got {size!r}")
    wanted = dtype if dtype is not None or out is None else out.dtype
    value = number_from(as_number(fill_value, "fill_value", "full"), wanted, "full")
    filled = np.broadcast_to(value, sizes_from(size, "full"))
    return wrap(filled.copy(), device, requires_grad, out)


@refuses
def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make an n x m matrix with ones on the diagonal."""
    (rows,), (columns,) = (sizes_from((size,), "eye") for size in (n, n if m is None else m))
    return wrap(np.eye(rows, columns, dtype=dtype_of(dtype, out)), device, requires_grad, out)
