"""Every function and method takes the keywords that PyTorch documents, and does with them the same.
Read `test_dims_and_sizes.py` next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from beside_torch import assert_same, outcome, torch
from looping import looped

import tinygrad_nn as tnn
from tinygrad_nn.places.missing import vars_of

OPERATION = Callable[..., Any]

# What a keyword of PyTorch's is given where it is tried; a name is tried in every call that has it.
VALUES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("input", "A", "other", "tensor", "mat2", "source", "src", "query", "key", "value"),
        lambda f: f.tensor([[0.5, 2.0], [3.0, 1.5]]),
    ),
    **dict.fromkeys(("vec", "vec2"), lambda f: f.tensor([0.5, 2.0])),
    **dict.fromkeys(("batch2", "tensor2"), lambda f: f.ones(2, 2)),
    "tensors": lambda f: (f.ones(2, 2), f.zeros(2, 2)),
    "condition": lambda f: f.tensor([[True, False], [False, True]]),
    "index": lambda f: f.tensor([[0, 1], [1, 0]]),
    "exponent": lambda f: 2,
    "alpha": lambda f: 3,
    "rounding_mode": lambda f: "floor",
    "min": lambda f: 1.0,
    "max": lambda f: 2.0,
    **dict.fromkeys(("dim", "dim0", "axis0", "start_dim"), lambda f: 0),
    **dict.fromkeys(("dim1", "axis1", "end_dim"), lambda f: 1),
    **dict.fromkeys(("keepdim", "descending", "stable", "sparse_grad", "force"), lambda f: True),
    **dict.fromkeys(("copy", "non_blocking", "unbiased", "requires_grad"), lambda f: False),
    "correction": lambda f: 0,
    **dict.fromkeys(("dims",), lambda f: (1, 0)),
    **dict.fromkeys(("size", "shape"), lambda f: (2, 2)),
    "dtype": lambda f: f.float64,
    "device": lambda f: "cpu",
    "out": lambda f: None,
    "chunks": lambda f: 2,
    **dict.fromkeys(("split_size", "split_size_or_sections"), lambda f: 1),
    "fill_value": lambda f: 2.5,
    **dict.fromkeys(("n", "m", "steps"), lambda f: 3),
    **dict.fromkeys(("low", "start"), lambda f: 0),
    **dict.fromkeys(("high", "end"), lambda f: 4),
    "step": lambda f: 2,
    "data": lambda f: [1.0, 2.0],
    "generator": lambda f: None,
    "full_matrices": lambda f: False,
    "inplace": lambda f: False,
    "eps": lambda f: 0.1,
    "p": lambda f: 0.0,
    "training": lambda f: False,
    **dict.fromkeys(("beta", "threshold"), lambda f: 1.5),
    "reduction": lambda f: "sum",
    "label_smoothing": lambda f: 0.1,
    "ignore_index": lambda f: 1,
    "is_causal": lambda f: True,
    "scale": lambda f: 0.5,
    "dropout_p": lambda f: 0.0,
    "type1": lambda f: f.float32,
    "type2": lambda f: f.int64,
    "tensor1": lambda f: f.ones(2),
    "sections": lambda f: 2,
}
# Other values, where a call needs them.
OWN: dict[str, dict[str, Callable[[Any], Any]]] = {
    "cholesky_ex": {"input": lambda f: f.tensor([[2.0, 1.0], [1.0, 2.0]])},
    **{
        name: {"index": lambda f: f.tensor([1, 0])}
        for name in ("index_select", "index_add", "index_add_")
    },
    **{
        name: dict.fromkeys(("self", "input", "tensor", "other", "vec2"), VALUES["vec"])
        for name in ("dot", "outer")
    },
    "bmm": dict.fromkeys(("self", "input", "mat2", "batch2"), lambda f: f.ones(2, 2, 2)),
    **{
        name: dict.fromkeys(
            ("self", "input", "other"), lambda f: f.tensor([[True, False], [False, True]])
        )
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not")
    },
    "tensor2": {"tensor2": lambda f: f.ones(2)},
    "result_type": {"tensor2": lambda f: f.tensor([1])},
    "expand": {"size": lambda f: (3, 2, 2)},
    "imag": {"input": lambda f: f.tensor([1j])},
    "rand_like": {"dtype": lambda f: f.float64},
    "randint": {"dtype": lambda f: f.int64},
    "linear": {"input": VALUES["input"], "weight": VALUES["A"], "bias": VALUES["vec"]},
    "layer_norm": {
        "normalized_shape": lambda f: (2,),
        "weight": VALUES["vec"],
        "bias": VALUES["vec"],
    },
    "conv2d": {
        **dict.fromkeys(("input", "weight"), lambda f: f.ones(1, 1, 2, 2)),
        "bias": lambda f: f.ones(1),
        **dict.fromkeys(("stride", "dilation", "groups", "padding"), lambda f: 1),
    },
    **{
        name: {"target": lambda f: f.tensor([0, 1]), "weight": VALUES["vec"]}
        for name in ("cross_entropy", "nll_loss")
    },
    **{
        name: {"target": VALUES["input"], "weight": VALUES["input"], "pos_weight": VALUES["vec"]}
        for name in ("mse_loss", "binary_cross_entropy_with_logits")
    },
    "scaled_dot_product_attention": {"attn_mask": lambda f: None, "enable_gqa": lambda f: False},
}
NOT_THERE = {
    "out_dtype": "of mm and bmm, on a GPU only",
    "layout": "all tensors are strided",
    "pin_memory": "the CPU is the only device",
    "memory_format": "there is one",
    "size_average": "replaced by reduction=",
    "reduce": "replaced by reduction=",
    "_stacklevel": "for a warning",
    "attn_mask": "tried by the tests of attention",
}

NO_CALL = {("where", ("condition",))}  # the positions, as nonzero
MAKES_TENSORS = {  # these write into no other tensor here
    *("arange", "empty", "eye", "full", "linspace", "ones", "rand", "randint", "randn", "randperm"),
    "zeros",
}


def documented(name: str, value: Any) -> list[list[tuple[str, bool]]]:
    """Return the signatures in PyTorch's docstring, or of its function: (name, is needed)."""
    text = (value.__doc__ or "").strip()
    heads = re.findall(rf"^(?:\.\. function:: )?(?:torch\.)?{name}\((.*?)\)(?: ->|$)", text, re.M)
    override = torch.overrides.get_testing_overrides().get(value)
    if override is not None:
        code = override.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        defaults = len(override.__defaults__ or ())
        heads.append(
            ", ".join(
                each if i < code.co_argcount - defaults else f"{each}=None"
                for i, each in enumerate(names)
            )
        )
    signatures = []
    for head in heads:
        parts = [part.strip() for part in re.sub(r"[\[(].*?[\])]", "", head).split(",")]
        read = [re.match(r"\*?(\w+)(?:: [^=]*)?(=| = )?", part) for part in parts]
        signatures.append([(m[1], m[2] is None) for m in read if m and m[1] != "self"])
    return [*signatures, *overloads(value)]


