"""What optimizers that programs write themselves import from `torch.optim.optimizer`.
Read `optimizer.py` first, the class that they derive from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeAlias

from ..arrays.dtypes import dtype, float32, float64, get_default_dtype
from ..autograd.grad_mode import set_grad_enabled
from ..errors import DTypeError
from ..ops.names import view_as_real
from ..tensor import Tensor
from ..tensor.device import device

ParamsT: TypeAlias = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
StateDict: TypeAlias = dict[str, Any]
DeviceDict: TypeAlias = dict[device | None, Tensor]
DeviceDtypeDict: TypeAlias = dict[tuple[device, dtype] | None, Tensor]


class _RequiredParameter:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()
"""Stands for an option without a default, in programs of old versions."""


def _use_grad_for_differentiable(func: Callable[..., Any]) -> Callable[..., Any]:
    """Return a `step` that records if the optimizer's option `differentiable` is set, else not."""

    @wraps(func)
    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        with set_grad_enabled(bool(self.defaults.get("differentiable"))):
            return func(self, *args, **kwargs)

    return step


def _get_value(x: Any) -> Any:
    """Return the number in a tensor of one element; a number as it is."""
    return x.item() if isinstance(x, Tensor) else x


def _to_scalar(x: Any) -> Any:
    """Return a tensor of one element without its dimensions; a number as it is."""
    return x.squeeze() if isinstance(x, Tensor) and x.dim() else x


def _dispatch_sqrt(x: Any) -> Any:
    """Return the square root of a number or of a tensor."""
    return x.sqrt() if isinstance(x, Tensor) else x**0.5


def _stack_if_compiling(x: Any) -> Any:
    """Return the list as it is: nothing is compiled."""
    return x


def _disable_dynamo_if_unsupported(single_tensor_fn: Any = None) -> Callable[[Any], Any]:
    """Return a decorator that returns the function as it is."""
    return lambda func: func


def _default_to_fused_or_foreach(
    params: list[Tensor], differentiable: bool, use_fused: bool = False
) -> tuple[bool, bool]:
    """Return (fused, foreach) as PyTorch chooses on a CPU: fused if it is asked for and all floats.

    Example:
        >>> import tinygrad_nn as torch
        >>> from tinygrad_nn.optim.optimizer import _default_to_fused_or_foreach
        >>> _default_to_fused_or_foreach([torch.ones(2)], False, use_fused=True)
        (True, False)
    """
    floats = all(each is None or each.is_floating_point() for each in params)
    return bool(use_fused and floats and not differentiable), False


def _device_dtype_check_for_fused(p: Tensor, cuda_unsupported: bool = False) -> None:
    """Raise a RuntimeError for a parameter that is no tensor of floats."""
    if not p.is_floating_point():
        raise DTypeError(f"fused=True takes parameters of floats, got one of {p.dtype}")


def _view_as_real(params: list[Any], *state_and_grads: list[Any]) -> None:
    """Put pairs of real numbers in the place of complex tensors, in lists of equal order."""
    for i, each in enumerate(params):
        if each.is_complex():
            for some in (params, *state_and_grads):
                some[i] = view_as_real(some[i])


def _get_scalar_dtype(is_fused: bool | None = None) -> dtype:
    """Return the dtype of counters of steps."""
    return float64 if get_default_dtype() is float64 and not is_fused else float32


def _get_capturable_supported_devices(supports_xla: bool = True) -> list[str]:
    """Return the kinds of device on which PyTorch's `capturable` works: none of them is here."""
    return ["cuda", "xpu", "hpu", "privateuseone"] + ["xla"] * supports_xla


_params_doc = "params (iterable): tensors, pairs of a name and a tensor, or groups of them as dicts"
_foreach_doc = "foreach (bool, optional): kept, and changes nothing (default: None)"
_fused_doc = "fused (bool, optional): kept, and changes nothing (default: None)"
_capturable_doc = "capturable (bool, optional): kept, and changes nothing (default: False)"
_differentiable_doc = "differentiable (bool, optional): the steps are recorded (default: False)"
_maximize_doc = "maximize (bool, optional): climb instead of descending (default: False)"
