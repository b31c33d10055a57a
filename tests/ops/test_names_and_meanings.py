"""A public name means what it means in PyTorch, of bool, integers, floats, complex numbers alike.
Read `test_dims_and_sizes.py` next.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from beside_torch import assert_same, outcome, torch

import tinygrad_nn as tnn
from tinygrad_nn.places.missing import vars_of

TENSORS = {
    "bool": lambda f: f.tensor([[True, False], [False, False]]),
    "int64": lambda f: f.tensor([[3, -2], [0, 1]]),
    "uint8": lambda f: f.tensor([[3, 200], [0, 1]], dtype=f.uint8),
    "int8": lambda f: f.tensor([[3, -2], [0, 1]], dtype=f.int8),
    "float32": lambda f: f.tensor([[0.5, -2.0], [0.0, 3.0]]),
    "float64": lambda f: f.tensor([[0.5, -2.0], [0.0, 3.0]], dtype=f.float64),
    "complex64": lambda f: f.tensor([[1j, 2.0], [0.5 + 1j, 1.0]]),
    "a vector": lambda f: f.tensor([1.5, -0.5]),
    "a number": lambda f: f.tensor(3),
}
FURTHER = {  # what a call takes behind the tensor
    "alone": (),
    "a dim": (lambda f: 0,),
    "two dims": (lambda f: 0, lambda f: 1),
    "a tensor": (lambda f: f.tensor([[1, 2], [3, 1]]),),
    "floats": (lambda f: f.tensor([[1.0, 2.0], [3.0, -1.0]]),),
    "complex numbers": (lambda f: f.tensor([[1j, 2.0], [1.0, 1j]]),),
    "bools": (lambda f: f.tensor([[True, True], [False, False]]),),
    "a vector": (lambda f: f.tensor([0.5, 2.5]),),
    "an index": (lambda f: 0, lambda f: f.tensor([1, 0])),
    "a number": (lambda f: 2.5,),
}
NAMES = [
    name
    for name in sorted({*tnn.__all__, *dir(tnn.Tensor)})
    if not name.startswith("_")
    and (name in vars(tnn) or name in vars_of(tnn.Tensor))
    and callable(getattr(torch, name, getattr(torch.Tensor, name, None)))
    and not isinstance(vars(tnn).get(name), type)
    and name not in {"data_ptr", "seed", "initial_seed", "manual_seed", "backward", "explain"}
    and name not in {"untyped_storage", "resize_as_"}  # memory itself, and what nobody has written
    and name != "vmap"  # it makes a function
    and name not in {"pca_lowrank", "svd_lowrank"}  # whose vectors are free in their sign
    and name != "cholesky_inverse"  # of no triangle with a real diagonal LAPACK's is another one
    and name != "hinge_embedding_loss"  # of integers PyTorch's wraps
    and not name.startswith(("empty", "set_", "autograd"))
]
ALIASES = [
    *(("absolute", "abs"), ("clip", "clamp"), ("concat", "cat"), ("divide", "div")),
    *(("inverse", "linalg.inv"), ("multiply", "mul"), ("negative", "neg"), ("subtract", "sub")),
    *(("swapaxes", "transpose"), ("true_divide", "div")),
]


@cache
def differences_of(name: str, further: tuple) -> tuple[int, list[str]]:
    """Return how many calls both take, and in which they differ."""
    compared, found = 0, []
    for label, first in TENSORS.items():
        for method in (False, True):

            def call(f, first=first, method=method):
                f.manual_seed(0)
                given = [each(f) for each in further]
                made = (
                    getattr(first(f), name)(*given)
                    if method
                    else getattr(f, name)(first(f), *given)
                )
                if name == "binary_cross_entropy_with_logits":
                    return made.double()  # of float64 and float32 PyTorch's is float32
                return str(made) if isinstance(made, f.dtype) else made

            has = all(hasattr(f.Tensor if method else f, name) for f in (tnn, torch))
            if has and all(outcome(call, f).error is None for f in (tnn, torch)):
                compared += 1
                try:
                    with np.errstate(all="ignore"):
                        assert_same(call, rtol=1e-5, atol=1e-6)
                except AssertionError as error:
                    found.append(f"{name} of {label}, method {method}: {error}")
    return compared, found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_what_it_means_in_pytorch(name):
    results = [differences_of(name, further) for further in FURTHER.values()]
    assert [line for _, found in results for line in found] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_most_names_are_tried():
    tried = [name for name in NAMES if any(differences_of(name, f)[0] for f in FURTHER.values())]
    assert len(tried) > 120


@pytest.mark.parametrize(("alias", "name"), ALIASES)
def test_an_alias_is_the_operation_that_it_is_another_name_of(alias, name):
    module, _, last = name.rpartition(".")
    place = getattr(tnn, module) if module else tnn
    for make in TENSORS.values():
        for further in FURTHER.values():
            given = [make(tnn), *(each(tnn) for each in further)]
            one = outcome(lambda f, given=given: getattr(tnn, alias)(*given), tnn)
            other = outcome(lambda f, given=given: getattr(place, last)(*given), tnn)
            assert (repr(one.value), type(one.error)) == (repr(other.value), type(other.error))
