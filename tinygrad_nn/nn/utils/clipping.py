"""Gradients that are scaled or cut so that no step is too large.
Read `vectors.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ...arrays.arguments import as_number
from ...arrays.refusing import check_are_tensors, list_of, meant_instead, refuses, shown
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, DTypeError
from ...linalg import vector_norm
from ...ops.shape.joining import stack
from ...tensor import Tensor
from ...tensor.creation import tensor
from ...warn import warn_user

Tensors = Tensor | Iterable[Tensor]


def _tensors(name: str, given: Any) -> list[Tensor]:
    tensors = [given] if isinstance(given, Tensor) else list_of(f"{name}()", given)
    for each in tensors:
        if not isinstance(each, Tensor):
            raise DTypeError(f"{name}() takes Tensors, got {shown(each)}{meant_instead(each)}")
    return tensors


def _gradients(name: str, parameters: Any) -> list[Tensor]:
    found = (each.grad for each in _tensors(name, parameters))
    return [gradient for gradient in found if gradient is not None]


@refuses
@no_grad()
def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Return the norm of all elements of the tensors, as if they were one vector.

    `foreach` is taken and changes nothing. Raises ArgumentError if the norm is not finite and
    `error_if_nonfinite` is set.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.utils.get_total_norm([tnn.tensor([3.0]), tnn.tensor([4.0])])
        tensor(5.)
    """
    return _total_norm("get_total_norm", tensors, norm_type, error_if_nonfinite)


def _total_norm(name: str, tensors: Tensors, norm_type: float, error_if_nonfinite: bool) -> Tensor:
    listed = _tensors(name, tensors)
    given = float(norm_type) if isinstance(norm_type, str) else norm_type  # "inf" is taken
    order = as_number(given, "norm_type", name)
    if not listed:
        return tensor(0.0)
    norms = [vector_norm(each, order) for each in listed]
    total: Tensor = vector_norm(stack(norms), order)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise ArgumentError(
            f"{name}: the norm of order {order} of {len(listed)} gradients is {total.item()}, so "
            "it cannot be clipped; pass error_if_nonfinite=False to scale by it all the same"
        )
    return total


@refuses
@no_grad()
def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients so that their common norm is at most `max_norm`; return what it was.

    Each is multiplied by min(1, max_norm / (norm + 1e-6)) (Pascanu, Mikolov and Bengio 2013).
    Parameters without a gradient are passed over; `foreach` is taken and changes nothing.

    Raises:
        ArgumentError: the norm is not finite and `error_if_nonfinite` is set.

    Example:
        >>> import tinygrad_nn as tnn
        >>> w = tnn.nn.Parameter(tnn.ones(2))
        >>> w.grad = tnn.tensor([3.0, 4.0])
        >>> tnn.nn.utils.clip_grad_norm_(w, 1.0), w.grad
        (tensor(5.), tensor([0.6000, 0.8000]))
    """
    listed = _tensors("clip_grad_norm_", parameters)
    gradients = _gradients("clip_grad_norm_", listed)
    total = _total_norm("clip_grad_norm_", gradients, norm_type, error_if_nonfinite)
    _scale("clip_grad_norm_", gradients, max_norm, total)
    return total


@refuses
@no_grad()
def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients by min(1, max_norm / (total_norm + 1e-6)).

    `total_norm` is what `get_total_norm` gave; `foreach` is taken and changes nothing.
    """
    check_are_tensors("clip_grads_with_norm_", total_norm=total_norm)
    gradients = _gradients("clip_grads_with_norm_", parameters)
    _scale("clip_grads_with_norm_", gradients, max_norm, total_norm)


def _scale(name: str, gradients: list[Tensor], max_norm: float, total_norm: Tensor) -> None:
    factor = (as_number(max_norm, "max_norm", name) / (total_norm + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor)


@refuses
@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Cut each element of the gradients to [-clip_value, clip_value].

    `foreach` is taken and changes nothing.
    """
    bound = as_number(clip_value, "clip_value", "clip_grad_value_")
    for gradient in _gradients("clip_grad_value_", parameters):
        gradient.clamp_(-bound, bound)


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Call `clip_grad_norm_`, of which this is the old name."""
    warn_user("clip_grad_norm is an old name; call clip_grad_norm_")
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)
