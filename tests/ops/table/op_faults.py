"""Wrong gradient rules, each with the checks that have to refuse it.
Read `../test_planted_faults.py` next, which plants them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from tinygrad_nn.arrays.arguments import kept_shape
from tinygrad_nn.arrays.indexing import as_index, put
from tinygrad_nn.ops.indexing.along import along
from tinygrad_nn.ops.losses.classes import _cross_entropy_rule, _nll_rule
from tinygrad_nn.ops.losses.squared_error import _mse_rule
from tinygrad_nn.ops.matrices.products import _right_rule
from tinygrad_nn.ops.shape.expanding import expand
from tinygrad_nn.ops.shape.order import permute

HIGHER = ("second order", "second differences")


class Fault(NamedTuple):
    """A wrong rule per operand, and the checks that have to refuse it."""

    op: str
    rules: dict[str, Callable]
    checks: tuple[str, ...]


def fault(op, *checks, **rules):
    return Fault(op, rules, checks or ("torch", "differences"))


@contextmanager
def planted(op, rules):
    """The operation with these rules instead of its own for the same operands."""
    own, is_joint = op.rules, op.is_joint
    if is_joint:
        (formula,) = rules.values()
        op.set_rules((op.read_rule(own[0].operands, formula),), is_joint)
    else:
        kept = [rule for rule in own if rule.operands[0] not in rules]
        op.set_rules((*kept, *(op.read_rule((name,), rule) for name, rule in rules.items())))
    try:
        yield
    finally:
        op.set_rules(own, is_joint)


def cross_entropy_rule(wrong):
    """A rule with the parameters of cross_entropy's own, which it gets as a dict."""

    def rule(
        g,
        target,
        weight,
        label_smoothing,
        m,
        exponentials,
        totals,
        places,
        w,
        counts,
    ):
        given = dict(locals())
        del given["g"], given["wrong"]
        return wrong(g, given)

    return rule  # fmt: skip


