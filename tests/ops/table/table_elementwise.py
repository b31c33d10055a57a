"""Rows of the operations that act on each element by itself.
Read `table_reduction.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import (
    Row,
    at,
    boolean,
    complex_,
    each,
    integer,
    low,
    nonzero,
    positive,
    real,
    some_nan,
    wide,
)


def _threshold_backward(g: Any, x: Any) -> Any:
    import torch

    return torch.ops.aten.threshold_backward(g, x, 0)


def _leaky_relu_backward(g: Any, x: Any, negative_slope: float) -> Any:
    import torch

    return torch.ops.aten.leaky_relu_backward(g, x, negative_slope, False)


def _hardtanh_backward(g: Any, x: Any) -> Any:
    import torch

    return torch.ops.aten.hardtanh_backward(g, x, -1, 1)


def _div_rounded(input: Any, other: Any, rounding_mode: Any = "trunc") -> Any:
    import torch

    return torch.div(input, other, rounding_mode=rounding_mode)


ELEMENTWISE = [
    # each element by itself
    Row("neg", real),
    Row("reciprocal", nonzero),
    Row("exp", real),
    Row("log", positive),
    Row("sqrt", positive),
    Row("sin", real),
    Row("cos", real),
    Row("square", real),
    Row("abs", nonzero),
    Row("sign", nonzero),
    Row("sgn", complex_),
    Row("tanh", real),
    Row("sigmoid", real),
    Row("relu", nonzero),
    Row("threshold_backward", real, nonzero, numbers=False, torch=_threshold_backward,
        samples=each([((2, 3), (2, 3)), ((), ()), ((0, 2), (0, 2))], {})),
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
    Row("silu", real, torch="nn.functional.silu", samples=each([(2, 3), (), (0, 2)], {})),
    Row("clone", real),
    Row("real", complex_),
    Row("imag", complex_),
    Row("conj", complex_),
    Row("angle", complex_),
    Row("isnan", some_nan),
    Row("logical_not", integer),
    Row("bitwise_not", integer),
    Row("cast", real, torch=lambda x, dtype: x.to(dtype),
        samples=each([(2, 3)], *({"dtype": t} for t in (np.float32, np.int64, np.bool_)))),
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
    Row("maximum", real, real, numbers=False),
    Row("minimum", real, real, numbers=False),
    Row("eq", integer, integer),
    Row("ne", integer, integer),
    Row("lt", real, real),
    Row("le", integer, integer),
    Row("gt", real, real),
    Row("ge", integer, integer),
    Row("bitwise_and", integer, integer),
    Row("bitwise_or", integer, integer),
    Row("bitwise_xor", integer, integer),
    # each three of elements
    Row("where", boolean, real, real),
    Row("clamp", wide, low, positive, samples=[
        *each([(2, 3), ()], {"min": -0.5}, {"max": 0.5}, {"min": -0.5, "max": 0.5}),
        *[at((4, 3), (3,)), at((2, 3), (3,), (2, 1)), at((2, 3), (), (3,))],
        at((0, 3), (3,), (1, 1)),
    ]),
]  # fmt: skip
