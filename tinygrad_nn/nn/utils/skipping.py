"""Making a module without drawing its initial values.
Read `vectors.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import shown
from ...errors import DTypeError
from ...random import get_rng_state, set_rng_state
from ..module import Module


def skip_init(module_cls: type[Module], *args: Any, **kwargs: Any) -> Any:
    """Return `module_cls(*args, **kwargs)`, whose values are to be loaded: no stream moves on.

    Raises:
        DTypeError: no class of Modules. RuntimeError: another device than the CPU.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.utils.skip_init(tnn.nn.Linear, 2, 3)
        Linear(in_features=2, out_features=3, bias=True)
    """
    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        raise DTypeError(f"skip_init() takes a class of Modules, got {shown(module_cls)}")
    state = get_rng_state()
    try:
        return module_cls(*args, **kwargs)
    finally:
        set_rng_state(state)
