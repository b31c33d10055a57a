"""`LayerNorm`, which normalises each sample over its last dimensions, and what all norms share.
Read `batch_normalization.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import as_shape
from ...arrays.refusing import refuses
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "LayerNorm",
]


class Normalization(Module):
    """A layer that may scale and move what it has normalised, by a weight and a bias."""

    weight: Parameter | None
    bias: Parameter | None

    def _make_parameters(self, shape: Any, device: Any, dtype: Any, **wanted: bool) -> None:
        """Register the weight, and the bias, with as many numbers as `shape` says, or as None."""
        for name, is_wanted in wanted.items():
            made = Parameter(empty(shape, device=device, dtype=dtype)) if is_wanted else None
            self.register_parameter(name, made)

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros."""
        for name, parameter in self.named_parameters(recurse=False):
            (init.ones_ if name == "weight" else init.zeros_)(parameter)


class LayerNorm(Normalization):
    """(x - mean) / sqrt(var + eps) over the dims of `normalized_shape`, times weight, plus bias.

    The weight starts as ones and the bias as zeros; nothing is drawn.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.LayerNorm(2)(tnn.tensor([[1.0, 3.0]]))
        tensor([[-1.0000,  1.0000]], grad_fn=<LayerNormBackward0>)
    """

    @refuses
    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = as_shape(normalized_shape, "LayerNorm")
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        wanted = {"weight": elementwise_affine, "bias": elementwise_affine and bias}
        self._make_parameters(self.normalized_shape, device, dtype, **wanted)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )
