"""The function that users call, and the one that backward calls, written for each operation from
one template: see them with `print(tnn.mul.op.source)`. Read `written_call.py` next: the template.

They are written when they are first needed, as `dataclasses` writes methods, so that a call has the
operation's own signature and does for its operands just what has to be done: a recorded product
takes 1.5 µs, 3.8 by a loop over any number of operands (benchmarks/recording.py).
"""

from __future__ import annotations

import linecache
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from numpy import ndarray

from ..arrays import bfloat16
from ..arrays.arguments import as_bool, as_dim, as_dims, as_dtype, as_integer, as_number, as_shape
from ..arrays.indexing import as_index, is_basic
from ..arrays.kinds import COMPLEX, DIFFERENTIABLE, REAL, is_number
from ..arrays.promotion import as_float, in_one_dtype, refusal
from ..arrays.refusing import OURS, refused, say_as
from ..arrays.rounding import rounding_once
from ..arrays.warnings import SILENT, restore, silence
from . import tensor_base
from .anomaly import remember_call
from .grad_mode import INFERENCE, RECORD, mode
from .node import Node, clock
from .older_calls import in_older_order
from .op import Op, freed, pair_up, registry, written_since
from .operands import (
    as_operand,
    as_operands,
    as_output,
    as_outputs,
    call_otherwise,
    versioned,
)
from .outputs import gradients_of
from .recording import leave_several, remembered, remembered_each, sizes_of
from .tensor_base import CONSTANT, InferenceVersion, make_tensor, new
from .tensor_base import TensorBase as Tensor
from .views import link_view
from .written_call import alias_source, call_source
from .written_pull import pull_source


def write(op: Op) -> None:
    """Write both functions, from the rules that the operation has now.

    They see what is imported above, and these names of the operation's own.
    """
    scope = {
        **globals(),
        "kinds": tuple(OURS),
        "forward": _forward_of(op),
        "name": op.public,
        "op": op,
        "rule": op.rules[0].formula if op.rules else None,
        "tensor_class": tensor_base.tensor_class,
        "result_type": op.result_type if op.has_several else None,
        "value_of": op.value_of,
        **{f"rule_{rule.operands[0]}": rule.formula for rule in op.rules},
        **{f"default_{p.name}": p.default for p in op.signature},
    }
    op.source = f"{call_source(op)}\n\n{pull_source(op)}"
    _become(op.call, op.source, scope)
    op.pull = scope["pull"]
    if op.operator is not None:
        _become(op.operator, call_source(op, is_operator=True), scope)
    for function in op.aliases:
        _become(function, alias_source(op, function.__name__), scope)


def _forward_of(op: Op) -> Any:
    """Return the forward function, once a program uses bfloat16 with what rounds its results."""
    if op.keeps_halves or not bfloat16.loaded:
        return op.forward
    rounds = op.elementwise and not op.takes_exact_numbers
    numbers = [i for i, name in enumerate(op.parameters) if rounds and name in op.operands]
    numbers = numbers if len(numbers) > 1 else []
    outputs = 0 if op.is_variadic else len(op.returns)
    mixes = op.elementwise or op.sequence is not None
    return rounding_once(op.forward, op.parameters, numbers, outputs, mixes)


def _round_from_now_on(_: Any) -> None:
    for op in registry.values():
        for function in (op.call, op.operator, *op.aliases):
            if function is not None and "forward" in function.__globals__:
                function.__globals__["forward"] = _forward_of(op)


bfloat16.when_loaded(_round_from_now_on)


def _become(function: Any, source: str, scope: dict[str, Any]) -> None:
    """Give a function the code that a source gives the one of its name."""
    exec(_compiled(source), scope)
    name = function.__name__
    written = scope[name]
    scope[name] = globals().get(name, written)  # the operation `mode` is not the grad mode's
    function.__globals__.update(scope)
    function.__code__ = written.__code__
    function.__defaults__ = written.__defaults__
    function.__kwdefaults__ = written.__kwdefaults__


@cache
def _compiled(source: str) -> CodeType:
    """Compile a source once for all operations that it is the same for; tracebacks show it."""
    filename = f"{__file__[:-3]}/written_{len(linecache.cache)}.py"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return compile(source, filename, "exec")
