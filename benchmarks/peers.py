"""The same steps in two other NumPy autograds, HIPS autograd and MyGrad, where they are installed.
Read `training.py` first: the models and the arithmetic are the same.
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import numpy as np

from .measure import Step


def autograd_step(sizes: tuple[int, ...], loss_of: str, x: Any, t: Any, lr: float) -> Step:
    """HIPS autograd: gradients of a function of a list of arrays."""
    import autograd.numpy as anp
    from autograd import grad

    parameters = _initial(sizes)

    def loss(values: Any) -> Any:
        h = x
        for i in range(0, len(values), 2):
            h = anp.dot(h, values[i].T) + values[i + 1]
            if loss_of == "squared error":
                h = anp.tanh(h)
            elif i + 2 < len(values):
                h = anp.maximum(h, 0)
        if loss_of == "squared error":
            return anp.mean((h - t) ** 2)
        shifted = h - anp.max(h, axis=1, keepdims=True)
        log_p = shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True))
        return -anp.mean(log_p[anp.arange(len(t)), t])

    gradients = grad(loss)

    def step() -> None:
        for p, g in zip(parameters, gradients(parameters), strict=True):
            p -= lr * g

    return step


def mygrad_step(sizes: tuple[int, ...], loss_of: str, x: Any, t: Any, lr: float) -> Step:
    """MyGrad: tensors with `.backward()`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mygrad as mg
        from mygrad.nnet.losses import softmax_crossentropy

    parameters = [mg.tensor(each) for each in _initial(sizes)]

    def step() -> None:
        h = x
        for i in range(0, len(parameters), 2):
            h = mg.matmul(h, parameters[i].T) + parameters[i + 1]
            if loss_of == "squared error":
                h = mg.tanh(h)
            elif i + 2 < len(parameters):
                h = mg.maximum(h, 0)
        if loss_of == "squared error":
            loss = mg.mean((h - t) ** 2)
        else:
            loss = softmax_crossentropy(h, t)
        loss.backward()
        for p in parameters:
            p.data -= lr * p.grad
            p.null_grad()

    return step


def _initial(sizes: tuple[int, ...]) -> list[Any]:
    random = np.random.default_rng(0)
    arrays = []
    for fan_in, fan_out in pairwise(sizes):
        for shape in ((fan_out, fan_in), (fan_out,)):
            arrays.append(((random.random(shape) * 2 - 1) / fan_in**0.5).astype(np.float32))
    return arrays


def peers(sizes: tuple[int, ...], loss_of: str, x: Any, t: Any, lr: float) -> dict[str, Step]:
    """Return a step for each of the two that can be imported."""
    found = {}
    for name, make in (("HIPS autograd", autograd_step), ("MyGrad", mygrad_step)):
        try:
            found[name] = make(sizes, loss_of, x, t, lr)
        except ImportError:
            continue
    return found
