"""Conventions of whole families: activations, losses, norms, products, pooling, order.
Read `test_planted_faults.py` next. What PyTorch leaves open is held not to fail.
"""

from math import inf, nan

import pytest
from convention_rows import row

import tinygrad_nn as tnn

F = tnn.nn.functional

MUST = {
    "G020": row(
        lambda x: x.sort(stable=True, descending=True)[0],
        [2, 1, 2, 1],
        value=[2, 2, 1, 1],
        grads=[[1, 3, 2, 4]],
        weights=[1, 2, 3, 4],
    ),
    "G031": row(lambda x: F.leaky_relu(x, 0.01), 0, value=0, grads=[0.01]),
    "G032": row(lambda x: F.elu(x), 0, value=0, grads=[1]),
    "G033": row(lambda x: F.selu(x), 0, value=0, grads=[1.75809934085]),
    "G036": row(lambda x: F.relu6(x), 0, value=0, grads=[0]),
    "G037": row(lambda x: F.hardtanh(x), 0, value=0, grads=[1]),
    "G045": row(lambda x: F.silu(x), 0, value=0, grads=[0.5]),
    "G046": row(lambda x: F.softplus(x), 0, value=0.69314718056, grads=[0.5]),
    "G050": row(lambda x: F.relu6(x), 6, value=6, grads=[0]),
    "G051": row(lambda x: F.hardtanh(x), [-1, 1], value=[-1, 1], grads=[[0, 0]]),
    "G059": row(
        lambda x: x.round() + x.floor() + x.ceil() + x.trunc(),
        [0.5, 1.5],
        value=[1, 6],
        grads=[[0, 0]],
    ),
    "G060": row(lambda x: x.frac(), [1.5, -1.5], value=[0.5, -0.5], grads=[[1, 1]]),
    "G061": row(
        lambda x, z: tnn.fmod(x, z), [5, -5], [3, 3], value=[2, -2], grads=[[1, 1], [-1, 1]]
    ),
    "G062": row(
        lambda x, z: tnn.remainder(x, z), [5, -5], [3, 3], value=[2, 1], grads=[[1, 1], [-1, 2]]
    ),
    "G063": row(
        lambda x, z: F.smooth_l1_loss(x, z, reduction="none"),
        [1, -1, 0],
        [0, 0, 0],
        value=[0.5, 0.5, 0],
        grads=[[1, -1, 0], [-1, 1, 0]],
    ),
    "G064": row(
        lambda x, z: F.huber_loss(x, z, reduction="none"),
        [1, -1, 0],
        [0, 0, 0],
        value=[0.5, 0.5, 0],
        grads=[[1, -1, 0], [-1, 1, 0]],
    ),
    "G065": row(
        lambda x, z: F.l1_loss(x, z, reduction="none"),
        [1, 2],
        [1, 3],
        value=[0, 1],
        grads=[[0, -1], [-0.0, 1]],
    ),
    "G066": row(
        lambda x: F.hinge_embedding_loss(x, -tnn.ones(2, dtype=tnn.float64), reduction="none"),
        [1, 0.5],
        value=[0, 0.5],
        grads=[[-1, -1]],
    ),
    "G125": row(
        lambda x: x.nan_to_num(),
        [nan, inf, 1],
        value=[0, 1.7976931348623157e308, 1],
        grads=[[0, 0, 1]],
    ),
    "G152": row(
        lambda x: F.binary_cross_entropy(
            x, tnn.tensor([1.0, 0.0], dtype=tnn.float64), reduction="none"
        ),
        [0, 1],
        value=[100, 100],
        grads=[[-1000000004000, 1000000004000]],
    ),
    "G153": row(
        lambda x: F.binary_cross_entropy(
            x, tnn.tensor([0.0, 1.0], dtype=tnn.float64), reduction="none"
        ),
        [0, 1],
        value=[0, -0.0],
        grads=[[0, 0]],
    ),
    "G156": row(
        lambda x: F.kl_div(x, tnn.tensor([0.0, 1.0], dtype=tnn.float64), reduction="sum"),
        [-1, -0.5],
        value=0.5,
        grads=[[-0.0, -1]],
    ),
    "G160": row(lambda x: F.softplus(x), [10000, -10000], value=[10000, 0], grads=[[1, 0]]),
    "G167": row(lambda x: x.log1p(), [1e-20], value=[1e-20], grads=[[1]]),
    "G168": row(lambda x: x.expm1(), [1e-20], value=[1e-20], grads=[[1]]),
    "G181": row(lambda x: x.sinc(), [0], value=[1], grads=[[0]]),
    "G183": row(
        lambda x: x.index_select(0, tnn.tensor([1, 1])), [1, 2, 3], value=[2, 2], grads=[[0, 2, 0]]
    ),
    "G190": row(
        lambda w: F.embedding(tnn.tensor([0, 1, 1]), w, padding_idx=0),
        [[1, 1], [2, 2]],
        value=[[1, 1], [2, 2], [2, 2]],
        grads=[[[0, 0], [2, 2]]],
    ),
    "G195": row(
        lambda x: F.max_pool2d(x, 2),
        [[[[1, 1], [1, 1]]]],
        value=[[[[1]]]],
        grads=[[[[[1, 0], [0, 0]]]]],
    ),
    "G196": row(
        lambda x: F.max_pool2d(x, 2, 1),
        [[[[1, 1, 1], [1, 1, 1]]]],
        value=[[[[1, 1]]]],
        grads=[[[[[1, 1, 0], [0, 0, 0]]]]],
    ),
    "G198": row(
        lambda x: F.avg_pool2d(x, 2, 2, 1),
        [[[[1, 2], [3, 4]]]],
        value=[[[[0.25, 0.5], [0.75, 1]]]],
        grads=[[[[[0.25, 0.25], [0.25, 0.25]]]]],
    ),
    "G199": row(
        lambda x: F.avg_pool2d(x, 2, 2, 1, count_include_pad=False),
        [[[[1, 2], [3, 4]]]],
        value=[[[[1, 2], [3, 4]]]],
        grads=[[[[[1, 1], [1, 1]]]]],
    ),
    "G200": row(lambda x: F.dropout(x, 0.0), [1, 2], value=[1, 2], grads=[[1, 1]]),
    "G202": row(
        lambda x: F.batch_norm(x, None, None, training=True),
        [[1, 2], [1, 4]],
        value=[[0, -0.999995000037], [0, 0.999995000037]],
        grads=[[[158.113883008, 4.99992500085e-06], [-158.113883008, -4.99992500085e-06]]],
        weights=[[1, 1], [0, 0]],
    ),
    "G204": row(
        lambda x: F.layer_norm(x, (2,)),
        [[1, 1]],
        value=[[0, 0]],
        grads=[[[158.113883008, -158.113883008]]],
        weights=[[1, 0]],
    ),
}
SHOULD = {
    "G069": row(lambda x: x.rsqrt(), [0], value=[inf], grads=[[-inf]]),
    "G072": row(lambda x: x.log1p(), [-1], value=[-inf], grads=[[inf]]),
    "G174": row(lambda x: x.asin(), [1], value=[1.57079632679], grads=[[inf]]),
    "G175": row(lambda x: x.acos(), [1], value=[0], grads=[[-inf]]),
    "G176": row(lambda x: x.atanh(), [1], value=[inf], grads=[[inf]]),
    "G197": row(
        lambda x: F.max_pool2d(x, 2),
        [[[[1, nan], [2, 3]]]],
        value=[[[[nan]]]],
        grads=[[[[[0, 1], [0, 0]]]]],
    ),
}
FREE = {
    "G018": row(
        lambda x: x.sort()[0],
        [2, 1, 2, 1],
        value=[1, 1, 2, 2],
        grads=[[3, 1, 4, 2]],
        weights=[1, 2, 3, 4],
    ),
    "G019": row(
        lambda x: x.sort(descending=True)[0],
        [2, 1, 2, 1],
        value=[2, 2, 1, 1],
        grads=[[1, 3, 2, 4]],
        weights=[1, 2, 3, 4],
    ),
    "G022": row(lambda x: x.max(), [1, nan, 3], value=nan, grads=[[0, 1, 0]]),
    "G023": row(lambda x: x.amax(), [1, nan, 3], value=nan, grads=[[nan, nan, nan]]),
    "G027": row(lambda x, z: tnn.fmax(x, z), [1, 2], [1, 5], value=[1, 5], grads=[[1, 0], [0, 1]]),
    "G028": row(
        lambda x, z: tnn.maximum(x, z), [nan, 2], [1, nan], value=[nan, nan], grads=[[1, 1], [1, 1]]
    ),
    "G029": row(
        lambda x, z: tnn.fmax(x, z), [nan, 2], [1, nan], value=[1, 2], grads=[[0, 1], [1, 0]]
    ),
    "G049": row(
        lambda x: x.relu(), [-0.0, -1, nan, inf], value=[-0.0, 0, nan, inf], grads=[[0, 0, 1, 1]]
    ),
    "G057": row(lambda x: x.clamp(-1, 1), [nan], value=[nan], grads=[[0]]),
    "G058": row(lambda x: x.clamp(2, 1), [0, 1.5, 3], value=[1, 1, 1], grads=[[0, 0, 0]]),
    "G068": row(lambda x: x.sqrt(), [-1], value=[nan], grads=[[nan]]),
    "G084": row(
        lambda x, z: F.cosine_similarity(x, z, dim=0),
        [0, 0],
        [1, 1],
        value=0,
        grads=[[70710678.1187, 70710678.1187], [0, 0]],
    ),
    "G091": row(lambda x, z: x**z, [-2], [0.5], value=[nan], grads=[[nan], [nan]]),
    "G099": row(lambda x, z: x**z, [1], [inf], value=[1], grads=[[inf], [0]]),
    "G111": row(lambda x: x.var(), [2], value=nan, grads=[[nan]]),
    "G139": row(
        lambda x, z: tnn.logaddexp(x, z), [-inf], [-inf], value=[-inf], grads=[[nan], [nan]]
    ),
    "G161": row(
        lambda x: F.softplus(x),
        [20, 20.5],
        value=[20.0000000021, 20.5],
        grads=[[0.999999997939, 1]],
    ),
    "G164": row(
        lambda x: F.silu(x), [10000, -10000, -inf], value=[10000, -0.0, nan], grads=[[1, -0.0, nan]]
    ),
    "G177": row(lambda x, z: tnn.atan2(x, z), [0], [0], value=[0], grads=[[0], [-0.0]]),
    "G178": row(lambda x, z: tnn.hypot(x, z), [0], [0], value=[0], grads=[[nan], [nan]]),
    "G179": row(lambda x, z: tnn.xlogy(x, z), [0], [0], value=[0], grads=[[0], [nan]]),
    "G180": row(lambda x: x * x.log(), [0], value=[nan], grads=[[nan]]),
    "G201": row(lambda x: F.dropout(x, 1.0), [1, inf], value=[0, nan], grads=[[0, 0]]),
    "G205": row(
        lambda x: tnn.linalg.det(x), [[1, 2], [2, 4]], value=-0.0, grads=[[[0, -0.0], [-0.0, 0]]]
    ),
}

REFUSED = {
    "G154": (lambda: F.binary_cross_entropy(tnn.tensor([1.5]), tnn.tensor([1.0])), RuntimeError),
    "G203": (lambda: F.batch_norm(tnn.ones(1, 2), None, None, training=True), ValueError),
}


@pytest.mark.parametrize("name", [*MUST, *SHOULD])
def test_the_convention_holds(name):
    {**MUST, **SHOULD}[name].check()


@pytest.mark.parametrize("name", FREE)
def test_what_is_left_open_fails_nowhere(name):
    found = FREE[name].run()
    assert all(each is not None for each in found[1:])


@pytest.mark.parametrize("name", REFUSED)
def test_the_call_is_refused(name):
    call, error = REFUSED[name]
    with pytest.raises(error):
        call()
