"""Exponentials, logarithms, roots and hyperbolic functions, element by element.
Read `activations.py` next.
"""

from __future__ import annotations

import numpy as np

from ...autograd.declaring import elementwise
from ...autograd.writing import in_place

__all__ = ["cos", "exp", "hypot", "log", "sin", "sqrt", "tanh"]

exp = elementwise(np.exp, r"e^{x}", "Return e to the power x.", of="FloatArray")
exp.vjp(input=lambda g, y: g * y)

log = elementwise(
    *(np.log, r"\log x", "Return the natural logarithm; log(0) is -inf, nan below."),
    of="FloatArray",
)
log.vjp(input=lambda g, input: g / input)

sqrt = elementwise(
    *(np.sqrt, r"\sqrt{x}", "Return the square root; nan below 0. The gradient at 0 is inf."),
    of="FloatArray",
)
sqrt.vjp(input=lambda g, y: g / (2.0 * y))

tanh = elementwise(np.tanh, r"\tanh x", "Return the hyperbolic tangent.", of="FloatArray")
tanh.vjp(input=lambda g, y: g * (1.0 - y * y))

sin = elementwise(np.sin, r"\sin x", "Return the sine of an angle in radians.", of="FloatArray")
cos = elementwise(np.cos, r"\cos x", "Return the cosine of an angle in radians.", of="FloatArray")
sin.vjp(input=lambda g, input: g * cos(input))
cos.vjp(input=lambda g, input: -g * sin(input))

hypot = elementwise(
    *(np.hypot, r"\sqrt{a^2 + b^2}", "Return the length of the hypotenuse over input and other."),
    of="FloatArray",
)
hypot.vjp(input=lambda g, input, y: g * (input / y), other=lambda g, other, y: g * (other / y))


class FunctionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    exp, log, sqrt, tanh, sin, cos = exp, log, sqrt, tanh, sin, cos
    hypot = hypot
    exp_, log_, sqrt_ = in_place(exp), in_place(log), in_place(sqrt)
    tanh_, sin_, cos_ = in_place(tanh), in_place(sin), in_place(cos)
