"""`LayerNorm`, which normalises each sample over its last dimensions.
Read `convolution.py` next.
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


class LayerNorm(Module):
    """(x - mean) / sqrt(var + eps) over the dims of `normalized_shape`, times weight, plus bias.

    The weight starts as ones and the bias as zeros; nothing is drawn.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.LayerNorm(2)(tnn.tensor([[1.0, 3.0]]))
        tensor([[-1.0000,  1.0000]], grad_fn=<LayerNormBackward0>)
    """

    weight: Parameter | None
    bias: Parameter | None

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
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            made = empty(self.normalized_shape, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if made is None else Parameter(made))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )
