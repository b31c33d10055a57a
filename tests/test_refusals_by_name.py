"""Every public function refuses by the name that its user wrote, in a class and in words of ours.
Read `safety/test_mistakes.py` next, for single mistakes beside PyTorch.
"""

import functools
import inspect
import re
import warnings

import numpy as np
import pytest
from test_refusals import (
    FLAGS,
    FUNCTIONS,
    PLACES,
    bad_values,
    call,
    is_in_our_words,
    parameters_of,
)

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.errors import ArgumentError, DTypeError, RangeError

GIVEN = {  # a good value for each argument that some layer cannot do without
    **dict.fromkeys(("in_channels", "out_channels", "num_embeddings", "embedding_dim"), 4),
    **dict.fromkeys(("num_features", "num_channels", "in_features", "num_classes"), 3),
    **dict.fromkeys(("kernel_size", "num_groups", "padding", "dim"), 1),
    **dict.fromkeys(("in1_features", "in2_features", "out_features", "output_size", "size"), 2),
    **dict.fromkeys(("upscale_factor", "downscale_factor", "groups"), 2),
    **dict.fromkeys(("norm_type", "threshold", "value"), 1.0),
    **{"normalized_shape": (3,), "unflattened_size": (1, 3)},
    **dict.fromkeys(("input_size", "embed_dim", "d_model"), 4),
    **dict.fromkeys(("hidden_size", "num_heads", "nhead", "num_layers"), 2),
    **{"mode": "LSTM", "num_chunks": 1, "bias": True},
    "encoder_layer": nn.TransformerEncoderLayer(4, 2, 2),
    "decoder_layer": nn.TransformerDecoderLayer(4, 2, 2),
}
SMALL = {"num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 2}
HOLDERS = {"Module", "Parameter", "Sequential", "Buffer"}  # these have tests of their own


def made_with(kind, **given):
    """Call a class with one value given, and good ones for what else it cannot do without."""
    taken = inspect.signature(kind).parameters.values()
    needed = {p.name: GIVEN[p.name] for p in taken if p.default is p.empty and p.name in GIVEN}
    if kind.__name__ == "Transformer":
        needed = {"d_model": 4, "nhead": 2, **SMALL}
    if kind.__name__.startswith("Fractional") and "output_ratio" not in given:
        needed["output_size"] = 2
    return kind(**{**needed, **given})


LAYERS = {
    name: functools.partial(made_with, getattr(nn, name))
    for name in nn.__all__
    if isinstance(getattr(nn, name), type) and name not in HOLDERS
}
CLASSES = {
    **LAYERS,
    "SGD": lambda **given: tnn.optim.SGD(**{"params": [tnn.ones(2)], "lr": 0.1, **given}),
    "finfo": tnn.finfo,
    "iinfo": lambda **given: tnn.iinfo(**{"type": tnn.int64, **given}),
}
OWNERS = {**dict.fromkeys(LAYERS, nn), "SGD": tnn.optim}
SIGNATURE = re.compile("missing|positional argument|multiple values|unexpected|needs a|needs an")


def more_bad_values():
    return [*bad_values(), b"x", True, float("inf"), 10**30, slice(0, 1), lambda: None, "cuda"]


def outcome(function, *args, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*args, **keywords)
        except Exception as error:
            return error


def is_unnamed(name, error):
    """Whether an error is of another class than ours, or does not name the function."""
    said = str(error) if isinstance(error, Exception) else FLAGS[0]
    if said.startswith((*FLAGS, "the truth of a tensor")):
        return False
    if type(error) is TypeError and SIGNATURE.search(said):
        return False  # a wrong number of arguments
    is_ours = type(error).__module__.startswith("tinygrad_nn")
    return not is_ours or re.search(rf"\b{name}", said) is None


def is_in_other_words(error):
    is_error = isinstance(error, Exception) and not str(error).startswith(FLAGS)
    return is_error and not is_in_our_words(error)


@pytest.mark.parametrize("place", [*PLACES, "Tensor"])
def test_every_function_refuses_by_its_own_name(place):
    of_place = {path: f for path, f in FUNCTIONS.items() if path.rpartition(".")[0] == place}
    assert len(of_place) > 5
    found = []
    for path, function in of_place.items():
        values = more_bad_values()
        public = path.rpartition(".")[2].removesuffix("_")
        for i, (name, _, kind) in enumerate(parameters_of(function)):
            if (i == 0 and name in ("self", "x")) or kind is inspect.Parameter.VAR_KEYWORD:
                continue
            for bad in values:
                error = outcome(call, function, name, bad)
                if is_unnamed(public, error) or is_in_other_words(error):
                    found.append(f"{path}({name}={bad!r:.30}): {error!r:.100}")
    assert not found, f"{len(found)} calls\n" + "\n".join(found[:40])


@pytest.mark.parametrize("name", CLASSES)
def test_every_constructor_refuses_by_the_name_of_its_class(name):
    parameters = inspect.signature(getattr(OWNERS.get(name, tnn), name)).parameters
    variable = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    for each in (name for name, p in parameters.items() if p.kind not in variable):
        for bad in more_bad_values():
            error = outcome(CLASSES[name], **{each: bad})
            if not isinstance(error, NotImplementedError):
                assert not is_unnamed(name, error), f"{name}({each}={bad!r:.40}): {error!r:.200}"


MAKERS = {
    "zeros": lambda **given: tnn.zeros(2, **given),
    "tensor": lambda **given: tnn.tensor([1.0], **given),
    "as_tensor": lambda **given: tnn.as_tensor([1.0], **given),
    "arange": lambda **given: tnn.arange(3, **given),
    "full": lambda **given: tnn.full((2,), 1.0, **given),
    "ones_like": lambda **given: tnn.ones_like(tnn.ones(2), **given),
    "randn": lambda **given: tnn.randn(2, **given),
    "randint": lambda **given: tnn.randint(0, 2, (2,), **given),
    "Linear": lambda **given: nn.Linear(2, 3, **given),
    "to": lambda **given: tnn.ones(2).to(**given),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_device_that_is_not_there_is_refused_as_pytorch_does(name):
    for device in ("gpu", "cuda", "cuda:0", "cpu:x", 5, -1):
        with pytest.raises(ArgumentError, match=rf"^{name}\(\): device {device!r} is not there"):
            MAKERS[name](device=device)
    for device in (object(), 1j, [], True, 1.5):
        with pytest.raises(DTypeError, match=rf"^{name}\(\): device expected, such as 'cpu', got"):
            MAKERS[name](device=device)
    for device in ("cpu", "cpu:0", tnn.device("cpu"), None):
        MAKERS[name](device=device)


def test_an_alias_says_its_own_name():
    x = tnn.ones(2, 3)
    for said, program in (
        ("argsort", lambda: tnn.argsort(x, dim=5)),
        ("swapaxes", lambda: x.swapaxes(0, 5)),
        ("clip", lambda: x.clip("a")),
        ("absolute", lambda: tnn.absolute("a")),
        ("negative", lambda: tnn.negative(x > 0)),
        ("multiply", lambda: tnn.multiply(x, tnn.ones(4))),
        ("subtract", lambda: x.subtract(None)),
        ("true_divide", lambda: tnn.true_divide(x, "a")),
        ("divide", lambda: x.divide([])),
        ("concat", lambda: tnn.concat([x, tnn.ones(4, 4)])),
        ("inverse", lambda: tnn.inverse(x)),
        ("svdvals", lambda: tnn.linalg.svdvals(tnn.ones(2))),
        ("mm", lambda: tnn.mm(x, x)),
        ("view_as", lambda: x.view_as(tnn.ones(4))),
        ("expand_as", lambda: x.expand_as(tnn.ones(4))),
        ("softmax", lambda: nn.functional.softmax(x, 0, dtype="no such")),
        ("sum", lambda: x.sum(dtype="no such")),
        ("grad", lambda: tnn.autograd.grad(None, x)),
    ):
        with pytest.raises(RuntimeError, match=rf"^{said}\b"):
            program()


def test_bounds_that_the_dtype_cannot_hold_are_refused_as_in_pytorch(library):
    small = library.tensor([1, 200], dtype=library.uint8)
    for program in (
        lambda: small.clamp(min=300),
        lambda: small.clamp(0, 256),
        lambda: small.clamp_(min=300),
        lambda: library.tensor([1], dtype=library.int8).clamp(max=200),
    ):
        with pytest.raises(RuntimeError):
            program()
    assert small.clamp(min=-5).tolist() == [251, 251]
    assert small.clamp(max=-1).tolist() == [1, 200]
    assert library.tensor([True]).clamp(max=2).tolist() == [1]


def test_the_refused_bound_is_named():
    with pytest.raises(RangeError, match=r"^clamp: 300 does not fit uint8, which holds 0 to 255"):
        tnn.ones(2, dtype=tnn.uint8).clamp(min=300)


def test_flags_take_no_other_values(library):
    x = library.ones(2, requires_grad=True)
    for program in (
        lambda: library.zeros(2, requires_grad="a"),
        lambda: library.zeros(2, requires_grad=[]),
        lambda: library.ones(2).requires_grad_(1),
        lambda: (x * x).sum().backward(retain_graph="a"),
        lambda: (x * x).sum().backward(create_graph="a"),
        lambda: library.autograd.grad((x * x).sum(), x, allow_unused="a"),
        lambda: library.nn.functional.dropout(x, training="a"),
        lambda: library.rand(2, generator=[]),
        lambda: library.zeros_like(x, dtype=[]),
    ):
        with pytest.raises((TypeError, RuntimeError)):
            program()
    library.autograd.grad((x * x).sum(), x, create_graph=1, allow_unused=0)  # but 0 and 1


def test_what_a_users_own_function_raises_is_passed_on():
    def fn(module):
        return int("a")

    with pytest.raises(ValueError, match=r"^invalid literal for int"):
        nn.Linear(2, 2).apply(fn)
    with pytest.raises(DTypeError, match=r"^apply\(\) takes a function"):
        nn.Linear(2, 2).apply(None)
    with pytest.raises(DTypeError, match=r"^step\(\) takes a function"):
        tnn.optim.SGD([tnn.ones(2, requires_grad=True)], lr=0.1).step("a")


def test_an_index_of_several_dimensions_selects_no_slices(library):
    with pytest.raises(IndexError if library is not tnn else ValueError, match="vector"):
        library.index_select(library.ones(2, 3), 0, library.zeros(2, 2, dtype=library.int64))
    assert np.shape(library.index_select(library.ones(2, 3), 0, library.tensor(1))) == (1, 3)


# Calls with a flag, which every library is given anything for.
FLAG_CALLS = {
    "set_grad_enabled": lambda f, x, flag: f.set_grad_enabled(flag),
    "inference_mode": lambda f, x, flag: f.inference_mode(flag).__enter__,
    "detect_anomaly": lambda f, x, flag: f.autograd.detect_anomaly(flag).__enter__,
    "numpy": lambda f, x, flag: x.detach().numpy(force=flag),
    "copy_": lambda f, x, flag: f.ones(2).copy_(x.detach(), non_blocking=flag),
    "requires_grad": lambda f, x, flag: x.requires_grad_(flag),
    "tensor": lambda f, x, flag: f.tensor([1.0], requires_grad=flag),
    **{
        f"backward {name}": lambda f, x, flag, name=name: (x * x).sum().backward(**{name: flag})
        for name in ("retain_graph", "create_graph")
    },
    **{
        f"grad {name}": lambda f, x, flag, name=name: f.autograd.grad(
            (x * x).sum(), x, **{name: flag}
        )
        for name in ("retain_graph", "create_graph", "allow_unused", "materialize_grads")
    },
}
ENTERED = ("inference_mode", "detect_anomaly")  # PyTorch looks at these flags where a block begins


def flags(f):
    plain = [True, False, 5, 1, 0, "x", None, 1.5, [], np.bool_(True)]
    return [*plain, f.tensor(True), f.tensor([True]), f.tensor([True, True]), f.tensor(1)]


@pytest.mark.parametrize("name", FLAG_CALLS)
def test_a_flag_is_what_pytorch_takes_for_one(name):
    torch = pytest.importorskip("torch")
    for i in range(len(flags(tnn))):
        found = []
        for f in (tnn, torch):
            x, flag = f.ones(2, requires_grad=True), flags(f)[i]
            before = f.is_grad_enabled()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    if f is torch and name in ENTERED and not isinstance(flag, bool):
                        raise TypeError
                    FLAG_CALLS[name](f, x, flag)
                found.append(None)
            except (TypeError, RuntimeError, ValueError) as error:
                found.append(error)
            finally:
                f.set_grad_enabled(before)
        ours, theirs = found
        assert (ours is None) == (theirs is None), (flags(tnn)[i], ours, theirs)
        assert ours is None or name.split()[0] in str(ours), ours
