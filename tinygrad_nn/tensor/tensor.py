"""`Tensor`: an array, its gradient and its Node, with PyTorch's operators and methods on it.
Read `creation.py` next: the functions that make tensors.
"""

from __future__ import annotations

from builtins import bool as bool_
from builtins import float as float_
from builtins import int as int_
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.reading import array_from, sizes_from
from ..autograd import tensor_base
from ..autograd.node import extra_of, make_leaf
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import GraphError, ShapeError
from ..ops import compare, elementwise, inplace, linalg, reduce
from ..ops import index as index_ops
from ..ops import shape as shape_ops
from ..ops import softmax as softmax_ops
from .device import Size
from .device import device as device_class
from .facts import TensorFacts

in_place = inplace.in_place


def _sizes(given: tuple[Any, ...]) -> Any:
    """x.view(2, 3) and x.view((2, 3)) mean the same."""
    return given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given


class Tensor(TensorFacts):
    """An n-dimensional array that records what is computed from it.

    `Tensor(2, 3)` makes an uninitialised float32 tensor of that shape and `Tensor([2, 3])` one of
    that data, as in PyTorch; `tnn.tensor(...)` is the usual way.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ()

    def __init__(self, *data: Any) -> None:
        first = data[0] if len(data) == 1 else None
        self.node = None
        self.version = [0]
        if isinstance(first, TensorBase):
            self.array, self.version = first.array, first.version
        elif hasattr(first, "__len__") and not isinstance(first, Size):
            self.array = np.array(array_from(first, dtypes.default_float(), "Tensor"))
        else:
            sizes = sizes_from(first if isinstance(first, Size) else data or (0,), "Tensor")
            self.array = np.zeros(sizes, dtypes.default_float())

    # --- arithmetic -------------------------------------------------------------------------------

    __add__ = __radd__ = elementwise.add
    __sub__ = elementwise.sub
    __mul__ = __rmul__ = elementwise.mul
    __truediv__ = elementwise.div
    __pow__ = elementwise.pow
    __neg__ = elementwise.neg
    __abs__ = elementwise.abs
    __matmul__ = linalg.matmul
    __invert__ = compare.bitwise_not
    __and__ = __rand__ = compare.bitwise_and
    __or__ = __ror__ = compare.bitwise_or
    __xor__ = __rxor__ = compare.bitwise_xor
    __lt__ = compare.lt
    __le__ = compare.le
    __gt__ = compare.gt
    __ge__ = compare.ge

    def __pos__(self) -> Tensor:
        return self

    def __rsub__(self, other: Any) -> Tensor:
        return elementwise.sub(other, self)

    def __rtruediv__(self, other: Any) -> Tensor:
        return elementwise.div(other, self)

    def __rpow__(self, other: Any) -> Tensor:
        return elementwise.pow(other, self)

    def __rmatmul__(self, other: Any) -> Tensor:
        return linalg.matmul(other, self)

    def __eq__(self, other: Any) -> Any:
        return compare.eq(self, other) if _is_operand(other) else NotImplemented

    def __ne__(self, other: Any) -> Any:
        return compare.ne(self, other) if _is_operand(other) else NotImplemented

    __hash__ = object.__hash__

    __iadd__ = in_place(elementwise.add)
    __isub__ = in_place(elementwise.sub)
    __imul__ = in_place(elementwise.mul)
    __itruediv__ = in_place(elementwise.div)
    __ipow__ = in_place(elementwise.pow)
    __iand__ = in_place(compare.bitwise_and)
    __ior__ = in_place(compare.bitwise_or)
    __ixor__ = in_place(compare.bitwise_xor)

    # --- operations as methods --------------------------------------------------------------------

    add, sub, subtract = elementwise.add_scaled, elementwise.sub_scaled, elementwise.sub_scaled
    mul = multiply = elementwise.mul
    div = divide = true_divide = elementwise.div
    pow, neg, negative = elementwise.pow, elementwise.neg, elementwise.neg
    exp, log, sqrt, tanh = elementwise.exp, elementwise.log, elementwise.sqrt, elementwise.tanh
    sigmoid, relu, sign = elementwise.sigmoid, elementwise.relu, elementwise.sign
    abs = absolute = elementwise.abs
    maximum, minimum = elementwise.maximum, elementwise.minimum
    clamp = clip = elementwise.clamp
    clone = elementwise.clone
    eq, ne, lt, le, gt, ge = compare.eq, compare.ne, compare.lt, compare.le, compare.gt, compare.ge
    isnan = compare.isnan
    logical_not = bitwise_not = compare.bitwise_not
    bitwise_and, bitwise_or = compare.bitwise_and, compare.bitwise_or
    bitwise_xor = compare.bitwise_xor

    sum, mean, var = reduce.sum, reduce.mean, reduce.var
    max, min, amax, amin = reduce.max, reduce.min, reduce.amax, reduce.amin
    argmax, argmin, logsumexp = reduce.argmax, reduce.argmin, reduce.logsumexp
    softmax, log_softmax = softmax_ops.softmax, softmax_ops.log_softmax
    matmul, gather = linalg.matmul, index_ops.gather
    unsqueeze, squeeze = shape_ops.unsqueeze, shape_ops.squeeze
    transpose = swapaxes = shape_ops.transpose
    flatten = shape_ops.flatten

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Return self where the condition holds, else `other`."""
        return elementwise.where(condition, self, other)

    def reshape(self, *shape_: Any) -> Tensor:
        """Return the same elements in another shape; one size may be -1."""
        return shape_ops.reshape(self, _sizes(shape_))

    def view(self, *shape_: Any) -> Tensor:
        """Return the same memory in another shape, or read as another dtype of the same size."""
        if len(shape_) == 1 and isinstance(shape_[0], dtype_class):
            return make_tensor(self.array.view(shape_[0].dtype), None, self.version)
        return shape_ops.view(self, _sizes(shape_))

    def view_as(self, other: Tensor) -> Tensor:
        """Return a view in the other tensor's shape."""
        return shape_ops.view(self, other.array.shape)

    def reshape_as(self, other: Tensor) -> Tensor:
        """Return the same elements in the other tensor's shape."""
        return shape_ops.reshape(self, other.array.shape)

    def permute(self, *dims: Any) -> Tensor:
        """Return a view whose dimension i is dimension dims[i] of this tensor."""
        return shape_ops.permute(self, _sizes(dims))

    def expand(self, *sizes: Any) -> Tensor:
        """Return a view repeated along dimensions of size 1; -1 keeps a size."""
        return shape_ops.expand(self, _sizes(sizes))

    def expand_as(self, other: Tensor) -> Tensor:
        """Return a view expanded to the other tensor's shape."""
        return shape_ops.expand(self, other.array.shape)

    def t(self) -> Tensor:
        """Return the transposed matrix; a vector stays as it is."""
        if self.array.ndim > 2:
            raise ShapeError(f"t: a matrix or vector expected, got shape {self.array.shape}")
        return shape_ops.transpose(self, 0, 1) if self.array.ndim == 2 else self

    @property
    def T(self) -> Tensor:  # noqa: N802 - PyTorch's spelling
        """The tensor with its dimensions in reverse order."""
        if self.array.ndim == 2:
            return shape_ops.transpose(self, 0, 1)  # which graphs and formulas show as xᵀ
        return shape_ops.permute(self, tuple(range(self.array.ndim))[::-1])

    @property
    def mT(self) -> Tensor:  # noqa: N802 - PyTorch's spelling
        """The tensor with its last two dimensions exchanged."""
        return shape_ops.transpose(self, -2, -1)

    def contiguous(self) -> Tensor:
        """Return this tensor if its elements lie row by row in memory, else a copy that does."""
        return self if self.array.flags.c_contiguous else elementwise.clone(self)

    def __getitem__(self, index_: Any) -> Tensor:
        return index_ops.getitem(self, index_)

    # --- in place ---------------------------------------------------------------------------------

    add_, sub_ = in_place(elementwise.add_scaled), in_place(elementwise.sub_scaled)
    mul_, div_, pow_ = __imul__, __itruediv__, __ipow__
    neg_, exp_, log_ = (in_place(f) for f in (elementwise.neg, elementwise.exp, elementwise.log))
    sqrt_, abs_ = in_place(elementwise.sqrt), in_place(elementwise.abs)
    tanh_, sigmoid_ = in_place(elementwise.tanh), in_place(elementwise.sigmoid)
    relu_ = in_place(elementwise.relu)
    clamp_ = clip_ = in_place(elementwise.clamp)
    fill_, copy_ = inplace.fill, inplace.copy
    __setitem__ = inplace.set_item

    def zero_(self) -> Tensor:
        """Write 0 into every element and return this tensor."""
        return inplace.fill(self, 0)

    # --- to other types ---------------------------------------------------------------------------

    def to(self, *args: Any, dtype: Any = None, copy: bool = False, **ignored: Any) -> Tensor:
        """Return this tensor in another dtype, given or a tensor's; every device is the CPU."""
        for given in args:
            if isinstance(given, (dtype_class, type)):
                dtype = given
            elif isinstance(given, Tensor):
                dtype = given.dtype
            elif isinstance(given, (str, device_class)):
                device_class(given)
        if "device" in ignored:
            device_class(ignored["device"])
        wanted = self.array.dtype if dtype is None else dtypes.to_numpy(dtype)
        if wanted != self.array.dtype:
            return elementwise.cast(self, wanted)
        return elementwise.clone(self) if copy else self

    def float(self) -> Tensor:
        """Return this tensor as float32."""
        return self.to(dtypes.float32)

    def double(self) -> Tensor:
        """Return this tensor as float64."""
        return self.to(dtypes.float64)

    def half(self) -> Tensor:
        """Return this tensor as float16."""
        return self.to(dtypes.float16)

    def long(self) -> Tensor:
        """Return this tensor as int64, rounded towards 0."""
        return self.to(dtypes.int64)

    def int(self) -> Tensor:
        """Return this tensor as int32, rounded towards 0."""
        return self.to(dtypes.int32)

    def bool(self) -> Tensor:
        """Return whether each element differs from 0."""
        return self.to(dtypes.bool)

    def type_as(self, other: Tensor) -> Tensor:
        """Return this tensor in the other's dtype."""
        return self.to(other.dtype)

    def cpu(self) -> Tensor:
        """Return this tensor, which is on the CPU."""
        return self

    def __deepcopy__(self, memo: dict[int_, Any]) -> Any:
        if not self.is_leaf:
            raise GraphError(
                "deepcopy of a computed tensor would need its whole graph; copy .detach() instead"
            )
        made = tensor_base.new(type(self))
        memo[id(self)] = made
        made.array = self.array.copy()
        made.version = [0]
        made.node = None
        if self.node is not None:
            gradient = _copied(extra_of(self.node).grad)
            made.node = make_leaf(made, gradient)
        return made

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise GraphError("a computed tensor cannot be pickled with its graph; use .detach()")
        return _rebuild, (type(self), self.array, self.requires_grad)


def _is_operand(value: Any) -> bool_:
    return isinstance(value, (TensorBase, float_, int_, np.ndarray, np.generic))


def _copied(gradient: Any) -> Any:
    return None if gradient is None else make_tensor(gradient.array.copy())


def _rebuild(kind: type[Tensor], array: np.ndarray[Any, Any], requires_grad: bool_) -> Tensor:
    """Make the pickled leaf again."""
    made = tensor_base.new(kind)
    made.array, made.node, made.version = array, None, [0]
    return made.requires_grad_(requires_grad)


tensor_base.tensor_class = Tensor
