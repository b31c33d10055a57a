"""The classes of tensors that PyTorch had before dtypes: `FloatTensor`, `LongTensor` and the rest.
Read `creation.py` next: the functions that make tensors today.
"""

from __future__ import annotations

from typing import Any

from ..arrays.dtypes import from_numpy
from ..arrays.refusing import shown
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError
from .conversions import OLD_NAMES
from .making import old_array

__all__ = [
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "CharTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
]


class OldClass(type):
    """The class of these classes: a tensor is an instance of the one of its dtype."""

    old_name: str

    @property
    def dtype(cls) -> Any:
        """The dtype of its tensors."""
        return OLD_NAMES[cls.old_name]

    def __instancecheck__(cls, instance: Any) -> bool:
        is_tensor = isinstance(instance, TensorBase)
        return is_tensor and from_numpy(instance.array.dtype) is OLD_NAMES[cls.old_name]

    def __call__(cls, *data: Any) -> Any:
        """Make a tensor of a size, `FloatTensor(2, 3)`, or of data, `FloatTensor([2, 3])`."""
        dtype = OLD_NAMES[cls.old_name].dtype
        if len(data) == 1 and isinstance(data[0], TensorBase):
            if data[0].array.dtype != dtype:
                raise DTypeError(
                    f"{cls.old_name}() takes a tensor of {dtype}, got {shown(data[0])}; use .to()"
                )
            return make_tensor(data[0].array, None, data[0].version)
        return make_tensor(old_array(data, dtype, cls.old_name))


def _old_class(name: str) -> Any:
    words = (
        f"A tensor of {OLD_NAMES[name].name}: `{name}(2, 3)` of a size, `{name}([2, 3])` of data."
    )
    return OldClass(name, (), {"old_name": name, "__doc__": words, "__module__": __name__})


FloatTensor, DoubleTensor = _old_class("FloatTensor"), _old_class("DoubleTensor")
HalfTensor, BFloat16Tensor = _old_class("HalfTensor"), _old_class("BFloat16Tensor")
LongTensor = _old_class("LongTensor")
IntTensor, ShortTensor = _old_class("IntTensor"), _old_class("ShortTensor")
CharTensor, ByteTensor = _old_class("CharTensor"), _old_class("ByteTensor")
BoolTensor = _old_class("BoolTensor")
