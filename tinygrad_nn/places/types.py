"""Names of types that programs annotate with.
Read `../tensor/device.py` next.
"""

import os
from typing import IO, Any, TypeAlias

from ..arrays.size import Size
from ..tensor.device import device

Number: TypeAlias = int | float | bool
Device: TypeAlias = device | str | int | None
FileLike: TypeAlias = str | os.PathLike[str] | IO[bytes]
_size: TypeAlias = Size | list[int] | tuple[int, ...]
_int, _float, _bool = int, float, bool
_device: TypeAlias = Any
_TensorOrTensors: TypeAlias = Any
