"""Values and gradients at ties, kinks, zeros and infinities: the numbers themselves, no oracle.
Read `test_conventions_of_families.py` next.

`table/convention_rows.py` says what a row is. MUST rows hold to 1e-10; in SHOULD rows inf and nan
stand in the same places, and the numbers beside them hold too.
"""

from math import inf, log, nan

import numpy as np
import pytest
from convention_rows import F16, F32, row

import tinygrad_nn as tnn

F = tnn.nn.functional
E, E1 = 1e4, 1.3132616875182228  # E1 = log(1 + e)
P = 0.7310585786300049  # sigmoid(1)


def i(*values):
    return tnn.tensor(values)


def cross_entropy(*target, **given):
    return lambda x: F.cross_entropy(x, i(*target), **given)


MUST = {
    # extremes: without dim ties share, with dim the first takes all
    "G001": row(tnn.max, [1, 3, 3, 2], value=3, grads=[[0, 0.5, 0.5, 0]]),
    "G002": row(tnn.min, [3, 1, 1, 2], value=1, grads=[[0, 0.5, 0.5, 0]]),
    "G003": row(lambda x: x.max(dim=0).values, [1, 3, 3, 2], value=3, grads=[[0, 1, 0, 0]]),
    "G004": row(lambda x: x.min(dim=0).values, [3, 1, 1, 2], value=1, grads=[[0, 1, 0, 0]]),
    "G005": row(lambda x: x.amax(dim=0), [1, 3, 3, 2], value=3, grads=[[0, 0.5, 0.5, 0]]),
    "G006": row(lambda x: x.amin(dim=0), [3, 1, 1, 2], value=1, grads=[[0, 0.5, 0.5, 0]]),
    "G007": row(tnn.max, [5, 5, 5], value=5, grads=[[1 / 3, 1 / 3, 1 / 3]]),
    "G008": row(lambda x: x.max(dim=1).values, [[2, 2], [1, 4]], value=[2, 4],
                grads=[[[1, 0], [0, 1]]]),
    "G009": row(lambda x: x.amax(dim=(0, 1)), [[2, 2], [1, 2]], value=2,
                grads=[[[1 / 3, 1 / 3], [0, 1 / 3]]]),
    "G010": row(tnn.amax, [1, 3, 3], value=3, grads=[[0, 0.5, 0.5]]),
    "G025": row(tnn.maximum, [1, 2], [1, 5], value=[1, 5], grads=[[0.5, 0], [0.5, 1]]),
    "G026": row(tnn.minimum, [1, 2], [1, 5], value=[1, 2], grads=[[0.5, 1], [0.5, 0]]),
    # kinks
    "G030": row(tnn.relu, 0, value=0, grads=[0]),
    "G034": row(tnn.abs, 0, value=0, grads=[0]),
    "G035": row(tnn.sign, 0, value=0, grads=[0]),
    "G054": row(lambda x: x.clamp(-1, 1), [-1, 1, 0, 2, -3], value=[-1, 1, 0, 1, -1],
                grads=[[1, 1, 1, 0, 0]]),
    "G055": row(lambda x: x.clamp(min=0), [0, -1, 1], value=[0, 0, 1], grads=[[1, 0, 1]]),
    "G056": row(lambda x, low: x.clamp(min=low), [0, 1], [0, 2], value=[0, 2],
                grads=[[1, 0], [0, 1]]),
    "G059": row(lambda x: x.round() + x.floor() + x.ceil() + x.trunc(), [0.5, 1.5],
                value=[1, 6], grads=[[0, 0]]),
    "G060": row(tnn.frac, [1.5, -1.5], value=[0.5, -0.5], grads=[[1, 1]]),
    "G061": row(tnn.fmod, [5, -5], [3, 3], value=[2, -2], grads=[[1, 1], [-1, 1]]),
    "G062": row(tnn.remainder, [5, -5], [3, 3], value=[2, 1], grads=[[1, 1], [-1, 2]]),
    "G125": row(tnn.nan_to_num, [nan, inf, 1], value=[0, 1.79769313486231570e308, 1],
                grads=[[0, 0, 1]]),
    # powers
    "G086": row(tnn.pow, [0], [0], value=[1], grads=[[0], [0]]),
    "G087": row(tnn.pow, [0], [2], value=[0], grads=[[0], [0]]),
    "G092": row(lambda x: x**0, [0, 3], value=[1, 1], grads=[[0, 0]]),
    "G093": row(lambda x: x**1, [0, -3], value=[0, -3], grads=[[1, 1]]),
    "G094": row(lambda x: x**2, [0, -3], value=[0, 9], grads=[[0, -6]]),
    "G097": row(lambda x: 2**x, [0, 3], value=[1, 8], grads=[[log(2), 8 * log(2)]]),
    "G098": row(lambda x: 0**x, [0, 3], value=[1, 0], grads=[[0, 0]]),
    # statistics
    "G106": row(tnn.var, [1, 2, 4], value=7 / 3, grads=[[-4 / 3, -1 / 3, 5 / 3]]),
    "G107": row(lambda x: x.var(unbiased=False), [1, 2, 4], value=14 / 9,
                grads=[[-8 / 9, -2 / 9, 10 / 9]]),
    "G112": row(lambda x: x.var(unbiased=False), [2], value=0, grads=[[0]]),
    "G115": row(tnn.sum, [], value=0, grads=[[]]),
    "G117": row(tnn.var, [1e8, 1e8 + 1, 1e8 + 2], value=1, grads=[[-1, 0, 1]]),
    "G118": row(tnn.var, [1e4, 1e4 + 1, 1e4 + 2], value=1, grads=[[-1, 0, 1]], dtype=F32),
    # choices
    "G122": row(lambda x: tnn.where(x > 0, tnn.where(x > 0, x, 1).log(), 0), [0, 1],
                value=[0, 0], grads=[[0, 1]]),
    "G123": row(lambda x, y: tnn.where(tnn.tensor([True, False]), x, y), [1, 2], [3, 4],
                value=[1, 4],
                grads=[[1, 0], [0, 1]]),
    "G124": row(lambda x: tnn.where(tnn.tensor([False, True, False]), -inf, x).softmax(0),
                [1, 2, 3],
                value=[0.11920292202211755, 0, 0.8807970779778823], weights=[1, 0, 0],
                grads=[[0.10499358540350652, 0, -0.10499358540350652]]),
    # softmax and its relatives, far out
    "G126": row(lambda x: x.softmax(0), [E, -E, 0], value=[1, 0, 0], weights=[1, 0, 0],
                grads=[[0, 0, 0]]),
    "G127": row(lambda x: x.softmax(0), [2, 2], value=[0.5, 0.5], weights=[1, 0],
                grads=[[0.25, -0.25]]),
    "G128": row(lambda x: x.softmax(0), [-inf, 0], value=[0, 1], weights=[1, 0], grads=[[0, 0]]),
    "G131": row(lambda x: x.log_softmax(0), [E, -E, 0], value=[0, -2 * E, -E], weights=[1, 0, 0],
                grads=[[0, 0, 0]]),
    "G134": row(lambda x: x.logsumexp(0), [E, E], value=E + log(2), grads=[[0.5, 0.5]]),
    "G136": row(lambda x: x.logsumexp(0), [-inf, 0], value=0, grads=[[0, 1]]),
    "G157": row(tnn.sigmoid, [E, -E], value=[1, 0], grads=[[0, 0]]),
    "G158": row(tnn.sigmoid, [100, -100], value=[1, 0], grads=[[0, 0]], dtype=F32),
    "G159": row(tnn.tanh, [E, -E], value=[1, -1], grads=[[0, 0]]),
    # losses
    "G140": row(cross_entropy(0), [[E, -E]], value=0, grads=[[[0, 0]]], dtype=F32),
    "G141": row(cross_entropy(1), [[E, -E]], value=2 * E, grads=[[[1, -1]]], dtype=F32),
    "G143": row(cross_entropy(1), [[-inf, 0]], value=0, grads=[[[0, 0]]]),
    "G145": row(cross_entropy(0, -100), [[1, 2], [3, 4]], value=E1, grads=[[[-P, P], [0, 0]]]),
    "G147": row(cross_entropy(0, label_smoothing=0.1), [[1, 2, 3]], value=2.307605964444380,
                grads=[[[-0.8433027601629534, 0.2113951377211446, 0.6319076224418088]]]),
    "G148": row(cross_entropy(0, 1, weight=tnn.tensor([1.0, 3.0], dtype=tnn.float64)),
                [[1, 2], [3, 4]],
                value=E1 - 0.75, grads=[[[-P / 4, P / 4], [0.75 - 0.75 * P, 0.75 * P - 0.75]]]),
    "G151": row(lambda x: F.nll_loss(x, i(2)), [[-1, -2, -3]], value=3, grads=[[[0, 0, -1]]]),
    "G155": row(lambda x: F.binary_cross_entropy_with_logits(
        x, tnn.tensor([1.0, 0, 0], dtype=tnn.float64), reduction="none"), [E, -E, E],
                value=[0, 0, E], grads=[[0, 0, 1]]),
    # float16 adds up in float32
    "G170": row(tnn.sum, [4e4, 4e4, -4e4], value=4e4, grads=[[1, 1, 1]], dtype=F16),
    "G171": row(tnn.mean, [6e4] * 4, value=6e4, grads=[[0.25] * 4], dtype=F16),
    # positions, repeats and broadcasts
    "G182": row(lambda x: x[[0, 0, 1]], [1, 2, 3], value=[1, 1, 2], weights=[1, 2, 4],
                grads=[[3, 4, 0]]),
    "G184": row(lambda x: x.gather(0, i(2, 2, 0)), [1, 2, 3], value=[3, 3, 1], grads=[[1, 0, 2]]),
    "G185": row(lambda x: x[-1], [1, 2, 3], value=3, grads=[[0, 0, 1]]),
    "G186": row(lambda x: x[x > 1], [1, 2, 3], value=[2, 3], grads=[[0, 1, 1]]),
    "G187": row(lambda x: np.take_along_axis(x, i(0, 0), 0), [1, 2], value=[1, 1], grads=[[2, 0]]),
    "G188": row(lambda x: x.expand(3, 2), [[1, 2]], value=[[1, 2]] * 3, grads=[[[3, 3]]]),
    "G189": row(tnn.add, 1, [1, 2, 3], value=[2, 3, 4], grads=[3, [1, 1, 1]]),
    "G191": row(lambda x: x + x, [1], value=[2], grads=[[2]]),
    "G192": row(lambda x: x * x, [3], value=[9], grads=[[6]]),
    "G193": row(lambda x: x - x, [3], value=[0], grads=[[0]]),
    "G206": row(tnn.matmul, [[], []], [], value=[0, 0], grads=[[[], []], []]),
}  # fmt: skip

