"""Losses: PyTorch's values and gradients in every combination of their arguments.
Read `test_loss_arguments.py` next: what they refuse and what they warn of.
"""

import itertools

import numpy as np
import pytest
from beside_torch import assert_same
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

REDUCTIONS = ("none", "mean", "sum")
TOLERANCE = {"float64": (1e-12, 1e-13), "float32": (3e-6, 1e-6), "float16": (4e-3, 2e-3)}
CLASSES = 5
LAYOUTS = [(CLASSES,), (1, CLASSES), (4, CLASSES), (3, CLASSES, 2), (2, CLASSES, 3, 2)]


def numbers(shape, seed=0, scale=2.0):
    return np.random.default_rng(seed).standard_normal(shape) * scale


def targets_for(shape, seed=1):
    without_classes = shape[:1] + shape[2:] if len(shape) > 1 else ()
    return np.random.default_rng(seed).integers(0, CLASSES, without_classes)


def probabilities_for(shape, seed=2):
    p = np.exp(numbers(shape, seed))
    return p / p.sum(axis=1 if len(shape) > 1 else 0, keepdims=True)


def assert_same_loss(loss, arrays, dtype="float64", needs_grad=1):
    """Compare `loss(library, *tensors)` and its gradients, the loss being randomly weighed."""

    def program(library):
        tensors = [
            library.tensor(
                array.astype(dtype) if array.dtype.kind == "f" else array,
                requires_grad=i < needs_grad,
            )
            for i, array in enumerate(arrays)
        ]
        value = loss(library, *tensors)
        weight = numbers(tuple(value.shape), seed=9, scale=1.0).astype(dtype)
        value.backward(library.tensor(weight))
        return [value, *(tensor.grad for tensor in tensors[:needs_grad])]

    assert_same(program, *TOLERANCE[dtype])


# --- classes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_cross_entropy_and_nll_loss(shape, dtype):
    x, t = numbers(shape), targets_for(shape)
    weight = np.abs(numbers(CLASSES, seed=3)) + 0.1
    ignored = int(t.flat[0])
    names = ("cross_entropy", "nll_loss")
    for name, reduction, weighed, ignore_index in itertools.product(
        names, REDUCTIONS, (False, True), (-100, ignored)
    ):
        options = {"reduction": reduction, "ignore_index": ignore_index}

        def loss(library, x, t, name=name, options=options, weighed=weighed):
            w = library.tensor(weight.astype(dtype)) if weighed else None
            return getattr(library.nn.functional, name)(x, t, weight=w, **options)

        assert_same_loss(loss, [x, t], dtype)


@pytest.mark.parametrize("shape", LAYOUTS)
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("label_smoothing", [0.1, 0.5, 1.0])
def test_cross_entropy_with_smoothed_labels(shape, weighed, reduction, label_smoothing):
    x, t = numbers(shape), targets_for(shape)
    weight = np.abs(numbers(CLASSES, seed=3)) + 0.1
    for ignore_index in (-100, int(t.flat[-1])):

        def loss(library, x, t, ignore_index=ignore_index):
            return library.nn.functional.cross_entropy(
                x,
                t,
                weight=library.tensor(weight) if weighed else None,
                ignore_index=ignore_index,
                reduction=reduction,
                label_smoothing=label_smoothing,
            )

        assert_same_loss(loss, [x, t])


@pytest.mark.parametrize("shape", LAYOUTS)
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
def test_cross_entropy_with_probabilities(shape, weighed, reduction, label_smoothing):
    weight = np.abs(numbers(CLASSES, seed=3)) + 0.1

    def loss(library, x, q):
        return library.nn.functional.cross_entropy(
            x,
            q,
            weight=library.tensor(weight) if weighed else None,
            reduction=reduction,
            label_smoothing=label_smoothing,
        )

    assert_same_loss(loss, [numbers(shape), probabilities_for(shape)], needs_grad=2)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("shape", [(3, CLASSES), (2, CLASSES, 2)])
def test_all_targets_ignored_give_nan_as_a_mean_and_zero_else(reduction, label_smoothing, shape):
    t = np.full_like(targets_for(shape), -100)

    def loss(library, x, t):
        return library.nn.functional.cross_entropy(
            x, t, reduction=reduction, label_smoothing=label_smoothing
        )

    assert_same_loss(loss, [numbers(shape), t])


def test_weights_of_zero_and_an_empty_batch_give_nan():
    x, t = numbers((3, CLASSES)), targets_for((3, CLASSES))

    def unweighed(library, x, t):
        return library.nn.functional.cross_entropy(x, t, library.zeros(CLASSES).double())

    assert_same_loss(unweighed, [x, t])
    assert_same_loss(
        lambda library, x, t: library.nn.functional.cross_entropy(x, t), [x[:0], t[:0]]
    )
    assert_same_loss(lambda library, x, t: library.nn.functional.nll_loss(x, t), [x[:0], t[:0]])


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_class_indices_of_other_integer_dtypes(dtype):
    x, t = numbers((4, CLASSES)), targets_for((4, CLASSES)).astype(dtype)
    assert_same_loss(lambda library, x, t: library.nn.functional.cross_entropy(x, t), [x, t])


