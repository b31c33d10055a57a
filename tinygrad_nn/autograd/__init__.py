"""The engine: operations with gradient rules, the graph they record, the backward pass over it.
Read in this order: `grad_mode`, `node`, `tensor_base`, `op`, `recorder`, `recording`, `engine`;
`checks/` says whether gradients are right.
"""

from ..tensor.variable import Variable
from . import function, functional
from .checks import Comparison, GradcheckError, compare, gradcheck, gradgradcheck
from .declaring import elementwise, op
from .engine import backward, grad
from .function import Function
from .grad_mode import (
    detect_anomaly,
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from .op import registry

__all__ = [
    "Comparison",
    "Function",
    "GradcheckError",
    "Variable",
    "backward",
    "compare",
    "detect_anomaly",
    "elementwise",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "op",
    "registry",
    "set_grad_enabled",
]
