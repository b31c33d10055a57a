"""inf, nan and what a dtype cannot hold are values: nothing warns of them, and nothing raises.
Read `../ops/test_ops_graph.py` next, where every operation of the table is held to the same.
"""

from __future__ import annotations

import copy
import itertools
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from looping import looped

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.nn import functional as F
from tinygrad_nn.places.missing import vars_of

pytestmark = pytest.mark.filterwarnings(
    "error::RuntimeWarning",
    "ignore::numpy.exceptions.ComplexWarning",  # PyTorch's
    "ignore::UserWarning",
)

FLOATS = (tnn.float16, tnn.float32, tnn.float64)
INTEGERS = (tnn.int64, tnn.int32, tnn.int16, tnn.int8, tnn.uint8)
DTYPES = (*FLOATS, *INTEGERS, tnn.bool, tnn.complex64, tnn.complex128)
INF, NAN = float("inf"), float("nan")
ODD = [
    *(INF, -INF, NAN, 1e300, -1e300, 3e38, 1e38, 1e-300, 5e-324, 1e-40, 0.0, -0.0),
    *(65504.0, 1e5, 1e20, 2.0**63, -(2.0**63), 2.0**31),
]
NUMBERS = (0, 1, -1, 3, 0.5, 1e40, 1e300, INF, NAN, 5e-324, 1e-300, 2**40, True)
# Errors that say what is wrong are none of this file's matter. Warnings are, of NumPy and by it.
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError)
REFUSALS += (OverflowError,)  # Python's own, as of int(inf)
NOT_FOR_THIS = {"__class__", "__init_subclass__", "__new__", "__init__", "__reduce__", "explain"}
NOT_FOR_THIS |= {"__array__"}  # NumPy 2.0 warns where it gets a tensor for a dtype; see np.asarray
NOT_FOR_THIS |= {  # these take as much memory as they are asked for
    *("new", "new_empty", "new_ones", "new_zeros", "repeat", "repeat_interleave", "resize_"),
    "tile",
}
METHODS = sorted(
    name for name in vars_of(tnn.Tensor) - NOT_FOR_THIS if callable(getattr(tnn.Tensor, name))
)


def odd(dtype: Any) -> Any:
    """A tensor of odd numbers, those of the imaginary part in reverse order."""
    with np.errstate(all="ignore"):
        numbers = np.array(ODD)
        if dtype.is_complex:
            numbers = numbers + 1j * numbers[::-1]
        return tnn.from_numpy(numbers.astype(dtype.dtype))


MODES = itertools.cycle(("warn", "raise", "raise"))  # so that each kind of call meets both


def quietly(function: Any, *given: Any, **named: Any) -> None:
    """Call a function with NumPy set to warn, or to raise, in turn: either is an error here."""
    with np.errstate(all=next(MODES)):
        before = np.geterr()
        with suppress(*REFUSALS):
            function(*given, **named)
        assert np.geterr() == before


def through(function: Any, x: Any, *given: Any, **named: Any) -> None:
    """Call a function of a copy of x, and go back through it."""
    leaf = x.clone()
    if x.is_floating_point():
        leaf.requires_grad_()
    made = function(leaf, *given, **named)
    for y in made if isinstance(made, tuple | list) else [made]:
        if isinstance(y, tnn.Tensor) and y.requires_grad:
            y.backward(tnn.ones_like(y), retain_graph=True)


@pytest.mark.parametrize("dtype", [*FLOATS, tnn.complex64], ids=str)
@looped("name", METHODS)
def test_no_method_warns(name, dtype):
    def method(tensor: Any, *given: Any, **named: Any) -> Any:
        return getattr(tensor, name)(*given, **named)

    def in_place(x: Any, *given: Any, **named: Any) -> Any:
        return method(x.clone(), *given, **named)

    x = odd(dtype)
    others = [x, odd(tnn.float64), tnn.tensor(1e300, dtype=tnn.float64), tnn.tensor([1e300])]
    for given in [(), *((n,) for n in (*NUMBERS, *others)), (0, 1e40), (0, 0)]:
        quietly(in_place, x, *given)
        quietly(through, method, x, *given)
    for other in DTYPES:
        quietly(in_place, x, other)
        quietly(in_place, x, dtype=other)


