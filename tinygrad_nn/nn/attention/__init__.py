"""`torch.nn.attention`: which kernel attention shall run on; here there is one, and no choice.
Read `../functional/attention.py` next, which computes it, then `flex_attention.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum

from ...arrays.refusing import shown
from ...errors import DTypeError

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """The kernels that PyTorch has for attention, by its numbers."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: SDPBackend | Sequence[SDPBackend], set_priority: bool = False
) -> Iterator[None]:
    """Do nothing, as a `with` block or a decorator: all kernels compute the same.

    Raises:
        DTypeError: what is no SDPBackend.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.nn.attention import SDPBackend, sdpa_kernel
        >>> q = tnn.ones(1, 2, 4)
        >>> with sdpa_kernel(SDPBackend.MATH):
        ...     tnn.nn.functional.scaled_dot_product_attention(q, q, q).shape
        torch.Size([1, 2, 4])
    """
    for each in [backends] if isinstance(backends, SDPBackend) else backends:
        if not isinstance(each, SDPBackend):
            raise DTypeError(f"sdpa_kernel() takes SDPBackend members, got {shown(each)}")
    yield
