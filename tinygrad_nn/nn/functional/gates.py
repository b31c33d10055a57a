"""Smooth activations, gates, and what makes vectors of length or sum 1: `F.gelu(x)`.
Read `regression.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...autograd.tensor_base import make_tensor
from ...autograd.writing import in_place
from ...ops.elementwise import smooth_bends
from ...ops.elementwise.activations import check_float
from ...ops.elementwise.gelu import gelu
from ...ops.elementwise.smooth_bends import logsigmoid
from ...ops.layers.gating import glu
from ...ops.layers.softmax import softmax
from ...ops.with_out import with_out
from ...random import default_generator
from ...tensor import Tensor
from .activations import softmax as softmax_of_implied_dim

__all__ = ["gelu", "glu", "gumbel_softmax", "logsigmoid", "mish", "normalize", "softmin"]

_mish_ = in_place(smooth_bends.mish)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x tanh(softplus(x)) (Misra 2019)."""
    return (_mish_ if inplace else smooth_bends.mish)(input)


@refuses
@instead_of("softmax", "neg")
def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return e^-x / sum(e^-x) over `dim`."""
    check_are_tensors("softmin", input=input)
    return softmax_of_implied_dim(-input, dim, _stacklevel, dtype)


@refuses
def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """Return a sample of a category for each row of logits, made smooth by the temperature tau.

    If `hard` it is one-hot, with the gradient of the smooth one (Jang et al. 2016). PyTorch's
    numbers for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.nn.functional.gumbel_softmax(tnn.zeros(3), hard=True)
        tensor([0., 0., 1.])
    """
    check_are_tensors("gumbel_softmax", logits=logits)
    x = logits.array
    check_float(x, "gumbel_softmax")
    noise = make_tensor(default_generator.exponential(x.shape, 1.0, x.dtype)).log()
    smooth = softmax((logits - noise) / tau, dim)
    if not hard:
        return smooth
    index = smooth.detach().argmax(dim, keepdim=True)
    one_hot = (smooth.detach() * 0).scatter_(dim, index, 1.0)
    return one_hot - smooth.detach() + smooth


@refuses
def normalize(
    input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Tensor:
    """Return the input divided by its p-norm over `dim`, or by eps where that is larger.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.normalize(tnn.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    check_are_tensors("normalize", input=input)
    compute: Any = _normalized
    return compute(input, p, dim, eps, out=out)


@with_out
@instead_of("norm", "vector_norm", "linalg_vector_norm", "div", "clamp_min", name="normalize")
def _normalized(input: Tensor, p: float, dim: Any, eps: float) -> Any:
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
