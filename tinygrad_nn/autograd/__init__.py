"""The engine: operations with gradient rules, the graph they record, the backward pass over it.
Read in this order: `grad_mode`, `node`, `tensor_base`, `op`, `recorder`, `recording`, `engine`;
`checks/` says whether gradients are right.
"""

import sys as _sys
import typing as _typing
from importlib import import_module as _import_module

from ..places import missing as _missing
from ..tensor.variable import Variable
from . import function, functional, graph
from .declaring import elementwise, op
from .engine import backward, grad
from .function import Function
from .grad_mode import (
    detect_anomaly,
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_detect_anomaly,
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
    "forward_ad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "op",
    "registry",
    "set_detect_anomaly",
    "set_grad_enabled",
]

if _typing.TYPE_CHECKING:
    from .checks import Comparison, GradcheckError, compare, gradcheck, gradgradcheck

_OF_CHECKS = {"Comparison", "GradcheckError", "compare", "gradcheck", "gradgradcheck"}


def __getattr__(name: str) -> _typing.Any:
    """Import what checks gradients, and what is made beside them, when it is asked for."""
    if name == "forward_ad":
        return _import_module(".forward_ad", __name__)
    if name not in _OF_CHECKS:
        _missing.refuse(_sys.modules[__name__], "autograd", name)
    from . import checks

    return getattr(checks, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_CHECKS, "forward_ad"})
