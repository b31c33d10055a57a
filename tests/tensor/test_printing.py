"""Printed tensors equal PyTorch's byte for byte: literal strings first, then drawn arrays.
Read `tinygrad_nn/tensor/printing.py` next, which lays the text out.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from printed_texts import TEXTS, TEXTS_UNDER_OPTIONS, f32

from tinygrad_nn.tensor.printing import format_array, set_printoptions, tensor_repr

nan, inf = math.nan, math.inf
FLOATS = [np.float16, np.float32, np.float64]
INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]


@pytest.fixture(autouse=True)
def default_options():
    yield
    set_printoptions(profile="default")


@pytest.fixture(scope="module")
def torch():
    """PyTorch, with its own options and default dtype put back afterwards."""
    torch = pytest.importorskip("torch")
    yield torch
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("array", "text"), TEXTS)
def test_an_array_reads_as_pytorch_prints_it(array, text):
    assert tensor_repr(array) == text


@pytest.mark.parametrize(("options", "array", "text"), TEXTS_UNDER_OPTIONS)
def test_print_options_change_the_text(options, array, text):
    set_printoptions(**options)
    assert tensor_repr(array) == text


def test_the_tables_above_are_what_pytorch_prints(torch):
    for options, array, text in [({}, *row) for row in TEXTS] + TEXTS_UNDER_OPTIONS:
        torch.set_printoptions(profile="default")
        torch.set_printoptions(**options)
        assert repr(torch.from_numpy(array)) == text


@pytest.mark.parametrize("options", [{"profile": "full"}, {"threshold": np.inf}])
def test_an_infinite_threshold_shows_every_element(options):
    set_printoptions(**options)
    assert tensor_repr(np.arange(1500)).count(",") == 1499


def test_an_option_that_is_not_given_stays_but_sci_mode_becomes_automatic():
    set_printoptions(precision=1, sci_mode=True)
    set_printoptions(linewidth=20)
    assert tensor_repr(f32(0.25, 1, 1)) == "tensor([0.2, 1.0,\n        1.0])"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": -1}, "precision must be a whole number >= 0, not -1"),
        ({"precision": 2.5}, "precision must be a whole number >= 0, not 2.5"),
        ({"edgeitems": -1}, "edgeitems must be a whole number >= 0, not -1"),
        ({"linewidth": inf}, "linewidth must be a whole number >= 0, not inf"),
        ({"threshold": nan}, "threshold must be a number of elements, not nan; math.inf"),
        ({"threshold": "all"}, "threshold must be a number of elements, not 'all'"),
        ({"profile": "tiny"}, "no profile is called 'tiny'; there are default, short, full"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_and_changes_nothing(options, message):
    with pytest.raises(ValueError, match=f"set_printoptions: {message}"):
        set_printoptions(**{"precision": 1, **options})
    assert tensor_repr(f32(0.5)) == "tensor([0.5000])"


@pytest.mark.parametrize(
    ("array", "suffixes", "text"),
    [
        (f32(2), ["grad_fn=<MulBackward0>"], "tensor([2.], grad_fn=<MulBackward0>)"),
        (
            np.zeros((0, 3)),
            ["requires_grad=True"],
            "tensor([], size=(0, 3), dtype=torch.float64, requires_grad=True)",
        ),
        # 79 columns with the bracket fit in 80, 80 do not
        (
            np.array(1.0),
            [f"grad_fn=<{'F' * 36}>"],
            f"tensor(1., dtype=torch.float64, grad_fn=<{'F' * 36}>)",
        ),
        (
            np.array(1.0),
            [f"grad_fn=<{'F' * 37}>"],
            f"tensor(1., dtype=torch.float64,\n       grad_fn=<{'F' * 37}>)",
        ),
        # only the last line counts
        (
            np.zeros((2, 22), np.float16),
            ["requires_grad=True"],
            f"tensor([[{'0., ' * 21}0.],\n        [{'0., ' * 21}0.]],\n"
            "       dtype=torch.float16, requires_grad=True)",
        ),
    ],
)
def test_a_suffix_that_does_not_fit_starts_a_line(array, suffixes, text):
    assert tensor_repr(array, suffixes=suffixes) == text


def test_a_line_that_a_suffix_started_takes_the_next_one_up_to_the_line_width():
    array, suffixes = np.full(4, 1.25), ["requires_grad=True"]
    numbers = "tensor([1.2500, 1.2500, 1.2500, 1.2500],\n       dtype=torch.float64"
    set_printoptions(linewidth=46)
    assert tensor_repr(array, suffixes=suffixes) == f"{numbers}, requires_grad=True)"
    set_printoptions(linewidth=45)
    assert tensor_repr(array, suffixes=suffixes) == f"{numbers},\n       requires_grad=True)"


def test_the_prefix_sets_the_indent():
    text = tensor_repr(np.eye(2, dtype=np.int64), prefix="Tensor of mine(")
    assert text == "Tensor of mine([[1, 0],\n                [0, 1]])"
    assert format_array(np.eye(2), indent=0) == "[[1., 0.],\n [0., 1.]]"


def test_the_default_dtype_is_not_shown():
    assert tensor_repr(np.ones(1), default_dtype=np.float64) == "tensor([1.])"
    assert tensor_repr(f32(1), default_dtype=np.float64) == "tensor([1.], dtype=torch.float32)"
    assert tensor_repr(np.ones(1, int), default_dtype=np.float64) == "tensor([1])"


def test_only_the_printed_elements_are_read():
    # 10^12 elements in 4 bytes: a copy, or a pass over all, could not end.
    vast = np.broadcast_to(np.float32(2), (10**6, 10**6))
    row = "[2., 2., 2.,  ..., 2., 2., 2.]"
    rows = [row] * 3 + ["..."] + [row] * 3
    assert tensor_repr(vast) == "tensor([" + (",\n" + " " * 8).join(rows) + "])"


def test_hidden_elements_have_no_say_in_the_format():
    array = np.arange(2000)
    array[1000] = 10**9
    assert tensor_repr(array) == "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"


def test_strides_have_no_say():
    array = np.arange(24.0).reshape(4, 6)
    for view in (array.T, array[::-1, ::2], np.asfortranarray(array)):
        assert tensor_repr(view) == tensor_repr(np.ascontiguousarray(view))


def test_printing_leaves_the_array_alone():
    array = f32(*range(1200))
    array.flags.writeable = False
    tensor_repr(array)
    assert array.tolist() == list(range(1200))


def assert_prints_as_pytorch_does(torch, array, options, default_dtype, history):
    """Compare the texts of one array as a constant, as a leaf to be trained and as a result."""
    tensor = torch.from_numpy(array)
    suffixes = []
    if history != "constant" and array.dtype.kind == "f":
        tensor.requires_grad_()
        suffixes = ["requires_grad=True"]
        if history == "result":
            tensor = tensor.clone()
            suffixes = ["grad_fn=<CloneBackward0>"]
    for change_options in (set_printoptions, torch.set_printoptions):
        change_options(profile="default")
        change_options(**options)
    torch.set_default_dtype(getattr(torch, np.dtype(default_dtype).name))
    text = tensor_repr(array, suffixes=suffixes, default_dtype=default_dtype)
    assert text == repr(tensor)


print_options = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 9),
        "threshold": st.sampled_from([0, 5, 30, 1000, inf]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(0, 140),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.booleans(),
    },
)
drawn_arrays = st.sampled_from([*FLOATS, *INTEGERS, bool]).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0))
)


@settings(max_examples=300, deadline=None)
@given(
    drawn_arrays,
    print_options,
    st.sampled_from([np.float32, np.float64]),
    st.sampled_from(["constant", "leaf", "result"]),
)
def test_any_array_under_any_options_prints_as_in_pytorch(
    torch, array, options, default_dtype, history
):
    assert_prints_as_pytorch_does(torch, array, options, default_dtype, history)


@pytest.mark.parametrize("array", [np.full(4, 1.25), np.zeros((0, 3)), np.ones((2, 2))])
def test_lines_break_where_pytorch_breaks_them_at_every_line_width(torch, array):
    for linewidth in range(100):
        options = {"linewidth": linewidth, "edgeitems": 0}  # so that the size is a suffix too
        assert_prints_as_pytorch_does(torch, array, options, np.float32, "leaf")


def around(*limits):
    """Each limit and its two neighbours in every float dtype, as float64."""
    return [
        float(value)
        for dtype in FLOATS
        for limit in np.array(limits, dtype)
        for value in (np.nextafter(limit, dtype(0)), limit, np.nextafter(limit, dtype(inf)))
    ]


def random_shape(rng):
    """Small shapes of 0 to 4 dimensions, and shapes around the 1000 elements of the threshold."""
    columns = int(rng.integers(1, 40))
    shapes = [
        (),
        (int(rng.integers(0, 60)),),
        tuple(rng.integers(0, 5, rng.integers(2, 5))),
        tuple(rng.integers(1, 9, rng.integers(2, 5))),
        tuple(rng.integers(3, 14, 3)),
        (int(rng.integers(996, 1005)),),
        (1000 // columns + int(rng.integers(0, 2)), columns),
    ]
    return shapes[rng.integers(len(shapes))]


SPECIAL = [0.0, -0.0, nan, inf, -inf]
VALUES = {
    "whole": lambda rng, n: rng.integers(-20, 20, n),
    "large whole": lambda rng, n: np.round(rng.normal(size=n) * 10 ** rng.uniform(0, 10)),
    "normal": lambda rng, n: rng.normal(size=n),
    "one magnitude": lambda rng, n: rng.normal(size=n) * 10.0 ** rng.integers(-8, 9),
    "all magnitudes": lambda rng, n: rng.normal(size=n) * 10.0 ** rng.integers(-8, 9, n),
    "limits": lambda rng, n: rng.choice(rng.choice(around(1e-4, 1e-3, 1, 1e3, 1e5, 1e8), 2), n),
    "extremes": lambda rng, n: rng.choice([*SPECIAL, 1e308, -6e4, 5e-324, 6e-8, 1.0], n),
    "one special": lambda rng, n: np.full(n, rng.choice(SPECIAL)),
    "special": lambda rng, n: rng.choice(SPECIAL, n),
    "special and whole": lambda rng, n: rng.choice([*SPECIAL, 3, -17], n),
    "special and not": lambda rng, n: rng.choice([*SPECIAL, 3.5, -17], n),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_floats_print_as_in_pytorch(torch, values, dtype):
    rng = np.random.default_rng(5)
    for _ in range(20):
        shape = random_shape(rng)
        with np.errstate(over="ignore", under="ignore"):  # 1e308 is inf in float16
            array = values(rng, math.prod(shape)).astype(dtype).reshape(shape)
        for view in (array, array.T, array[..., ::2] if shape else array):
            assert_prints_as_pytorch_does(torch, view, {}, np.float32, "constant")


@pytest.mark.parametrize("dtype", [*INTEGERS, bool])
def test_integers_and_bool_print_as_in_pytorch(torch, dtype):
    rng = np.random.default_rng(5)
    least, most = (0, 1) if dtype is bool else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    for _ in range(15):
        shape = random_shape(rng)
        for low, high in ((least, most), (0, min(100, most))):
            array = rng.integers(low, high, shape, dtype, endpoint=True)
            assert_prints_as_pytorch_does(torch, array, {}, np.float32, "constant")
