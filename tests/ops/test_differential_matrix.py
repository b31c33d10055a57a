"""No operation disagrees with PyTorch in any dtype, shape or layout, but where a reason is listed.
Read `differential_matrix.py` next, which is also a command.
"""

import pytest

pytest.importorskip("torch")

from differential_matrix import matrix
from matrix_exceptions import ALLOWED


@pytest.mark.slow
def test_every_operation_agrees_with_pytorch_in_every_variant():
    counts = list(matrix([]))
    assert [says for count in counts for says in count.disagreements] == []
    assert sum(count.cases for count in counts) > 50_000
    used = set().union(*(count.allowed for count in counts))
    assert {allowed.why for allowed in ALLOWED} - used == set(), "take them from the list"


def test_a_planted_difference_is_found(monkeypatch):
    """Of value, gradient, view and refusal: what the matrix is for."""
    from differential_matrix import counted
    from op_rows import Row, at, real

    def found(spelling):
        return counted(Row("planted", real, samples=[at((2, 3))], spelling=spelling)).disagreements

    def other(framework, theirs, ours):
        return theirs if framework.__name__ == "torch" else ours

    assert not found(lambda f, x: x * 2)
    for ours in (
        lambda x: x * (2 + 1e-9),
        lambda x: x.detach() * 2,
        lambda x: x * 2 + (x - x.detach()) * 1e-8,
        lambda x: x[None] * 2,
        lambda x: x.double() * 2,
    ):
        assert found(lambda f, x, ours=ours: other(f, lambda: x * 2, lambda: ours(x))())
    assert found(lambda f, x: other(f, lambda: x.T, lambda: x.T.clone())())
    assert found(lambda f, x: other(f, lambda: x @ x, lambda: x)())
