"""Windows: weights that fade a signal out at both ends of a frame.
Read `../signal/windows.py` next, a list of the names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..arrays.arguments import as_bool, as_integer, as_number
from ..arrays.dtypes import default_float, to_numpy
from ..arrays.kinds import REAL
from ..arrays.refusing import refuses
from ..errors import DTypeError, RangeError
from .making import wrap


def _made(
    name: str,
    size: Any,
    sym: Any,
    weights: Callable[[Any, int], Any],
    dtype: Any,
    device: Any,
    requires_grad: Any,
) -> Any:
    """Return a window of `size` weights, which are a function of 0, 1 ... and of the last place.

    One that is not symmetric is one weight longer, which is left away: it repeats without a seam.
    """
    wanted = default_float() if dtype is None else to_numpy(dtype)
    if wanted not in REAL:
        raise DTypeError(f"{name}: a window is of floats, got dtype {wanted}")
    size = as_integer(size, "window_length" if name.endswith("_window") else "M", name)
    if size < 0:
        raise RangeError(f"{name}: a window has 0 or more elements, got {size}")
    whole = size + (not as_bool(sym, "sym", name))
    places = np.arange(whole, dtype=np.float64)
    made = weights(places, whole - 1) if size > 1 else np.ones(size)
    return wrap(made[:size].astype(wanted), device, requires_grad)


def _cosines(factors: Iterable[float]) -> Callable[[Any, int], Any]:
    """Return a_0 - a_1 cos(x) + a_2 cos(2 x) - ...: x goes once around from end to end."""
    weights = [float(each) for each in factors]

    def of(places: Any, last: int) -> Any:
        x = 2.0 * math.pi * places / last
        return np.sum([(-1) ** i * a * np.cos(i * x) for i, a in enumerate(weights)], axis=0)

    return of


def _triangle(places: Any, last: int) -> Any:
    return 1.0 - np.abs(2.0 * places / last - 1.0)


def _kaiser(beta: float) -> Callable[[Any, int], Any]:
    return lambda places, last: (
        np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (2.0 * places / last - 1.0) ** 2))) / np.i0(beta)
    )


def _sine(places: Any, last: int) -> Any:
    return np.sin(math.pi * (places + 0.5) / (last + 1))


HANN, HAMMING, BLACKMAN = (0.5, 0.5), (0.54, 0.46), (0.42, 0.5, 0.08)
NUTTALL = (0.3635819, 0.4891775, 0.1365995, 0.0106411)


def _window(name: str, weights: Any, doc: str) -> Any:
    """Return a function of torch.signal.windows that has no argument of its own."""

    def window(
        M: int,
        *,
        sym: bool = True,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Any:
        return _made(name, M, sym, weights, dtype, device, requires_grad)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"Return {doc}; of M weights, symmetric, or else periodic."
    return refuses(window)


bartlett = _window("bartlett", _triangle, "a triangle")
blackman = _window("blackman", _cosines(BLACKMAN), "0.42 - 0.5 cos(x) + 0.08 cos(2 x)")
cosine = _window("cosine", _sine, "half a wave of the sine")
hamming = _window("hamming", _cosines(HAMMING), "0.54 - 0.46 cos(x)")
hann = _window("hann", _cosines(HANN), "0.5 - 0.5 cos(x)")
nuttall = _window("nuttall", _cosines(NUTTALL), "Nuttall's sum of four cosines (1981)")


@refuses
def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return exp(-|n - center| / tau); a center of its own is for sym=False."""
    tau = as_number(tau, "tau", "exponential")
    if tau <= 0:
        raise RangeError(f"exponential: tau must be above 0, got {tau}")
    if sym and center is not None:
        raise RangeError(
            f"exponential: center={center} is for sym=False; a symmetric one has its own"
        )
    middle = None if center is None else as_number(center, "center", "exponential")

    def weights(places: Any, last: int) -> Any:
        return np.exp(-np.abs(places - (last / 2.0 if middle is None else middle)) / tau)

    return _made("exponential", M, sym, weights, dtype, device, requires_grad)


@refuses
def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return exp(-(n - middle)^2 / 2 std^2)."""
    std = as_number(std, "std", "gaussian")
    if std <= 0:
        raise RangeError(f"gaussian: std must be above 0, got {std}")

    def weights(places: Any, last: int) -> Any:
        return np.exp(-0.5 * ((places - last / 2.0) / std) ** 2)

    return _made("gaussian", M, sym, weights, dtype, device, requires_grad)


@refuses
def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return a[0] - a[1] cos(x) + a[2] cos(2 x) - ...: x goes once around from end to end."""
    if not isinstance(a, Iterable) or not (
        factors := [as_number(i, "a", "general_cosine") for i in a]
    ):
        raise DTypeError(f"general_cosine: a is a list of numbers, got {a!r}")
    return _made("general_cosine", M, sym, _cosines(factors), dtype, device, requires_grad)


@refuses
def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return alpha - (1 - alpha) cos(x)."""
    alpha = as_number(alpha, "alpha", "general_hamming")
    weights = _cosines((alpha, 1.0 - alpha))
    return _made("general_hamming", M, sym, weights, dtype, device, requires_grad)


@refuses
def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return I0(beta sqrt(1 - x^2)) / I0(beta), x from -1 to 1; of I0 see DLMF 10.25.2."""
    beta = as_number(beta, "beta", "kaiser")
    if beta < 0:
        raise RangeError(f"kaiser: beta must be 0 or more, got {beta}")
    return _made("kaiser", M, sym, _kaiser(beta), dtype, device, requires_grad)


# --- the older names, periodic by default ---------------------------------------------------------


def _older(name: str, weights: Any, doc: str) -> Any:
    def window(
        window_length: int,
        periodic: bool = True,
        *,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Any:
        sym = not as_bool(periodic, "periodic", name)
        return _made(name, window_length, sym, weights, dtype, device, requires_grad)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"Return {doc}; periodic, or else symmetric."
    return refuses(window)


bartlett_window = _older("bartlett_window", _triangle, "a triangle")
blackman_window = _older("blackman_window", _cosines(BLACKMAN), "0.42 - 0.5 cos(x) + 0.08 cos(2 x)")
hann_window = _older("hann_window", _cosines(HANN), "0.5 - 0.5 cos(x)")


@refuses
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return alpha - beta cos(x); periodic, or else symmetric."""
    name = "hamming_window"
    sym = not as_bool(periodic, "periodic", name)
    weights = _cosines((as_number(alpha, "alpha", name), as_number(beta, "beta", name)))
    return _made(name, window_length, sym, weights, dtype, device, requires_grad)


@refuses
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return I0(beta sqrt(1 - x^2)) / I0(beta), x from -1 to 1; periodic, or else symmetric."""
    sym = not as_bool(periodic, "periodic", "kaiser_window")
    weights = _kaiser(as_number(beta, "beta", "kaiser_window"))
    return _made("kaiser_window", window_length, sym, weights, dtype, device, requires_grad)
