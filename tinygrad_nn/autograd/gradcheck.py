"""`gradcheck` holds backward against differences, entry by entry; `gradgradcheck` the second derivatives.
Read `gradient_checks.py` next, for what is checked, and `compare.py` for gradients worked out by hand.

A checker is worth what it refuses, so beyond the Jacobian it pulls back random gradients (ones would
check a softmax as 0 = 0), the same one twice, zeros, and none at all for one of several outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..warn import warn_user
from . import engine
from .gradient_checks import (
    SEED,
    Subject,
    check_backward,
    check_constant,
    check_directions,
    check_entries,
    check_inputs,
    check_missing_gradients,
    check_values_repeat,
    outputs_of,
    random_like,
    requiring_grad,
)
from .mismatch import GradcheckError
from .tensor_base import TensorBase, make_tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Return True if the backward of `func` agrees with differences at these inputs.

    For every entry of every input that requires a gradient, (f(x + eps) - f(x - eps)) / 2 eps must be
    within atol + rtol |difference| of what backward gives, for every entry of every output that
    requires one. Also, backward must be linear in the incoming gradient, give the same twice (within
    `nondet_tol`) and zeros for zeros, and each gradient must have its input's shape.

    Args:
        func: takes the inputs, returns a tensor or a tuple of them; called twice per entry and more.
        inputs: a tensor or a tuple (of tensors, lists of tensors, and whatever else `func` takes), in
            float64 where they require a gradient. Their values are moved in place and put back.
        eps: the step of the differences.
        atol: the absolute part of the tolerance.
        rtol: the relative part of the tolerance.
        raise_exception: False returns False instead of raising `GradcheckError`.
        nondet_tol: how much two backward passes may differ.
        check_undefined_grad: backward also has to run while one of several outputs has no gradient.
        check_grad_dtypes: each gradient must have its input's dtype too.
        check_batched_grad: not here, nor `check_batched_forward_grad` and `check_forward_ad`.
        check_backward_ad: has to stay True: there is nothing else to check.
        fast_mode: check one random direction per input and output instead of every entry.
        masked: accepted for programs that pass it; it is about sparse tensors, which are not here.

    Raises:
        GradcheckError: a wrong gradient; the message says where, by how much, and what to look at.
        ValueError: no input requires a gradient. ShapeError: an input whose entries share memory.
        NotImplementedError: a check that is not here.

    Warns (UserWarning) of inputs in less than float64, and where the gradients agree at a kink, as
    those of |x| do at 0: there is no derivative there, so that it says nothing.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
        >>> tnn.autograd.gradcheck(lambda x: x.exp() * x, x)
        True
    """
    _refuse(
        "gradcheck",
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
        check_forward_ad=check_forward_ad,
    )
    if not check_backward_ad:
        raise ValueError("gradcheck(check_backward_ad=False) leaves nothing to check")
    subject = Subject(func, _as_tuple(inputs), eps, atol, rtol)
    check_inputs(subject)
    try:
        outputs = subject.outputs()
        if not outputs:
            check_constant(subject)
            return True
        check_values_repeat(subject, outputs, nondet_tol)
        check_backward(subject, outputs, nondet_tol, check_grad_dtypes)
        if check_undefined_grad and len(outputs) > 1:
            check_missing_gradients(subject, outputs)
        if fast_mode:
            check_directions(subject, outputs)
        else:
            check_entries(subject, outputs)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    if subject.kinks:
        more = f" and {len(subject.kinks) - 3} more" if len(subject.kinks) > 3 else ""
        warn_user(
            f"gradcheck: the function has a kink at {', '.join(subject.kinks[:3])}{more}: there is no "
            "derivative there, and that backward agrees with the difference says nothing. Move the "
            "inputs away from it"
        )
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Return True if the second derivatives of `func` agree with differences of its first ones.

    It is `gradcheck` of the function that returns the gradients of `func`, as recorded under
    `create_graph=True`; input numbers in messages go on, behind the inputs, over `grad_outputs`.

    Args:
        func: as for `gradcheck`, and so are `inputs` and the arguments not named here.
        inputs: as for `gradcheck`.
        grad_outputs: the incoming gradient of each output that requires one; random if not given.
        gen_non_contig_grad_outputs: make the random ones non-contiguous.
        check_fwd_over_rev: not here.
        check_rev_over_rev: has to stay True: there is nothing else to check.

    Raises what `gradcheck` raises.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
        >>> tnn.autograd.gradgradcheck(lambda x: x.exp() * x, x)
        True
    """
    _refuse("gradgradcheck", check_fwd_over_rev=check_fwd_over_rev)
    if not check_rev_over_rev:
        raise ValueError("gradgradcheck(check_rev_over_rev=False) leaves nothing to check")
    arguments = _as_tuple(inputs)

    def differentiable_outputs(given: tuple[Any, ...]) -> list[TensorBase]:
        return [each for each in outputs_of(func, given).values() if each.node is not None]

    if grad_outputs is None:
        gradients = _random_gradients(
            differentiable_outputs(arguments), gen_non_contig_grad_outputs
        )
    else:
        gradients = _as_tuple(grad_outputs)

    def first_derivatives(*given: Any) -> tuple[Any, ...]:
        own, incoming = given[: len(arguments)], given[len(arguments) :]
        wanted = [x for _, x in requiring_grad(own)]
        found = engine.grad(
            differentiable_outputs(own), wanted, incoming, create_graph=True, allow_unused=True
        )
        return tuple(each for each in found if each is not None)

    return gradcheck(
        first_derivatives,
        (*arguments, *gradients),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        fast_mode=fast_mode,
        masked=masked,
    )


def _refuse(name: str, **asked_for: bool) -> None:
    for check, asked in asked_for.items():
        if asked:
            raise NotImplementedError(f"{name}({check}=True): there is no such mode to check here")


def _as_tuple(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)


def _random_gradients(outputs: list[TensorBase], non_contiguous: bool) -> tuple[Any, ...]:
    """Return an incoming gradient for each output, which itself requires a gradient."""
    random = np.random.Generator(np.random.PCG64(SEED))
    made = []
    for output in outputs:
        gradient = random_like(output.array, random)
        if non_contiguous:
            gradient = np.stack([gradient, gradient], axis=-1)[..., 0]
        made.append(make_tensor(gradient).requires_grad_())
    return tuple(made)
