"""The tuple that an operation of several results returns: its places have names, as PyTorch's.
Read `../autograd/op.py` next, where an operation says which.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from typing import Any

OF_LINALG = {
    "eig",
    "eigh",
    "lu_factor",
    "qr",
    "slogdet",
}  # and those in `result("linalg_...", ...)`
WITHOUT_NAMES = (  # PyTorch's are plain tuples, and print as such; the names are there all the same
    *("max_pool", "adaptive_max_pool", "fractional_max_pool"),
    *("lstm_cell", "std_mean", "unique", "var_mean"),
)


@cache
def result(name: str, fields: str) -> Any:
    """Return the class of a tuple with named places, which prints what PyTorch's would.

    `torch.linalg` has names of its own: `linalg_eigh`, and `linalg_svd` beside `svd`.
    """
    is_of_linalg = name in OF_LINALG or (name == "svd" and fields.endswith("Vh"))
    places = namedtuple("places", fields)  # type: ignore[misc]
    printed = tuple.__repr__ if name.startswith(WITHOUT_NAMES) else _printed
    body = {"__slots__": (), "__repr__": printed}
    return type(f"linalg_{name}" if is_of_linalg else name, (places,), body)


def _printed(self: Any) -> str:
    """Return `torch.return_types.max(` and one line a place."""
    places = ",\n".join(f"{name}={value!r}" for name, value in self._asdict().items())
    return f"torch.return_types.{type(self).__name__}(\n{places})"
