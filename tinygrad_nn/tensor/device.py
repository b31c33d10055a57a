"""`device`, where a tensor lives, which is always the CPU.
Read `facts.py` next, where a tensor tells it.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_integer
from ..arrays.refusing import say_as, shown
from ..errors import ArgumentError, DeviceError, DTypeError

TYPES = (
    "cpu cuda fpga hip hpu ideep ipu lazy maia meta mkldnn mps mtia opencl opengl privateuseone ve "
    "vulkan xla xpu"
)


class device:  # noqa: N801 - PyTorch's spelling
    """Where tensors live: `device("cpu")`; others can be named and compared, and refuse to be used.

    Raises:
        DeviceError: what names no device of PyTorch's, or a number, which is one of a GPU.
            ArgumentError: two indices, or a negative one. DTypeError: what is no device.

    Example:
        >>> import tinygrad_nn as tnn
        >>> with tnn.device("cpu"):  # PyTorch's way to say where tensors are made
        ...     tnn.ones(1).device
        device(type='cpu')
        >>> tnn.device("cuda:1").index
        1
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        given = str(type) if isinstance(getattr(type, "type", None), str) else type
        if not isinstance(given, (str, int)) or isinstance(given, bool):
            raise DTypeError(f"device expected, such as 'cpu', got {shown(type)}")
        name, colon, number = str(given).partition(":")
        if name not in TYPES.split() or (
            colon and not (number.isdecimal() and number == f"{int(number)}")
        ):
            raise _absent(given)
        if index is not None:
            index = as_integer(index, "index", "device")
            if colon or index < 0:
                raise ArgumentError(
                    f"device: index={index} with {given!r}: a device has one index, 0 or more"
                )
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        check_device(self)
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)


def check_device(given: Any, name: str | None = None) -> None:
    """Raise DeviceError or DTypeError for another device than the CPU."""
    if given is not None:
        try:
            asked = device(given)
            if asked.type != "cpu":
                raise _absent(f"{asked}")
        except (DeviceError, DTypeError) as error:
            say_as(error, name or "device", (), else_before=True)
            raise


def _absent(given: Any) -> DeviceError:
    return DeviceError(
        f"device {given!r} is not there: tinygrad_nn computes on the CPU; leave device= out, or "
        "pass 'cpu'"
    )


def refuse_device(call: str) -> Any:
    """Raise DeviceError for a call that moves something to a GPU."""
    raise DeviceError(
        f"{call}(): there is no GPU here; ask cuda.is_available() first, or leave it out"
    )