FAULTS = {
    "sub gives b the sign of a": fault("sub", other=lambda g: g),
    "mul gives a its own value": fault("mul", input=lambda g, input: g * input),
    "div forgets to divide b's gradient once more": fault("div", other=lambda g, y, other: -g * y),
    "div is 1e-3 off": fault("div", "torch", input=lambda g, other: g / other * 1.001),
    "pow does not lower the exponent": fault(
        "pow", input=lambda g, input, exponent: g * exponent * input**exponent
    ),
    "exp takes the operand for the output": fault("exp", input=lambda g, input: g * input),
    "sqrt forgets the 2": fault("sqrt", input=lambda g, y: g / y),
    "tanh forgets the square": fault("tanh", input=lambda g, y: g * (1.0 - y)),
    "tanh takes the operand for the output": fault(
        "tanh", input=lambda g, input: g * (1.0 - input * input)
    ),
    "sigmoid is 1e-3 off": fault("sigmoid", "torch", input=lambda g, y: g * y * (1.0 - y) * 1.001),
    "exp treats its output as a constant": fault(
        "exp", *HIGHER, input=lambda g, y: g * np.exp(0.0 * g) * getattr(y, "detach", lambda: y)()
    ),
    "relu passes everything on": fault("relu", input=lambda g: g),
    "relu passes the gradient at 0": fault("relu", "ties", input=lambda g, input: g * (input >= 0)),
    "abs has a gradient of 1 at 0": fault(
        "abs", "ties", input=lambda g, input: g * np.where(input < 0, -1.0, 1.0)
    ),
    "maximum gives a tie to the first": fault(
        "maximum",
        "ties",
        input=lambda g, input, other: g * (input >= other),
        other=lambda g, input, other: g * (other > input),
    ),
    "clamp stops the gradient at its bounds": fault(
        "clamp",
        "ties",
        input=lambda g, input, min, max: (
            g
            * (
                (input > (-np.inf if min is None else min))
                & (input < (np.inf if max is None else max))
            )
        ),
    ),
    "where mixes up its branches": fault(
        "where", input=lambda g, condition: np.where(condition, 0.0, g)
    ),
    "sum divides as a mean": fault(
        "sum",
        input=lambda g, input_shape, dim: (
            expand(g.reshape(kept_shape(input_shape, dim)), input_shape) / 2
        ),
    ),
    "mean divides by all elements": fault(
        "mean",
        input=lambda g, input_shape, dim: expand(
            g.reshape(kept_shape(input_shape, dim)) / (np.prod(input_shape) or 1), input_shape
        ),
    ),
    "var forgets the mean": fault(
        "var",
        input=lambda g, input, input_shape, dim: (
            g.reshape(kept_shape(input_shape, dim)) * 2.0 * input / 3
        ),
    ),
    "amax gives a tie to all": fault(
        "amax",
        "ties",
        input=lambda g, input, y, input_shape, dim: (
            (input == y.reshape(kept_shape(input_shape, dim)))
            * g.reshape(kept_shape(input_shape, dim))
        ),
    ),
    "softmax leaves out the sum": fault("softmax", input=lambda g, y, dim: y * g),
    "log_softmax leaves out the sum": fault(
        "log_softmax", input=lambda g, y, dim: g - np.exp(y) * g
    ),
    "logsumexp forgets the softmax": fault(
        "logsumexp",
        input=lambda g, input_shape, dim: expand(
            g.reshape(kept_shape(input_shape, dim)), input_shape
        ),
    ),
    "permute applies its dims again": fault("permute", input=lambda g, dims: permute(g, dims)),
    "cat hands the pieces out in reverse": fault(
        "cat",
        tensors=lambda g, tensors_shape, dim: [g.sum() * np.ones(shape) for shape in tensors_shape],
    ),
    "getitem does not add up repeats": fault(
        "getitem", input=lambda g, input_shape, index: _set_at(g, index, input_shape)
    ),
    "gather does not add up repeats": fault(
        "gather",
        input=lambda g, input_shape, dim, index: _set_at(
            g, along(dim, np.asarray(index)) if input_shape else (), input_shape
        ),
    ),
    "matmul forgets the transpose": fault(
        "matmul",
        other=lambda g, input, other_shape: (
            input @ g
            if tuple(input.shape) == other_shape == (3, 3)
            else _right_rule(g, input, other_shape)
        ),
    ),
    "linear forgets the weight": fault(
        "linear", weight=lambda g, input, weight_shape: np.ones_like(g, shape=weight_shape)
    ),
    "mse_loss forgets the 2": fault(
        "mse_loss",
        "torch",
        "differences",
        "parts",
        input=lambda g, input, target, reduction: _mse_rule(g, input, target, reduction) / 2,
    ),
    "mse_loss divides a sum": fault(
        "mse_loss",
        "torch",
        "differences",
        "parts",
        input=lambda g, input, target, reduction: _mse_rule(
            g, input, target, "mean" if reduction == "sum" else reduction
        ),
    ),
    "nll_loss ignores the weights": fault(
        "nll_loss",
        "torch",
        "differences",
        "parts",
        input=lambda g, input, target, reduction, m, places: _nll_rule(
            g, input, target, None, reduction, m, places, None, None
        ),
    ),
    "cross_entropy forgets label smoothing": fault(
        "cross_entropy",
        "torch",
        "differences",
        "parts",
        input=cross_entropy_rule(
            lambda g, given: _cross_entropy_rule(g, **{**given, "label_smoothing": 0.0})
        ),
    ),
    "cross_entropy counts the ignored": fault(
        "cross_entropy",
        "torch",
        "differences",
        "parts",
        input=cross_entropy_rule(
            lambda g, given: _cross_entropy_rule(
                g,
                **{
                    **given,
                    "w": None if given["w"] is None else given["w"] + (given["w"] == 0),
                    "counts": None,
                },
            )
        ),
    ),
    "cross_entropy forgets the target where it is fused": fault(
        "cross_entropy",
        "torch",
        "differences",
        "parts",
        input=cross_entropy_rule(
            lambda g, given: (
                _cross_entropy_rule(g, **given)
                if given["w"] is not None or given["label_smoothing"] or given["totals"].ndim != 1
                else given["exponentials"] * (g / len(given["totals"]) / given["totals"])[..., None]
            )
        ),
    ),
    "add forgets alpha": fault("add", "composed", other=lambda g: g),
    "sub forgets alpha": fault("sub", "composed", other=lambda g: -g),
    "max_dim gives the gradient to every element": fault(
        "max_dim",
        input=lambda g, input_shape, dim: expand(
            g.reshape(kept_shape(input_shape, (dim,))), input_shape
        ),
    ),
    "max_dim shares among ties": fault(
        "max_dim",
        "ties",
        input=lambda g, input, values, input_shape, dim: (
            (input == values.reshape(kept_shape(input_shape, (dim,))))
            * g.reshape(kept_shape(input_shape, (dim,)))
        ),
    ),
    "sort leaves the gradient in order": fault("sort", input=lambda g: g),
    "cumsum adds up from the front": fault(
        "cumsum", input=lambda g, dim: np.cumsum(g, dim) if g.ndim else g
    ),
    "flip does not turn back": fault("flip", input=lambda g: g),
    "unbind leaves out the last part": fault(
        "unbind", input=lambda g, dim: np.stack([*g[:-1], 0 * g[-1]], dim)
    ),
    "split exchanges two parts": fault(
        "split", tensor=lambda g, dim: np.concatenate([g[-1], *g[1:-1], g[0]][: len(g)], dim)
    ),
    "scatter_add does not add up repeats": fault(
        "scatter_add", src=lambda g, src_shape: np.ones_like(g, shape=src_shape)
    ),
    "index_add forgets alpha": fault(
        "index_add", source=lambda g, index, dim: np.take(g, index, dim) if g.ndim else g
    ),
    "index_select does not add up repeats": fault(
        "index_select",
        input=lambda g, input_shape, dim, index: _selected_at(g, input_shape, dim, index),
    ),
    "conj hands the gradient on": fault("conj", input=lambda g: g),
    "imag turns the wrong way": fault("imag", input=lambda g: g * -1j),
    "angle forgets the square": fault("angle", input=lambda g, input: g * 1j * input),
    "sgn of complex numbers is flat": fault("sgn", input=lambda g: 0.0 * g),
    "sin forgets the cosine": fault("sin", input=lambda g, y: g * y),
    "cos has the wrong sign": fault("cos", input=lambda g, input: g * np.sin(input)),
    "square forgets the 2": fault("square", input=lambda g, input: g * input),
    "threshold_backward passes all": fault("threshold_backward", grad=lambda g: g),
    "relu's gradient cannot be differentiated": fault(
        "relu",
        "requires",
        input=lambda g, y: g.detach() * (y.detach() > 0) if hasattr(g, "detach") else g * (y > 0),
    ),
    "binary cross-entropy leaves the target's gradient out": fault(
        "binary_cross_entropy_with_logits",
        "torch",
        "differences",
        "parts",
        target=lambda g, input: 0.0 * g * input,
    ),
}


def _set_at(g, index, shape):
    made = np.zeros_like(g, shape=shape)
    put(made, as_index(index), g)
    return made


def _selected_at(g, shape, dim, index):
    made = np.zeros_like(g, shape=shape)
    made[(*(slice(None),) * dim, index.reshape(-1)) if shape else ()] = g
    return made