SHOULD = {
    "G067": row(tnn.sqrt, [0, 4], value=[0, 2], grads=[[inf, 0.25]]),
    "G070": row(lambda x: x.sqrt() * 0, [0], value=[0], grads=[[nan]]),
    "G071": row(tnn.log, [0, -1], value=[-inf, nan], grads=[[inf, -1]]),
    "G073": row(lambda x: 1 / x, [0.0, -0.0], value=[inf, -inf], grads=[[-inf, -inf]]),
    "G074": row(tnn.div, [1, 0, -1], [0, 0, 0], value=[inf, nan, -inf],
                grads=[[inf] * 3, [-inf, nan, inf]]),
    "G075": row(tnn.mul, [0], [inf], value=[nan], grads=[[inf], [0]]),
    "G088": row(tnn.pow, [0], [0.5], value=[0], grads=[[inf], [0]]),
    "G089": row(tnn.pow, [0], [-1], value=[inf], grads=[[-inf], [-inf]]),
    "G090": row(tnn.pow, [-2], [2], value=[4], grads=[[-4], [nan]]),
    "G095": row(lambda x: x**0.5, [0], value=[0], grads=[[inf]]),
    "G096": row(lambda x: x**-1, [0], value=[inf], grads=[[-inf]]),
    "G114": row(tnn.mean, [], value=nan, grads=[[]]),
    "G119": row(lambda x: tnn.where(x > 0, x.log(), 0), [0, 1], value=[0, 0], grads=[[nan, 1]]),
    "G120": row(lambda x: tnn.where(x > 0, x.sqrt(), 0), [0, -1, 4], value=[0, 0, 2],
                grads=[[nan, nan, 0.25]]),
    "G121": row(lambda x: tnn.where(x != 0, 1 / x, 0), [0, 2], value=[0, 0.5],
                grads=[[nan, -0.25]]),
    "G129": row(lambda x: x.softmax(0), [-inf, -inf], value=[nan, nan], weights=[1, 0],
                grads=[[nan, nan]]),
    "G130": row(lambda x: x.softmax(0), [inf, 0], value=[nan, nan], weights=[1, 0],
                grads=[[nan, nan]]),
    "G132": row(lambda x: x.log_softmax(0), [-inf, 0], value=[-inf, 0], weights=[0, 1],
                grads=[[0, 0]]),
    "G133": row(lambda x: x.log_softmax(0), [-inf, -inf], value=[nan, nan], weights=[1, 0],
                grads=[[nan, nan]]),
    "G135": row(lambda x: x.logsumexp(0), [-inf, -inf], value=-inf, grads=[[nan, nan]]),
    "G137": row(lambda x: x.logsumexp(0), [inf, 0], value=inf, grads=[[nan, 0]]),
    "G138": row(lambda x: x.logsumexp(0), [inf, inf], value=inf, grads=[[nan, nan]]),
    "G142": row(cross_entropy(0), [[inf, 0]], value=nan, grads=[[[nan, nan]]]),
    "G144": row(cross_entropy(0), [[-inf, 0]], value=inf, grads=[[[-1, 1]]]),
    "G146": row(cross_entropy(-100, -100), [[1, 2], [3, 4]], value=nan, grads=[[[0, 0], [0, 0]]]),
    "G165": row(tnn.exp, [88, 89], value=[1.65163626614e38, inf],
                grads=[[1.65163626614e38, inf]], dtype=F32),
    "G166": row(tnn.exp, [11, 12], value=[59872, inf], grads=[[59872, inf]], dtype=F16),
    "G169": row(tnn.add, [60000], [60000], value=[inf], grads=[[1], [1]], dtype=F16),
    "G194": row(lambda x: x / x, [0], value=[nan], grads=[[nan]]),
}  # fmt: skip