def test_logits_of_minus_infinity():
    inf = np.inf
    x = np.array([[-inf, 0.0, 1.0], [0.0, -inf, -inf], [500.0, -500.0, 0.0]])

    def loss(library, x, t):
        return library.nn.functional.cross_entropy(x, t, reduction="none")

    assert_same_loss(loss, [x, np.array([1, 0, 1])])
    assert_same_loss(loss, [x, np.array([0, 0, 0])])
    assert_same_loss(loss, [x, np.eye(3)])


def test_float16_losses_are_computed_in_float32():
    x, t = numbers((40, CLASSES), scale=20.0), targets_for((40, CLASSES))
    for reduction in REDUCTIONS:
        assert_same_loss(
            lambda library, x, t, reduction=reduction: library.nn.functional.cross_entropy(
                x, t, reduction=reduction
            ),
            [x, t],
            "float16",
        )


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10**6), st.sampled_from(REDUCTIONS))
def test_cross_entropy_of_any_size(rows, classes, seed, reduction):
    random = np.random.default_rng(seed)
    x = random.standard_normal((rows, classes)) * 10.0 ** random.integers(-3, 3)
    t = random.integers(0, classes, rows)

    def loss(library, x, t):
        return library.nn.functional.cross_entropy(x, t, reduction=reduction)

    assert_same_loss(loss, [x, t])


# --- squared error --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (1,), (5,), (4, 3), (2, 3, 4), (0,)])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_mse_loss(shape, reduction, dtype):
    arrays = [numbers(shape), numbers(shape, seed=1)]

    def loss(library, x, t):
        return library.nn.functional.mse_loss(x, t, reduction=reduction)

    assert_same_loss(loss, arrays, dtype, needs_grad=2)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_mse_loss_with_weights(reduction):
    arrays = [numbers((4, 3)), numbers((4, 3), seed=1), np.abs(numbers((4, 3), seed=2))]

    def loss(library, x, t, w):
        return library.nn.functional.mse_loss(x, t, reduction=reduction, weight=w)

    assert_same_loss(loss, arrays, needs_grad=3)


@pytest.mark.parametrize(
    ("shape", "other"), [((4, 1), (4,)), ((3,), (2, 3)), ((2, 3), ()), ((2, 1, 3), (4, 1))]
)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_mse_loss_broadcasts(shape, other, reduction):
    def loss(library, x, t):
        return library.nn.functional.mse_loss(x, t, reduction=reduction)

    assert_same_loss(loss, [numbers(shape), numbers(other, seed=1)], needs_grad=2)


# --- yes or no ------------------------------------------------------------------------------------

BROADCAST = [None, (), (3,), (1, 3), (4, 1), (4, 3)]


@pytest.mark.parametrize("weight_shape", BROADCAST)
@pytest.mark.parametrize("pos_weight_shape", BROADCAST)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy_with_logits(weight_shape, pos_weight_shape, reduction):
    def weight(library, shape, seed):
        return None if shape is None else library.tensor(np.abs(numbers(shape, seed)))

    def loss(library, x, t):
        return library.nn.functional.binary_cross_entropy_with_logits(
            x,
            t,
            weight=weight(library, weight_shape, 3),
            pos_weight=weight(library, pos_weight_shape, 4),
            reduction=reduction,
        )

    t = np.random.default_rng(1).random((4, 3))
    assert_same_loss(loss, [numbers((4, 3)), t], needs_grad=2)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3, 4), (0, 2)])
def test_binary_cross_entropy_of_any_shape(shape, dtype):
    t = np.random.default_rng(1).integers(0, 2, shape).astype(float)

    def loss(library, x, t):
        return library.nn.functional.binary_cross_entropy_with_logits(x, t)

    assert_same_loss(loss, [numbers(shape, scale=5.0), t], dtype)


def test_binary_cross_entropy_of_extreme_logits():
    x = np.array([1e4, -1e4, 1e4, -1e4, 0.0, -0.0, 710.0, -710.0])

    def loss(library, x, t):
        return library.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none")

    assert_same_loss(loss, [x, np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.0, 1.0])])


# --- as Modules -----------------------------------------------------------------------------------

MODULES = {
    "MSELoss": {},
    "NLLLoss": {"ignore_index": 2},
    "CrossEntropyLoss": {"label_smoothing": 0.2, "ignore_index": 1},
    "BCEWithLogitsLoss": {},
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("name", MODULES)
def test_modules_pass_their_arguments_on(name, weighed, reduction):
    x, t = numbers((6, CLASSES)), targets_for((6, CLASSES))
    if name in ("MSELoss", "BCEWithLogitsLoss"):
        t = probabilities_for((6, CLASSES))
    weight = np.abs(numbers(CLASSES, seed=3))

    def loss(library, x, t):
        options = dict(MODULES[name], reduction=reduction)
        if weighed and name != "MSELoss":
            options["weight"] = library.tensor(weight)
        if weighed and name == "BCEWithLogitsLoss":
            options["pos_weight"] = library.tensor(weight[::-1].copy())
        return getattr(library.nn, name)(**options)(x, t)

    assert_same_loss(loss, [x, t])


def test_the_weights_of_a_loss_move_with_it(library):
    loss = library.nn.CrossEntropyLoss(weight=library.ones(2)).double()
    value = loss(library.zeros(3, 2).double(), library.tensor([0, 1, 1]))
    assert value.dtype == library.float64
    assert [name for name, _ in loss.named_buffers()] == ["weight"]
    assert list(loss.parameters()) == []
