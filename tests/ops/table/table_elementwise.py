"""Rows of the operations that act on each element by itself.
Read `table_reduction.py` next.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from op_rows import (
    Row,
    above_one,
    at,
    boolean,
    complex_,
    each,
    inside,
    integer,
    low,
    nonzero,
    pairs,
    positive,
    probability,
    real,
    some_infinite,
    some_nan,
    triples,
    wide,
)


def _threshold_backward(g: Any, x: Any, threshold: float = 0) -> Any:
    import torch

    return torch.ops.aten.threshold_backward(g, x, threshold)


def _shrink_backward(g: Any, x: Any, lambd: float) -> Any:
    import torch

    return torch.ops.aten.hardshrink_backward(g, x, lambd)


def _leaky_relu_backward(g: Any, x: Any, negative_slope: float) -> Any:
    import torch

    return torch.ops.aten.leaky_relu_backward(g, x, negative_slope, False)


def _hardtanh_backward(g: Any, x: Any) -> Any:
    import torch

    return torch.ops.aten.hardtanh_backward(g, x, -1, 1)


def _div_rounded(input: Any, other: Any, rounding_mode: Any = "trunc") -> Any:
    import torch

    return torch.div(input, other, rounding_mode=rounding_mode)


def _drawn(input: Any, values: Any) -> Any:
    import torch

    if input.is_complex():
        raise TypeError("what is drawn for a complex tensor is not known")
    nothing = torch.where(torch.zeros_like(input, dtype=bool), input, 0.0)
    return values + nothing.contiguous()


def _floor_divide(input: Any, other: Any) -> Any:
    """The same with a gradient of 0, where PyTorch's floor_divide has none."""
    import torch

    return torch.div(input, other, rounding_mode="floor")


def _heaviside(input: Any, values: Any) -> Any:
    """The same with the gradient of `values`, where PyTorch's heaviside has none."""
    import torch

    if not getattr(values, "requires_grad", False):
        return torch.heaviside(input.detach(), values)
    return torch.where(input == 0, values, (1 + torch.sign(input)) / 2)


def _ldexp(input: Any, other: Any) -> Any:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, where the first has fewer dimensions
        return torch.ldexp(input, other)


SHAPES = [(2, 3), (), (0, 2)]
ROUNDED = each([(2, 3), (), (0, 2)], {}, {"decimals": 1}, {"decimals": -1})
SCALED = [*triples, at((2, 3), (2, 3), (2, 3), value=2), at((2, 3), (2, 3), (3,), value=-0.5)]

