"""The switches of PyTorch's compiler and what is said to it before it is used: nothing listens.
Read `compiler.py` next.
"""

from types import SimpleNamespace
from typing import Any

# Any switch can be set, also one that is not listed; it changes nothing.
dynamo_config = SimpleNamespace(suppress_errors=False, cache_size_limit=8, verbose=False)
inductor_config = SimpleNamespace(
    coordinate_descent_tuning=False,
    fx_graph_cache=True,
    triton=SimpleNamespace(unique_kernel_names=False, cudagraphs=False),
)


def optimize(backend: Any = "inductor", **options: Any) -> Any:
    """Return a decorator that returns the function as it is."""
    return lambda fn: fn


def mark_dynamic(t: Any, index: Any, **options: Any) -> None:
    """Do nothing: every shape may change."""
