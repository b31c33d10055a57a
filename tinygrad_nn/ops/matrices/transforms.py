"""PyTorch's names for the Fourier transform: `n`, `dim` and `norm` of it, shifts and frequencies.
Read `short_time.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.arguments import as_dim, as_integer, as_integers
from ...arrays.kinds import is_complex
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ..shape.joining import cat
from .checks import check_tensors, constant, into
from .fourier import DUAL, fft_c2c, fft_c2r, fft_r2c


def _given(name: str, input: Any, norm: Any) -> tuple[Any, str]:
    """Return the input, a tensor, and the norm's name."""
    check_tensors(name, input)
    if norm not in (None, "backward", "ortho", "forward"):
        raise ArgumentError(f"{name}: norm is 'backward', 'ortho' or 'forward', got {norm!r}")
    return input, norm or "backward"


def _real(name: str, input: Any) -> Any:
    if is_complex(input.array):
        raise DTypeError(f"{name}: a real tensor expected, got {input.array.dtype}; use fft")
    return input


def _sizes_and_dims(name: str, x: Any, s: Any, dim: Any) -> tuple[Any, tuple[int, ...]]:
    """Return a size for each dim that is transformed, None where it keeps its own; and the dims."""
    sizes = None if s is None else as_integers(s, "s", name)
    if dim is None:
        count = x.ndim if sizes is None else len(sizes)
        dims = tuple(range(x.ndim - count, x.ndim))
    else:
        dims = tuple(as_dim(each, x.ndim, name) for each in as_integers(dim, "dim", name))
    if len(set(dims)) != len(dims) or min(dims, default=0) < 0:
        raise DimensionError(
            f"{name}: dims {dim} of {x.ndim} dimensions, s={s}; each is there once"
        )
    if sizes is not None and len(sizes) != len(dims):
        raise ShapeError(f"{name}: s={tuple(sizes)} and dim={dim} differ in length")
    wanted = [None] * len(dims) if sizes is None else [None if n == -1 else n for n in sizes]
    for n, d in zip(wanted, dims, strict=True):
        if (x.shape[d] if n is None else n) < 1:
            raise ShapeError(f"{name}: {x.shape[d] if n is None else n} points in dimension {d}")
    return wanted, dims


def _resized(x: Any, sizes: Any, dims: Any) -> Any:
    """Return x cut to the sizes, or with zeros behind it."""
    for n, d in zip(sizes, dims, strict=True):
        size = x.shape[d]
        if n is None or n == size:
            continue
        if n < size:
            x = x[(*(slice(None),) * d, slice(n))]
        else:
            zeros = np.zeros((*x.shape[:d], n - size, *x.shape[d + 1 :]), x.array.dtype)
            x = cat([x, constant(zeros)], d)
    return x


def _complex(name: str, input: Any, s: Any, dim: Any, norm: Any, inverse: bool) -> Any:
    x, norm = _given(name, input, norm)
    sizes, dims = _sizes_and_dims(name, x, s, dim)
    if not dims:
        raise DimensionError(f"{name}: there must be a dimension to transform")
    return fft_c2c(_resized(x, sizes, dims), dims, norm, inverse)


def _of_real(name: str, input: Any, s: Any, dim: Any, norm: Any, inverse: bool) -> Any:
    """rfft; and its inverse the other way round, ihfft: conj(rfft(x)), scaled as an inverse."""
    x, norm = _given(name, input, norm)
    sizes, dims = _sizes_and_dims(name, _real(name, x), s, dim)
    if not dims:
        raise DimensionError(f"{name}: there must be a dimension to transform")
    y = fft_r2c(_resized(x, sizes, dims), dims, DUAL[norm] if inverse else norm)
    return y.conj() if inverse else y


def _to_real(name: str, input: Any, s: Any, dim: Any, norm: Any, inverse: bool) -> Any:
    """irfft; and hfft: irfft(conj(x)), scaled as no inverse."""
    x, norm = _given(name, input, norm)
    sizes, dims = _sizes_and_dims(name, x, s, dim)
    if not dims:
        raise DimensionError(f"{name}: there must be a dimension to transform")
    size = 2 * (x.shape[dims[-1]] - 1) if sizes[-1] is None else sizes[-1]
    if size < 1:
        raise ShapeError(f"{name}: {size} points in dimension {dims[-1]}; give a size")
    sizes[-1] = size // 2 + 1
    x = _resized(x, sizes, dims)
    return fft_c2r(x if inverse else x.conj(), dims, size, norm if inverse else DUAL[norm])


