"""`gradcheck` holds backward against differences, `gradgradcheck` does so for second derivatives.
Read `gradient_checks.py` next: what is checked. `compare.py` is for gradients worked out by hand.

A checker is worth what it refuses. So beyond the Jacobian it pulls back random gradients (ones
would check a softmax as 0 = 0), the same one twice, zeros, and none for one of several outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module as _import_module
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...warn import warn_user
from .. import engine
from ..tensor_base import TensorBase, make_tensor
from .checked_function import SEED, CheckedFunction, all_outputs, random_like, requiring_grad
from .complex_inputs import in_real_numbers
from .gradient_checks import (
    check_backward,
    check_constant,
    check_directions,
    check_entries,
    check_inputs,
    check_missing_gradients,
    check_repeatable,
)
from .mismatch import GradcheckError

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

    For every entry of every input and output that require a gradient, what backward gives must be
    within atol + rtol |d| of d = (f(x + eps) - f(x - eps)) / 2 eps. Backward must also be linear in
    the incoming gradient, give the same when run twice and zeros for zeros, and every gradient
    must have its input's shape.

    Args:
        func: takes `inputs` and returns a tensor or a tuple of them; it is called 2 times and more
            per entry of the inputs.
        inputs: a tensor or a tuple: of tensors, lists of tensors, or whatever else `func` takes.
            Those that require a gradient are float64; they are moved in place and put back. Of
            complex128 ones copies of the real and the imaginary part are moved, and in messages
            they count as two, as complex outputs do.
        eps: the step of the differences.
        atol: the absolute part of the tolerance.
        rtol: the relative part of the tolerance.
        raise_exception: False is to return False for a wrong gradient.
        nondet_tol: how much two backward passes may differ.
        check_undefined_grad: also leave out the gradient of one of several outputs.
        check_grad_dtypes: a gradient must also have its input's dtype.
        check_batched_grad: not here.
        check_batched_forward_grad: not here.
        check_forward_ad: also check the tangents of `forward_ad`, in a random direction.
        check_backward_ad: False only with check_forward_ad, to check nothing else.
        fast_mode: check a random direction per input and output instead of every entry.
        masked: accepted, and of no effect: it is for sparse tensors, which are not here.

    Raises:
        GradcheckError: a wrong gradient. The message says which entry, by how much, what to do.
        ValueError: no input requires a gradient, or one is read-only.
        ShapeError: an input whose entries share memory, such as an expanded one.
        NotImplementedError: a check that is not here.

    Warns (UserWarning) of inputs that are not float64, and where gradients agree at a kink, as
    those of |x| do at 0: there is no derivative there, so that agreement says nothing.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
        >>> tnn.autograd.gradcheck(lambda x: x.exp() * x, x)
        True
        >>> tnn.autograd.gradcheck(lambda x: x * x.detach(), x)
        Traceback (most recent call last):
        ...
        tinygrad_nn.autograd.checks.mismatch.GradcheckError: wrong gradient of output 0[1] ...
    """
    for name, asked in (
        ("check_batched_grad", check_batched_grad),
        ("check_batched_forward_grad", check_batched_forward_grad),
    ):
        if asked:
            raise NotImplementedError(f"gradcheck({name}=True): there is no such mode here")
    if not check_backward_ad and not check_forward_ad:
        raise ArgumentError(
            "gradcheck(check_backward_ad=False) would check nothing; pass check_forward_ad=True"
        )
    function, arguments = in_real_numbers(func, _as_tuple(inputs))
    checked = CheckedFunction(function, arguments, eps, atol, rtol)
    check_inputs(checked)
    kinks: list[str] = []
    try:
        if check_forward_ad:
            _import_module(".forward", __package__).check_forward(checked)  # which few ask for
        if check_backward_ad:
            kinks = _check(checked, nondet_tol, check_undefined_grad, check_grad_dtypes, fast_mode)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    if kinks:
        places = ", ".join(kinks[:3]) + (f" and {len(kinks) - 3} more" if kinks[3:] else "")
        warn_user(
            f"gradcheck: the function has a kink at {places}, and no derivative there, so that "
            "agreement says nothing. Move the inputs away from it"
        )
    return True


def _check(
    checked: CheckedFunction,
    nondet_tol: float,
    check_undefined_grad: bool,
    check_grad_dtypes: bool,
    fast_mode: bool,
) -> list[str]:
    """Run the checks, the cheap ones first; return where agreement says nothing."""
    outputs = checked.outputs()
    if not outputs:
        check_constant(checked)
        return []
    check_repeatable(checked, outputs, nondet_tol)
    check_backward(checked, outputs, nondet_tol, check_grad_dtypes)
    if check_undefined_grad and len(outputs) > 1:
        check_missing_gradients(checked, outputs)
    return (check_directions if fast_mode else check_entries)(checked, outputs)


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
    """Return True if the second derivatives of `func` agree with differences of its first.

    It is `gradcheck` of the function that returns the gradients of `func`, recorded under
    `create_graph=True`, with respect to the inputs and to the incoming gradients. These are
    `grad_outputs`, one for each output that requires a gradient, or random ones (not contiguous
    with `gen_non_contig_grad_outputs`); in messages they are numbered behind the inputs.

    `check_fwd_over_rev` is not here, and `check_rev_over_rev` has to be True. The other arguments
    are those of `gradcheck`, and it raises and warns as that does.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
        >>> tnn.autograd.gradgradcheck(lambda x: x.exp() * x, x)
        True
    """
    if check_fwd_over_rev:
        raise NotImplementedError("gradgradcheck(check_fwd_over_rev=True): no such mode here")
    if not check_rev_over_rev:
        raise ArgumentError("gradgradcheck(check_rev_over_rev=False) would check nothing")
    arguments = _as_tuple(inputs)

    def differentiable_outputs(given: tuple[Any, ...]) -> list[TensorBase]:
        return [each for each in all_outputs(func, given).values() if each.node is not None]

    if grad_outputs is None:
        outputs = differentiable_outputs(arguments)
        gradients = _random_gradients(outputs, gen_non_contig_grad_outputs)
    else:
        gradients = _as_tuple(grad_outputs)

    def first_derivatives(*given: Any) -> tuple[Any, ...]:
        own, incoming = given[: len(arguments)], given[len(arguments) :]
        outputs = differentiable_outputs(own)
        wanted = [x for _, x in requiring_grad(own)]
        found = engine.grad(outputs, wanted, incoming, create_graph=True, allow_unused=True)
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
