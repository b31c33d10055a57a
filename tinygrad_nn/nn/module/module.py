"""`Module`: a layer or a model, which is its attributes: parameters, buffers and inner modules.
Read `registration.py` and `state.py` beside it, which it builds on, then `../layers/linear.py`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import copy
from importlib import import_module
from typing import Any, Self, TypeVar

from ...arrays import dtypes
from ...arrays.kinds import DIFFERENTIABLE
from ...arrays.refusing import refuses, shown
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ...tensor.destination import destination
from ...tensor.device import refuse_device
from ..parameter import Parameter
from .calling import Calling
from .registered import Registered
from .registration import BUFFER, MODULE, PARAMETER

HOOKS = (
    *("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"),
    *("_node_hooks", "_hook_options"),
    *(
        "_state_dict_hooks",
        "_state_dict_pre_hooks",
        "_load_state_dict_post_hooks",
        "_load_state_dict_pre_hooks",
    ),
)


class Module(Calling):
    """The base of every layer and model: assign parameters and modules to `self`, define `forward`.

    What is assigned is registered, in order.

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

    T_destination = TypeVar("T_destination", bound=dict[str, Any])
    call_super_init: bool = False  # True hands the arguments on, to another base of a model
    dump_patches: bool = False
    training: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if (args or kwargs) and not self.call_super_init:
            given = ", ".join([*map(shown, args), *kwargs])
            raise DTypeError(
                f"Module.__init__() takes no arguments, got {given}; call_super_init = True in "
                f"{type(self).__name__} hands them on to its other base"
            )
        hooks: dict[str, Any] = {name: OrderedDict() for name in HOOKS}
        self.__dict__.update(training=True, _is_hooked=False, _kinds={}, _unsaved=set(), **hooks)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def __copy__(self) -> Self:
        """Return a module of the same parameters and modules, which may gain others of its own."""
        made = object.__new__(type(self))
        own = ("_kinds", "_unsaved", *HOOKS)
        made.__dict__.update({**self.__dict__, **{name: copy(getattr(self, name)) for name in own}})
        return made

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    # --- walking ----------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield (name, inner module) in the order of registration, each module once."""
        seen: set[int] = set()
        for name, module in self._own(MODULE):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

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
        for name, module in self._own(MODULE):
            path = f"{prefix}.{name}" if prefix else name
            yield from module.named_modules(seen, path, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Yield this module and all inside it."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def _named_members(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, value in module._own(kind):
                if not (remove_duplicate and id(value) in seen):
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield (path, parameter), each parameter once, outer modules before inner ones."""
        return self._named_members(PARAMETER, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters, each once: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield (path, buffer), each buffer once."""
        return self._named_members(BUFFER, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    @refuses
    def get_submodule(self, target: str) -> Module:
        """Return the module at a dotted path, this one for "". Raises AttributeError if none is."""
        module = self
        for name in target.split(".") if target else []:
            found = module._modules.get(name)
            if found is None:
                raise AttributeError(f"{type(module).__name__} has no module {name!r} ({target!r})")
            module = found
        return module

    @refuses
    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module at a dotted path, in the place of another or, unless `strict`, anew.

        Raises:
            ValueError: an empty path. AttributeError: no module on the way, or, with `strict`,
            none in the place.
        """
        if not target:
            raise ArgumentError("set_submodule: the path is empty; it names an inner module")
        parent, name = self._parent(target)
        if strict and name not in parent._modules:
            raise AttributeError(f"{type(parent).__name__} has no module {name!r} ({target!r})")
        if not isinstance(module, Module):
            raise ArgumentError(f"set_submodule() takes a Module, got {shown(module)}")
        setattr(parent, name, module)

    @refuses
    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a dotted path. Raises AttributeError if there is none."""
        found: Parameter = self._member(PARAMETER, target)
        return found

    @refuses
    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at a dotted path. Raises AttributeError if there is none."""
        found: Tensor = self._member(BUFFER, target)
        return found

    def _parent(self, target: str) -> tuple[Module, str]:
        path, _, name = target.rpartition(".")
        return self.get_submodule(path), name

    def _member(self, kind: str, target: str) -> Any:
        module, name = self._parent(target)
        found = Registered(module, kind).get(name)
        if found is None:
            raise AttributeError(f"{type(module).__name__} has no {kind} {name!r} ({target!r})")
        return found

    # --- modes and conversions --------------------------------------------------------------------

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every inner module and then on this one; return this module."""
        if not callable(fn):
            raise DTypeError(f"apply() takes a function of a Module, got {shown(fn)}")
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training mode here and inside (dropout drops); return this module."""
        if not isinstance(mode, bool):
            raise ArgumentError(f"train() takes True or False, got {mode!r}")
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
                if gradient.requires_grad:
                    gradient.detach_()
                gradient.zero_()

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert floating-point parameters, buffers and gradients in place; return this module.

        Takes what `Tensor.to` takes: a dtype, a tensor to be like, and the CPU as the device; but
        `copy=True` is refused with an ArgumentError, as the module itself is changed.

        Raises:
            DTypeError: an integer dtype, other arguments. RuntimeError: another device.
        """
        dtype, copy, memory_format = destination(args, kwargs)
        if copy:
            raise ArgumentError("Module.to() changes the module itself: use copy.deepcopy(module)")
        if memory_format is not None:
            raise NotImplementedError("Module.to() lays no parameters out anew: convert the input")
        if dtype is None:
            return self
        if dtype not in DIFFERENTIABLE:
            raise DTypeError(f"Module.to() takes floating-point and complex dtypes, got {dtype}")
        wanted = dtypes.from_numpy(dtype)
        return self._apply(lambda t: t.to(wanted) if t.is_floating_point() else t)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Put `fn` of each parameter, buffer and gradient in its place; return this module.

        All conversions go through it: a subclass that holds tensors of its own may extend it.
        """
        for module in self.children() if recurse else ():
            module._apply(fn)
        for tensor in [*self.parameters(recurse=False), *self.buffers(recurse=False)]:
            _replace(tensor, fn)
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(dtypes.float64)

    def half(self) -> Self:
        """Convert to float16."""
        return self.to(dtypes.float16)

    def bfloat16(self) -> Self:
        """Convert to bfloat16, for which ml_dtypes is needed."""
        return self.to(dtypes.bfloat16)

    def type(self, dst_type: Any) -> Self:
        """Convert to a dtype, also all that are no floating-point tensors, as PyTorch does."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self) -> Self:
        """Return this module, which is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Raise DeviceError: there is no GPU."""
        return refuse_device("Module.cuda")

    def xpu(self, device: Any = None) -> Self:
        """Raise DeviceError: there is no such GPU."""
        return refuse_device("Module.xpu")

    def ipu(self, device: Any = None) -> Self:
        """Raise DeviceError: there is no such processor."""
        return refuse_device("Module.ipu")

    def mtia(self, device: Any = None) -> Self:
        """Raise DeviceError: there is no such processor."""
        return refuse_device("Module.mtia")

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: there is no compiler here, and none is needed."""

    def share_memory(self) -> Self:
        """Return this module: its tensors are shared by threads as they are."""
        return self

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Return this module, whose tensors have memory; `device` is the CPU."""
        destination((device,), {})
        return self

    # --- text -------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands in the brackets of repr; a layer names its sizes here."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        inner = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not inner and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + inner) + "\n)"

    def _repr_html_(self) -> str:
        """Show the module in a notebook: a tree of its parts, with their parameters counted."""
        drawing = import_module("tinygrad_nn.viz.drawing.module_tree")
        return str(drawing.module_html(self))


def _replace(tensor: Tensor, fn: Callable[[Tensor], Tensor]) -> None:
    """Put what a function makes of a tensor, and of its gradient, in its place."""
    with no_grad():
        made = fn(tensor)
        if made is tensor:
            return
        gradient = tensor.grad if tensor.is_leaf else None
        tensor.data = made.detach()
        if gradient is not None:
            tensor.grad = fn(gradient).detach()
