"""`Linear`, the layer x Wᵀ + b, and `Identity`, which changes nothing.
Read `activation.py` next.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ...arrays.refusing import refuses
from ...ops.layers.linear import linear
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import init
from ..module import Module
from ..parameter import Parameter


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


class Identity(Module):
    """Returns its input; any arguments are accepted and ignored."""

    @refuses
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return the input."""
        return input
