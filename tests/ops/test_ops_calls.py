"""How operations are called: PyTorch's keywords, `out=`, and numbers in place of tensors.
Read `test_ops_errors.py` next.
"""

import inspect
import warnings
from itertools import product

import numpy as np
import pytest
from op_checks import array, assert_close, leaf, outputs_of
from op_rows import Case, Row, cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.errors import GraphError, ShapeError

torch = pytest.importorskip("torch")

PUBLIC = {
    row.name: row
    for row in TABLE
    if registry[row.name].public == row.name
    and getattr(getattr(tnn, row.name, None), "op", None) is registry[row.name]
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


# --- out= -----------------------------------------------------------------------------------------

WITHOUT_OUT = {  # PyTorch has none for these
    *("det", "einsum", "matrix_exp"),
    *("permute", "reshape", "transpose", "unsqueeze", "squeeze", "flip", "clone"),
    *(
        "real",
        "imag",
        "conj",
        "where",
        "softmax",
        "log_softmax",
        "relu",
        "split",
        "unbind",
        "isnan",
    ),
}
WITH_OUT = [name for name in PUBLIC if name not in WITHOUT_OUT and not registry[name].has_several]


def given_out(framework, name, case, operands, out):
    tensors = [leaf(framework, operand).detach() for operand in operands]
    row = Row(
        name,
        *PUBLIC[name].operands,
        samples=PUBLIC[name].samples,
        torch=lambda *given, **named: getattr(torch, name)(*given, **named),
        named=PUBLIC[name]._named,
    )
    if framework is torch and PUBLIC[name].takes_sequence:
        return getattr(torch, name)(tensors, **attributes(framework, case), out=out)
    if framework is torch and row._named:
        named = dict(zip(row._named, tensors[1:], strict=True))
        return getattr(torch, name)(tensors[0], **named, **attributes(framework, case), out=out)
    return row.call(framework)(*tensors, **attributes(framework, case), out=out)


def attributes(framework, case):
    return {
        key: framework.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
        for key, value in case.sample.attributes.items()
        if key != "dtype"
    }


@pytest.mark.parametrize("name", WITH_OUT)
def test_out_is_written_and_returned(name):
    for case in cases([PUBLIC[name]]):
        operands = case.draw()
        plain = given_out(tnn, name, case, operands, None)
        for start in (tnn.empty_like(plain), tnn.empty(0, dtype=plain.dtype)):
            out = start
            cell = out.version
            before = cell[0]
            assert given_out(tnn, name, case, operands, out) is out, case
            assert out.shape == plain.shape, case
            assert out.version is cell
            assert cell[0] > before
            np.testing.assert_array_equal(out.array, plain.array, err_msg=str(case))
        if name in ("sum", "mean", "var") and case.sample.attributes.get("dim") is None:
            continue  # PyTorch's out= asks for dim there
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch's, on the variance of nothing
            empty = torch.empty(0, dtype=torch_dtype(plain))
            theirs = given_out(torch, name, case, operands, empty)
        assert_close(out.array, array(theirs), case)


def torch_dtype(x):
    return getattr(torch, x.array.dtype.name)


@pytest.mark.parametrize("name", WITH_OUT)
def test_out_of_the_wrong_shape_is_refused(name):
    case = cases([PUBLIC[name]])[0]
    plain = given_out(tnn, name, case, case.draw(), None)
    out = tnn.zeros(*plain.shape, 7, dtype=plain.dtype)
    with pytest.raises(ShapeError, match=rf"{name}: out has shape .*, the result"):
        given_out(tnn, name, case, case.draw(), out)
    np.testing.assert_array_equal(out.array, 0)


differentiable = [name for name in WITH_OUT if PUBLIC[name].differentiable]


@pytest.mark.parametrize("name", differentiable)
def test_out_is_refused_where_a_gradient_is_required(name):
    row = PUBLIC[name]
    case = cases([row])[0]
    out = given_out(tnn, name, case, case.draw(), None)
    written = out.array.copy()
    tensors = [leaf(tnn, operand) for operand in case.draw()]
    with pytest.raises(GraphError, match=rf"{name}\(out=...\) is not differentiable"):
        row.call(tnn)(*tensors, **attributes(tnn, case), out=out)
    np.testing.assert_array_equal(out.array, written)
    with tnn.no_grad():
        assert row.call(tnn)(*tensors, **attributes(tnn, case), out=out) is out
    if out.array.dtype.kind in "fc":
        out = out.clone().requires_grad_()
        with pytest.raises(GraphError, match=rf"{name}\(out=...\)"):
            given_out(tnn, name, case, case.draw(), out)


def test_out_of_a_list_is_refused_where_a_gradient_is_required():
    x = tnn.ones(2, requires_grad=True)
    for function in (tnn.cat, tnn.stack):
        with pytest.raises(GraphError, match="out="):
            function([tnn.ones(2), x], out=tnn.empty(0))


def test_out_may_be_wider(library):
    x = library.tensor([1.5, 2.5])
    wide = library.empty(2, dtype=library.float64)
    assert library.add(x, x, out=wide).dtype is library.float64
    assert wide.tolist() == [3.0, 5.0]


@pytest.mark.parametrize(
    "library",
    [tnn, torch],
)
def test_out_of_a_smaller_category_is_refused(library):
    x = library.tensor([1.5, 2.5])
    with pytest.raises(RuntimeError):
        library.add(x, x, out=library.empty(2, dtype=library.int64))


@pytest.mark.parametrize(
    "library",
    [tnn, torch],
)
def test_out_of_several_outputs_is_a_tuple(library):
    x = library.tensor([[3.0, 1.0], [2.0, 4.0]])
    for function in (library.max, library.min, library.sort):
        out = (library.empty(0), library.empty(0, dtype=library.int64))
        found = function(x, dim=1, out=out)
        plain = function(x, dim=1)
        assert found[0] is out[0]
        assert out[0].tolist() == plain.values.tolist()
        assert out[1].tolist() == plain.indices.tolist()


def test_out_is_seen_by_the_graph_of_what_it_held():
    x = tnn.ones(2, requires_grad=True)
    held = tnn.ones(2)
    y = x * held
    tnn.add(tnn.ones(2), 1, out=held)
    with pytest.raises(GraphError, match="modified in place"):
        y.sum().backward()


# --- numbers --------------------------------------------------------------------------------------

SEVERAL = [
    row for row in TABLE if registry[row.name].elementwise and len(registry[row.name].operands) > 1
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
        if row.name.startswith("bitwise") and number == 0.75:
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
    refused = ["bitwise_and", "bitwise_or", "bitwise_xor", *(["sub"] if number is True else [])]
    assert compared or not row.takes_numbers or row.name in refused  # by PyTorch


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
    assert list(inspect.signature(tnn.where).parameters) == ["condition", "input", "other"]
