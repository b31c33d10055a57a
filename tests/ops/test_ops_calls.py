"""How operations are called: PyTorch's keywords, and numbers in place of tensors.
Read `test_ops_out.py` next.
"""

import inspect
from itertools import product

import numpy as np
import pytest
from op_checks import array, assert_close, leaf, outputs_of
from op_rows import Case, Row, cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

torch = pytest.importorskip("torch")

PUBLIC = {
    row.name: row
    for row in TABLE
    if registry[row.name].public == row.name
    and getattr(vars(tnn).get(row.name), "op", None) is registry[row.name]
    and hasattr(torch, row.name)
}

# --- keywords -------------------------------------------------------------------------------------


GROUPED = {"lstm_cell"}  # whose operands do not come one by one


@pytest.mark.parametrize(
    "name", [name for name in PUBLIC if not PUBLIC[name].takes_sequence and name not in GROUPED]
)
def test_every_parameter_can_be_given_by_pytorchs_name(name):
    row = PUBLIC[name]
    for case in cases([row]):
        operands = case.draw()
        parameters = inspect.signature(getattr(tnn, name)).parameters
        names = [p for p in parameters if p not in case.sample.attributes]

        def by_name(framework, *tensors, names=names, **given):
            named = dict(zip(names, tensors, strict=False))
            return getattr(framework, name)(**named, **given)

        named = Case(Row(name, *row.operands, samples=row.samples, spelling=by_name), case.sample)
        operands = operands[: len(case.sample.shapes)]
        ours, theirs = (
            outputs_of(framework, named, [leaf(framework, x) for x in operands])
            for framework in (tnn, torch)
        )
        for one, other in zip(ours, theirs, strict=True):
            assert_close(array(one), array(other), case)


