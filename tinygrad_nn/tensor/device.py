"""`device`, where a tensor lives, which is always the CPU.
Read `facts.py` next, where a tensor tells it.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_integer
from ..arrays.refusing import say_as, shown
from ..errors import DeviceError, DTypeError


class device:  # noqa: N801 - PyTorch's spelling
    """Where tensors live: `device("cpu")`, the only one there is.

    Raises:
        DeviceError: any other device, an error of the types that PyTorch's are without CUDA.
            DTypeError: what is no device.

    Example:
        >>> import tinygrad_nn as tnn
        >>> with tnn.device("cpu"):  # PyTorch's way to say where tensors are made
        ...     tnn.ones(1).device
        device(type='cpu')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        given = getattr(type, "type", type)
        if not isinstance(given, (str, int)) or isinstance(given, bool):
            raise DTypeError(f"device expected, such as 'cpu', got {shown(type)}")
        name, _, number = str(given).partition(":")
        if name != "cpu" or not (number.isdecimal() or given == name):
            raise DeviceError(
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

    def __enter__(self) -> device:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)


def check_device(given: Any, name: str | None = None) -> None:
    """Raise DeviceError or DTypeError for another device than the CPU."""
    if given is not None:
        try:
            device(given)
        except (DeviceError, DTypeError) as error:
            say_as(error, name or "device", (), else_before=True)
            raise


def refuse_device(call: str) -> Any:
    """Raise DeviceError for a call that moves something to a GPU."""
    raise DeviceError(
        f"{call}(): there is no GPU here; ask cuda.is_available() first, or leave it out"
    )
