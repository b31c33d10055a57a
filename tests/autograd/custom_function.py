"""A `Function` of either library from the same forward and backward, for the tests beside it.
Read `test_function.py` next.
"""

from __future__ import annotations

from typing import Any

from beside_torch import assert_same


def function(library: Any, forward: Any, backward: Any = None, **more: Any) -> Any:
    """Return the Function of the library that has this forward, this backward, and more members."""
    given = {"forward": forward, "backward": backward, **more}
    members = {name: staticmethod(each) for name, each in given.items() if callable(each)}
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


def disagreements(programs: dict[str, Any]) -> dict[str, str]:
    """Run each program with both libraries, and say where they differ."""
    found = {}
    for name, program in programs.items():
        try:
            assert_same(program)
        except Exception as error:  # an error here is a difference like any other
            found[name] = f"{type(error).__name__}: {error}"
    return found


def facts(tensor: Any) -> list[Any]:
    """Return what tells whether a tensor has the graph that it should have."""
    return [tensor, tensor.requires_grad, tensor.is_leaf]
