"""Every operation refuses what it cannot take in words of ours, not in Python's or NumPy's.
Read `test_refusals_by_name.py` next, which asks it of every public function, with its name.
"""

import inspect
import opcode
import re
import warnings

import numpy as np
import pytest
from looping import looped

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.arrays.arguments import REQUIRED
from tinygrad_nn.autograd import op, registry
from tinygrad_nn.errors import DTypeError, GraphError, RangeError, ShapeError
from tinygrad_nn.places.missing import vars_of

LEFT_OUT = {  # decorators, checks that take functions, what sets the state of the package, files
    *("save", "load"),
    *("dtype", "Size", "op", "elementwise", "Function", "formulas", "compare", "gradcheck"),
    *("gradgradcheck", "set_printoptions", "seed", "initial_seed", "no_grad", "enable_grad"),
    *("set_default_dtype", "inference_mode", "set_grad_enabled", "explain", "Variable"),
}
PLACES = {"": tnn, "nn.functional": nn.functional, "nn.init": nn.init, "linalg": tnn.linalg}


def bad_values():
    return [
        *(None, "a", 3, 2**70, -1, float("nan"), 1j, [], {}, object(), len, int, ("a",), ["a"]),
        *(np.array([None]), tnn.ones(2, 3, dtype=tnn.int64), tnn.ones(7, 5), tnn.tensor(1.0)),
        *(tnn.ones(2, 3, dtype=tnn.complex64), tnn.ones(2, 3, dtype=tnn.bool)),
    ]


def matrix():
    return tnn.ones(2, 3)


GOOD = {  # what a parameter of that name takes, if it has no default; else a matrix
    "dim": lambda: 0,
    "dim0": lambda: 0,
    "dim1": lambda: 1,
    "index": lambda: tnn.zeros(2, 3, dtype=tnn.int64),
    "condition": lambda: tnn.ones(2, 3, dtype=tnn.bool),
    "tensors": lambda: [matrix(), matrix()],
    "mat2": lambda: tnn.ones(3, 2),
    "weight": lambda: tnn.ones(4, 3),
    "equation": lambda: "ij->ji",
    "fill_value": lambda: 1.0,
    "ndarray": lambda: np.ones(3),
    "data": lambda: [1.0, 2.0],
    "query": lambda: tnn.ones(2, 3, 4),
    "key": lambda: tnn.ones(2, 3, 4),
    "hx": lambda: (tnn.ones(2, 4), tnn.ones(2, 4)),
    "dims": lambda: (1, 0),
    "type1": lambda: tnn.float32,
    "type2": lambda: tnn.int64,
    **dict.fromkeys(("size", "shape", "sizes"), lambda: (2, 3)),
    **dict.fromkeys(("normalized_shape",), lambda: (3,)),
    **dict.fromkeys(("vec", "vec2", "tensor1"), lambda: tnn.ones(3)),
    **dict.fromkeys(
        ("n", "end", "steps", "high", "chunks", "split_size", "low", "start"), lambda: 3
    ),
    **dict.fromkeys(("a", "b", "mean", "std", "val", "p", "exponent"), lambda: 0.5),
}


def parameters_of(function):
    operation = getattr(function, "op", None)
    if operation is None:
        return [
            (p.name, p.default is p.empty and p.kind is not p.VAR_POSITIONAL, p.kind)
            for p in inspect.signature(function).parameters.values()
            if p.kind is not p.VAR_KEYWORD
        ]
    kinds = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [(p.name, p.default is REQUIRED, kinds[not p.keyword_only]) for p in operation.signature]


def call(function, name, bad):
    """Call with good values, and the bad one for the parameter of that name."""
    args, keywords = [], {}
    taken = parameters_of(function)
    is_variadic = any(kind is inspect.Parameter.VAR_POSITIONAL for _, _, kind in taken)
    for each, is_needed, kind in taken:
        value = bad if each == name else GOOD.get(each, matrix)()
        if each != name and not is_needed:
            continue
        if each != name and kind is inspect.Parameter.VAR_POSITIONAL:
            continue
        if kind is not inspect.Parameter.KEYWORD_ONLY and (is_variadic or kind.value == 0):
            args.append(value)
        else:
            keywords[each] = value
    return function(*args, **keywords)


NOT_CALLED = {"load", "save", "warn_user"}  # a string is the name of a file to the first two


def functions():
    for place, owner in PLACES.items():
        names = getattr(owner, "__all__", None) or [
            name
            for name, value in vars(owner).items()
            if not getattr(value, "__module__", "").startswith("tinygrad_nn.arrays")
        ]
        for name in sorted(names):
            value = getattr(owner, name)
            is_own = getattr(value, "__module__", "").startswith("tinygrad_nn")
            is_public = name[0] != "_" and name not in LEFT_OUT | NOT_CALLED
            if inspect.isfunction(value) and is_own and is_public:
                yield f"{place}.{name}".lstrip("."), value
    for name in sorted(vars_of_tensor()):
        yield f"Tensor.{name}", getattr(tnn.Tensor, name)


def vars_of_tensor():
    names = (name for name in vars_of(tnn.Tensor) - LEFT_OUT if not name.startswith("_"))
    return [name for name in names if inspect.isfunction(getattr(tnn.Tensor, name))]


