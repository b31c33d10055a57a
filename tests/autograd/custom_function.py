"""A `Function` of either library from the same forward and backward, for the tests beside it.
Read `test_function.py` next.
"""

from __future__ import annotations

from typing import Any


def function(library: Any, forward: Any, backward: Any) -> Any:
    """Return the Function of the library that has this forward and this backward."""
    members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Custom", (library.autograd.Function,), members)


def cube(library: Any) -> Any:
    def forward(ctx, x):
        assert not library.is_grad_enabled()
        ctx.save_for_backward(x)
        return x * x * x

    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * x * x * g

    return function(library, forward, backward)
