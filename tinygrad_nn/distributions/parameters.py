"""Parameters as distributions keep them: broadcast together, or made of others when asked for.
Read `constraints.py` next.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..arrays.dtypes import get_default_dtype
from ..arrays.kinds import is_number
from ..arrays.limits import finfo
from ..autograd.grad_mode import enable_grad
from ..errors import ArgumentError
from ..ops.names import broadcast_tensors
from ..tensor import Tensor
from ..tensor.creation import empty, tensor

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits"]

EULER = 0.57721566490153286060  # the Euler-Mascheroni constant


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Return tensors of one shape; numbers take the dtype of the first tensor, or the default.

    Raises:
        ArgumentError: what is neither a tensor nor a number. ShapeError: what does not broadcast.
    """
    for value in values:
        if not isinstance(value, Tensor) and not is_number(value):
            raise ArgumentError(f"a parameter is a Tensor or a number, got {value!r:.60}")
    dtype = next((each.dtype for each in values if isinstance(each, Tensor)), get_default_dtype())
    tensors = [each if isinstance(each, Tensor) else tensor(each, dtype=dtype) for each in values]
    return tuple(broadcast_tensors(*tensors))


class lazy_property(cached_property[Any]):  # noqa: N801 - PyTorch's name
    """A property that is computed when first asked for, with gradients, and then kept."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        with enable_grad():
            return super().__get__(instance, owner)


def standard_normal(shape: Any, like: Tensor) -> Tensor:
    """Return values of N(0, 1) in a tensor's dtype."""
    return empty(shape, dtype=like.dtype).normal_()


def _standard_normal(shape: Any, dtype: Any, device: Any) -> Tensor:
    """Return values of N(0, 1), as distributions of programs call for them."""
    return empty(shape, dtype=dtype, device=device).normal_()


def sum_rightmost(value: Any, dims: int) -> Any:
    """Return the sums over the last dimensions, as many as are said."""
    if dims == 0:
        return value
    return value.reshape((*value.shape[:-dims], -1)).sum(-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Return probabilities held off 0 and 1 by the spacing of numbers at 1."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Return log p, or log p / (1 - p) of a coin's probability."""
    held = clamp_probs(probs)
    return held.log() - (-held).log1p() if is_binary else held.log()


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Return the softmax over the last dimension, or the sigmoid of a coin's logits."""
    return logits.sigmoid() if is_binary else logits.softmax(-1)


class ProbsOrLogits:
    """Probabilities, given as they are or as logits; the others are made when asked for."""

    has_two_outcomes = True

    @lazy_property
    def logits(self) -> Any:
        """The logits: log p / (1 - p), or log p of several outcomes."""
        return probs_to_logits(self.probs, self.has_two_outcomes)

    @lazy_property
    def probs(self) -> Any:
        """The probabilities."""
        return logits_to_probs(self.logits, self.has_two_outcomes)

    @property
    def _param(self) -> Any:
        return self.probs if "probs" in vars(self) else self.logits

    @property
    def param_shape(self) -> Any:
        """The shape of the probabilities."""
        return self._param.shape

    def _given(self, probs: Any, logits: Any) -> dict[str, Any]:
        """Return the one that was given, by its name."""
        if (probs is None) == (logits is None):
            raise ArgumentError(
                f"{type(self).__name__} takes either `probs` or `logits`, not both"
                + ("; neither was given" if probs is None else "")
            )
        return {"logits": logits} if probs is None else {"probs": probs}
