"""`biject_to` and `transform_to`: from a constraint, a transform of all numbers onto its region.
Read `transforms/transform.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.kinds import is_number
from ..errors import DTypeError
from . import constraints as c
from . import transforms as t

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """Makes a transform for a constraint, by what is registered for its class.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.distributions import constraints, transform_to
        >>> transform_to(constraints.positive)(tnn.tensor([0.0]))
        tensor([1.])
    """

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Register a function that makes the transform; a decorator where it is not given."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = constraint if isinstance(constraint, type) else type(constraint)
        if not issubclass(kind, c.Constraint):
            raise DTypeError(f"register() takes a constraint or a class of them, got {constraint}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """Return the transform, or raise NotImplementedError."""
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"no transform onto {constraint!r} is registered")
        return factory(constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def _onto_interval(constraint: Any) -> Any:
    low, high = constraint.lower_bound, constraint.upper_bound
    if is_number(low) and is_number(high) and (low, high) == (0, 1):
        return t.SigmoidTransform()
    return t.ComposeTransform([t.SigmoidTransform(), t.AffineTransform(low, high - low)])


def _above(constraint: Any) -> Any:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(constraint.lower_bound, 1)])


def _below(constraint: Any) -> Any:
    return t.ComposeTransform([t.ExpTransform(), t.AffineTransform(constraint.upper_bound, -1)])


for _registry in (biject_to, transform_to):

    def _independent(constraint: Any, onto: Any = _registry) -> Any:
        base, dims = constraint.base_constraint, constraint.reinterpreted_batch_ndims
        return t.IndependentTransform(onto(base), dims)

    def _cat(constraint: Any, onto: Any = _registry) -> Any:
        parts = [onto(each) for each in constraint.cseq]
        return t.CatTransform(parts, constraint.dim, constraint.lengths)

    def _stack(constraint: Any, onto: Any = _registry) -> Any:
        return t.StackTransform([onto(each) for each in constraint.cseq], constraint.dim)

    _registry.register(c.real, lambda _: t.identity_transform)
    _registry.register(c.independent, _independent)
    _registry.register(c.greater_than, _above)
    _registry.register(c.greater_than_eq, _above)
    _registry.register(c.less_than, _below)
    _registry.register(c.interval, _onto_interval)
    _registry.register(c.half_open_interval, _onto_interval)
    _registry.register(c.corr_cholesky, lambda _: t.CorrCholeskyTransform())
    _registry.register(c.cat, _cat)
    _registry.register(c.stack, _stack)

biject_to.register(c.simplex, lambda _: t.StickBreakingTransform())
transform_to.register(c.simplex, lambda _: t.SoftmaxTransform())
transform_to.register(c.lower_cholesky, lambda _: t.LowerCholeskyTransform())
transform_to.register(c.positive_definite, lambda _: t.PositiveDefiniteTransform())
transform_to.register(c.positive_semidefinite, lambda _: t.PositiveDefiniteTransform())