REFUSED = {
    "G116": (lambda: tnn.tensor([]).max(), RuntimeError),
    "G149": (lambda: cross_entropy(5)(tnn.tensor([[1.0, 2.0, 3.0]])), IndexError),
    "G150": (lambda: cross_entropy(-1)(tnn.tensor([[1.0, 2.0, 3.0]])), IndexError),
}


@pytest.mark.parametrize("name", [*MUST, *SHOULD])
def test_the_convention_holds(name):
    {**MUST, **SHOULD}[name].check()


@pytest.mark.parametrize("name", REFUSED)
def test_the_call_is_refused(name):
    call, error = REFUSED[name]
    with pytest.raises(error):
        call()


def test_the_first_index_is_returned_among_ties():
    assert tnn.tensor([1.0, 3.0, 3.0, 2.0]).max(dim=0).indices.item() == 1
    assert tnn.tensor([[2.0, 2.0], [1.0, 4.0]]).max(dim=1).indices.tolist() == [0, 1]


def test_many_ties_share_a_float16_gradient_without_losing_it():
    x = tnn.full((70_000,), 1.0, dtype=F16).requires_grad_()
    x.amax().backward()
    np.testing.assert_allclose(x.grad.array.astype(np.float64), 1 / 70_000, rtol=1e-2)
