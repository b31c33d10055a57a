"""After every operation of the table, a write into its output or one operand, and then backward.
Read `test_writing_state_machine.py` next, where operations and writes come in any order.

An operation keeps for backward what its rule needs. What it keeps must not be written before
backward; all else may be. PyTorch says which is which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from op_checks import array, drawn_like, outputs_of
from op_rows import Case, Row, at, boolean, cases, nonzero, positive, probability, real
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

HERE = "refused here, not in PyTorch"
THERE = "refused in PyTorch, right here"
WRITE = "the write is refused here, not in PyTorch"
POOLINGS = ("max", "avg", "adaptive_max", "adaptive_avg")
WRONG = "the gradient is wrong here, backward is refused in PyTorch"

# By operation, by which operands require a gradient, and by what is written.
KNOWN: dict[tuple[str, str, str], str] = {
    # Less is kept here, or a copy of the index.
    ("pow", "operand 0", "output"): THERE,
    ("gather", "all", "operand 0"): THERE,
    ("binary_cross_entropy_with_logits", "operand 1", "operand 1"): THERE,
    ("x[z]", "all", "operand 1"): THERE,
    ("x[:, z]", "all", "operand 1"): THERE,
    ("x[z, z]", "all", "operand 1"): THERE,
    ("f.gather(x, 1, z)", "all", "operand 0"): THERE,
    ("bce(x, z, weight=w.detach())", "operand 1", "operand 1"): THERE,
    ("bce(x, z, pos_weight=w.detach())", "operand 1", "operand 1"): THERE,
    ("index_add", "all", "operand 1"): THERE,  # its shape is all that is needed
    ("index_add", "operand 1", "operand 1"): THERE,
    ("masked_select", "all", "operand 0"): THERE,
    ("take", "all", "operand 0"): THERE,
    ("gather(nowhere)", "all", "operand 0"): THERE,
    ("pad_with_own", "all", "operand 0"): THERE,
    ("cummax", "all", "operand 0"): THERE,  # the indices are kept
    ("cummin", "all", "operand 0"): THERE,
    ("binary_cross_entropy", "operand 1", "operand 1"): THERE,
    ("interpolate()", "all", "operand 0"): THERE,
    ("ctc_loss", "all", "output"): THERE,  # the losses are kept apart
    # The gradient is 0 whatever was written.
    ("threshold_backward", "operand 1", "operand 1"): THERE,
    ("prelu_kernel", "operand 1", "operand 1"): THERE,
    **{
        (f"{name}_backward", "operand 1", "operand 1"): THERE
        for name in ("shrink", "leaky_relu", "hardtanh")
    },
    ("rrelu_with_noise", "all", "operand 0"): HERE,  # the row asks PyTorch's `where`
    ("mvlgamma", "all", "operand 0"): HERE,  # the row has functions of its own
    **{(f"special_{name}", "all", "output"): THERE for name in ("log_ndtr", "i1", "i1e")},
    ("sgn(of a real tensor)", "all", "output"): THERE,
    ("copysign", "operand 1", "output"): THERE,
    ("ldexp", "operand 0", "output"): THERE,
    ("float_power", "operand 0", "output"): THERE,
    # PyTorch keeps all operands, also where only some of the rules need them.
    ("solve_triangular", "operand 1", "output"): THERE,
    ("cholesky_solve", "all", "operand 0"): THERE,
    ("cholesky_solve", "operand 0", "operand 0"): THERE,
    ("cholesky_solve", "operand 0", "output"): THERE,
    ("cholesky_solve", "operand 1", "operand 0"): THERE,
    ("fft_r2c", "all", "operand 0"): THERE,
    # An element of several windows gets the gradient of each; PyTorch takes the mean of them.
    ("unfold", "all", "output"): "the gradients differ",
    # PyTorch multiplies a folded copy of the operand.
    ("matmul", "all", "operand 1"): HERE,
    ("matmul", "operand 0", "operand 1"): HERE,
    ("matmul", "all", "operand 0"): HERE,
    ("matmul", "operand 1", "operand 0"): HERE,
    # The row multiplies PyTorch's outputs by signs: a copy is written there.
    ("svd", "all", "output 0"): HERE,
    ("svd", "all", "output 2"): HERE,
    ("eigh", "all", "output 1"): HERE,
    ("eig", "all", "output 0"): HERE,
}


def by_places(operation: str, text: str, places: dict[str, str]) -> None:
    """Enter which operands may not be written, by which require a gradient: "all" or a place."""
    for of, written in places.items():
        for i in written:
            key = operation, of if of == "all" else f"operand {of}", f"operand {i}"
            KNOWN[key] = text


# The gradient is 0 whatever was written.
by_places("div_rounded", THERE, {"all": "01", "0": "1", "1": "01"})
by_places("floor_divide", THERE, {"all": "01", "0": "1", "1": "01"})
# Less is kept here.
by_places("complex", THERE, {"all": "01", "0": "0", "1": "1"})
by_places("lerp", THERE, {"2": "2"})
by_places("addcdiv", THERE, {"0": "2"})
by_places("dist", THERE, {"all": "01", "0": "01", "1": "01"})
for name in ("index_copy", "put"):  # its shape is all that is needed
    by_places(name, THERE, {"all": "1", "1": "1"})
# Which elements were chosen is kept, or nothing but the shape.
for name in (
    *(f"{kind}_pool{dims}d" for dims in "123" for kind in POOLINGS),
    *(f"max_pool{dims}d_with_indices" for dims in "123"),
    *("fractional_max_pool2d", "fractional_max_pool3d"),
):
    by_places(name, THERE, {"all": "0"})
# The normalised rows are kept, not the input.
by_places("layer_norm", THERE, {"all": "02", "0": "02", "1": "02", "2": "02"})
by_places("group_norm", THERE, {"all": "0", "0": "0", "1": "0", "2": "0"})
by_places("rms_norm", THERE, {"all": "0", "0": "0"})
# PyTorch's math kernel keeps scaled copies of query and key; of no element it keeps nothing.
by_places(
    "scaled_dot_product_attention",
    HERE,
    {"all": "012", "0": "012", "1": "012", "2": "012", "3": "01"},
)
# An even kernel with padding="same": PyTorch keeps a padded copy.
by_places("conv3d", HERE, {"all": "0", "0": "0", "1": "0"})
# One rule answers for all operands, whichever require a gradient: it keeps what each needs.
by_places("rms_norm", HERE, {"1": "1"})
by_places("einsum", HERE, {"all": "01", "0": "01", "1": "01", "2": "012", "3": "0123"})
by_places(
    "lstm_cell",
    HERE,
    {"0": "014", "1": "013", "2": "01234", "3": "134", "4": "034", "5": "0134", "6": "0134"},
)
# The same, and the first states, which PyTorch's copy where there are two directions.
by_places(
    "lstm_layer",
    HERE,
    {"all": "12", "0": "012", "1": "0123", "2": "0123", "3": "123", **dict.fromkeys("456", "0123")},
)
for name in ("gru_layer", "elman_layer"):
    by_places(name, HERE, {"all": "1", "0": "01", "2": "12", **dict.fromkeys("1345", "012")})

OUTPUT = -1  # the first; further ones are below
# What PyTorch does not have, or not with this gradient: its form in the table is made of others.
NO_COUNTERPART = {"add_at", "heaviside", "recurrence", "embedding_bag"}


def below_two(random: Any, shape: Any) -> Any:
    return random.integers(0, 2, shape)


def spelled(name: str, *operands: Any, shapes: Any = ((2, 3),)) -> Row:
    """Return a row whose name is its code, of the operands x, z and w."""
    code = name.replace("bce", "F.binary_cross_entropy_with_logits")
    code = eval(f"lambda f, x, z=None, w=None: {code.replace('F.', 'f.nn.functional.')}")
    return Row(name, *operands, spelling=code, samples=[at(*shapes)])


# Numbers as operands, and tensors that say where, which, or with what weight.
SPELLED = [
    *[spelled(name, real) for name in ("x + 2", "x * 3", "x / 2", "2 - x", "2 ** x", "1 ** x")],
    *[spelled(f"x ** {power}", nonzero) for power in (0, 1, 2, 3, -1)],
    *[spelled("2 / x", nonzero), spelled("x ** 0.5", positive), spelled("x.float()", real)],
    *[spelled("x * x", real), spelled("x / x", nonzero), spelled("x @ x.mT", real)],
    *[spelled(name, real) for name in ("x.T.reshape(6)", "x.T.contiguous()", "x[...]", "x.amax()")],
    *[spelled(f"x.float() {sign} z", real, nonzero, shapes=((2, 3), (3,))) for sign in "+*/"],
    spelled("f.where(z, x, 1.0)", real, boolean, shapes=((2, 3), (2, 3))),
    *[spelled("x[z]", real, boolean, shapes=((2, 3), (2, 3)))],
    *[spelled(f"x[{i}]", real, below_two, shapes=((2, 3), (2,))) for i in ("z", ":, z", "z, z")],
    spelled("f.gather(x, 1, z)", real, below_two, shapes=((2, 3), (2, 3))),
    spelled("f.clamp(x, z)", real, real, shapes=((2, 3), (2, 3))),
    *[
        spelled(f"F.{loss}(x, z, weight=w.detach())", real, below_two, positive,
                shapes=((2, 3), (2,), (3,)))
        for loss in ("nll_loss", "cross_entropy")
    ],
    *[
        spelled(f"bce(x, z, {name}=w.detach())",
                real, probability, positive, shapes=((2, 3), (2, 3), (2, 3)))
        for name in ("weight", "pos_weight")
    ],
]  # fmt: skip
ROWS = [row for row in TABLE if row.differentiable and row.name not in NO_COUNTERPART]
ROWS += COMPOSED + SPELLED


def run(
    framework: Any, case: Case, drawn: list[Any], needed: list[int], written: int | None = None
) -> Any:
    """Return the gradients, or where an error was raised: "write" or "backward".

    A write adds 1, so that the gradient goes through it as it is, or makes indices and masks 0.
    """
    leaves = [framework.from_numpy(operand.copy()) for operand in drawn]
    for i in needed:
        leaves[i].requires_grad_()
    operands = [leaf * 1 if leaf.requires_grad else leaf for leaf in leaves]
    outputs = outputs_of(framework, case, operands)
    if written is not None:
        x = operands[written] if written >= 0 else outputs[OUTPUT - written]
        try:
            x.add_(1) if x.is_floating_point() else x.zero_()
        except RuntimeError:
            return "write"
    random = np.random.default_rng(1)
    roots = [y for y in outputs if y.requires_grad]
    try:
        framework.autograd.backward(
            roots, [framework.from_numpy(drawn_like(random, y)) for y in roots]
        )
    except (RuntimeError, IndexError):
        return "backward"
    return [None if leaf.grad is None else array(leaf.grad) for leaf in leaves]


def same(ours: list[Any], theirs: list[Any]) -> bool:
    return all(
        (a is None) == (b is None) and (a is None or np.allclose(a, b, 1e-6, 1e-9))
        for a, b in zip(ours, theirs, strict=True)
    )


def disagreement(case: Case, drawn: list[Any], needed: list[int], written: int) -> str:
    """Return what is different here, "" if nothing."""
    ours, theirs = (run(framework, case, drawn, needed, written) for framework in (tnn, torch))
    if isinstance(ours, str) and isinstance(theirs, str):
        return ""
    if isinstance(ours, str):
        return WRITE if ours == "write" else HERE
    if isinstance(theirs, str):
        return THERE if same(ours, run(tnn, case, drawn, needed)) else WRONG
    return "" if same(ours, theirs) else "the gradients differ"


def variations(case: Case, drawn: list[Any]) -> Iterator[tuple[str, list[int], str, int]]:
    """All operands require a gradient, or one alone; the output is written, or one operand."""
    floats = [i for i, operand in enumerate(drawn) if operand.dtype.kind == "f"]
    alone = [(f"operand {i}", [i]) for i in floats] if len(floats) > 1 else []
    outputs = len(outputs_of(tnn, case, [tnn.from_numpy(each) for each in drawn]))
    for of, needed in [("all", floats), *alone]:
        for i in range(outputs):
            yield of, needed, "output" if outputs == 1 else f"output {i}", OUTPUT - i
        for i in range(len(drawn)):
            yield of, needed, f"operand {i}", i


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_backward_is_refused_after_the_writes_after_which_pytorch_refuses_it(row):
    found = {
        (row.name, of, what): text
        for case in cases([row])
        for drawn in [case.draw()]
        for of, needed, what, written in variations(case, drawn)
        if (text := disagreement(case, drawn, needed, written))
    }
    assert found == {key: text for key, text in KNOWN.items() if key[0] == row.name}


def test_what_is_known_is_about_operations_that_are_tried():
    assert {operation for operation, _, _ in KNOWN} <= {row.name for row in ROWS}