def overloads(value: Any) -> list[list[tuple[str, bool]]]:
    """Return the signatures that PyTorch lists when it refuses a call."""
    for given in ((), (torch.ones(2, 2),)):
        try:
            value(*given, no_such_keyword=1)
        except (TypeError, RuntimeError) as error:
            heads = re.findall(r"^ \* \((.*)\)$", str(error), re.M)
            named = [
                [part.partition(" =")[0].split()[-1] for part in h.split(", ")] for h in heads if h
            ]
            if named:
                return [[(key, True) for key in keys if key not in ("*", "out")] for keys in named]
    return []


PLACES = {
    "": [name for name in tnn.__all__ if name not in ("set_printoptions", "save", "load")],
    "nn.functional": tnn.nn.functional.__all__,
    "linalg": tnn.linalg.__all__,
    "Tensor": [name for name in sorted(vars_of(tnn.Tensor)) if not name.startswith("_")],
}


def calls(place: str) -> set[Any]:
    """Return every call by keywords alone that PyTorch takes: what is needed, and one more."""
    found = {each for each in ONE_MORE if each[0] == place}
    for name in PLACES[place]:
        theirs = getattr(reach(torch, place), name, None)
        if theirs is None or isinstance(theirs, type) or not callable(theirs):
            continue
        for signature in documented(name, theirs):
            taken = [pair for pair in signature if pair[0] not in NOT_THERE]
            if place == "Tensor" and taken and taken[0][0] == "input":
                taken = taken[1:]
            needed = [key for key, is_needed in taken if is_needed]
            for extra in (None, *(key for key, is_needed in taken if not is_needed)):
                keys = (*needed, extra) if extra else tuple(needed)
                if (name, keys) in NO_CALL or (name in MAKES_TENSORS and extra == "out"):
                    continue
                if all(key in VALUES or key in OWN.get(name, ()) for key in keys):
                    found.add((place, name, keys))
    return found


