"""What `@op` refuses, and what the Node of one of several outputs says of the call that left it.
Read `test_engine.py` next.
"""

import re

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import op, registry


@pytest.mark.parametrize(
    "names",
    [
        {"name": "not a name"},
        {"name": "lambda"},
        {"name": "2d"},
        {"name": "probe", "public": "x.y"},
        {"name": "probe", "returns": "values, 1st"},
        {"name": "probe", "keeps": "a-mask"},
    ],
    ids=str,
)
def test_a_name_that_python_could_not_give_is_refused(names):
    with pytest.raises(ValueError, match=r"@op: '.*' cannot be the name of an operation, or"):
        op("x", **names)(lambda x: x)
    assert not {"not a name", "lambda", "2d", "probe"} & registry.keys()


def test_a_lambda_needs_a_name():
    with pytest.raises(ValueError, match="@op: '<lambda>' cannot be the name"):
        op("x")(lambda x: x)


def test_one_of_several_outputs_says_what_its_call_took():
    x = tnn.arange(6.0).reshape(2, 3).requires_grad_()
    for node in (y.node for y in x.unbind(1)):
        (operand,) = node.operands()
        assert (operand.name, operand.edge) == ("input", x.node)
        assert node.constants() == {"dim": 1}
        assert node.kept() == {}


def test_a_leaf_took_nothing():
    node = tnn.ones(2, requires_grad=True).node
    assert (list(node.operands()), node.constants()) == ([], {})


@pytest.mark.parametrize(
    ("shape", "gradient"), [((2, 3), (6,)), ((2, 3), (3, 2)), ((1,), ()), ((2, 3), (4, 3, 2))]
)
def test_a_rule_that_gives_another_shape_of_as_many_elements_is_refused(shape, gradient):
    probe = op("x", name="probe")(lambda x: x.copy())
    try:
        probe.vjp(x=lambda g: np.ones(gradient, np.float32))
        x = tnn.ones(shape, requires_grad=True)
        with pytest.raises(RuntimeError, match=re.escape(f"gave shape {gradient} for an operand")):
            probe(x).sum().backward()
    finally:
        del registry["probe"]
