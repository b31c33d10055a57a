"""The Kullback-Leibler divergence of two distributions: what is registered for their classes.
Read `kl_same.py` next, for two of a family, then `kl_across.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..errors import DTypeError
from .distribution import Distribution

__all__ = ["kl_divergence", "register_kl"]

Divergence = Callable[[Any, Any], Any]

_REGISTERED: dict[tuple[type, type], Divergence] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Divergence], Divergence]:
    """Have `kl_divergence` call a function of p and q for two classes and all below them.

    Raises:
        DTypeError: what is no class of distributions.

    Example:
        >>> from tinygrad_nn.distributions import Normal, kl_divergence, register_kl
        >>> class Own(Normal): pass
        >>> @register_kl(Own, Normal)
        ... def always_seven(p, q):
        ...     return 7.0
        >>> kl_divergence(Own(0.0, 1.0), Normal(0.0, 1.0))
        7.0
    """
    for each in (type_p, type_q):
        if not isinstance(each, type):  # a base that packages mix into their distributions will do
            raise DTypeError(f"register_kl() takes two classes of distributions, got {each!r:.60}")

    def decorate(function: Divergence) -> Divergence:
        _REGISTERED[type_p, type_q] = function
        return function

    return decorate


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """Return the expected log p(x) - log q(x) of x drawn from p, one number for each of the batch.

    Raises:
        NotImplementedError: nothing is registered for the two classes.

    Example:
        >>> from tinygrad_nn.distributions import Normal, kl_divergence
        >>> kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0))
        tensor(0.5000)
    """
    function = _registered_for(type(p), type(q))
    if function is None:
        raise NotImplementedError(
            f"no divergence of {type(p).__name__} from {type(q).__name__} is known, as in PyTorch; "
            "register_kl adds one"
        )
    return function(p, q)


def _registered_for(type_p: type, type_q: type) -> Divergence | None:
    """Return what is registered for the nearest classes: first those of p, or first those of q."""
    found = [
        (type_p.__mro__.index(for_p), type_q.__mro__.index(for_q), function)
        for (for_p, for_q), function in _REGISTERED.items()
        if for_p in type_p.__mro__ and for_q in type_q.__mro__
    ]
    if not found:
        return None
    *_, by_p = min(found, key=lambda each: each[:2])
    *_, by_q = min(found, key=lambda each: each[1::-1])
    if by_p is not by_q:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}): two functions are as "
            "near; register_kl one for just these",
            RuntimeWarning,
            stacklevel=3,
        )
    return by_p
