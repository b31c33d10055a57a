"""A network with one hidden layer in plain NumPy, its gradients worked out by hand.
Read `../autograd/checks/compare.py` next, which holds such gradients against those of autograd.

Images are columns, as the formulas are written on paper: X is (pixels, m), Y is (classes, m) with a
single 1 per column, biases are columns. The loss is the mean cross-entropy of the m images,

    L = -1/m sum_j sum_i Y_ij log A2_ij

The gradient of a bias is a sum over the images. The published write-up of this network sums over
the units as well (`write_up_bias_gradient`), so that all units of a layer get the same step; in the
last layer it is 0 but for rounding, because every column of A2 - Y sums to 1 - 1 = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ShapeError

Array = NDArray[Any]


class Activations(NamedTuple):
    """What the forward pass computes on the way: (hidden, m) twice, then (classes, m) twice."""

    Z1: Array
    A1: Array
    Z2: Array
    A2: Array


class Gradients(NamedTuple):
    """dL/dW1, dL/db1, dL/dW2 and dL/db2, each shaped as what it is the gradient of."""

    dW1: Array  # noqa: N815 - as the formulas have it
    db1: Any
    dW2: Array  # noqa: N815
    db2: Any


def forward(X: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Activations:
    """Return Z1 = W1 X + b1, A1 = ReLU(Z1), Z2 = W2 A1 + b2 and A2 = softmax(Z2), column by column.

    X is (pixels, m), W1 (hidden, pixels), b1 (hidden, 1), W2 (classes, hidden), b2 (classes, 1).
    Raises ShapeError where they do not fit, a bias of shape (hidden,) among them: it would be added
    along the images.

    Example:
        >>> import numpy as np
        >>> from tinygrad_nn.teaching import by_hand
        >>> W, b = np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros((2, 1))
        >>> by_hand.forward(np.array([[1.0], [-1.0]]), W, b, W, b).A2.round(3)
        array([[0.731],
               [0.269]])
    """
    _check_shapes(X, W1, b1, W2, b2)
    Z1 = W1 @ X + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2 @ A1 + b2
    return Activations(Z1, A1, Z2, softmax(Z2))


def softmax(Z: Array) -> Array:
    """Return exp(Z) divided by its sum down each column, shifted so that exp cannot overflow."""
    exponentials = np.exp(Z - Z.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def bias_gradient(dZ: Array) -> Array:
    """Return db = sum of dZ over the images / m: one number per unit, of shape (units, 1)."""
    return dZ.sum(axis=1, keepdims=True) / dZ.shape[1]


def write_up_bias_gradient(dZ: Array) -> Any:
    """Return what the published write-up takes for db: one number, the sum of all of dZ / m."""
    return dZ.sum() / dZ.shape[1]


def backward(
    X: Array,
    Y: Array,
    W2: Array,
    activations: Activations,
    bias_gradient: Callable[[Array], Any] = bias_gradient,
) -> Gradients:
    """Return the gradients of the mean cross-entropy, from the last layer to the first.

        dZ2 = A2 - Y                dW2 = dZ2 A1^T / m      db2 = sum of dZ2 over the images / m
        dZ1 = W2^T dZ2 * (Z1 > 0)   dW1 = dZ1 X^T / m       db1 = sum of dZ1 over the images / m

    `activations` are what `forward` returned; dZ is m times dL/dZ. `write_up_bias_gradient` gives
    the write-up's biases. Raises ShapeError for a Y that is not shaped as A2.

    Example:
        >>> import numpy as np
        >>> from tinygrad_nn.teaching import by_hand
        >>> X, Y = np.array([[1.0, 0.0], [2.0, 1.0]]), np.eye(2)
        >>> W, b = np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros((2, 1))
        >>> activations = by_hand.forward(X, W, b, W, b)
        >>> by_hand.backward(X, Y, W, activations).db2.round(3)
        array([[-0.231],
               [ 0.231]])
        >>> right = by_hand.backward(X, Y, W, activations).db2
        >>> wrong = by_hand.backward(X, Y, W, activations, by_hand.write_up_bias_gradient).db2
        >>> right.shape, wrong.shape, bool(abs(wrong) < 1e-15)
        ((2, 1), (), True)
    """
    Z1, A1, _, A2 = activations
    if Y.shape != A2.shape:
        raise ShapeError(
            f"by_hand.backward: Y has shape {Y.shape}, the network's output {A2.shape}"
        )
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (Z1 > 0)
    return Gradients(dZ1 @ X.T / m, bias_gradient(dZ1), dZ2 @ A1.T / m, bias_gradient(dZ2))


def _check_shapes(X: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> None:
    for name, given, expected in (
        ("W1", W1, (len(W1), len(X))),
        ("b1", b1, (len(W1), 1)),
        ("W2", W2, (len(W2), len(W1))),
        ("b2", b2, (len(W2), 1)),
    ):
        if given.shape != expected:
            raise ShapeError(
                f"by_hand.forward: {name} has shape {given.shape}, expected {expected} for X of "
                f"shape {X.shape}, W1 of shape {W1.shape} and W2 of shape {W2.shape}"
            )