FUNCTIONS = dict(functions())
SIGNATURE = re.compile("missing|positional argument|multiple values|unexpected keyword")
FLAGS = ("The truth value of an array", "Boolean value of Tensor")  # an array where a flag stands


def is_in_our_words(error):
    """Whether an error is of a class of ours, or comes from a `raise` in the package."""
    if type(error).__module__.startswith("tinygrad_nn") or SIGNATURE.search(str(error)):
        return True
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    step = opcode.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]]
    return step == "RAISE_VARARGS" and "tinygrad_nn" in trace.tb_frame.f_code.co_filename


def not_in_our_words(function):
    found = []
    for i, (name, _, _) in enumerate(parameters_of(function)):
        if i == 0 and name in ("self", "x"):
            continue
        for bad in bad_values():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    call(function, name, bad)
            except Exception as error:
                if not is_in_our_words(error) and not str(error).startswith(FLAGS):
                    found.append(f"{name} = {bad!r:.30}: {type(error).__name__}: {error!s:.80}")
    return found


@looped("name", [name for name in registry if hasattr(registry[name].call, "op")])
def test_an_operation_refuses_in_words_of_ours(name):
    assert not_in_our_words(registry[name].call) == []


def test_a_function_names_itself_the_argument_and_its_value():
    x = tnn.ones(2, 3)
    for function, said in (
        (lambda: tnn.zeros_like(3), r"zeros_like\(\): input must be a Tensor, got int 3"),
        (lambda: tnn.ones_like(np.ones(2)), r"ones_like\(\): input must be a Tensor, got an ndar"),
        (lambda: nn.functional.softmax(np.ones(2)), r"softmax\(\) takes a Tensor, got an ndarray"),
        (lambda: tnn.result_type("a", 3), r"result_type\(\) takes Tensors and numbers, got str"),
        (lambda: tnn.rand(2, generator=5), r"rand\(\): generator must be a tnn.Generator, got int"),
        (lambda: tnn.bmm(x, None), r"bmm\(\) takes Tensors, got NoneType None"),
        (lambda: nn.Linear("a", 2), r"Linear\(\): in_features must be an int, got str 'a'"),
        (lambda: tnn.optim.SGD([x], lr="a"), r"SGD\(\): lr must be a number, got str 'a'"),
        (lambda: tnn.zeros(2, dtype=[]), r"dtype expected, such as tnn.float32, got \[\]"),
    ):
        with pytest.raises(DTypeError, match=said):
            function()
    with pytest.raises(
        ShapeError, match=r"view: float32 of shape .* cannot be read as torch.int64"
    ):
        x.view(tnn.int64)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("add", lambda x: x + 2**70),
        ("mul", lambda x: x * -(2**70)),
        ("clamp", lambda x: x.clamp(max=2**70)),
        ("where", lambda x: tnn.where(x > 0, x, 2**70)),
        ("where", lambda x: tnn.where(x > 0, 2**70, 2**70)),
        ("lt", lambda x: x < 2**70),
        ("maximum", lambda x: tnn.maximum(x, 2**70)),
        ("fill_", lambda x: x.fill_(2**70)),
        ("setitem", lambda x: x.__setitem__(0, 2**70)),
        ("add", lambda x: x.float() + 10**400),
        ("add", lambda x: x.float() + 10**5000),
    ],
)
def test_an_integer_that_no_dtype_holds_is_refused_by_the_operation(name, program):
    with pytest.raises(RangeError, match=rf"^{name}\b") as raised:
        program(tnn.ones(2, dtype=tnn.int64))
    for kind in (OverflowError, RuntimeError, ValueError):  # PyTorch raises any of these
        assert isinstance(raised.value, kind)
    assert len(str(raised.value)) < 300


def test_integers_that_fit_in_64_bits_wrap_as_in_pytorch(library):
    assert (library.tensor([1]) + 2**63).tolist() == [1 - 2**63]
    assert (library.tensor([1], dtype=library.uint8) + 300).tolist() == [45]


def test_a_step_into_a_read_only_parameter_is_refused():
    array = np.ones(2)
    array.flags.writeable = False
    parameter = tnn.from_numpy(array).requires_grad_()
    steps = tnn.optim.SGD([parameter], lr=0.1)
    parameter.grad = tnn.ones(2, dtype=tnn.float64)
    with pytest.raises(GraphError, match=r"SGD\.step\(\): NumPy marks a parameter .* read-only"):
        steps.step()


def test_what_somebody_wrote_into_an_operation_is_passed_on():
    class OwnError(ValueError):
        pass

    @op("x", name="fussy_for_a_test")
    def fussy(x, mood=0):
        if mood == 0:
            raise OwnError("not today")
        if mood == 1:
            raise ValueError("not like this")
        return x.nothing_such

    try:
        for mood, kind, said in (
            (0, OwnError, "^not today$"),
            (1, ValueError, "^not like this$"),
            (2, DTypeError, "fussy_for_a_test() cannot be called with x = an ndarray of float32"),
        ):
            with pytest.raises(kind, match=said.replace("()", r"\(\)")):
                fussy(tnn.ones(2), mood)
    finally:
        del registry["fussy_for_a_test"]
