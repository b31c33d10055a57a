"""What `@op` refuses, and what the Node of one of several outputs says of the call that left it.
Read `test_engine.py` next.
"""

import functools
import inspect
import re

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.arrays.arguments import REQUIRED
from tinygrad_nn.autograd import op, registry
from tinygrad_nn.autograd.declaring import alias
from tinygrad_nn.autograd.parameters import names_of_parameters, parameters_of


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


def test_an_alias_has_the_rules_that_its_operation_has_now_and_its_own_name_in_errors():
    probe = op("2 x", name="probe")(lambda x: 2 * x)
    try:
        other = alias(probe, "other")
        x = tnn.ones(2, requires_grad=True)
        assert other(x).node is None
        probe.vjp(x=lambda g: 2.0 * g)
        other(x).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), [2.0, 2.0])
        assert (other.op, other.__name__, other(x).node.op.name) == (probe.op, "other", "probe")
        with pytest.raises(TypeError, match=r"^other\(\) takes Tensors"):
            other("a")
        with pytest.raises(TypeError, match=r"^probe\(\) takes Tensors"):
            probe("a")
    finally:
        del registry["probe"]


def test_an_alias_is_written_as_its_operation_is_and_takes_no_further_call():
    x = tnn.ones(2, 2)
    calls = {
        **{"absolute": [x], "negative": [x], "subtract": [x, x], "multiply": [x, x]},
        **{"divide": [x, x], "true_divide": [x, x], "clip": [x, 0.0, 1.0]},
        **{"swapaxes": [x, 0, 1], "concat": [[x, x]]},
    }
    for name, operands in calls.items():
        function = getattr(tnn, name)
        function(*operands)
        assert "forward" in function.__code__.co_names, name


def plain(a: np.ndarray, b: "Dim" = 1, c=None, *, d: int, e: bool = False):  # noqa: F821
    """Parameters of every kind that a forward function has."""
    local = a
    return local


@functools.wraps(plain)
def wrapped(*given, **keywords):
    return plain(*given, **keywords)


@pytest.mark.parametrize("function", [plain, wrapped, functools.partial(plain, d=1), np.clip])
def test_parameters_are_read_as_inspect_reads_them(function):
    there = inspect.signature(function).parameters
    assert names_of_parameters(function) == tuple(there)
    for read, p in zip(parameters_of(function), there.values(), strict=True):
        assert read.name == p.name
        assert read.default is (REQUIRED if p.default is p.empty else p.default)
        assert read.keyword_only == (p.kind is p.KEYWORD_ONLY)


def test_annotations_are_read_as_words():
    assert [p.annotation for p in parameters_of(plain)] == ["ndarray", "Dim", "", "int", "bool"]
