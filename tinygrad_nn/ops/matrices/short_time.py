"""The short-time Fourier transform: of windows that slide over a signal, and back.
Read `../layers/` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_integer
from ...arrays.kinds import is_complex, is_differentiable
from ...arrays.refusing import instead_of, refuses, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.complex_parts import imag, real
from ..indexing.slices import index_add, index_select
from ..shape.joining import cat, stack
from .checks import check_tensors, constant
from .fourier import fft_c2c, fft_c2r, fft_r2c

__all__ = ["istft", "stft"]

PADDINGS: dict[str, Any] = {
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
    "constant": "constant",
}


def _lengths(name: str, n_fft: Any, hop: Any, width: Any) -> tuple[int, int, int]:
    n_fft = as_integer(n_fft, "n_fft", name)
    hop = n_fft // 4 if hop is None else as_integer(hop, "hop_length", name)
    width = n_fft if width is None else as_integer(width, "win_length", name)
    if hop <= 0 or not 0 < width <= n_fft:
        raise ShapeError(
            f"{name}: hop_length and win_length are above 0, and win_length at most n_fft, got "
            f"{hop}, {width} and {n_fft}"
        )
    return n_fft, hop, width


def _window(name: str, window: Any, width: int, n_fft: int, like: Any) -> Any:
    """Return the window, ones by default, with zeros on both sides up to n_fft."""
    dtype = getattr(like, "array", like).real.dtype
    if window is None:
        window = constant(np.ones(width, dtype))
    check_tensors(name, window)
    if tuple(window.shape) != (width,):
        raise ShapeError(f"{name}: a window of {width} elements expected, got {shown(window)}")
    if width == n_fft:
        return window
    before = (n_fft - width) // 2
    zeros = [np.zeros(n, window.array.dtype) for n in (before, n_fft - width - before)]
    return cat([constant(zeros[0]), window, constant(zeros[1])])


@refuses
@instead_of("fft_c2c", "fft_r2c", "mul")
def stft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Any:
    """Return the transforms (..., frequencies, frames) of a signal's frames, hop_length apart.

    A frame has n_fft elements, and is multiplied with the window of win_length, in its middle. With
    center=True the signal is padded, by pad_mode, so that frame t is around element t * hop_length.

    Raises:
        ShapeError: a signal that is too short. ArgumentError: return_complex is not given.
    """
    check_tensors("stft", input)
    n_fft, hop, width = _lengths("stft", n_fft, hop_length, win_length)
    if input.ndim not in (1, 2) or not is_differentiable(input.array):
        raise DTypeError(
            f"stft: a signal of floats in 1 or 2 dimensions expected, got {shown(input)}"
        )
    if align_to_window is not None and center:
        raise ArgumentError("stft: align_to_window is for center=False")
    is_real = not is_complex(input.array)
    if window is not None:
        check_tensors("stft", window)
        is_real = is_real and not is_complex(window.array)
    if return_complex is None:
        if is_real:
            raise ArgumentError("stft: say return_complex=True, or False for pairs of real numbers")
        return_complex = True
    onesided = is_real if onesided is None else as_bool(onesided, "onesided", "stft")
    if onesided and not is_real:
        raise ArgumentError("stft: onesided=True is for a real signal and a real window")
    length = input.shape[-1]
    order = np.arange(length)
    if as_bool(center, "center", "stft"):
        input, order = _padded(input, n_fft // 2, pad_mode, length)
    first = (n_fft - width) // 2 if align_to_window else 0
    count = 1 + (len(order) - (width if align_to_window else n_fft)) // hop
    if count < 1 or len(order) < 1:
        raise ShapeError(f"stft: a signal of {length} elements is too short for n_fft={n_fft}")
    taps = _window("stft", window, width, n_fft, input)
    if align_to_window:
        zeros = np.zeros((*input.shape[:-1], n_fft), input.array.dtype)
        input = cat([constant(zeros), input, constant(zeros)], -1)
        order = np.arange(input.shape[-1])
        first = n_fft - first
    places = order[first + hop * np.arange(count)[:, None] + np.arange(n_fft)]
    frames = index_select(input, -1, constant(places.reshape(-1)))
    frames = frames.reshape((*input.shape[:-1], count, n_fft)) * taps
    norm = "ortho" if as_bool(normalized, "normalized", "stft") else "backward"
    dims = (frames.ndim - 1,)
    y = fft_r2c(frames, dims, norm) if onesided else fft_c2c(frames, dims, norm)
    y = y.transpose(-2, -1)
    return y if return_complex else stack([real(y), imag(y)], -1)


def _padded(input: Any, pad: int, mode: Any, length: int) -> tuple[Any, Any]:
    """Return the signal, and where in it each element of the padded one is."""
    if mode not in PADDINGS:
        raise ArgumentError(f"stft: pad_mode is one of {', '.join(PADDINGS)}, got {mode!r}")
    if mode == "constant":
        zeros = constant(np.zeros((*input.shape[:-1], pad), input.array.dtype))
        return cat([zeros, input, zeros], -1), np.arange(length + 2 * pad)
    if (mode == "reflect" and pad >= length) or not length:
        raise ShapeError(
            f"stft: a signal of {length} elements cannot be padded by {pad} on each side of mode "
            f"{mode!r}; use pad_mode='constant' or a smaller n_fft"
        )
    return input, np.pad(np.arange(length), pad, mode=PADDINGS[mode])


@refuses
@instead_of("fft_c2c", "fft_c2r", "mul")
def istft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Any:
    """Return the signal of which stft gave these transforms, (..., frequencies, frames).

    Frames are added where they overlap, and divided by the sum of the windows' squares.

    Raises:
        ShapeError: windows that leave an element out. DTypeError: an input that is not complex.
    """
    check_tensors("istft", input)
    n_fft, hop, width = _lengths("istft", n_fft, hop_length, win_length)
    if not is_complex(input.array) or input.ndim not in (2, 3):
        raise DTypeError(
            f"istft: complex transforms (..., frequencies, frames), got {shown(input)}"
        )
    taps = _window("istft", window, width, n_fft, input)
    return_complex = as_bool(return_complex, "return_complex", "istft")
    rows, count = input.shape[-2:]
    onesided = rows != n_fft if onesided is None else as_bool(onesided, "onesided", "istft")
    if rows != (n_fft // 2 + 1 if onesided else n_fft) or (onesided and return_complex):
        raise ShapeError(
            f"istft: {rows} frequencies for n_fft={n_fft}, onesided={onesided}, "
            f"return_complex={return_complex}; one side has n_fft // 2 + 1 and gives real numbers"
        )
    norm = "ortho" if as_bool(normalized, "normalized", "istft") else "backward"
    spectra = input.transpose(-2, -1)
    dims = (spectra.ndim - 1,)
    if return_complex:
        frames = fft_c2c(spectra, dims, norm, True)
    else:  # of both sides, one says all
        frames = fft_c2r(spectra[..., : n_fft // 2 + 1], dims, n_fft, norm)
    total = n_fft + hop * (count - 1)
    places = constant((hop * np.arange(count)[:, None] + np.arange(n_fft)).reshape(-1))
    y = _added_at(frames * taps, places, total)
    weight = _added_at((taps * taps).expand((count, n_fft)), places, total)
    start = n_fft // 2 if as_bool(center, "center", "istft") else 0
    end = total - start if length is None else start + as_integer(length, "length", "istft")
    part = slice(start, min(end, total))
    y, weight = y[..., part], weight[part]
    if weight.shape[0] and np.abs(weight.array).min() < 1e-11:
        raise ShapeError("istft: the windows leave elements out: their squares add up to 0 there")
    y = y / weight
    if end > total:
        y = cat([y, constant(np.zeros((*y.shape[:-1], end - total), y.array.dtype))], -1)
    return y


def _added_at(frames: Any, places: Any, total: int) -> Any:
    """Return frames (..., count, n_fft) added up in an array of `total` elements."""
    batch = tuple(frames.shape[:-2])
    zeros = constant(np.zeros((*batch, total), frames.array.dtype))
    return index_add(zeros, -1, places, frames.reshape((*batch, math.prod(frames.shape[-2:]))))


class ShortTimeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    def stft(
        self,
        n_fft: int,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Any = None,
        center: bool = True,
        pad_mode: str = "reflect",
        normalized: bool = False,
        onesided: bool | None = None,
        return_complex: bool | None = None,
        align_to_window: bool | None = None,
    ) -> Any:
        """Return the transforms of this signal's frames; see tnn.stft."""
        given = (n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided)
        return stft(self, *given, return_complex, align_to_window)

    def istft(
        self,
        n_fft: int,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Any = None,
        center: bool = True,
        normalized: bool = False,
        onesided: bool | None = None,
        length: int | None = None,
        return_complex: bool = False,
    ) -> Any:
        """Return the signal of which these are the transforms; see tnn.istft."""
        given = (n_fft, hop_length, win_length, window, center, normalized, onesided, length)
        return istft(self, *given, return_complex)
