"""Every operation has a row in the table, and every row an operation.
Read `op_table.py` next: the rows.
"""

from collections import Counter

import pytest
from op_rows import at, cases, each
from op_table import COMPOSED, TABLE

from tinygrad_nn.autograd import registry


def registered():
    """The operations of the package itself, not those that tests register."""
    own = (
        name for name, op in registry.items() if op.forward.__module__.startswith("tinygrad_nn.")
    )
    return set(own)


def test_every_operation_has_a_row():
    missing = registered() - {row.name for row in TABLE}
    assert not missing, (
        f"no row for {sorted(missing)}: add Row(name, what each operand holds) to TABLE in "
        "tests/op_table.py, with torch= where PyTorch spells it otherwise and samples=[at(shape, "
        "argument=...)] unless it acts element by element"
    )


def test_every_row_has_an_operation():
    assert {row.name for row in TABLE} - registered() == set()


def test_an_operation_has_one_row_and_a_case_one_name():
    names = [row.name for row in TABLE + COMPOSED]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    labels = Counter(map(str, cases(TABLE + COMPOSED)))
    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("row", [row for row in TABLE if row.differentiable], ids=str)
def test_every_gradient_rule_runs_in_some_sample(row):
    op = registry[row.name]
    most = max(len(sample.shapes) for sample in row.samples)
    ruled = {rule.position for rule in op.rules}
    assert ruled <= set(range(1 if op.takes_sequence else most))


def test_a_sample_says_where_an_operation_is_tried():
    assert str(at((2, 3), (), dim=(0, -1), index=(slice(1, None), ...))) == (
        "(2,3),() dim=(0,-1) index=(1::,Ellipsis)"
    )
    assert each([(2,), ((3,), (1,))], {}, {"dim": 0}) == [
        *(at((2,)), at((2,), dim=0)),
        *(at((3,), (1,)), at((3,), (1,), dim=0)),
    ]
