"""What losses refuse, with which class and which facts, and what they warn of.
Read `../optim/test_sgd.py` next.
"""

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

X = [[1.0, 2.0, 3.0], [3.0, 1.0, 0.5]]


def logits(library):
    return library.tensor(X)


def functional(library, name):
    return getattr(library.nn.functional, name)


# Each: the function, its arguments made by a library, the class, and the facts in our message.
REFUSED = {
    "batch sizes": (
        "cross_entropy",
        lambda lib: (logits(lib), lib.tensor([0, 1, 2])),
        ValueError,
        ["(2, 3)", "(3,)", "(2,)"],
    ),
    "float targets": (
        "cross_entropy",
        lambda lib: (logits(lib), lib.tensor([0.0, 1.0])),
        RuntimeError,
        ["float32", ".long()"],
    ),
    "float targets of nll_loss": (
        "nll_loss",
        lambda lib: (logits(lib), lib.tensor([0.0, 1.0]).double()),
        RuntimeError,
        ["float64", ".long()"],
    ),
    "a class too high": (
        "cross_entropy",
        lambda lib: (logits(lib), lib.tensor([0, 3])),
        IndexError,
        ["target 3", "3 classes", "0 to 2"],
    ),
    "a negative class": (
        "nll_loss",
        lambda lib: (logits(lib), lib.tensor([-1, 0])),
        IndexError,
        ["target -1", "3 classes"],
    ),
    "layout": (
        "cross_entropy",
        lambda lib: (lib.ones(2, 3, 4, 5), lib.zeros(2, 4).long()),
        RuntimeError,
        ["(2, 3, 4, 5)", "(2, 4)", "(2, 4, 5)"],
    ),
    "number of weights": (
        "cross_entropy",
        lambda lib: (logits(lib), lib.tensor([0, 1]), lib.ones(2)),
        RuntimeError,
        ["(3,)", "(2,)"],
    ),
    "dtype of weights": (
        "nll_loss",
        lambda lib: (logits(lib), lib.tensor([0, 1]), lib.ones(3).double()),
        RuntimeError,
        ["float32", "float64"],
    ),
    "integers": (
        "cross_entropy",
        lambda lib: (logits(lib).long(), lib.tensor([0, 1])),
        NotImplementedError,
        ["int64"],
    ),
    "shapes of yes or no": (
        "binary_cross_entropy_with_logits",
        lambda lib: (lib.ones(2, 1), lib.ones(2)),
        ValueError,
        ["(2, 1)", "(2,)"],
    ),
    "yes or no of integers": (
        "binary_cross_entropy_with_logits",
        lambda lib: (lib.ones(2), lib.ones(2).long()),
        RuntimeError,
        ["target", "int64"],
    ),
    "weights that do not broadcast": (
        "binary_cross_entropy_with_logits",
        lambda lib: (lib.ones(2, 3), lib.ones(2, 3), lib.ones(2)),
        RuntimeError,
        ["(2, 3)", "(2,)"],
    ),
    "weights that would enlarge": (
        "binary_cross_entropy_with_logits",
        lambda lib: (lib.ones(2, 3), lib.ones(2, 3), lib.ones(5, 2, 3)),
        RuntimeError,
        ["(2, 3)", "(5, 2, 3)"],
    ),
    "squared error of integers": (
        "mse_loss",
        lambda lib: (lib.tensor([1, 2]), lib.tensor([1, 2])),
        NotImplementedError,
        ["int64"],
    ),
    "no tensor": (
        "cross_entropy",
        lambda lib: (logits(lib), [0, 1]),
        TypeError,
        ["target", "list"],
    ),
    "an array": (
        "nll_loss",
        lambda lib: (np.array(X), lib.tensor([0, 1])),
        TypeError,
        ["input", "ndarray"],
    ),
    "nothing": (
        "cross_entropy",
        lambda lib: (logits(lib), None),
        TypeError,
        ["target", "NoneType"],
    ),
    "an old call": (
        "cross_entropy",
        lambda lib: (logits(lib), lib.tensor([0, 1]), True),
        TypeError,
        ["weight", "bool"],
    ),
}


