"""Losses and layers that are made of several operations: PyTorch's values and gradients.
Read `../nn/test_losses.py` next, the losses that are one operation each.
"""

import numpy as np
import pytest
from op_checks import assert_same, check_against_torch, check_second_against_differences, run
from op_rows import cases
from table_layers import COMPOSED_LAYERS
from table_losses import COMPOSED_LOSSES, REDUCTIONS

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

F = tnn.nn.functional
ROWS = [*COMPOSED_LAYERS, *COMPOSED_LOSSES]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_values_and_gradients_equal_pytorch(row):
    for case in cases([row]):
        check_against_torch(case)
        narrow = [x.astype(np.float32) for x in case.draw()]
        assert_same(run(tnn, case, narrow), run(torch, case, narrow), case, rtol=1e-4)
    check_second_against_differences(cases([row])[0])


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_no_tensor_is_refused(row):
    given = cases([row])[0].sample.attributes
    for wrong in ("a", None, 3):
        with pytest.raises((TypeError, ValueError), match=row.name):
            row.call(tnn)(*[wrong] * len(row.operands), **given)


@pytest.mark.parametrize("row", COMPOSED_LOSSES, ids=str)
def test_a_reduction_is_one_of_three_and_the_old_spellings_warn(row):
    case = cases([row])[0]
    given = {k: tnn.from_numpy(v) if isinstance(v, np.ndarray) else v
             for k, v in case.sample.attributes.items() if k != "reduction"}  # fmt: skip
    operands = [tnn.from_numpy(x) for x in case.draw()]
    with pytest.raises(ValueError, match=rf"{row.name}.*'avg'"):
        row.call(tnn)(*operands, **given, reduction="avg")
    if row.name in ("gaussian_nll_loss", "triplet_margin_with_distance_loss"):
        return
    wanted = row.call(tnn)(*operands, **given, reduction="sum")
    with pytest.warns(UserWarning, match="reduction='sum'"):
        found = row.call(tnn)(*operands, **given, size_average=False)
    assert found.tolist() == wanted.tolist()


def test_the_losses_of_the_table_are_tried_with_every_reduction():
    for row in COMPOSED_LOSSES:
        tried = {case.sample.attributes.get("reduction", "mean") for case in cases([row])}
        assert {"sum"} <= tried, row
    assert len(REDUCTIONS) == 3


def normalized(library, steps):
    """Running statistics after a few batches, and the output after them."""
    mean, var = library.zeros(3), library.ones(3)
    data = np.random.default_rng(0).standard_normal((steps, 4, 3, 5)).astype(np.float32)
    for batch in data:
        x = library.from_numpy(batch)
        library.nn.functional.batch_norm(x, mean, var, training=True, momentum=0.3)
        library.nn.functional.instance_norm(x, mean, var, momentum=0.1)
    return mean, var, library.nn.functional.batch_norm(x, mean, var)


def test_running_statistics_are_pytorchs():
    for found, wanted in zip(normalized(tnn, 3), normalized(torch, 3), strict=True):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=2e-6, atol=1e-6)


def test_a_batch_far_from_zero_is_normalized_to_the_last_digits():
    x = np.random.default_rng(0).normal(1e4, 1.0, (64, 3, 50)).astype(np.float32)
    exact = x.astype(np.float64)
    wanted = (exact - exact.mean((0, 2), keepdims=True)) / exact.std((0, 2), keepdims=True)
    found = F.batch_norm(tnn.from_numpy(x), None, None, training=True).numpy()
    np.testing.assert_allclose(found, wanted, atol=2e-4)


REFUSED = [
    (lambda f, x: f.batch_norm(x[:1], None, None, training=True), "batch_norm.*more than one"),
    (lambda f, x: f.batch_norm(x, None, None), "batch_norm.*running_mean"),
    (lambda f, x: f.batch_norm(x, None, None, x[0, :2], training=True), r"weight.*\(3,\).*\(2,\)"),
    (lambda f, x: f.batch_norm(x, None, None, training=True, eps=0.0), "batch_norm.*eps.*0.0"),
    (lambda f, x: f.group_norm(x, 2), "group_norm.*2.*(4, 3)"),
    (lambda f, x: f.local_response_norm(x, 2), r"local_response_norm.*\(4, 3\)"),
    (lambda f, x: f.rms_norm(x, (4,)), r"rms_norm.*\(4, 3\).*\(4,\)"),
    (lambda f, x: f.pdist(x[0]), r"pdist.*\(3,\)"),
    (lambda f, x: f.bilinear(x, x, x), r"bilinear.*\(4, 3\)"),
    (lambda f, x: f.cosine_similarity(x, x[:3]), r"cosine_similarity.*\(4, 3\).*\(3, 3\)"),
    (lambda f, x: f.margin_ranking_loss(x, x, x[0]), r"margin_ranking_loss.*\(3,\)"),
    (lambda f, x: f.cosine_embedding_loss(x, x, x), r"cosine_embedding_loss.*\(4, 3\)"),
    (lambda f, x: f.triplet_margin_loss(x, x, x, margin=0), "triplet_margin_loss.*above 0"),
    (lambda f, x: f.gaussian_nll_loss(x, x, -1.0), "gaussian_nll_loss.*negative"),
    (lambda f, x: f.gaussian_nll_loss(x, x, abs(x[:2])), r"gaussian_nll_loss.*\(2, 3\)"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_does_not_fit_is_refused_as_in_pytorch(call, said):
    with pytest.raises((RuntimeError, ValueError), match=said):
        call(F, tnn.ones(4, 3))
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        call(torch.nn.functional, torch.ones(4, 3))


def native(library):
    """What PyTorch's kernels return, and a gradient that flows through all of it that has one."""
    x, w = (library.from_numpy(np.random.default_rng(i).standard_normal(shape)).requires_grad_()
            for i, shape in enumerate(((2, 4, 3), (4,))))  # fmt: skip
    made = [
        *library.native_group_norm(x, w, None, 2, 4, 3, 2, 1e-5),
        *library.native_layer_norm(x, (3,), None, None, 0.1),
        *library.native_batch_norm(x, w, w, None, None, True, 0.1, 1e-5),
        *library.native_batch_norm(x, w, w, w.detach(), w.detach() ** 2, False, 0.1, 1e-5),
        library.layer_norm(x, (3,)),
    ]
    total = sum((made[i] ** 2 * x.sum()).sum() for i in (0, 1, 2, 3, 6))
    return made, library.autograd.grad(total, [x, w])


def test_the_kernels_by_their_names_return_their_statistics_too():
    for ours, theirs in zip(native(tnn), native(torch), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), atol=1e-10)
