"""What the names in a file of PyTorch's stand for: tensors, their memory, and plain containers.
Read `pickled_data.py` next, which looks them up.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..arrays import dtypes
from ..arrays.size import Size
from ..autograd.tensor_base import make_tensor
from ..errors import CheckpointError
from ..nn.parameter import Parameter
from ..tensor.device import device
from .pickled_data import Call, check_key

STORAGES = {
    **{"Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16"},
    **{"ComplexDouble": "complex128", "ComplexFloat": "complex64", "Bool": "bool"},
    **{"Byte": "uint8", "Char": "int8", "Short": "int16", "Int": "int32", "Long": "int64"},
}
LATIN = ("latin1", "latin-1")


class Kind(NamedTuple):
    """What a class of storages holds."""

    name: str

    def __str__(self) -> str:
        return f"the class of storages of {self.name}"

    def stored(self, order: Any) -> np.dtype[Any]:
        """Return NumPy's dtype in a file; bfloat16 as its bits."""
        return np.dtype("u2" if self.name == "bfloat16" else self.name).newbyteorder(order)


class Storage:
    """The memory that tensors of a file stand in; a program cannot have it itself."""

    def __init__(self, kind: Kind, elements: Any) -> None:
        self.kind = kind
        self.elements = elements
        self.version = [0]

    def __str__(self) -> str:
        return f"a storage of {self.kind.name}"


def _tensor(
    storage: Any,
    offset: int,
    size: Any,
    stride: Any,
    requires_grad: bool = False,
    hooks: Any = None,
    metadata: Any = None,
) -> Any:
    if not isinstance(storage, Storage) or hooks or not {"conj", "neg"} >= set(metadata or {}):
        raise CheckpointError("a tensor with hooks, or of no storage")
    elements, width = storage.elements, storage.elements.itemsize
    if not (type(offset) is int and offset >= 0 and len(size) == len(stride)):
        raise CheckpointError(f"a tensor from element {offset!r:.40} on, of {size!r:.60}")
    if any(type(each) is not int or each < 0 for each in (*size, *stride)):
        raise CheckpointError(f"a tensor of the size {size!r:.60} and stride {stride!r:.60}")
    strides = tuple(each * width for each in stride)
    if 0 in size:
        array = np.empty(tuple(size), elements.dtype)
    else:
        array = np.ndarray(tuple(size), elements.dtype, elements, offset * width, strides)
    for name, change in (("conj", np.conj), ("neg", np.negative)):
        if (metadata or {}).get(name):
            array = change(array)
    made = make_tensor(array, None, storage.version)
    return made.requires_grad_(True) if requires_grad else made


def _parameter(data: Any, requires_grad: bool, hooks: Any = None, state: Any = None) -> Any:
    return Parameter(data, bool(requires_grad))


def _untyped(storage: Any, *arguments: Any) -> Any:
    """Refuse the tensors that PyTorch saves by their bytes: those of dtypes that are not here."""
    dtype = next((each for each in arguments if isinstance(each, Foreign)), "another dtype")
    raise CheckpointError(
        f"a tensor of {dtype}; save it as another dtype where it comes from, with tensor.to()"
    )


class Foreign(NamedTuple):
    """A dtype of PyTorch's that no Tensor here can hold."""

    name: str

    def __str__(self) -> str:
        return self.name


def _bytes(text: Any, encoding: Any) -> bytes:
    if encoding not in LATIN:
        raise CheckpointError(f"text in the encoding {encoding!r:.40}")
    return str(text).encode("latin1")


def _byte_array(content: Any = b"", encoding: Any = None) -> bytearray:
    if encoding is not None:
        content = _bytes(content, encoding)
    if not isinstance(content, bytes):
        raise CheckpointError(f"a bytearray of {content!r:.40}")
    return bytearray(content)


def _members(made: Callable[[Any], Any], content: Any = ()) -> Any:
    for each in content:
        check_key(each)
    return made(content)


def _counter(content: Any = ()) -> Counter[Any]:
    return Counter(dict(content))


def _ordered(pairs: Any = ()) -> OrderedDict[Any, Any]:
    for key, _ in pairs:
        check_key(key)
    return OrderedDict(pairs)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _untyped,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.Size": Size,
    "torch.device": lambda *place: device("cpu"),  # the one there is, whatever it was
    "collections.OrderedDict": _ordered,
    "collections.Counter": _counter,
    "_codecs.encode": _bytes,
    **{f"{place}.bytes": lambda: b"" for place in ("builtins", "__builtin__")},
    **{f"{place}.complex": complex for place in ("builtins", "__builtin__")},
    **{f"{place}.bytearray": _byte_array for place in ("builtins", "__builtin__")},
    **{f"{place}.set": partial(_members, set) for place in ("builtins", "__builtin__")},
    **{f"{place}.frozenset": partial(_members, frozenset) for place in ("builtins", "__builtin__")},
}
FOREIGN = (
    *("uint16", "uint32", "uint64", "complex32", "float8_e4m3fn", "float8_e4m3fnuz"),
    *("float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"),
)
NAMES: dict[str, Any] = {
    **{name: Call(name, function) for name, function in FUNCTIONS.items()},
    **{f"torch.{kind}Storage": Kind(name) for kind, name in STORAGES.items()},
    "torch.storage.UntypedStorage": Kind("uint8"),
    "torch.UntypedStorage": Kind("uint8"),
    **{f"torch.{name}": getattr(dtypes, name) for name in STORAGES.values()},
    **{f"torch.{name}": Foreign(f"torch.{name}") for name in FOREIGN},
}
NO_VALUES = (Call, Foreign, Kind, Storage)  # what a tensor is described by
