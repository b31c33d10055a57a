"""`TransformedDistribution`: what becomes of a distribution's values under invertible functions.
Read `log_normal.py` next, then `transforms/transform.py`.
"""

from __future__ import annotations

from typing import Any, Self

from ..autograd.grad_mode import no_grad
from ..errors import ArgumentError
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .independent import Independent
from .parameters import sum_rightmost
from .transforms.combining import ComposeTransform
from .transforms.transform import Transform

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """y = f(x) for x of the base distribution: log p(y) = log p(x) - log |det df/dx|.

    `transforms` is one transform or a list, applied one after the other.

    Raises:
        ArgumentError: what is no transform, or takes more dimensions than the base has.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.distributions import ExpTransform, Normal, TransformedDistribution
        >>> d = TransformedDistribution(Normal(0.0, 1.0), ExpTransform())  # LogNormal(0, 1)
        >>> d.log_prob(tnn.tensor([1.0]))
        tensor([-0.9189])
    """

    arg_constraints: Any = {}

    base_dist: Any

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | list[Transform],
        validate_args: bool | None = None,
    ) -> None:
        given = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(given, list) or not all(isinstance(each, Transform) for each in given):
            raise ArgumentError(
                "TransformedDistribution: transforms must be a Transform or a list of them, got "
                f"{transforms!r:.60}"
            )
        self.transforms = given
        whole = ComposeTransform(given)
        event_dim = len(base_distribution.event_shape)
        base_shape = base_distribution.batch_shape + base_distribution.event_shape
        taken, given_back = whole.domain.event_dim, whole.codomain.event_dim
        if len(base_shape) < taken:
            raise ArgumentError(
                f"TransformedDistribution: {whole} takes {taken} dimensions, base_distribution has "
                f"shape {tuple(base_shape)}"
            )
        shape = whole.forward_shape(base_shape)
        expanded = whole.inverse_shape(shape)
        if base_shape != expanded:
            base_distribution = base_distribution.expand(expanded[: len(expanded) - event_dim])
        if taken > event_dim:
            base_distribution = Independent(base_distribution, taken - event_dim)
        self.base_dist = base_distribution
        cut = len(shape) - max(given_back, event_dim + given_back - taken)
        super().__init__(shape[:cut], shape[cut:], validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        shape = ComposeTransform(self.transforms).inverse_shape(made.batch_shape + self.event_shape)
        made.base_dist = self.base_dist.expand(
            shape[: len(shape) - len(self.base_dist.event_shape)]
        )
        made.transforms = self.transforms
        return made

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    @property
    def has_rsample(self) -> Any:
        return self.base_dist.has_rsample

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self._transformed(self.base_dist.rsample(sample_shape))

    def _transformed(self, x: Any) -> Any:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        event_dim = len(self.event_shape)
        log_prob: Any = 0.0
        y = value
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            stretched = transform.log_abs_det_jacobian(x, y)
            log_prob = log_prob - sum_rightmost(stretched, event_dim - transform.domain.event_dim)
            y = x
        of_base = self.base_dist.log_prob(y)
        return log_prob + sum_rightmost(of_base, event_dim - len(self.base_dist.event_shape))

    def cdf(self, value: Tensor) -> Tensor:
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._turned(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._transformed(self.base_dist.icdf(self._turned(value)))

    def _turned(self, share: Any) -> Any:
        """Return 1 - share where the transforms turn the order of values."""
        sign: Any = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        return share if isinstance(sign, int) and sign == 1 else sign * (share - 0.5) + 0.5
