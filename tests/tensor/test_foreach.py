"""`torch._foreach_*` does to each tensor of a list what PyTorch's does.
Read `test_assertions.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.tensor.foreach import ALONE, FOREACH

VALUES = ([[0.3, 0.6], [0.9, 0.2]], [0.5], [0.25, 0.75, 0.1])
OTHERS = ([[1.5, 2.0], [0.5, 0.7]], [3.0], [1.0, 0.4, 2.5])
NUMBERS = (2.0, 0.5, 3.0)

BETWEEN = [("o",), (0.5,), ("n",)]
CALLS = {  # operands: "o" is a list of tensors, "n" a list of numbers, "0-d" a tensor of one
    **{name: [()] for name in (*ALONE, "max", "zero_", "clone")},
    **{name: [*BETWEEN, ("0-d",)] for name in ("add", "mul", "div")},
    **dict.fromkeys(("clamp_max", "clamp_min", "maximum", "minimum", "pow", "sub"), BETWEEN),
    "lerp": [("o", "o"), ("o", 0.3), ("o", "n")],
    **{name: [("o", "o"), ("o", "o", 0.5), ("o", "o", "n")] for name in ("addcdiv", "addcmul")},
    "copy_": [("o",)],
    "norm": [(), (1,), (float("inf"),)],
    "powsum": [(), (3,)],
}
IN_PLACE = [name for name in CALLS if f"_foreach_{name}_" in FOREACH]
ROWS = [(name, given) for name, rows in CALLS.items() for given in rows]
ROWS += [(f"{name}_", given) for name in IN_PLACE for given in CALLS[name]]


def called(library, name, given, options=()):
    """What the function returns, and what the tensors of the list are after it."""
    kinds = {
        "o": lambda: [library.tensor(each) for each in OTHERS],
        "n": lambda: list(NUMBERS),
        "0-d": lambda: library.tensor(2.0),
    }
    tensors = [library.tensor(each) for each in VALUES]
    operands = [kinds[each]() if isinstance(each, str) else each for each in given]
    returned = getattr(library, f"_foreach_{name}")(tensors, *operands, **dict(options))
    return returned, tensors


@pytest.mark.parametrize(("name", "given"), ROWS)
def test_every_call_does_what_pytorch_s_does(name, given):
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(called(tnn, name, given), called(torch, name, given), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "given", "options"),
    [
        ("add", ("o",), {"alpha": 0.5}),
        ("sub_", ("o",), {"alpha": 2}),
        ("addcmul_", ("o", "o"), {"value": 0.1}),
        ("lerp_", ("o",), {"weight": 0.2}),
        ("pow", (), {"exponent": 2}),
        ("mul_", (), {"scalar": 3.0}),
        ("norm", (), {"ord": 1}),
    ],
)
def test_keywords_are_pytorch_s(name, given, options):
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(
        called(tnn, name, given, options), called(torch, name, given, options), strict=True
    ):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-6)


def test_one_number_to_the_power_of_each_and_one_tensor_of_factors():
    (power,) = tnn._foreach_pow(2.0, [tnn.tensor([1.0, 3.0])])
    assert power.tolist() == [2.0, 8.0]
    x = [tnn.zeros(1), tnn.zeros(1)]
    ones = [tnn.ones(1), tnn.ones(1)]
    tnn._foreach_addcmul_(x, ones, ones, tnn.tensor([2.0, 3.0]))
    assert [each.item() for each in x] == [2.0, 3.0]
    (product,) = tnn._foreach_mm([tnn.eye(2)], [tnn.ones(2, 3)])
    assert product.shape == (2, 3)


def test_gradients_go_through():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    sum(each.sum() for each in tnn._foreach_mul([x, x], [2.0, 3.0])).backward()
    assert x.grad.tolist() == [5.0, 5.0]


def test_all_of_pytorch_s_family_is_here():
    torch = pytest.importorskip("torch")
    assert [each for each in dir(torch) if each.startswith("_foreach_")] == sorted(FOREACH)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("_foreach_add", ([], 1), "a list of at least one tensor"),
        ("_foreach_add", ([tnn.ones(1)], [1, 2]), "lists of 1 and of 2"),
        ("_foreach_add_", (tnn.ones(1), 1), r"_foreach_add_\(\) takes a list of tensors, got"),
        ("_foreach_lerp", ([tnn.ones(1)],), r"_foreach_lerp\(self, tensors1, weight\) got 1 of"),
    ],
)
def test_what_fits_not_is_told(name, given, said):
    with pytest.raises(RuntimeError, match=said):
        getattr(tnn, name)(*given)
