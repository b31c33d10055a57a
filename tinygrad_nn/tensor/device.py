"""`device`, where a tensor lives, which is always the CPU.
Read `facts.py` next, where a tensor tells it.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_integer
from ..arrays.refusing import say_as, shown
from ..errors import ArgumentError, DTypeError


class device:  # noqa: N801 - PyTorch's spelling
    """Where tensors live: `device("cpu")`, the only one there is.

    Raises:
        ArgumentError: any other device, a RuntimeError as in PyTorch without CUDA. DTypeError: what
            is no device.
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        given = getattr(type, "type", type)
        if not isinstance(given, (str, int)) or isinstance(given, bool):
            raise DTypeError(f"device expected, such as 'cpu', got {shown(type)}")
        name, _, number = str(given).partition(":")
        if name != "cpu" or not (number.isdecimal() or given == name):
            raise ArgumentError(
                f"device {given!r} is not there: tinygrad_nn computes on the CPU; leave device= "
                "out, or pass 'cpu'"
            )
        self.type = name
        self.index = index if index is None else as_integer(index, "index", "device")
        if number:
            self.index = int(number)

    def __repr__(self) -> str:
        return (
            "device(type='cpu')"
            if self.index is None
            else f"device(type='cpu', index={self.index})"
        )

    def __str__(self) -> str:
        return "cpu" if self.index is None else f"cpu:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)


def check_device(given: Any, name: str | None = None) -> None:
    """Raise ArgumentError or DTypeError for another device than the CPU."""
    if given is not None:
        try:
            device(given)
        except (ArgumentError, DTypeError) as error:
            say_as(error, name or "device", (), else_before=True)
            raise