def reach(library: Any, place: str) -> Any:
    for each in place.split(".") if place else ():
        library = getattr(library, each)
    return library


def program_of(place: str, name: str, keys: tuple[str, ...]) -> Callable[[Any], Any]:
    own = OWN.get(name, {})

    def program(f: Any) -> Any:
        f.manual_seed(0)
        given = {key: own.get(key, VALUES.get(key))(f) for key in keys}  # type: ignore[misc]
        where = own.get("self", VALUES["input"])(f) if place == "Tensor" else reach(f, place)
        made = getattr(where, name)(**given)
        if "empty" in name or (name == "new" and "size" in keys):
            return tuple(made.shape), str(made.dtype)  # its values are nobody's
        return str(made) if isinstance(made, f.dtype) else made

    return program


ONE_MORE: list[Any] = [
    *(("Tensor", "view", ("size",)), ("Tensor", "copy_", ("other",)), ("Tensor", "size", ("dim",))),
    *(("Tensor", "stride", ("dim",)), ("Tensor", "where", ("condition", "other"))),
    *(("Tensor", "split", ("split_size", "dim")), ("", "where", ("condition", "input", "other"))),
    *(("", "true_divide", ("input", "other")), ("", "arange", ("start", "end", "step"))),
]
WITHOUT_VALUE = {
    "data_ptr",
    "untyped_storage",
    "storage",
    "register_hook",
    "backward",
    "retain_grad",
    "seed",
    "get_rng_state",
    "cuda",
}


@pytest.mark.parametrize(
    ("place", "least"), [("", 600), ("nn.functional", 100), ("linalg", 20), ("Tensor", 300)]
)
def test_a_call_by_pytorchs_keywords_is_pytorchs(place, least):
    """What PyTorch refuses is left out: its documentation names what it does not take."""
    taken = []

    @looped("call", sorted(calls(place)))
    def check(call):
        program = program_of(*call)
        if call[1] in WITHOUT_VALUE or outcome(program, torch).error is not None:
            return
        taken.append(call)
        assert_same(program, rtol=1e-5, atol=1e-6)

    check()
    assert len(taken) > least


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "float32", "float16"])
@pytest.mark.parametrize("mode", ["floor", "trunc", None, "up", 5])
def test_a_rounded_division_is_pytorchs(dtype, mode):
    numbers = (2, -3, 2.5, 0, 0.0, True, math.inf, -math.inf, math.nan)
    tensors = ([2, -3, 7], [2.0, -3.0, 0.5], [0, 1, 2])
    for other in (*numbers, *tensors):
        for program in (
            lambda x, y, f: f.div(x, y, rounding_mode=mode),
            lambda x, y, f: x.div_(y, rounding_mode=mode),
            lambda x, y, f: f.divide(x, y, rounding_mode=mode, out=f.zeros(0)),
        ):

            def run(f, program=program, other=other):
                x = f.tensor([7, -7, 0]).to(getattr(f, dtype))
                return program(x, f.tensor(other) if isinstance(other, list) else other, f)

            assert_same(run, rtol=1e-3)
