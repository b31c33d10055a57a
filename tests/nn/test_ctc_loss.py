"""ctc_loss as programs call it: its layouts, lengths and refusals, beside PyTorch.
Read `test_losses.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradcheck, gradgradcheck

torch = pytest.importorskip("torch")

X = np.random.default_rng(0).standard_normal((6, 3, 5))
ROWS = np.array([[1, 2, 2, 4], [3, 1, 1, 1], [4, 4, 1, 2]])
IN_A_ROW = np.array([1, 2, 2, 3, 4, 4])


def loss(library, x, labels, inputs, targets, **given):
    x = library.from_numpy(x.copy()).requires_grad_()
    labels = library.from_numpy(labels.copy())
    y = library.nn.functional.ctc_loss(x.log_softmax(-1), labels, inputs, targets, **given)
    y.sum().backward()
    return y, x.grad


CASES = {
    "rows": (X, ROWS, (6, 6, 6), (3, 1, 2), {}),
    "in a row": (X, IN_A_ROW, (6, 5, 4), (3, 1, 2), {"reduction": "none"}),
    "lengths differ": (X, ROWS, (6, 2, 5), (4, 2, 0), {"reduction": "sum", "zero_infinity": True}),
    "no time": (X, ROWS, (0, 6, 0), (0, 4, 1), {"reduction": "none", "zero_infinity": True}),
    "another blank": (X, ROWS[:, ::-1].copy(), (6, 6, 6), (1, 3, 2), {"blank": 0}),
    "blank in the middle": (X, np.where(ROWS == 2, 0, ROWS), (6, 6, 6), (3, 4, 2), {"blank": 2}),
    "one sequence": (X[:, 0], ROWS[0, :3].copy(), (6,), (3,), {"reduction": "none"}),
    "int32": (X, ROWS.astype(np.int32), (6, 6, 6), (3, 1, 2), {}),
    "float32": (X.astype(np.float32), ROWS, (6, 6, 6), (3, 1, 2), {}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_loss_and_its_gradient_are_pytorchs(case):
    *given, options = case
    ours, theirs = (loss(library, *given, **options) for library in (tnn, torch))
    atol = 1e-5 if given[0].dtype == np.float32 else 1e-10
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), atol=atol)


def test_lengths_may_be_tensors_and_a_sequence_too_short_has_infinite_loss():
    given = (np.zeros((2, 1, 3)), np.array([[1, 1]]))
    for library in (tnn, torch):
        lengths = library.tensor([2]), library.tensor([2])
        assert loss(library, *given, *lengths, reduction="none")[0].tolist() == [np.inf]


def test_its_derivatives_behind_log_softmax_agree_with_differences():
    def function(x):
        labels = tnn.from_numpy(ROWS)
        return tnn.nn.functional.ctc_loss(x.log_softmax(-1), labels, (6, 5, 4), (3, 1, 2))

    x = tnn.from_numpy(X).requires_grad_()
    assert gradcheck(function, x)
    assert gradgradcheck(function, x, fast_mode=True)


def test_very_small_probabilities_are_not_lost():
    x = np.full((80, 1, 3), -1e3)
    x[:, 0, 0] = 0.0
    ours, theirs = (
        library.nn.functional.ctc_loss(
            library.from_numpy(x), library.tensor([[1, 2, 1]]), (80,), (3,), reduction="sum"
        )
        for library in (tnn, torch)
    )
    np.testing.assert_allclose(ours.item(), theirs.item(), rtol=1e-12)


REFUSED = [
    ((X, ROWS, (7, 6, 6), (3, 1, 2)), {}, "input_lengths.*0 to 6.*7"),
    ((X, ROWS, (6, 6), (3, 1, 2)), {}, "input_lengths.*3"),
    ((X, ROWS, (6, 6, 6), (5, 1, 2)), {}, "target_lengths.*0 to 4.*5"),
    ((X, IN_A_ROW, (6, 6, 6), (3, 1, 1)), {}, "target_lengths.*5.*6"),
    ((X, ROWS + 1, (6, 6, 6), (4, 1, 2)), {}, "label 5.*5 classes"),
    ((X, ROWS, (6, 6, 6), (3, 1, 2)), {"blank": 5}, "blank.*5"),
    ((X, ROWS.astype(float), (6, 6, 6), (3, 1, 2)), {}, "float64"),
    ((X, ROWS[:2], (6, 6, 6), (3, 1, 2)), {}, r"\(2, 4\)"),
    ((X, ROWS, (6.5, 6, 6), (3, 1, 2)), {}, "input_lengths.*6.5"),
    ((X, ROWS, (6, 6, 6), (3, 1, 2)), {"reduction": "avg"}, "avg"),
]


@pytest.mark.parametrize(("given", "options", "said"), REFUSED, ids=[said for *_, said in REFUSED])
def test_what_does_not_fit_is_refused(given, options, said):
    with pytest.raises((RuntimeError, TypeError, ValueError), match=f"ctc_loss.*{said}"):
        loss(tnn, *given, **options)
