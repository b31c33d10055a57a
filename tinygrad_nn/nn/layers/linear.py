"""`Linear`, the layer x Wᵀ + b, `Bilinear`, x Wᵀ y + b, and `Identity`, which changes nothing.
Read `activation.py` next.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...ops.layers.distances import bilinear
from ...ops.layers.linear import linear
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import init
from ..module import Module
from ..parameter import Parameter
from .shown import shown

__all__ = [
    "Bilinear",
    "Identity",
    "Linear",
]


class Linear(Module):
    """y = x Wᵀ + b: input (..., in_features), output (..., out_features).

    The weight (out_features, in_features) and the bias (out_features) are drawn uniformly from
    ±1 / sqrt(in_features), the weight first: PyTorch's numbers for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Linear(784, 10)(tnn.zeros(64, 784)).shape
        torch.Size([64, 10])
    """

    weight: Parameter
    bias: Parameter | None

    @refuses
    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = map(index, (in_features, out_features))
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        offsets = empty(out_features, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if offsets is None else Parameter(offsets))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return input @ weight.T + bias."""
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Bilinear(Module):
    """y_k = x1ᵀ W_k x2 + b_k: inputs (..., in1_features) and (..., in2_features).

    The weight (out_features, in1_features, in2_features) and the bias (out_features) are drawn
    uniformly from ±1 / sqrt(in1_features), the weight first: PyTorch's numbers for the same seed.
    """

    weight: Parameter
    bias: Parameter | None

    @refuses
    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = map(index, (in1_features, in2_features, out_features))
        self.in1_features, self.in2_features, self.out_features = sizes
        if self.in1_features < 1:
            raise ArgumentError(f"Bilinear: in1_features must be above 0, got {in1_features}")
        shape = self.out_features, self.in1_features, self.in2_features
        self.weight = Parameter(empty(*shape, device=device, dtype=dtype))
        offsets = empty(self.out_features, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if offsets is None else Parameter(offsets))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """Return input1ᵀ W input2 + bias."""
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        sizes = shown(self, "in1_features", "in2_features", "out_features")
        return f"{sizes}, bias={self.bias is not None}"


class Identity(Module):
    """Returns its input; any arguments are accepted and ignored."""

    @refuses
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return the input."""
        return input