@pytest.mark.parametrize(
    "call",
    [
        lambda f, x, z: f.softmax(input=x, dim=0),
        lambda f, x, z: f.mul(x, other=z),
        lambda f, x, z: f.mul(input=x, other=z),
        lambda f, x, z: f.pow(x, exponent=z),
        lambda f, x, z: f.sum(x, axis=1, keepdims=True),
        lambda f, x, z: f.sum(x, dim=1, keepdim=True),
        lambda f, x, z: x.sum(axis=(0, 1)),
        lambda f, x, z: x.mean(axis=0, keepdims=True),
        lambda f, x, z: f.var(x, axis=1, correction=0),
        lambda f, x, z: f.amax(x, axis=1),
        lambda f, x, z: f.cumsum(x, axis=0),
        lambda f, x, z: f.cat(tensors=[x, z], dim=1),
        lambda f, x, z: f.cat([x, z], axis=1),
        lambda f, x, z: f.stack(tensors=[x, z], dim=1),
        lambda f, x, z: f.clamp(x, min=-z, max=z.abs()),
        lambda f, x, z: f.where(condition=x > 0, input=x, other=z),
        lambda f, x, z: f.add(x, z, alpha=2),
        lambda f, x, z: f.add(x, 1, alpha=2),
        lambda f, x, z: f.sub(x, z, alpha=0.5),
        lambda f, x, z: x.add(z, alpha=-1),
        lambda f, x, z: x.clone().add_(z, alpha=3),
        lambda f, x, z: x.clone().sub_(2, alpha=3),
        lambda f, x, z: f.max(x, axis=1).values,
        lambda f, x, z: x.argmax(axis=1).double(),
        lambda f, x, z: f.mm(input=x, mat2=z.t()),
        lambda f, x, z: f.bmm(input=x[None], mat2=z.t()[None]),
        lambda f, x, z: f.mv(input=x, vec=z[0]),
        lambda f, x, z: f.dot(input=x[0], tensor=z[0]),
        lambda f, x, z: f.outer(input=x[0], vec2=z[0]),
        lambda f, x, z: f.det(input=x[:, :2]),
        lambda f, x, z: f.inverse(input=x[:, :2]),
        lambda f, x, z: f.slogdet(input=x[:, :2]).logabsdet,
        lambda f, x, z: f.linalg.det(A=x[:, :2]),
        lambda f, x, z: f.linalg.inv(A=x[:, :2]),
        lambda f, x, z: f.linalg.slogdet(A=x[:, :2])[1],
        lambda f, x, z: f.linalg.svd(A=x, full_matrices=False).S,
        lambda f, x, z: f.linalg.svdvals(A=x),
        lambda f, x, z: f.lstm_cell(
            input=x,
            hx=(z[:, :1], x[:, 1:2]),
            w_ih=f.cat([x, z]),
            w_hh=z.flatten()[:4, None],
            b_ih=x.flatten()[:4],
            b_hh=z.flatten()[1:5],
        )[0],
        lambda f, x, z: f.nn.functional.layer_norm(
            input=x, normalized_shape=(3,), weight=z[0], bias=z[1], eps=0.1
        ),
        lambda f, x, z: f.nn.functional.dropout(input=x, p=0.5, training=False, inplace=False),
        lambda f, x, z: f.nn.functional.conv2d(
            input=x[None, None],
            weight=z[None, None, :, :2],
            bias=z[0, :1],
            stride=1,
            padding=1,
            dilation=1,
            groups=1,
        ),
        lambda f, x, z: f.nn.functional.scaled_dot_product_attention(
            query=x,
            key=z,
            value=z,
            attn_mask=None,
            dropout_p=0.0,
            is_causal=True,
            scale=0.5,
            enable_gqa=False,
        ),
    ],
)
def test_a_call_with_keywords_is_pytorchs(call):
    random = np.random.default_rng(3)
    operands = [np.abs(random.standard_normal((2, 3))) + 0.1 for _ in range(2)]
    found = []
    for framework in (tnn, torch):
        x, z = (leaf(framework, operand) for operand in operands)
        y = call(framework, x, z)
        gradients = []
        if y.requires_grad:
            weights = framework.from_numpy(np.linspace(0, 1, y.numel()).reshape(tuple(y.shape)))
            gradients = framework.autograd.grad((y * weights).sum(), (x, z), allow_unused=True)
        found.append([y, *gradients])
    for one, other in zip(*found, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert_close(array(one), array(other), "a keyword")


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin", "logsumexp"])
def test_several_dims_without_a_tuple_are_refused(name):
    x = tnn.ones(2, 3, 4)
    with pytest.raises(TypeError, match=rf"{name}\(\).*dim=\(0, 1\)"):
        getattr(x, name)(1, 2)


def test_an_unknown_keyword_is_refused_with_the_known_ones():
    with pytest.raises(TypeError, match=r"sum\(\) .*'dims'.*input, dim, keepdim, dtype"):
        tnn.ones(2).sum(dims=0)
    with pytest.raises(TypeError, match=r"tanh\(\) .*'dim'"):
        tnn.ones(2).tanh(dim=0)


# --- numbers --------------------------------------------------------------------------------------

SEVERAL = [
    row
    for row in TABLE
    if registry[row.name].elementwise
    and len(registry[row.name].operands) > 1
    and not row.makes_operands
]
NUMBERS = (True, 3, 0.75)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("row", SEVERAL, ids=str)
def test_a_number_serves_as_any_operand(row, number):
    """As its 0-d tensor would; where PyTorch takes the number, as in PyTorch."""
    operation = registry[row.name]
    count = len(row.operands)
    compared = 0
    for places in product((False, True), repeat=count):
        if not any(places) or all(places):
            continue
        operands = Case(row, cases([row])[0].sample).draw()
        operands = [np.array(draw(np.random.default_rng(5), (2, 3))) for draw in row.operands]

        def calling(framework, places=places, operands=operands):
            tensors = [
                number if is_number else leaf(framework, x)
                for x, is_number in zip(operands, places, strict=True)
            ]
            y = row.call(framework)(*tensors)
            variables = [x for x in tensors if getattr(x, "requires_grad", False)]
            gradients = []
            if y.requires_grad and variables:
                ones = framework.ones_like(y)
                gradients = framework.autograd.grad(y, variables, ones, allow_unused=True)
            return [y, *gradients]

        if row.name == "where" and places == (False, True, True):
            continue  # below
        condition = operation.parameters[0] == "condition" and places[0]
        if condition and number is not True:
            with pytest.raises(RuntimeError, match="where"):
                calling(tnn)
            continue
        if row.name.startswith(("bitwise", "gcd", "lcm")) and number == 0.75:
            with pytest.raises(RuntimeError, match=row.name):
                calling(tnn)
            continue
        ours = calling(tnn)
        try:
            theirs = calling(torch)
        except (TypeError, RuntimeError):
            continue
        compared += 1
        assert str(ours[0].dtype) == str(theirs[0].dtype), places
        for one, other in zip(ours, theirs, strict=True):
            if one is not None and other is not None:
                assert_close(array(one), array(other), (row, places))
    refused = row.name.startswith("bitwise") or (row.name == "sub" and number is True)
    assert compared or not row.takes_numbers or refused  # by PyTorch


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[(0.75, 0.25), (1, 0.5), (1, 2), (True, False)],
    ],
)
def test_where_of_numbers_has_pytorchs_dtype(one, other):
    found = [str(f.where(f.tensor([True, False]), one, other).dtype) for f in (tnn, torch)]
    assert found[0] == found[1]


def test_numbers_alone_are_no_operands():
    for row in SEVERAL:
        with pytest.raises(RuntimeError, match=registry[row.name].public):
            row.call(tnn)(*[1.5] * len(row.operands))


def test_the_signature_is_the_operations_own():
    assert str(inspect.signature(tnn.sum)) == "(input, dim=None, keepdim=False, *, dtype=None)"
    assert list(inspect.signature(tnn.gather).parameters) == [
        "input",
        "dim",
        "index",
        "sparse_grad",
    ]