ELEMENTWISE = [
    # each element by itself
    Row("neg", real),
    Row("reciprocal", nonzero),
    Row("exp", real),
    Row("log", positive),
    Row("exp2", real),
    Row("expm1", real),
    Row("log2", positive),
    Row("log10", positive),
    Row("log1p", positive),
    Row("sqrt", positive),
    Row("rsqrt", positive),
    Row("sin", real),
    Row("cos", real),
    Row("tan", inside),
    Row("asin", inside),
    Row("acos", inside),
    Row("atan", real),
    Row("sinh", real),
    Row("cosh", real),
    Row("asinh", real),
    Row("acosh", above_one),
    Row("atanh", inside),
    Row("sinc", nonzero),
    Row("deg2rad", wide),
    Row("rad2deg", real),
    Row("floor", wide),
    Row("ceil", wide),
    Row("trunc", wide),
    Row("round", wide, samples=ROUNDED),
    Row("frac", wide),
    Row("signbit", real),
    Row("frexp", wide),
    Row("nan_to_num", real, samples=each([(2, 3), ()], {}, {"nan": 2.0, "posinf": 3.0})),
    Row("isfinite", some_infinite),
    Row("isinf", some_infinite),
    Row("isposinf", some_infinite),
    Row("isneginf", some_infinite),
    Row("isreal", complex_),
    Row("square", real),
    Row("abs", nonzero),
    Row("sign", nonzero),
    Row("sgn", complex_),
    Row("tanh", real),
    Row("sigmoid", real),
    Row("relu", nonzero),
    Row("threshold_backward", real, nonzero, numbers=False, torch=_threshold_backward,
        samples=each([((2, 3), (2, 3)), ((), ()), ((0, 2), (0, 2))], {}, {"threshold": 0.6})),
    Row("shrink_backward", real, wide, numbers=False, torch=_shrink_backward,
        samples=each([((2, 3), (2, 3)), ((), ()), ((0, 2), (0, 2))], {"lambd": 0.6})),
    Row("softplus", real, torch="nn.functional.softplus",
        samples=each([(2, 3), (), (0, 2)], {}, {"beta": 2.0}, {"threshold": 0.3})),
    Row("leaky_relu", real, torch="nn.functional.leaky_relu",
        samples=each([(2, 3), (), (0, 2)], {}, {"negative_slope": 0.3})),
    Row("leaky_relu_backward", real, nonzero, numbers=False, torch=_leaky_relu_backward,
        samples=each([((2, 3), (2, 3)), ((), ()), ((0, 2), (0, 2))], {"negative_slope": 0.3})),
    Row("hardtanh_backward", real, wide, numbers=False, torch=_hardtanh_backward,
        samples=each([((2, 3), (2, 3)), ((), ()), ((0, 2), (0, 2))], {})),
    Row("hardtanh", wide, torch="nn.functional.hardtanh",
        samples=each([(2, 3), (), (0, 2)], {}, {"min_val": -0.5, "max_val": 2.0})),
    Row("elu", real, torch="_C._nn.elu", samples=each(
        [(2, 3), (), (0, 2)], {}, {"alpha": 0.7, "scale": 1.3, "input_scale": 0.4})),
    Row("celu", real, torch="celu", samples=each(SHAPES, {}, {"alpha": 0.5})),
    Row("gelu", real, torch="nn.functional.gelu",
        samples=each(SHAPES, {}, {"approximate": "none"}, {"approximate": "tanh"})),
    *[Row(name, wide, torch=f"nn.functional.{name}", samples=each(SHAPES, {}))
      for name in ("silu", "mish", "hardsigmoid", "hardswish")],
    *[Row(name, real, torch=f"nn.functional.{name}", samples=each(SHAPES, {}, {"lambd": 0.3}))
      for name in ("hardshrink", "softshrink")],
    Row("log_sigmoid", wide, torch="nn.functional.logsigmoid", samples=each(SHAPES, {})),
    Row("threshold", real, samples=each(SHAPES, {"threshold": 0.1, "value": 7.0})),
    Row("logit", probability, samples=each(SHAPES, {}, {"eps": 0.2})),
    Row("clone", real),
    Row("real", complex_),
    Row("imag", complex_),
    Row("conj", complex_),
    Row("angle", complex_),
    Row("complex", real, real, samples=pairs),
    Row("polar", positive, real, samples=pairs),
    Row("view_as_real", complex_, samples=[at(()), at((3,)), at((2, 1, 3))]),
    Row("view_as_complex", real, samples=[at((2,)), at((3, 2)), at((2, 3, 2))]),
    Row("isnan", some_nan),
    Row("logical_not", integer),
    Row("bitwise_not", integer),
    Row("cast", real, torch=lambda x, dtype: x.to(dtype),
        samples=each([(2, 3)], *({"dtype": t} for t in (np.float32, np.int64, np.bool_)))),
    Row("drawn", real, torch=_drawn, samples=[
        at((2, 3), values=np.eye(2, 3)), at((), values=np.array(2.0)), at((0,), values=np.zeros(0)),
    ]),
    # each pair of elements
    Row("add", real, real),
    Row("sub", real, real),
    Row("mul", real, real),
    Row("div", real, nonzero),
    Row("div_rounded", real, nonzero, torch=_div_rounded, samples=each(
        [((2, 3), (2, 3)), ((), (3,)), ((2, 1), (3,)), ((0, 3), (1, 1))],
        {"rounding_mode": "floor"}, {"rounding_mode": "trunc"},
    )),
    Row("pow", positive, real),
    Row("hypot", nonzero, nonzero, numbers=False),
    Row("floor_divide", wide, nonzero, torch=_floor_divide),
    Row("fmod", wide, nonzero),
    Row("remainder", wide, nonzero),
    Row("gcd", integer, integer, numbers=False),
    Row("lcm", integer, integer, numbers=False),
    Row("atan2", nonzero, nonzero, numbers=False),
    Row("logaddexp", real, real, numbers=False),
    Row("logaddexp2", real, real, numbers=False),
    Row("xlogy", real, positive),
    Row("copysign", nonzero, nonzero),
    Row("ldexp", real, real, numbers=False, torch=_ldexp),
    Row("nextafter", real, real, numbers=False),
    Row("heaviside", nonzero, real, numbers=False, torch=_heaviside),
    Row("maximum", real, real, numbers=False),
    Row("minimum", real, real, numbers=False),
    Row("fmax", real, real, numbers=False),
    Row("fmin", real, real, numbers=False),
    Row("clamp_min", real, real),
    Row("clamp_max", real, real),
    Row("eq", integer, integer),
    Row("ne", integer, integer),
    Row("lt", real, real),
    Row("le", integer, integer),
    Row("gt", real, real),
    Row("ge", integer, integer),
    Row("bitwise_and", integer, integer),
    Row("bitwise_or", integer, integer),
    Row("bitwise_xor", integer, integer),
    Row("bitwise_left_shift", integer, integer),
    Row("bitwise_right_shift", integer, integer),
    Row("logical_and", integer, integer, numbers=False),
    Row("logical_or", integer, integer, numbers=False),
    Row("logical_xor", integer, integer, numbers=False),
    Row("isclose", real, real, numbers=False,
        samples=[*pairs, at((2, 3), (3,), atol=1.0, equal_nan=True)]),
    # each three of elements
    Row("where", boolean, real, real),
    Row("lerp", real, real, probability),
    Row("addcmul", real, real, real, numbers=False, samples=SCALED),
    Row("addcdiv", real, real, nonzero, numbers=False, samples=SCALED),
    Row("clamp", wide, low, positive, samples=[
        *each([(2, 3), ()], {"min": -0.5}, {"max": 0.5}, {"min": -0.5, "max": 0.5}),
        *[at((4, 3), (3,)), at((2, 3), (3,), (2, 1)), at((2, 3), (), (3,))],
        at((0, 3), (3,), (1, 1)),
    ]),
]  # fmt: skip
