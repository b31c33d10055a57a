"""Every operation has a row in the table, and every row an operation.
Read `table/op_table.py` next: the rows.
"""

from collections import Counter

import pytest
from op_checks import run
from op_rows import at, cases, each
from op_table import COMPOSED, TABLE
from table_elementwise import ELEMENTWISE
from table_images import IMAGES
from table_indexing import INDEXING
from table_layers import LAYERS
from table_losses import LOSSES
from table_matrices import MATRICES
from table_reduction import REDUCTION
from table_shape import SHAPE
from table_special import SPECIAL

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry


def registered():
    """The operations of the package itself, not those that tests register."""
    return {name for name, op in registry.items() if op.call.__module__.startswith("tinygrad_nn.")}


def test_every_operation_has_a_row():
    missing = registered() - {row.name for row in TABLE}
    assert not missing, (
        f"no row for {sorted(missing)}: add Row(name, what each operand holds) to TABLE in "
        "tests/ops/table/, with torch= where PyTorch spells it otherwise and samples=[at(shape, "
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
    ruled = [name for rule in op.rules for name in rule.operands]
    assert len(ruled) == len(set(ruled)) <= (1 if op.sequence else most)
    reached = set()
    for case in cases([row]):
        result = run(tnn, case, case.draw())
        reached |= {i for i, gradient in enumerate(result.gradients) if gradient is not None}
    assert len(reached) >= len(ruled)


def test_every_row_stands_in_the_file_of_its_folder():
    files = {
        "elementwise": ELEMENTWISE,
        "special": SPECIAL,
        "reduction": REDUCTION,
        "shape": SHAPE,
        "indexing": INDEXING,
        "matrices": MATRICES,
        "layers": [*LAYERS, *IMAGES],
        "losses": LOSSES,
    }
    misplaced = [
        row.name
        for folder, rows in files.items()
        for row in rows
        if f".ops.{folder}." not in registry[row.name].call.__module__ and row.name != "overlay"
    ]
    assert misplaced == []
    assert sum(map(len, files.values())) == len(TABLE)


def test_a_sample_says_where_an_operation_is_tried():
    assert str(at((2, 3), (), dim=(0, -1), index=(slice(1, None), ...))) == (
        "(2,3),() dim=(0,-1) index=(1::,Ellipsis)"
    )
    assert each([(2,), ((3,), (1,))], {}, {"dim": 0}) == [
        *(at((2,)), at((2,), dim=0)),
        *(at((3,), (1,)), at((3,), (1,), dim=0)),
    ]
