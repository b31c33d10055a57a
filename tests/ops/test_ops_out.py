"""`out=`: what an operation makes is written into a tensor that is there, as PyTorch does.
Read `test_ops_errors.py` next.
"""

import warnings

import numpy as np
import pytest
from op_checks import array, assert_close, leaf
from op_rows import Row, cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.errors import GraphError, ShapeError

torch = pytest.importorskip("torch")

PUBLIC = {
    row.name: row
    for row in TABLE
    if registry[row.name].public == row.name
    and getattr(vars(tnn).get(row.name), "op", None) is registry[row.name]
    and hasattr(torch, row.name)
}

WITHOUT_OUT = {  # PyTorch has none for these
    *("det", "einsum", "matrix_exp"),
    *("permute", "reshape", "transpose", "unsqueeze", "squeeze", "flip", "clone", "diagonal"),
    *("diag_embed", "roll"),
    *(
        "real",
        "imag",
        "view_as_real",
        "view_as_complex",
        "conj",
        "where",
        "softmax",
        "log_softmax",
        "relu",
        "split",
        "unbind",
        "isnan",
        *("constant_pad_nd", "index_fill", "put", "index_put", "masked_fill", "masked_scatter"),
        *("fill", "argwhere", "embedding"),
        *("cdist", "layer_norm", "rms_norm", "group_norm", "batch_norm"),
    ),
    *("celu", "isfinite", "isinf", "isreal", "isclose", "bincount", "count_nonzero"),
    *(f"{kind}{dims}d" for kind in ("conv", "conv_transpose", "max_pool") for dims in (1, 2, 3)),
    *("avg_pool1d", "adaptive_avg_pool1d"),
}
ASK_FOR_DIM = {"sum", "mean", "var", "std", "prod"}  # in PyTorch, where out= is given
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
        if (
            name in ("sum", "mean", "var", "std", "prod")
            and case.sample.attributes.get("dim") is None
        ):
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