@pytest.mark.filterwarnings("ignore:mse_loss:UserWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_with_its_facts(case):
    name, arguments, error, facts = REFUSED[case]
    with pytest.raises(error):
        functional(torch, name)(*arguments(torch))
    # PyTorch raises NotImplementedError, a RuntimeError, for a dtype that it has no kernel for.
    expected = RuntimeError if error is NotImplementedError else error
    with pytest.raises(expected) as caught:
        functional(tnn, name)(*arguments(tnn))
    message = str(caught.value)
    assert [fact for fact in facts if fact not in message] == []
    assert name in message or "log_softmax" in message  # which cross_entropy is made of


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("cross_entropy", [0, 1]),
        ("cross_entropy", X),
        ("nll_loss", [0, 1]),
        ("mse_loss", X),
        ("binary_cross_entropy_with_logits", X),
    ],
)
def test_an_unknown_reduction_is_refused(library, name, target):
    with pytest.raises(ValueError, match="average"):
        functional(library, name)(logits(library), library.tensor(target), reduction="average")


@pytest.mark.parametrize("target", [[0, 1], X])
@pytest.mark.parametrize("label_smoothing", [-0.1, 1.5])  # PyTorch takes -0.1 for 0
def test_smoothing_beyond_0_to_1_is_refused(target, label_smoothing):
    with pytest.raises(ValueError, match=r"label_smoothing must be in \[0, 1\]"):
        tnn.nn.functional.cross_entropy(
            logits(tnn), tnn.tensor(target), label_smoothing=label_smoothing
        )


def test_probabilities_cannot_be_ignored(library):
    with pytest.raises((ValueError, RuntimeError), match="ignore_index"):
        library.nn.functional.cross_entropy(logits(library), library.tensor(X), ignore_index=1)


# --- dtypes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), [("float32", "float64"), ("float64", "float32")])
def test_squared_error_of_two_dtypes_is_in_the_wider(left, right):
    def program(library):
        x = library.tensor(X, dtype=getattr(library, left), requires_grad=True)
        t = library.tensor(X, dtype=getattr(library, right)) * 2
        value = library.nn.functional.mse_loss(x, t)
        value.backward()
        return [value, x.grad]

    assert_same(program, 1e-6)


def test_squared_error_of_integers_with_floats_is_a_float():
    assert_same(lambda lib: lib.nn.functional.mse_loss(lib.tensor([1, 2]), lib.ones(2)))


def test_the_weights_of_yes_or_no_do_not_widen_the_loss():
    def program(library):
        one = library.ones(3, dtype=library.float64)
        return library.nn.functional.binary_cross_entropy_with_logits(
            library.ones(2, 3), library.ones(2, 3), weight=one
        )

    assert_same(program, 1e-6)


# --- warnings and older arguments -----------------------------------------------------------------


def test_squared_error_of_two_shapes_warns_at_the_line_that_called(library):
    with pytest.warns(UserWarning, match=r"2.*1") as caught:
        library.nn.functional.mse_loss(library.ones(2, 1), library.ones(2))
    assert caught[0].filename == __file__


@pytest.mark.parametrize("size_average", [None, True, False])
@pytest.mark.parametrize("reduce", [None, True, False])
@pytest.mark.parametrize("name", ["mse_loss", "nll_loss", "cross_entropy"])
def test_the_older_arguments_mean_what_they_meant(name, size_average, reduce):
    def program(library):
        target = library.tensor(X) * 2 if name == "mse_loss" else library.tensor([0, 2])
        return functional(library, name)(
            logits(library), target, size_average=size_average, reduce=reduce
        )

    assert_same(program, 1e-6)


@pytest.mark.parametrize("size_average", [None, True, False])
@pytest.mark.parametrize("reduce", [None, True, False])
def test_modules_read_the_older_arguments_when_they_are_made(size_average, reduce):
    def program(library):
        return library.nn.MSELoss(size_average, reduce).reduction

    assert_same(program)


def test_the_older_arguments_warn(library):
    with pytest.warns(UserWarning, match="reduction='sum'"):
        library.nn.MSELoss(size_average=False)
    with pytest.warns(UserWarning, match="reduction='none'"):
        functional(library, "nll_loss")(logits(library), library.tensor([0, 1]), reduce=False)
