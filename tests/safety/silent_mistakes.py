"""The three mistakes that PyTorch lets pass, each with the wrong result that it gives.
Read `test_where_pytorch_is_silent.py` next, which holds what is done here instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graph_mistakes import leaf
from mistakes import Program
from training_mistakes import model


class Silent(NamedTuple):
    """A program, what it returns in PyTorch, and what is done here."""

    program: Program
    in_pytorch: Any
    here: str


def write_into_a_kept_output_through_data(library):
    x = leaf(library)
    y = x.exp()
    y.data.zero_()
    y.sum().backward()
    return x.grad.tolist()


def write_into_a_kept_operand_through_numpy(library):
    w = leaf(library)
    x = library.ones(2, dtype=library.float64)
    with library.autograd.detect_anomaly():
        y = (w * x).sum()
        x.numpy()[:] = 7.0
        y.backward()
    return w.grad.tolist()


def load_a_state_of_which_one_shape_differs(library):
    loaded = model(library)
    before = [p.detach().clone() for p in loaded.parameters()]
    state = {name: library.zeros(*p.shape) + 9 for name, p in loaded.state_dict().items()}
    state["1.weight"] = library.zeros(7, 7)
    try:
        loaded.load_state_dict(state)
    except RuntimeError:
        pairs = zip(before, loaded.parameters(), strict=True)
        return [not library.equal(old, p.detach()) for old, p in pairs]


SILENT = {
    "S045": Silent(
        write_into_a_kept_output_through_data,
        [0.0, 0.0],
        "backward refuses: the kept output of exp was written",
    ),
    "S046": Silent(
        write_into_a_kept_operand_through_numpy,
        [7.0, 7.0],
        "anomaly mode refuses: the kept operand of mul was written through its NumPy alias",
    ),
    "S112": Silent(
        load_a_state_of_which_one_shape_differs,
        [True, True, False, True],
        "no parameter was changed",
    ),
}
