"""`MixtureSameFamily`, one of several distributions of a kind, chosen by chance.
Read `transformed_distribution.py` next.
"""

from __future__ import annotations

from typing import Any, Self

from ..autograd.grad_mode import no_grad
from ..errors import ArgumentError
from ..tensor import Tensor
from . import constraints
from .categorical import Categorical
from .distribution import Distribution

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """p(x) = sum over k of p(k) p(x | k): component k is the k-th of the last batch dimension.

    Samples are PyTorch's for the same seed; they have no gradient.

    Raises:
        ArgumentError: no Categorical and Distribution, or ones whose shapes do not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.distributions import Categorical, MixtureSameFamily, Normal
        >>> weights = Categorical(tnn.tensor([0.25, 0.75]))
        >>> MixtureSameFamily(weights, Normal(tnn.tensor([-1.0, 1.0]), 0.5)).mean
        tensor(0.5000)
    """

    arg_constraints: Any = {}

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ArgumentError(
                "MixtureSameFamily: mixture_distribution must be a Categorical, got "
                f"{mixture_distribution!r:.60}"
            )
        if not isinstance(component_distribution, Distribution):
            raise ArgumentError(
                "MixtureSameFamily: component_distribution must be a Distribution, got "
                f"{component_distribution!r:.60}"
            )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        of_mixture, of_components = mixture_distribution.batch_shape, self._components_shape[:-1]
        sizes = zip(reversed(of_mixture), reversed(of_components), strict=False)
        weights = mixture_distribution.logits.shape[-1]
        if any(1 not in (i, j) and i != j for i, j in sizes) or (
            weights != self._components_shape[-1]
        ):
            raise ArgumentError(
                f"MixtureSameFamily: weights of shape {tuple(mixture_distribution.param_shape)} do "
                f"not fit components of batch_shape {tuple(self._components_shape)}"
            )
        event_shape = component_distribution.event_shape
        self._num_component, self._event_ndims = weights, len(event_shape)
        super().__init__(of_components, event_shape, validate_args)

    @property
    def _components_shape(self) -> Any:
        return self._component_distribution.batch_shape

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        with_components = (*made.batch_shape, self._num_component)
        made._component_distribution = self._component_distribution.expand(with_components)
        made._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        return made

    @constraints.dependent_property
    def support(self) -> Any:
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """What chooses the component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components, along the last dimension of the batch."""
        return self._component_distribution

    @property
    def mean(self) -> Tensor:
        return self._expected(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        """The expected variance of the components, and the variance of their means."""
        within = self._expected(self.component_distribution.variance)
        distance = self.component_distribution.mean - self._pad(self.mean)
        return within + self._expected(distance.pow(2.0))

    def _expected(self, of_components: Any) -> Tensor:
        probs = self.mixture_distribution.probs
        missing = len(self.batch_shape) - len(self.mixture_distribution.batch_shape)
        lacking = 0 if probs.dim() == 2 else missing
        shape = (*probs.shape[:-1], *(1,) * lacking, probs.shape[-1], *(1,) * self._event_ndims)
        return (probs.reshape(shape) * of_components).sum(-1 - self._event_ndims)

    def cdf(self, value: Tensor) -> Tensor:
        of_components = self.component_distribution.cdf(self._pad(value))
        return (of_components * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        of_components = self.component_distribution.log_prob(self._pad(value))
        weights = self.mixture_distribution.logits.log_softmax(-1)
        return (of_components + weights).logsumexp(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            chosen = self.mixture_distribution.expand(self.batch_shape).sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            dim = len(sample_shape) + len(self.batch_shape)
            index = chosen.reshape(chosen.shape + (1,) * (1 + self._event_ndims))
            index = index.expand((*drawn.shape[:dim], 1, *self.event_shape))
            return drawn.gather(dim, index).squeeze(dim)

    def _pad(self, x: Any) -> Any:
        return x.unsqueeze(-1 - self._event_ndims)

    def __repr__(self) -> str:
        parts = (self.mixture_distribution, self.component_distribution)
        shown = ",".join(f"\n  {part}" for part in parts)
        return f"MixtureSameFamily({shown})"
