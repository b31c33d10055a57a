"""`Distribution`, the base of all: shapes, checks of parameters and values, expanding, printing.
Read `normal.py` next, the model of a distribution.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable
from typing import Any, Self

from ..arrays.refusing import shown
from ..arrays.size import Size
from ..autograd.grad_mode import no_grad
from ..errors import ArgumentError, DTypeError
from ..tensor import Tensor
from . import constraints
from .parameters import broadcast_all, lazy_property

__all__ = ["Distribution"]


class Distribution:
    """A probability distribution over values of shape `event_shape`, of which it holds a batch.

    A subclass names its parameters in `arg_constraints`, which says too how many dimensions one of
    them has; what is not shared is each distribution's own: `rsample` or `sample`, `log_prob`,
    `mean`, `variance`, `entropy`.
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    arg_constraints: Any = None
    support: Any
    _validate_args = __debug__

    _batch_shape: Size
    _event_shape: Size

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Have parameters and values checked, or not, where `validate_args` is not given."""
        if value not in (True, False):
            raise ArgumentError(f"set_default_validate_args() takes True or False, got {value!r}")
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Any = (),
        event_shape: Any = (),
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    def _broadcast(self, validate_args: bool | None, **parameters: Any) -> None:
        """Set parameters that broadcast, each value of which is one of the batch."""
        tensors = broadcast_all(*parameters.values())
        vars(self).update(zip(parameters, tensors, strict=True))
        Distribution.__init__(self, tensors[0].shape, validate_args=validate_args)

    def _check_parameters(self) -> None:
        asked = self.arg_constraints
        if asked is None:
            warnings.warn(
                f"{type(self)} has no arg_constraints; set them to {{}}, or give "
                "validate_args=False, and nothing is checked",
                stacklevel=4,
            )
            return
        for name, constraint in asked.items():
            is_made_later = name not in vars(self) and isinstance(
                getattr(type(self), name, None), lazy_property
            )
            if constraints.is_dependent(constraint) or is_made_later:
                continue
            value = getattr(self, name)
            with no_grad():
                is_valid = constraint.check(value)
            if not is_valid.all():
                raise ArgumentError(
                    f"{type(self).__name__}: parameter {name}, a {type(value).__name__} of shape "
                    f"{tuple(value.shape)}, must satisfy {constraint!r}; got {value}"
                )

    def _validate_sample(self, value: Any) -> None:
        name = type(self).__name__
        if not isinstance(value, Tensor):
            raise ArgumentError(f"{name}: the value must be a Tensor, got {value!r:.60}")
        shape, event = value.shape, self._event_shape
        if shape[len(shape) - len(event) :] != event:
            raise ArgumentError(
                f"{name}: the last sizes of a value's shape must be the event_shape "
                f"{tuple(event)}, got {tuple(shape)}"
            )
        expected = self._batch_shape + event
        for i, j in zip(reversed(shape), reversed(expected), strict=False):
            if i != 1 and j not in (1, i):
                raise ArgumentError(
                    f"{name}: a value of shape {tuple(shape)} does not broadcast with batch_shape "
                    f"+ event_shape {tuple(expected)}"
                )
        try:
            support = self.support
        except (NotImplementedError, AttributeError):
            warnings.warn(f"{type(self)} has no support, so no value is checked", stacklevel=3)
            return
        with no_grad():
            is_valid = support.check(value)
        if not is_valid.all():
            raise ArgumentError(
                f"{name}: the value, a {type(value).__name__} of shape {tuple(shape)}, must be "
                f"within the support {support!r}; got {value}. With validate_args=False it is not "
                "checked"
            )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        """Return the distribution with its parameters expanded to a larger batch."""
        made: Any = copy.copy(self) if _instance is None else _instance
        made._batch_shape, made._event_shape = Size(batch_shape), self._event_shape
        made._validate_args = self._validate_args
        for name, dims in self._dims_of_parameters().items():
            if name in vars(self):
                value = vars(self)[name]
                event = value.shape[value.dim() - dims :]
                setattr(made, name, value.expand(made._batch_shape + event))
        return made

    def _dims_of_parameters(self) -> dict[str, int]:
        """Return how many dimensions one value of each parameter has, inherited ones too."""
        dims = {}
        for owner in type(self).__mro__:
            asked = vars(owner).get("arg_constraints") or {}
            asked = self.arg_constraints if isinstance(asked, property) else asked
            dims.update({name: constraint.event_dim for name, constraint in asked.items()})
        return dims

    @property
    def batch_shape(self) -> Size:
        """The shape of the parameters: how many distributions it holds."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one value."""
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        """The expected value."""
        raise self._has_no("mean")

    @property
    def mode(self) -> Tensor:
        """The value of the highest probability."""
        raise self._has_no("mode")

    @property
    def variance(self) -> Tensor:
        """The expected square of the distance from the mean."""
        raise self._has_no("variance")

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Return values drawn, of shape sample_shape + batch_shape + event_shape, no gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Return values drawn that are a differentiable function of the parameters."""
        raise self._has_no("rsample")

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, or of the probability, of each value."""
        raise self._has_no("log_prob")

    def cdf(self, value: Tensor) -> Tensor:
        """Return the probability of what is at most the value."""
        raise self._has_no("cdf")

    def icdf(self, value: Tensor) -> Tensor:
        """Return the quantile: the value that `cdf` gives this probability."""
        raise self._has_no("icdf")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """Return all values that can occur, along a new first dimension."""
        raise self._has_no("enumerate_support")

    def entropy(self) -> Tensor:
        """Return the expected -log_prob of a value."""
        raise self._has_no("entropy")

    def perplexity(self) -> Tensor:
        """Return e^entropy."""
        return self.entropy().exp()

    def sample_n(self, n: int) -> Tensor:
        """Return n values drawn; PyTorch's older name of `sample((n,))`."""
        warnings.warn(
            "`sample_n(n)` will be deprecated. Use `sample((n,))` instead.",
            FutureWarning,
            stacklevel=2,
        )
        return self.sample(Size((n,)))

    def _has_no(self, name: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} has no {name}, as in PyTorch")

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        if not isinstance(sample_shape, Iterable):
            raise DTypeError(
                f"{type(self).__name__}: sample_shape is a tuple of ints, such as (3,), got "
                f"{shown(sample_shape)}"
            )
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def __repr__(self) -> str:
        names = self.arg_constraints or ()
        held = [(name, vars(self)[name]) for name in names if name in vars(self)]
        shown = [f"{name}: {x if x.numel() == 1 else x.shape}" for name, x in held]
        return f"{type(self).__name__}({', '.join(shown)})"