def _one(name: str, kind: Callable[..., Any], inverse: bool, doc: str) -> Any:
    def call(input: Any, n: Any = None, dim: Any = -1, norm: Any = None, *, out: Any = None) -> Any:
        size = None if n is None else (as_integer(n, "n", name),)
        return into(out, kind(name, input, size, (as_integer(dim, "dim", name),), norm, inverse))

    return _as(name, call, f"Return {doc}, over `dim` cut or padded with zeros to n elements.")


def _two(name: str, kind: Callable[..., Any], inverse: bool, doc: str) -> Any:
    def call(
        input: Any, s: Any = None, dim: Any = (-2, -1), norm: Any = None, *, out: Any = None
    ) -> Any:
        return into(out, kind(name, input, s, dim, norm, inverse))

    return _as(name, call, f"Return {doc}, over two dims cut or padded with zeros to sizes s.")


def _several(name: str, kind: Callable[..., Any], inverse: bool, doc: str) -> Any:
    def call(
        input: Any, s: Any = None, dim: Any = None, norm: Any = None, *, out: Any = None
    ) -> Any:
        return into(out, kind(name, input, s, dim, norm, inverse))

    return _as(
        name,
        call,
        f"Return {doc}, over the last len(s) dims, or all, cut or padded with zeros to sizes s.",
    )


def _as(name: str, call: Any, doc: str) -> Any:
    call.__doc__ = (
        f"{doc}\n\n    norm says where it is scaled: 'backward', 'ortho', both, or 'forward'.\n    "
    )
    return refuses(instead_of("fft_c2c", "fft_r2c", "fft_c2r", name=name)(call))


FFT = "the discrete Fourier transform"
IFFT = "the inverse discrete Fourier transform"
RFFT = "the first half of the transform of real numbers"
IRFFT = "the real numbers that a first half is the transform of"
HFFT = "the real transform of numbers of which the first half is given, the others their conjugates"
IHFFT = "the first half of the inverse transform of real numbers"

fft, ifft = _one("fft", _complex, False, FFT), _one("ifft", _complex, True, IFFT)
fft2, ifft2 = _two("fft2", _complex, False, FFT), _two("ifft2", _complex, True, IFFT)
fftn, ifftn = _several("fftn", _complex, False, FFT), _several("ifftn", _complex, True, IFFT)
rfft, irfft = _one("rfft", _of_real, False, RFFT), _one("irfft", _to_real, True, IRFFT)
rfft2, irfft2 = _two("rfft2", _of_real, False, RFFT), _two("irfft2", _to_real, True, IRFFT)
rfftn, irfftn = _several("rfftn", _of_real, False, RFFT), _several("irfftn", _to_real, True, IRFFT)
hfft, ihfft = _one("hfft", _to_real, False, HFFT), _one("ihfft", _of_real, True, IHFFT)
hfft2, ihfft2 = _two("hfft2", _to_real, False, HFFT), _two("ihfft2", _of_real, True, IHFFT)
hfftn, ihfftn = _several("hfftn", _to_real, False, HFFT), _several("ihfftn", _of_real, True, IHFFT)


def _shifted(name: str, input: Any, dim: Any, halves: Callable[[int], int]) -> Any:
    check_tensors(name, input)
    given = range(input.ndim) if dim is None else as_integers(dim, "dim", name)
    for each in given:
        d = as_dim(each, input.ndim, name)
        cut = halves(input.shape[d]) if input.ndim else 0
        if cut:
            before = (slice(None),) * d
            input = cat([input[(*before, slice(cut, None))], input[(*before, slice(cut))]], d)
    return input


@refuses
def fftshift(input: Any, dim: Any = None) -> Any:
    """Return a transform with frequency 0 in the middle of `dim`, of all dims by default."""
    return _shifted("fftshift", input, dim, lambda size: (size + 1) // 2)


@refuses
def ifftshift(input: Any, dim: Any = None) -> Any:
    """Return a transform with frequency 0 first again: the inverse of fftshift."""
    return _shifted("ifftshift", input, dim, lambda size: size // 2)
