"""What all operations on matrices ask of them, and what they say where LAPACK finds no answer.
Read `inverses.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.kinds import is_differentiable
from ...arrays.refusing import shown
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import DTypeError, LinAlgError, ShapeError
from ..elementwise.selection import where


def check_matrices(A: Array, name: str, *, square: bool = False, floating: bool = True) -> None:
    """Raise where A is no matrix, or batch of them, of floats or complex numbers."""
    if A.ndim < 2 or (square and A.shape[-1] != A.shape[-2]):
        what = "square matrices" if square else "matrices"
        raise ShapeError(f"{name}: {what} expected, got shape {A.shape}")
    if floating and (not is_differentiable(A) or A.dtype.itemsize < 4):
        raise DTypeError(f"{name}: not defined for {A.dtype}; use x.float()")


def check_one_dtype(name: str, a: Array, b: Array) -> None:
    """Raise `DTypeError` unless both have one dtype."""
    if a.dtype != b.dtype:
        raise DTypeError(f"{name}: both in one dtype, got {a.dtype} and {b.dtype}; convert one")


def check_tensors(name: str, *given: Any) -> None:
    """Raise `DTypeError` for what is no tensor."""
    for each in given:
        if not isinstance(each, TensorBase):
            raise DTypeError(f"{name}() takes Tensors, got {shown(each)}")


def computed(function: Any, name: str, *given: Any, **options: Any) -> Any:
    """Call a function of np.linalg; its error names the operation, and the shape."""
    try:
        return function(*given, **options)
    except np.linalg.LinAlgError as error:
        message = f"{name}: of a matrix of shape {given[0].shape}: {error}"
        raise LinAlgError(message) from None


def transposed(x: Any) -> Any:
    """x.mT: its rows as columns."""
    return x.swapaxes(-1, -2)


def adjoint(x: Any) -> Any:
    """Return the conjugate transpose: of an array or a Tensor."""
    return x.conj().swapaxes(-1, -2)


def on_diagonal(n: int, m: int | None = None) -> Any:
    """Return where the diagonal of an n x m matrix is."""
    return np.eye(n, m, dtype=bool)


def below(x: Any, k: int) -> Any:
    """Return where in matrices as x diagonal k is, and what stands below it."""
    rows, columns = x.shape[-2:]
    return np.tri(rows, columns, k, dtype=bool)


def lower(x: Any, k: int = 0) -> Any:
    """Return x with zeros above diagonal k: of an array or a Tensor."""
    return np.where(below(x, k), x, 0.0)


def upper(x: Any, k: int = 0) -> Any:
    """Return x with zeros below diagonal k: of an array or a Tensor."""
    return np.where(below(x, k - 1), 0.0, x)


def into(out: Any, y: Any) -> Any:
    """Return y; where there is an `out`, or a tuple of them, written into it.

    One without elements takes the shape of what is written.
    """
    if out is None:
        return y
    made, outs = (y, out) if isinstance(y, tuple) else ((y,), (out,))
    is_right = isinstance(outs, (tuple, list)) and len(outs) == len(made)
    if not is_right or not all(isinstance(each, TensorBase) for each in outs):
        raise DTypeError(
            f"out must be {len(made)} tensors, as many as results, got {type(out).__name__}"
        )
    for each, value in zip(outs, made, strict=True):
        if each.array.size == 0 and each.array.shape != value.array.shape:
            each.array = np.empty(value.array.shape, each.array.dtype)
        if each.array.shape != value.array.shape:
            raise ShapeError(f"out has shape {each.array.shape}, the result {value.array.shape}")
        each.copy_(value)
    return out


def constant(array: Any) -> Any:
    """Return an array as a tensor without gradient."""
    return make_tensor(np.asarray(array))


def identity_in_place_of(x: Any, columns: int | None = None) -> Any:
    """Return identity matrices of x's dtype, with its gradient: zeros."""
    n = x.shape[-1] if columns is None else columns
    array = np.zeros((*x.shape[:-1], n), x.array.dtype)
    array[..., range(n), range(n)] = 1
    return where(constant(np.ones(x.shape, bool)), constant(array), x)


def no_errors(A: Any) -> Any:
    """Return the zeros that say that nothing went wrong, one a matrix."""
    return constant(np.zeros(A.shape[:-2], np.int32))
