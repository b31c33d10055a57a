"""The limits of a dtype, `finfo` and `iinfo`: its largest and smallest numbers, its precision.
Read `layout.py` next.
"""

from __future__ import annotations

import numpy as np

from ..errors import DTypeError
from .dtypes import default_float, dtype, to_numpy
from .kinds import category
from .refusing import refuses


class finfo:  # noqa: N801 - PyTorch's spelling
    """The limits of a floating-point dtype: `eps`, `max`, `min`, `tiny`, `resolution`, `bits`.

    Those of a complex dtype are its parts'.

    Raises:
        TypeError: a dtype that is no float.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.finfo(tnn.float32).eps
        1.1920928955078125e-07
    """

    @refuses
    def __init__(self, type: dtype | None = None) -> None:
        numpy_dtype = default_float() if type is None else to_numpy(type)
        if category(numpy_dtype) == "complex":
            numpy_dtype = numpy_dtype.type(0).real.dtype  # the limits of its parts
        if category(numpy_dtype) != "float":
            raise DTypeError(f"finfo() takes a floating-point dtype, got {type}; see iinfo()")
        self.dtype = numpy_dtype.name
        if numpy_dtype.name == "bfloat16":
            self._take_bfloat16()
            return
        limits = np.finfo(numpy_dtype)
        self.bits = limits.bits
        self.resolution = 10.0**-limits.precision  # decimal digits that survive
        self.min, self.max = limits.min.item(), limits.max.item()
        self.eps = limits.eps.item()
        self.tiny = self.smallest_normal = limits.tiny.item()

    def _take_bfloat16(self) -> None:
        """Take the limits of float32 without the lower 16 of its bits: 8 digits are left."""
        self.bits, self.resolution, self.eps = 16, 0.01, 2.0**-7
        self.max = (2.0 - self.eps) * 2.0**127
        self.min, self.tiny = -self.max, 2.0**-126
        self.smallest_normal = self.tiny

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        limits = ", ".join(f"{name}={getattr(self, name):g}" for name in names)
        return f"finfo({limits}, dtype={self.dtype})"


class iinfo:  # noqa: N801 - PyTorch's spelling
    """The limits of an integer dtype: `max`, `min`, `bits`.

    Raises:
        TypeError: a dtype that is no integer.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.iinfo(tnn.uint8).max
        255
    """

    @refuses
    def __init__(self, type: dtype) -> None:
        numpy_dtype = to_numpy(type)
        if numpy_dtype.kind not in "iu":
            raise DTypeError(f"iinfo() takes an integer dtype, got {type}; see finfo()")
        limits = np.iinfo(numpy_dtype)
        self.dtype = numpy_dtype.name
        self.bits, self.min, self.max = limits.bits, limits.min, limits.max

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
