"""Parameters and buffers whose shape is not known yet: what lazy modules hold at first.
Read `layers/lazy.py` next.
"""

from __future__ import annotations

from typing import Any

from ..arrays.refusing import refuses
from ..errors import GraphError
from ..tensor.creation import empty
from .buffer import Buffer
from .parameter import Parameter


class Uninitialized:
    """A tensor without a shape, which becomes one of its proper kind by `materialize`."""

    __slots__ = ()
    cls_to_become: type

    def materialize(self: Any, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Take a shape, with values that are still to be drawn, and become an ordinary tensor."""
        made = empty(shape, device=device, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.cls_to_become
        self.data = made

    @property
    def shape(self) -> Any:
        """Refuse: there is none yet."""
        raise GraphError(
            f"{type(self).__name__} has no shape yet: call the lazy module once on an input"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def is_lazy(param: Any) -> bool:
    """Whether a parameter or a buffer has no shape yet."""
    return isinstance(param, Uninitialized)


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter whose shape is not known yet."""

    __slots__ = ()
    cls_to_become = Parameter

    @refuses
    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: Any = None
    ) -> UninitializedParameter:
        made: Any = Parameter.__new__(cls, empty(0, device=device, dtype=dtype), requires_grad)
        return made

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        pass


class UninitializedBuffer(Uninitialized, Buffer):
    """A buffer whose shape is not known yet."""

    __slots__ = ()
    cls_to_become = Buffer

    @refuses
    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: Any = None,
        persistent: bool = True,
    ) -> UninitializedBuffer:
        given = empty(0, device=device, dtype=dtype, requires_grad=requires_grad)
        made: Any = Buffer.__new__(cls, given, persistent=persistent)
        return made

    def __init__(
        self,
        requires_grad: bool = False,
        device: Any = None,
        dtype: Any = None,
        persistent: bool = True,
    ) -> None:
        pass
