"""`Transform`, a function from one region to another with its inverse, and the inverse as another.
Read `elementwise.py` next.
"""

from __future__ import annotations

import copy
from typing import Any

from ...errors import ArgumentError
from .. import constraints

__all__ = ["Transform"]


class Transform:
    """y = f(x) from `domain` to `codomain`; a subclass gives `_call`, `_inverse` and the Jacobian.

    With `cache_size=1` the last pair of x and y is kept, so that the inverse of what was just made
    costs nothing and is exact.

    Raises:
        ArgumentError: a cache_size other than 0 and 1.
    """

    bijective: Any = False
    domain: Any
    codomain: Any
    compared: tuple[str, ...] | None = ()  # what equal transforms have in common; None: nothing

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ArgumentError(
                f"{type(self).__name__}: cache_size must be 0 or 1, got {cache_size}"
            )
        self._cache_size = cache_size
        self._inv: Any = None
        self._cached_x_y: Any = (None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_inv": None}

    @property
    def event_dim(self) -> Any:
        """How many dimensions are one value, where that is the same on both sides."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ArgumentError(
            f"{type(self).__name__} takes values of {self.domain.event_dim} dimensions and gives "
            f"ones of {self.codomain.event_dim}: ask .domain.event_dim or .codomain.event_dim"
        )

    @property
    def sign(self) -> Any:
        """1 where the order of numbers stays, -1 where it turns."""
        raise NotImplementedError(f"{type(self).__name__} neither keeps nor turns the order")

    @property
    def inv(self) -> Any:
        """The inverse, a transform."""
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    def with_cache(self, cache_size: int = 1) -> Any:
        """Return the transform with a cache, or without."""
        if self._cache_size == cache_size:
            return self
        made = copy.copy(self)
        made._cache_size, made._inv, made._cached_x_y = cache_size, None, (None, None)
        return made

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if self.compared is None or type(self) is not type(other):
            return False
        return all(_same(getattr(self, name), getattr(other, name)) for name in self.compared)

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, x: Any) -> Any:
        """Return f(x)."""
        if self._cache_size and x is self._cached_x_y[0]:
            return self._cached_x_y[1]
        return self._kept(x, self._call(x))[1]

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size and y is self._cached_x_y[1]:
            return self._cached_x_y[0]
        return self._kept(self._inverse(y), y)[0]

    def _kept(self, *x_y: Any) -> Any:
        if self._cache_size:
            self._cached_x_y = x_y
        return x_y

    def _call(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} is not defined forwards")

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no inverse")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Return log |det dy/dx|, one number for each value."""
        raise NotImplementedError(f"{type(self).__name__} has no log_abs_det_jacobian")

    def forward_shape(self, shape: Any) -> Any:
        """Return the shape of f(x) for x of a shape."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """Return the shape of x for f(x) of a shape."""
        return shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _same(a: Any, b: Any) -> bool:
    return bool((a == b).all()) if hasattr(a == b, "all") else bool(a == b)


class _InverseTransform(Transform):
    """The inverse of a transform, which it asks for everything."""

    compared = ("_inv",)

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self._inv = transform

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        return self._inv.codomain

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        return self._inv.domain

    @property
    def bijective(self) -> Any:
        return self._inv.bijective

    @property
    def sign(self) -> Any:
        return self._inv.sign

    def with_cache(self, cache_size: int = 1) -> Any:
        return self._inv.with_cache(cache_size).inv

    def __getstate__(self) -> dict[str, Any]:
        return vars(self)

    def __call__(self, x: Any) -> Any:
        """Return the inverse at x."""
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._inv.forward_shape(shape)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inv!r})"
