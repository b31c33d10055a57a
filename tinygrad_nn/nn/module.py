"""`Module`: a layer or a model, which is its attributes: parameters, buffers and inner modules.
Read `state.py` beside it (state_dict and loading), then `linear.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from ..autograd.node import RemovableHandle, add_hook
from .. import dtypes as _dtypes
from ..dtypes import dtype as dtype_class
from ..errors import DTypeError
from ..tensor import Tensor
from .parameter import Parameter
from .state import StateDict

_BUFFERS = "_buffer_names"


class Module(StateDict):
    """The base of every layer and model: assign parameters and modules to `self`, define `forward`.

    What is assigned is registered, in order; an attribute is found in the instance itself, as in any
    Python object, so that reading `self.weight` costs nothing extra.

    Example:
        >>> import tinygrad_nn as tnn
        >>> class Twice(tnn.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.layer = tnn.nn.Linear(2, 2)
        ...     def forward(self, x):
        ...         return self.layer(self.layer(x))
        >>> [name for name, _ in Twice().named_parameters()]
        ['layer.weight', 'layer.bias']
    """

    training: bool

    def __init__(self) -> None:
        state = self.__dict__
        state["training"] = True
        state[_BUFFERS] = {}  # name: whether state_dict holds it
        state["_parameter_names"] = set()  # also those that are None
        state["_forward_hooks"] = {}
        state["_forward_pre_hooks"] = {}

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every Module defines its own."""
        raise NotImplementedError(
            f"Module [{type(self).__name__}] needs a method forward(self, ...) to be called"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._forward_hooks and not self._forward_pre_hooks:
            return self.forward(*args, **kwargs)
        for before in list(self._forward_pre_hooks.values()):
            answer = before(self, args)
            if answer is not None:
                args = answer if isinstance(answer, tuple) else (answer,)
        output = self.forward(*args, **kwargs)
        for after in list(self._forward_hooks.values()):
            answer = after(self, args, output)
            if answer is not None:
                output = answer
        return output

    # --- registration -------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        state = self.__dict__
        if isinstance(value, (Parameter, Module)) and "training" not in state:
            kind = "parameter" if isinstance(value, Parameter) else "module"
            raise AttributeError(
                f"cannot assign a {kind} before super().__init__() was called; make it the first line of "
                f"{type(self).__name__}.__init__"
            )
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
            return
        if name in state.get("_parameter_names", ()):
            if value is not None:
                raise TypeError(
                    f"{name!r} is a parameter of {type(self).__name__}: assign an nn.Parameter or None, "
                    f"not {type(value).__name__} (in place: `with no_grad(): self.{name}.copy_(...)`)"
                )
        elif name in state.get(_BUFFERS, ()) and not isinstance(value, (Tensor, type(None))):
            raise TypeError(
                f"{name!r} is a buffer of {type(self).__name__}: assign a Tensor or None, not "
                f"{type(value).__name__}"
            )
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._parameter_names.discard(name)
        self._buffer_names.pop(name, None)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or the name of one that is None (not trained, not in state_dict)."""
        self._check_name(name, "parameter")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"register_parameter({name!r}): an nn.Parameter or None expected, got "
                f"{type(param).__name__}"
            )
        if param is not None and not param.is_leaf:
            raise ValueError(f"register_parameter({name!r}): a computed tensor cannot be a parameter")
        self._parameter_names.add(name)
        self._buffer_names.pop(name, None)
        self.__dict__[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is not trained; in state_dict if `persistent`."""
        self._check_name(name, "buffer")
        if hasattr(self, name) and name not in self._buffer_names:
            raise KeyError(f"buffer {name!r}: the module has an attribute of that name already")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"register_buffer({name!r}): a Tensor or None expected, got {type(tensor).__name__}"
            )
        self._buffer_names[name] = persistent
        self.__dict__[name] = tensor

    def add_module(self, name: str, module: Module | None) -> None:
        """Register an inner module under a name that need not be an attribute, such as "0"."""
        self._check_name(name, "module")
        if module is not None and not isinstance(module, Module):
            raise TypeError(
                f"add_module({name!r}): a Module or None expected, got {type(module).__name__}"
            )
        self.__dict__[name] = module

    register_module = add_module

    def _check_name(self, name: str, kind: str) -> None:
        if "training" not in self.__dict__:
            raise AttributeError(f"cannot register a {kind} before super().__init__() was called")
        if not isinstance(name, str):
            raise TypeError(f"a {kind}'s name must be a string, got {type(name).__name__}")
        if not name or "." in name:
            raise KeyError(f"a {kind}'s name cannot be empty or hold a dot, got {name!r}")

    # --- walking ------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield (name, inner module) in the order of registration, each module once."""
        seen: set[int] = set()
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Module) and id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def children(self) -> Iterator[Module]:
        """Yield the inner modules."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yield (path, module) for this module and all inside it, each module once."""
        seen = set() if memo is None else memo
        if remove_duplicate and self in seen:
            return
        seen.add(self)
        yield prefix, self
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Module):
                path = f"{prefix}.{name}" if prefix else name
                yield from value.named_modules(seen, path, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """Yield this module and all inside it."""
        return (module for _, module in self.named_modules())

    def _named_members(
        self, own: Callable[[Module], Any], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, value in own(module):
                if not (remove_duplicate and id(value) in seen):
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield (path, parameter), each parameter once, outer modules before inner ones."""
        return self._named_members(Module._own_parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters, each once: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield (path, buffer)."""
        return self._named_members(Module._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """Return the module at a dotted path; "" is this module."""
        module = self
        for name in target.split(".") if target else []:
            found = module.__dict__.get(name)
            if not isinstance(found, Module):
                raise AttributeError(f"{type(module).__name__} has no module {name!r} (in {target!r})")
            module = found
        return module

    # --- modes and conversions ----------------------------------------------------------------------

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every inner module and then on this one; return this module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training mode here and inside (dropout drops); return this module."""
        if not isinstance(mode, bool):
            raise ValueError(f"train() takes True or False, got {mode!r}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Set evaluation mode here and inside; return this module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set whether the parameters collect gradients; return this module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop every parameter's gradient, or fill it with 0 if `set_to_none` is False."""
        for parameter in self.parameters():
            gradient = parameter.grad
            if gradient is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                gradient.detach_().zero_()

    def to(self, *args: Any, dtype: Any = None, **ignored: Any) -> Self:
        """Convert floating-point parameters and buffers to a dtype, in place; return this module."""
        for given in args:
            if isinstance(given, dtype_class):
                dtype = given
            elif isinstance(given, Tensor):
                dtype = given.dtype
        if dtype is None:
            Tensor(0).to(*args, **ignored)  # refuses a device that is not there
            return self
        if not dtype.is_floating_point:
            raise DTypeError(f"a Module's parameters are floating point; cannot convert to {dtype}")
        for module in self.modules():
            for _, tensor in [*module._own_parameters(), *module._own_buffers()]:
                if tensor.is_floating_point():
                    gradient = None if tensor.is_leaf is False else tensor.grad
                    tensor.data = tensor.detach().to(dtype)
                    if gradient is not None:
                        tensor.grad = gradient.detach().to(dtype)
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(dtype=_dtypes.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(dtype=_dtypes.float64)

    def half(self) -> Self:
        """Convert to float16."""
        return self.to(dtype=_dtypes.float16)

    def cpu(self) -> Self:
        """Return this module, which is on the CPU."""
        return self

    # --- hooks and text -----------------------------------------------------------------------------

    def register_forward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, args, output)` after every forward; it may return another output."""
        return add_hook(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, args)` before every forward; it may return other args."""
        return add_hook(self._forward_pre_hooks, hook)

    def extra_repr(self) -> str:
        """Return what stands in the brackets of repr; a layer names its sizes here."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        inner = [
            f"({name}): " + repr(value).replace("\n", "\n  ")
            for name, value in self.__dict__.items()
            if isinstance(value, Module)
        ]
        if not inner and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + inner) + "\n)"
