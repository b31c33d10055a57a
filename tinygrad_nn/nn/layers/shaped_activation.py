"""Activations with arguments: a slope, a bound, a threshold.
Read `softmax.py` next, for those that see a whole dimension.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from ...tensor.creation import empty
from ...warn import warn_user
from .. import functional as F
from .. import init as initial
from ..module import Module
from ..parameter import Parameter
from .shown import shown

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "Hardshrink",
    "Hardtanh",
    "LeakyReLU",
    "PReLU",
    "RReLU",
    "Softplus",
    "Softshrink",
    "Threshold",
]


class ShapedActivation(Module):
    """An activation that shows its arguments, and `inplace` where it is set."""

    _shown: tuple[str, ...] = ()
    inplace: bool = False

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, *self._shown, *(["inplace"] if self.inplace else []))


class Threshold(ShapedActivation):
    """x where it is above `threshold`, else `value`, element by element."""

    _shown = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input where it is above the threshold, else the value."""
        return F.threshold(input, self.threshold, self.value, self.inplace)


class Hardtanh(ShapedActivation):
    """x cut to [min_val, max_val], element by element.

    Raises:
        ArgumentError: max_val is not above min_val.
    """

    _shown = ("min_val", "max_val")

    @refuses
    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        if min_value is not None or max_value is not None:
            warn_user("Hardtanh: min_value and max_value are old names of min_val and max_val")
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if not self.max_val > self.min_val:
            raise ArgumentError(
                f"Hardtanh: max_val must be above min_val, got {self.max_val} and {self.min_val}"
            )

    def forward(self, input: Tensor) -> Tensor:
        """Return the input cut to the two bounds."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


class ELU(ShapedActivation):
    """x above 0, else alpha (e^x - 1), element by element (Clevert et al. 2015)."""

    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return elu(input)."""
        return F.elu(input, self.alpha, self.inplace)


class CELU(ELU):
    """x above 0, else alpha (e^(x / alpha) - 1), element by element (Barron 2017)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return celu(input)."""
        return F.celu(input, self.alpha, self.inplace)


class LeakyReLU(ShapedActivation):
    """x above 0, else negative_slope x, element by element (Maas et al. 2013)."""

    _shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return leaky_relu(input)."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)


class RReLU(ShapedActivation):
    """x above 0, else a x, with a drawn from [lower, upper) for each element (Xu et al. 2015).

    After `eval()` a is the mean of lower and upper.
    """

    _shown = ("lower", "upper")

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return rrelu(input)."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class PReLU(ShapedActivation):
    """x above 0, else w x, with one w or one for each channel that is learnt (He et al. 2015).

    Every w starts as `init`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.PReLU(2)(tnn.tensor([[-4.0, 2.0]])).detach()
        tensor([[-1.,  2.]])
    """

    _shown = ("num_parameters",)

    @refuses
    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set every slope to `init`."""
        initial.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Return prelu(input)."""
        return F.prelu(input, self.weight)


class GELU(ShapedActivation):
    """x Phi(x), Phi the normal distribution's, element by element (Hendrycks and Gimpel 2016).

    With `approximate="tanh"`, x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Return gelu(input)."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Return the kind of approximation."""
        return f"approximate={self.approximate!r}"


class GLU(ShapedActivation):
    """a sigmoid(b), a and b the two halves of dimension `dim` (Dauphin et al. 2016)."""

    _shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return glu(input), of half the size along `dim`."""
        return F.glu(input, self.dim)


class Softplus(ShapedActivation):
    """log(1 + e^(beta x)) / beta, and x itself where beta x is above `threshold`."""

    _shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Return softplus(input)."""
        return F.softplus(input, self.beta, self.threshold)


class Hardshrink(ShapedActivation):
    """x outside of [-lambd, lambd], else 0, element by element."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Return hardshrink(input)."""
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return the bound."""
        return str(self.lambd)


class Softshrink(Hardshrink):
    """x moved towards 0 by lambd, and 0 within [-lambd, lambd], element by element."""

    def forward(self, input: Tensor) -> Tensor:
        """Return softshrink(input)."""
        return F.softshrink(input, self.lambd)
