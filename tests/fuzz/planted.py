"""Forty faults: wrong rules, and what goes wrong around them where tensors are written and viewed.
Read `running.py` next, which counts the programs until each is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np
import op_faults

from tinygrad_nn.autograd import gradients, registry, writing

RULES = """
    sub gives b the sign of a; mul gives a its own value; div is 1e-3 off
    div forgets to divide b's gradient once more; pow does not lower the exponent
    exp takes the operand for the output; tanh takes the operand for the output
    tanh forgets the square; sigmoid is 1e-3 off; relu passes everything on
    relu passes the gradient at 0; maximum gives a tie to the first
    clamp stops the gradient at its bounds; where mixes up its branches
    sum divides as a mean; mean divides by all elements; var forgets the mean
    amax gives a tie to all; softmax leaves out the sum; logsumexp forgets the softmax
    permute applies its dims again; cat hands the pieces out in reverse
    getitem does not add up repeats; gather does not add up repeats
    matmul forgets the transpose; sort leaves the gradient in order
    cumsum adds up from the front; unbind leaves out the last part
    scatter_add does not add up repeats; mse_loss divides a sum
"""


@contextmanager
def replaced(owner: Any, name: str, fault: Callable[..., Any]) -> Iterator[None]:
    """Put a function of the own one, and of what it gets, in its place."""
    own = getattr(owner, name)
    setattr(owner, name, partial(fault, own))
    try:
        yield
    finally:
        setattr(owner, name, own)


@contextmanager
def computed(op: str, fault: Callable[..., Any]) -> Iterator[None]:
    """The operation with something else computed in its forward."""
    with replaced(registry[op], "forward", fault):
        registry[op].unwrite()
        yield
    registry[op].unwrite()


def _uncounted(own: Any, x: Any, *given: Any) -> Any:
    before = x.version[0]
    written = own(x, *given)
    x.version[0] = before
    return written


def _copied(own: Any, *given: Any) -> Any:
    return own(*given).copy()


def _rule(name: str) -> AbstractContextManager[None]:
    op, rules, _ = op_faults.FAULTS[name]
    return op_faults.planted(registry[op], rules)


def _overlay(**rules: Any) -> AbstractContextManager[None]:
    return op_faults.planted(registry["overlay"], rules)


FAULTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    name: partial(_rule, name)
    for line in RULES.split("\n")
    for name in line.strip().split("; ")
    if name
} | {
    "transpose is a copy": lambda: computed("transpose", _copied),
    "x[1:] is a copy": lambda: computed("getitem", _copied),
    "unsqueeze is a copy": lambda: computed("unsqueeze", _copied),
    "a write does not count": lambda: replaced(writing, "write", _uncounted),
    "what is written gets no gradient": lambda: _overlay(
        part=lambda g, steps: np.zeros_like(registry["overlay"].rules[1].formula(g, steps))
    ),
    "what was overwritten keeps its gradient": lambda: _overlay(input=lambda g: g),
    "a view does not learn of a write to its base": lambda: replaced(
        writing, "renew_views", lambda own, base: None
    ),
    "a write keeps what it wrote for what was there": lambda: replaced(
        writing, "_keep_before", lambda own, node, x: None
    ),
    "a leaf may be written": lambda: replaced(writing, "check_writable", lambda own, *given: None),
    "the gradient of broadcasting is no sum": lambda: replaced(
        gradients, "sum_to_shape", lambda own, g, shape: own(g, shape) * 0.5
    ),
}
