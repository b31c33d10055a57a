"""What is registered when a Module's attribute is assigned: parameters, buffers and inner modules.
Read `state.py` next, which saves and loads them, and then `module.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import DTypeError
from ...tensor import Tensor
from ..buffer import Buffer
from ..parameter import Parameter
from .registered import Registered

PARAMETER, BUFFER, MODULE = "parameter", "buffer", "module"


def _kind_of(value: Any) -> str:
    if isinstance(value, Parameter):
        return PARAMETER
    return BUFFER if isinstance(value, Buffer) else MODULE


def _way_out(value: Any, wanted: type) -> str:
    """Return what to write where a module or a parameter is expected, for what is given often."""
    if isinstance(value, type) and issubclass(value, wanted):
        return f"; make one, {value.__name__}(...)"
    if wanted is Registration and isinstance(value, (list, tuple)):
        return "; pass its modules one by one, with *"
    return "; wrap it, nn.Parameter(...)" if wanted is Parameter else ""


class Unset:
    """Stands in the class for what `Module.__init__` sets: reading it says what was forgotten."""

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:  # a walk over the names of the class
            return self
        raise AttributeError(
            f"{owner.__name__} cannot be used before super().__init__() was called; make it the "
            f"first line of {owner.__name__}.__init__"
        )


class Registration:
    """The attributes of a Module, and a note of which of them are registered, in that order.

    The values stay in the instance itself, as in any Python object, so that reading `self.weight`
    costs nothing extra; a registered name may stand for None.
    """

    # By name: PARAMETER, BUFFER or MODULE.
    _kinds: dict[str, str] = Unset()  # type: ignore[assignment]
    _unsaved: set[str]  # the buffers that state_dict leaves out

    def __setattr__(self, name: str, value: Any) -> None:
        kinds = self.__dict__.get("_kinds")
        kind = None if kinds is None else kinds.get(name)
        if isinstance(value, (Parameter, Registration, Buffer)):
            given = _kind_of(value)
            if kinds is None:
                raise AttributeError(
                    f"cannot assign a {given} before super().__init__() was called; make it the "
                    f"first line of {type(self).__name__}.__init__"
                )
            if kind == PARAMETER and given != PARAMETER:
                raise self._refusal(name, kind, value)
            self._register(name, value, given)
            if isinstance(value, Buffer):
                (self._unsaved.discard if value.persistent else self._unsaved.add)(name)
        elif kind and value is not None and not (kind == BUFFER and isinstance(value, Tensor)):
            raise self._refusal(name, kind, value)
        else:
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        """Look once more, which a wrapper's `super().__getattr__(name)` asks for.

        That a class has it costs each reading of an attribute 0.02 µs.
        """
        return object.__getattribute__(self, name)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._kinds.pop(name, None)

    def _register(self, name: str, value: Any, kind: str) -> None:
        if self._kinds.get(name) != kind:
            self._kinds.pop(name, None)  # a name that changes its kind goes to the end
        self._kinds[name] = kind
        self.__dict__[name] = value

    def _refusal(self, name: str, kind: str, value: Any) -> TypeError:
        expected = {PARAMETER: "an nn.Parameter", BUFFER: "a Tensor", MODULE: "a Module"}[kind]
        hint = f" (in place: `with no_grad(): self.{name}.copy_(...)`)" if kind == PARAMETER else ""
        return TypeError(
            f"{name!r} is a {kind} of {type(self).__name__}: assign {expected} or None, "
            f"not {type(value).__name__}{hint}"
        )

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or the name of one that is None (not trained, not in state_dict).

        Raises:
            KeyError: the name is taken, is empty or holds a dot. TypeError: no Parameter.
        """
        self._check_registration(name, PARAMETER, param, Parameter)
        self._register(name, param, PARAMETER)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is not trained; in state_dict if `persistent`.

        Raises:
            KeyError: the name is taken, is empty or holds a dot. TypeError: no Tensor.
        """
        self._check_registration(name, BUFFER, tensor, Tensor)
        self._register(name, tensor, BUFFER)
        (self._unsaved.discard if persistent else self._unsaved.add)(name)

    def add_module(self, name: str, module: Any) -> None:
        """Register an inner module under a name that need not be an attribute, such as "0".

        Raises:
            KeyError: the name is taken, is empty or holds a dot. TypeError: no Module.
        """
        self._check_registration(name, MODULE, module, Registration)
        self._register(name, module, MODULE)

    register_module = add_module

    def _check_registration(self, name: str, kind: str, value: Any, wanted: type) -> None:
        if "_kinds" not in self.__dict__:
            raise AttributeError(
                f"cannot register a {kind} before super().__init__() was called; make it the first "
                f"line of {type(self).__name__}.__init__"
            )
        if not isinstance(name, str):
            raise DTypeError(f"a {kind}'s name must be a string, got {type(name).__name__}")
        if not name or "." in name:
            raise KeyError(f"a {kind}'s name cannot be empty or hold a dot, got {name!r}")
        if hasattr(self, name) and self._kinds.get(name) != kind:
            raise KeyError(f"{kind} {name!r}: {type(self).__name__} has an attribute of that name")
        if value is not None and not isinstance(value, wanted):
            expected = "Module" if wanted is Registration else wanted.__name__
            raise DTypeError(
                f"{type(self).__name__}: {expected} or None expected for the {kind} {name!r}, got "
                f"{type(value).__name__}{_way_out(value, wanted)}"
            )

    def _own(self, kind: str) -> list[tuple[str, Any]]:
        """Return (name, value) of what is registered here as `kind`, in order, None left out."""
        values = self.__dict__
        return [
            (name, values[name])
            for name, each in self._kinds.items()
            if each == kind and values[name] is not None
        ]

    def _replace(self, kind: str, values: Mapping[str, Any]) -> None:
        """Register `values` alone as `kind`; a copy that shares its notes gets its own."""
        kept = {name: each for name, each in self._kinds.items() if each != kind}
        for name in self._kinds.keys() - kept.keys():
            self.__dict__.pop(name, None)
        self.__dict__["_kinds"] = kept
        for name, value in dict(values).items():
            self._register(name, value, kind)

    @property
    def _parameters(self) -> Registered:
        return Registered(self, PARAMETER)

    @_parameters.setter
    def _parameters(self, values: Mapping[str, Any]) -> None:
        self._replace(PARAMETER, values)

    @property
    def _buffers(self) -> Registered:
        return Registered(self, BUFFER)

    @_buffers.setter
    def _buffers(self, values: Mapping[str, Any]) -> None:
        self._replace(BUFFER, values)

    @property
    def _modules(self) -> Registered:
        return Registered(self, MODULE)

    @_modules.setter
    def _modules(self, values: Mapping[str, Any]) -> None:
        self._replace(MODULE, values)
