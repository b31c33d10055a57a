"""The discrete Fourier transform, of complex and of real numbers, over one dimension or several.
Read `transforms.py` next, where PyTorch's names for it are.

A transform is a product with a symmetric matrix, so that its gradient is a transform, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import default_float
from ...arrays.kinds import is_array, is_complex, is_differentiable, is_half
from ...arrays.layout import copied
from ...arrays.refusing import shown
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError

DUAL = {"backward": "forward", "ortho": "ortho", "forward": "backward"}  # the other way is scaled


def _as_floats(x: Array, dim: Any, name: str) -> Array:
    if type(dim) is not tuple or not dim:
        raise DTypeError(f"{name}: dim must be a tuple of dims, got {shown(dim)}")
    if is_half(x):
        raise DTypeError(f"{name}: not defined for {x.dtype}; use x.float()")
    return x if is_differentiable(x) else x.astype(default_float())


def _by_strides(x: Array, dims: Any) -> list[int]:
    return sorted((d % x.ndim for d in dims), key=lambda d: -x.strides[d])


def _over(transform: Any, x: Array, dims: Any, norm: str, sizes: Any = None) -> Array:
    """Return x transformed over dims, which are last in the result's memory, as PyTorch's are.

    The others come before them in the order of x's; random draws for the result follow its memory.
    """
    last = [d % x.ndim for d in dims]
    order = [*_by_strides(x, [d for d in range(x.ndim) if d not in last]), *last]
    axes = range(x.ndim - len(last), x.ndim)
    y = np.ascontiguousarray(transform(x.transpose(order), sizes, axes, norm))
    return y.transpose([order.index(d) for d in range(x.ndim)])


@op(r"\sum_j x_j e^{-2 \pi i j k / n}", keeps_halves=True)
def fft_c2c(input: Array, dim: Any, norm: Any = "backward", inverse: bool = False) -> Array:
    """Return the transform of complex or real numbers over a tuple of dims; or the inverse."""
    input = _as_floats(input, dim, "fft_c2c")
    if len(dim) > 1 and not is_complex(input):
        input = copied(input, np.result_type(input, np.complex64))
    return _over(np.fft.ifftn if inverse else np.fft.fftn, input, _by_strides(input, dim), norm)


fft_c2c.vjp(input=lambda g, dim, norm, inverse: fft_c2c(g, dim, norm, inverse))


@op(r"\sum_j x_j e^{-2 \pi i j k / n},\ k \le n / 2", keeps_halves=True)
def fft_r2c(input: Array, dim: Any, norm: Any = "backward") -> Array:
    """Return the transform of real numbers over dims, without the second half of the last.

    That half holds the conjugates of the first one.
    """
    input = _as_floats(input, dim, "fft_r2c")
    return _over(np.fft.rfftn, input, [*_by_strides(input, dim[:-1]), dim[-1]], norm)


@op(r"\frac{1}{n} \sum_k x_k e^{2 \pi i j k / n}", keeps_halves=True)
def fft_c2r(input: Array, dim: Any, size: Any, norm: Any = "backward") -> Array:
    """Return the inverse of fft_r2c; `size` is that of the result in the last dim."""
    input = _as_floats(input, dim, "fft_c2r")
    if len(dim) > 1:
        input = fft_c2c.op.forward(input, dim[:-1], norm, True)
    return _over(np.fft.irfftn, input, dim[-1:], norm, (size,))


def _plain(g: Any) -> Any:
    return g if is_array(g) else g.array


def _twice(g: Any, dim: int, size: int) -> Array:
    """Return how often each element of the half is in the whole: 2, if its conjugate is too."""
    count = np.full(g.shape[dim], 2.0, _plain(g).real.dtype)
    count[0] = 1.0
    if size % 2 == 0:
        count[-1] = 1.0
    return count.reshape((-1,) + (1,) * (g.ndim - 1 - dim % g.ndim))


def _r2c_rule(g: Array, input_shape: Any, dim: Any, norm: str) -> Array:
    """fft_c2r(conj(g) / twice): twice is 2 where an element and its conjugate are in the whole."""
    size = input_shape[dim[-1]]
    return fft_c2r(g.conj() / _twice(g, dim[-1], size), dim, size, DUAL[norm])


def _c2r_rule(g: Array, input_shape: Any, dim: Any, size: int, norm: str) -> Array:
    """fft_r2c(g) * twice."""
    y = fft_r2c(g, dim, DUAL[norm])
    return y * _twice(y, dim[-1], size)


fft_r2c.vjp(input=_r2c_rule)
fft_c2r.vjp(input=_c2r_rule)
