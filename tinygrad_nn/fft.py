"""`tnn.fft`: PyTorch's names for the Fourier transform.
Read `ops/matrices/transforms.py` next, where they are.
"""

from typing import Any

import numpy as np

from .arrays.arguments import as_integer, as_number
from .arrays.dtypes import default_float, to_numpy
from .arrays.refusing import refuses
from .errors import ShapeError
from .ops.matrices.transforms import (
    fft,
    fft2,
    fftn,
    fftshift,
    hfft,
    hfft2,
    hfftn,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    ihfft2,
    ihfftn,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
from .tensor.making import wrap

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "hfft2",
    "hfftn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


@refuses
def fftfreq(
    n: int,
    d: float = 1.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return the frequencies of fft's elements, of n samples at a distance of d: 0 first."""
    return _made("fftfreq", np.fft.fftfreq, n, d, out, dtype, device, requires_grad)


@refuses
def rfftfreq(
    n: int,
    d: float = 1.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Return the frequencies of rfft's elements, of n samples at a distance of d."""
    return _made("rfftfreq", np.fft.rfftfreq, n, d, out, dtype, device, requires_grad)


def _made(
    name: str, of: Any, n: Any, d: Any, out: Any, dtype: Any, device: Any, requires_grad: Any
) -> Any:
    n = as_integer(n, "n", name)
    if n < 1:
        raise ShapeError(f"{name}: n must be at least 1, got {n}")
    wanted = default_float() if dtype is None else to_numpy(dtype)
    y = wrap(of(n, as_number(d, "d", name)).astype(wanted), device, requires_grad)
    return y if out is None else out.copy_(y)