@pytest.mark.parametrize("dtype", [*FLOATS, tnn.complex64], ids=str)
@looped("name", [name for name in dir(tnn) if not name.startswith("_")])
def test_no_public_function_warns(name, dtype):
    function = getattr(tnn, name)
    if not callable(function) or isinstance(function, type) or name.startswith(("set_", "manual")):
        return
    x, wide = odd(dtype), odd(tnn.float64)
    for given in (
        *((x,), (x, x), (x, 1e40), (1e40, x), (x, wide), (x, None, 1e40), (x, -1e300, 1e300)),
        *((x == x, x, 1e40), (x == x, 1e300, x), (x == x, 1e300, 1), (x == x, wide, x)),
        *(([x, x],), ([x, wide],), (x.reshape(1, -1), x.reshape(-1, 1)), ("i,i->", x, x)),
    ):
        quietly(function, *given)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_no_creation_warns(dtype):
    x = tnn.zeros(2, dtype=dtype)
    for number in ODD:
        for given in (number, np.float64(number), [number], [np.float64(number)], np.array(number)):
            quietly(tnn.tensor, given, dtype=dtype)
            quietly(tnn.as_tensor, given, dtype=dtype)
        quietly(tnn.full, (2,), number, dtype=dtype)
        quietly(tnn.full_like, x, number)
        quietly(tnn.linspace, 0, number, 5, dtype=dtype)
        quietly(tnn.linspace, number, -number, 5, dtype=dtype)
        quietly(tnn.arange, 0, number, number / 4 or 1, dtype=dtype)
    for draw in (tnn.rand, tnn.randn):
        quietly(draw, 20_000, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_no_write_or_cast_warns(dtype):
    x = tnn.zeros(len(ODD), dtype=dtype)
    for number in ODD:
        for value in (number, np.float64(number), tnn.tensor(number, dtype=tnn.float64)):
            for index in (0, slice(None), [0, 1], x == 0, ...):
                quietly(x.clone().__setitem__, index, value)
            quietly(x.clone().fill_, value)
    for other in (*FLOATS, tnn.complex64):
        quietly(x.clone().copy_, odd(other))
        quietly(x.clone().__setitem__, slice(None), odd(other))
        quietly(odd(other).to, dtype)
        quietly(tnn.tensor, odd(other), dtype=dtype)
        quietly(tnn.tensor, odd(other).tolist(), dtype=dtype)
        quietly(tnn.as_tensor, odd(other).numpy(), dtype=dtype)
        quietly(np.asarray, odd(other), dtype=dtype.dtype)
        quietly(tnn.add, odd(other), odd(other), out=x.clone())


@pytest.mark.parametrize("dtype", [*FLOATS, tnn.complex64, tnn.complex128], ids=str)
def test_no_printing_warns(dtype):
    x = odd(dtype)
    for show in (repr, str, format, copy.deepcopy, tnn.Tensor._repr_html_):
        quietly(show, x)
        quietly(show, x.reshape(2, -1))
        for i in range(len(x)):
            quietly(show, x[i])
            quietly(show, x[i : i + 1])
            quietly(show, x[:i])
    for i in range(len(x)):
        for convert in (int, float, bool, complex, tnn.Tensor.item, tnn.Tensor.tolist):
            quietly(convert, x[i])


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_no_loss_warns(dtype):
    x = odd(dtype)
    rows, classes = x.reshape(-1, 2), tnn.zeros(len(x) // 2, dtype=tnn.int64)
    for reduction in ("none", "mean", "sum"):
        for target in (x, tnn.zeros_like(x), odd(tnn.float64)):
            quietly(through, F.mse_loss, x, target, reduction=reduction)
            for weight in (None, x):
                given = {"weight": weight, "pos_weight": weight, "reduction": reduction}
                quietly(through, F.binary_cross_entropy_with_logits, x, target, **given)
        options = itertools.product((None, x[:2], tnn.zeros(2, dtype=dtype)), (-100, 0), (0.0, 0.1))
        for weight, ignored, smoothing in options:
            given = {"weight": weight, "ignore_index": ignored, "reduction": reduction}
            quietly(through, F.nll_loss, rows, classes, **given)
            quietly(through, F.cross_entropy, rows, classes, label_smoothing=smoothing, **given)
            quietly(through, F.cross_entropy, rows, rows, weight=weight, label_smoothing=smoothing)
        nothing = tnn.zeros(0, 2, dtype=dtype)
        quietly(F.mse_loss, nothing, nothing, reduction=reduction)
        quietly(F.cross_entropy, nothing, classes[:0], reduction=reduction)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@looped("name", [name for name in dir(F) if not name.startswith("_")])
def test_no_function_of_a_layer_warns(name, dtype):
    function = getattr(F, name)
    rows = odd(dtype).reshape(-1, 2)
    if callable(function):
        for given in ((), (-1,), (0.5,), (rows,), (rows, rows), ((2,),), (1e300, NAN), (INF, 0.0)):
            quietly(through, function, rows, *given)


CLASSES = {name: getattr(nn, name) for name in dir(nn) if isinstance(getattr(nn, name), type)}
MODULES = sorted(
    name
    for name, kind in CLASSES.items()
    if issubclass(kind, nn.Module) and not name.startswith("Lazy")  # which become the others
)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", MODULES)
def test_no_module_warns(name, dtype):
    rows = odd(dtype).reshape(-1, 2)
    for given in ((), (2,), (2, 3), (0.5,), (1, 1, 1)):
        try:
            module = CLASSES[name](*given)
        except (*REFUSALS, UserWarning):
            continue
        quietly(module.to, dtype)
        with tnn.no_grad():
            for parameter in module.parameters():
                parameter.copy_(tnn.full(parameter.shape, 1e300, dtype=tnn.float64))
        for x in (rows, rows.reshape(1, 1, -1, 2)):
            quietly(through, module, x)
        quietly(through, module, rows, rows)
        for other in FLOATS:
            quietly(copy.deepcopy(module).to, other)
        quietly(module.half)
        quietly(module.load_state_dict, {k: v.double() for k, v in module.state_dict().items()})


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_no_initialisation_warns(dtype):
    functions = [getattr(nn.init, name) for name in dir(nn.init) if name.endswith("_")]
    for function in functions:
        if callable(function):
            for number in ODD:
                for shape in ((3, 4), (20,), (1, 1, 3, 3)):
                    x = tnn.zeros(shape, dtype=dtype)
                    quietly(function, x)
                    quietly(function, x, number)
                    quietly(function, x, number, abs(number))
                    quietly(function, x, -abs(number), abs(number))


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_no_optimizer_warns(dtype):
    options = itertools.product(
        (0.1, 0.0, 1e300, INF, 1e-300), (0, 0.9, 1e300), (0, 0.1, 1e300), (False, True)
    )
    for lr, momentum, decay, maximize in options:

        def steps(lr=lr, momentum=momentum, decay=decay, maximize=maximize):
            p = odd(dtype).requires_grad_()
            p.grad = odd(dtype).flip(0)
            given = {"lr": lr, "momentum": momentum, "weight_decay": decay, "maximize": maximize}
            optimizer = tnn.optim.SGD([p], **given)
            optimizer.step()
            optimizer.step()
            narrow = tnn.optim.SGD([p.detach().half().requires_grad_()], **given)
            narrow.load_state_dict(optimizer.state_dict())
            optimizer.zero_grad()

        quietly(steps)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_no_gradient_warns_on_its_way(dtype):
    def accumulate():
        x = odd(dtype).requires_grad_()
        x.register_hook(lambda g: g * 1e300)
        for g in (odd(dtype), odd(dtype).flip(0), odd(tnn.float64)):
            (x * 1).backward(g)
            tnn.autograd.grad(x.to(tnn.float32).exp(), x, odd(tnn.float32))
        x.grad += odd(tnn.float64)

    quietly(accumulate)
    quietly(tnn.autograd.gradcheck, tnn.exp, (odd(tnn.float64).requires_grad_(),))


def test_the_default_dtype_may_be_float16():
    before = tnn.get_default_dtype()
    tnn.set_default_dtype(tnn.float16)
    try:
        for number in (10**6, 1e300):
            quietly(tnn.tensor, number)
            quietly(tnn.exp, tnn.tensor([10**6]))
            quietly(tnn.div, tnn.tensor([10**6]), 3)
            quietly(tnn.where, tnn.tensor([True]), number, 0.5)
    finally:
        tnn.set_default_dtype(before)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_no_derivation_or_picture_warns(dtype):
    x = odd(dtype).requires_grad_()
    y = ((x * x).exp() / x).sum()
    quietly(lambda: str(y.explain()))
    quietly(lambda: repr(tnn.viz.graph(y)))
    quietly(y._repr_html_)
