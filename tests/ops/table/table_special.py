"""Rows of the special functions.
Read `table_reduction.py` next.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from op_rows import Row, at, each, nonzero, positive, probability, real, wide

KINDS = [f"{shifted}chebyshev_polynomial_{kind}" for shifted in ("", "shifted_") for kind in "tuvw"]
KINDS += ["hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l"]
KINDS += ["legendre_polynomial_p"]
SHAPES = [(2, 3), (), (0, 2)]
PAIRS = [at((2, 3), (2, 3)), at((2, 1), (3,)), at((), ()), at((3,), ()), at((0, 1), (2,))]


def beyond_one(random: Any, shape: Any) -> Any:
    return random.uniform(1.1, 3.0, shape)


@cache
def _in_torch() -> Any:
    """Gammas of PyTorch whose second derivatives have more digits than the 9 of its trigamma."""
    import torch

    class Digamma(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.digamma(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * _polygamma(*ctx.saved_tensors, 1)

    class Lgamma(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.lgamma(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * Digamma.apply(*ctx.saved_tensors)

    return Lgamma.apply, Digamma.apply


def _lgamma(x: Any) -> Any:
    return _in_torch()[0](x)


def _digamma(x: Any) -> Any:
    return _in_torch()[1](x)


def _polygamma(x: Any, n: int) -> Any:
    import torch

    factor = -math.factorial(n) * (-1.0) ** n
    return factor * torch.special.zeta(n + 1.0, x) if n else _digamma(x)


def _mvlgamma(x: Any, p: int) -> Any:
    total = sum(_lgamma(x - j / 2) for j in range(p))
    return total + p * (p - 1) / 4 * math.log(math.pi)


def _by_constant(constant: float) -> Any:
    """Operands of which the first, by which there is no derivative, is a constant."""
    return lambda framework, x: (framework.full_like(x.detach(), constant), x)


BESSEL = ("j0", "j1", "y0", "y1")  # PyTorch's own have seven digits


def _by_scipy(name: str) -> Any:
    def bessel(x: Any) -> Any:
        import torch
        from scipy import special

        x = x.detach() if x.is_floating_point() else x.to(torch.get_default_dtype())
        return torch.from_numpy(np.asarray(getattr(special, name)(x.numpy())))

    return bessel


def _special(name: str, *operands: Any, **given: Any) -> Row:
    return Row(f"special_{name}", *operands, torch=f"special.{name}", **given)


SPECIAL = [
    Row("erf", real),
    Row("erfc", real),
    Row("erfinv", probability),
    _special("erfcx", real),
    Row("lgamma", positive, torch=_lgamma),
    Row("digamma", positive, torch=_digamma),
    Row("polygamma", positive, torch=_polygamma,
        samples=[at(shape, n=n) for shape in SHAPES for n in range(4)]),
    Row("mvlgamma", beyond_one, torch=_mvlgamma, samples=each(SHAPES, {"p": 1}, {"p": 3})),
    Row("igamma", positive, numbers=False, of=_by_constant(1.75), samples=each(SHAPES, {})),
    Row("igammac", positive, numbers=False, of=_by_constant(1.75), samples=each(SHAPES, {})),
    _special("zeta", positive, numbers=False, of=_by_constant(2.5), samples=each(SHAPES, {})),
    _special("log_ndtr", wide),
    _special("ndtri", probability),
    _special("entr", positive),
    _special("xlog1py", real, positive),
    Row("i0", real),
    *[Row(f"special_bessel_{name}", positive, torch=_by_scipy(name)) for name in BESSEL],
    *[_special(name, real) for name in ("i0e", "i1", "spherical_bessel_j0")],
    _special("i1e", nonzero),
    *[_special(name, probability) for name in ("airy_ai", "modified_bessel_i0",
      "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1",
      "scaled_modified_bessel_k0", "scaled_modified_bessel_k1")],
    *[_special(name, real, wide, samples=PAIRS) for name in KINDS],
]  # fmt: skip
