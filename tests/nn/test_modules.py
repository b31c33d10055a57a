"""Modules beside PyTorch: initial values, repr, outputs, gradients and buffers, by one table.
Read `module_comparison.py` for what is compared, and `pytorch_modules.py` for the long sweep.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same
from module_comparison import (
    Fixed,
    Form,
    case,
    disagreements,
    disagreements_of_loaded_states,
    modules_of,
)
from pytorch_modules import compared, database, samples

import tinygrad_nn as tnn


def x(*shape: int, seed: int = 0) -> Any:
    """Return normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape)


CONVOLUTIONS = [
    case("Conv1d", 2, 4, 3, stride=2, of=x(2, 2, 7)),
    case("Conv1d", 2, 4, (3,), padding="same", dilation=2, of=x(2, 7)),
    case("Conv2d", 4, 6, (3, 2), padding=[2, 1], groups=2, bias=False, of=x(2, 4, 5, 4)),
    *(
        case("Conv2d", 2, 3, (3, 4), padding=padding, padding_mode=mode, of=x(1, 2, 5, 6))
        for mode in ("reflect", "replicate", "circular")
        for padding in ((1, 2), "same", "valid")
    ),
    case("Conv3d", 2, 2, 2, 2, 1, padding_mode="replicate", of=x(1, 2, 3, 4, 3)),
    case("ConvTranspose1d", 2, 4, 3, 2, 1, output_padding=1, of=x(2, 2, 5)),
    case("ConvTranspose2d", 4, 6, (3, 2), (2, 1), groups=2, bias=False, of=x(2, 4, 3, 3)),
    case("ConvTranspose2d", 2, 3, 3, 2, padding=1, of=(x(1, 2, 3, 3), [6, 5])),
    case("ConvTranspose2d", 2, 3, 3, 2, dilation=2, of=(x(2, 3, 3), [10, 9])),
    case("ConvTranspose3d", 2, 2, 2, 2, output_padding=(0, 1, 0), of=x(1, 2, 3, 2, 3)),
    case("Linear", 3, 2, bias=False, of=x(4, 3)),
    case("Bilinear", 2, 3, 4, of=(x(5, 2), x(5, 3, seed=1))),
    case("Bilinear", 2, 3, 4, bias=False, of=(x(5, 2), x(5, 3, seed=1))),
]

WINDOWS = [
    case("MaxPool1d", 2, return_indices=True, of=x(2, 3, 6)),
    case("MaxPool2d", (2, 3), 1, (1, 0), 1, False, True, of=x(2, 3, 6, 5)),
    case("MaxPool3d", 2, ceil_mode=True, of=x(2, 3, 3, 4, 3)),
    case("MaxUnpool1d", 2, of=(x(1, 3), np.array([[0, 3, 5]]))),
    case("MaxUnpool2d", 2, 2, 0, of=(x(1, 1, 2), np.array([[[0, 3]]]), [2, 5])),
    case("MaxUnpool3d", (2, 1, 1), of=(x(1, 1, 1, 2), np.array([[[[0, 3]]]]))),
    case("AvgPool1d", 3, 2, 1, count_include_pad=False, of=x(2, 3, 7)),
    case("AvgPool2d", 2, divisor_override=3, of=x(2, 3, 4, 5)),
    case("AvgPool3d", (1, 2, 2), of=x(2, 2, 4, 4)),
    case("LPPool1d", 3, 2, of=abs(x(2, 3, 6))),
    case("LPPool2d", 2, 2, 1, True, of=x(2, 3, 4, 5)),
    case("AdaptiveAvgPool2d", (None, 3), of=x(2, 3, 4, 5)),
    case("AdaptiveMaxPool1d", 3, True, of=x(2, 3, 7)),
    case("AdaptiveMaxPool3d", [2, None, 1], of=x(1, 2, 3, 2, 4)),
    case("FractionalMaxPool2d", 2, output_size=(3, 2), of=x(2, 3, 7, 6)),
    case("FractionalMaxPool3d", 2, output_ratio=0.5, return_indices=True, of=x(1, 2, 6, 6, 6)),
    *(case(f"ZeroPad{n}d", 1, of=x(1, 2, *[3] * n)) for n in (1, 2, 3)),
    *(case(f"ConstantPad{n}d", (1, 0) * n, 1.5, of=x(2, *[3] * n)) for n in (1, 2, 3)),
    *(
        case(f"{kind}Pad{n}d", (1, 2) * n, of=x(1, 2, *[4] * n))
        for kind in ("Reflection", "Replication", "Circular")
        for n in (1, 2, 3)
    ),
    case("Upsample", scale_factor=2, of=x(1, 2, 3)),
    case("Upsample", (5, 7), mode="bilinear", align_corners=True, of=x(1, 2, 3, 4)),
    case("Upsample", scale_factor=(1.5, 2), mode="bicubic", of=x(1, 2, 4, 3)),
    case("UpsamplingNearest2d", scale_factor=2, of=x(1, 2, 3, 4)),
    case("UpsamplingBilinear2d", (5, 7), of=x(1, 2, 3, 4)),
    case("Flatten", of=x(2, 3, 4)),
    case("Flatten", 0, 1, of=x(2, 3, 4)),
    case("Unflatten", 1, (2, 3), of=x(2, 6)),
    case("Unflatten", -1, [2, -1], of=x(2, 6)),
    case("Unfold", 2, stride=(1, 2), padding=1, of=x(2, 3, 4, 5)),
    case("Fold", (4, 5), (2, 3), dilation=1, of=x(2, 12, 9)),
    case("PixelShuffle", 2, of=x(1, 8, 2, 3)),
    case("PixelUnshuffle", 2, of=x(1, 2, 4, 6)),
    case("ChannelShuffle", 3, of=x(2, 6, 2, 2)),
]

ACTIVATIONS = [
    *(
        case(name, of=x(3, 4) * 3)
        for name in (
            *("Tanh", "Sigmoid", "LogSigmoid", "Softsign", "Tanhshrink", "ReLU", "ReLU6", "SELU"),
            *("SiLU", "Mish", "Hardswish", "Hardsigmoid", "ELU", "CELU", "LeakyReLU", "GELU"),
            *("GLU", "Softplus", "Hardshrink", "Softshrink", "PReLU", "RReLU", "Hardtanh"),
        )
    ),
    case("Hardtanh", -2, 0.5, of=x(3, 4)),
    case("Threshold", 0.1, 20, of=x(3, 4)),
    case("GELU", "tanh", of=x(3, 4)),
    case("Softplus", 2, 1.5, of=x(3, 4)),
    case("PReLU", 4, 0.1, of=x(3, 4)),
    case("RReLU", 0.1, 0.9, of=x(3, 4)),
    case("GLU", 0, of=x(4, 3)),
    *(case(name, 1, of=x(3, 4)) for name in ("Softmax", "LogSoftmax", "Softmin")),
    case("Softmax2d", of=x(2, 3, 2, 2)),
    case("Dropout", 0.3, of=x(20, 4)),
    case("Dropout1d", of=x(4, 5, 2)),
    case("Dropout2d", 0.4, of=x(4, 5, 2, 2)),
    case("Dropout3d", of=x(4, 5, 2, 2, 1)),
    case("AlphaDropout", 0.2, of=x(20, 4)),
    case("FeatureAlphaDropout", 0.2, of=x(4, 5, 2)),
]

NORMS = [
    case("BatchNorm1d", 3, of=x(5, 3)),
    case("BatchNorm1d", 3, momentum=None, of=x(5, 3, 4)),
    case("BatchNorm1d", 3, 1e-3, 0.3, False, of=x(5, 3, 4)),
    case("BatchNorm1d", 3, track_running_stats=False, of=x(2, 3)),
    case("BatchNorm2d", 3, bias=False, of=x(2, 3, 4, 2)),
    case("BatchNorm2d", 2, momentum=1.0, dtype="@float64", of=x(1, 2, 3, 2)),
    case("BatchNorm3d", 2, of=x(2, 2, 3, 2, 2)),
    case("SyncBatchNorm", 3, of=x(5, 3)),
    case("SyncBatchNorm", 2, 1e-3, None, True, True, "workers", bias=False, of=x(2, 2, 3, 2, 2)),
    case("SyncBatchNorm", 2, track_running_stats=False, of=x(2, 2, 3)),
    case("InstanceNorm1d", 3, of=x(2, 3, 4)),
    case("InstanceNorm1d", 3, affine=True, track_running_stats=True, of=x(3, 4)),
    case("InstanceNorm2d", 3, 1e-3, 0.3, True, True, of=x(2, 3, 4, 2)),
    case("InstanceNorm2d", 3, momentum=None, track_running_stats=True, of=x(2, 3, 4, 2)),
    case("InstanceNorm3d", 2, affine=True, bias=False, of=x(2, 2, 3, 2, 2)),
    case("InstanceNorm2d", 5, of=x(2, 3, 4, 2)),
    case("GroupNorm", 2, 4, of=x(3, 4, 5)),
    case("GroupNorm", 2, 4, bias=False, of=x(3, 4)),
    case("GroupNorm", 1, 4, 1e-3, False, of=x(3, 4)),
    case("RMSNorm", 4, of=x(3, 4)),
    case("RMSNorm", (2, 4), 1e-3, False, of=x(3, 2, 4)),
    case("LocalResponseNorm", 2, 0.1, of=x(2, 4, 3)),
    case("LayerNorm", 4, of=x(3, 4)),
    case("LayerNorm", [2, 4], bias=False, of=x(3, 2, 4)),
]

WORDS = np.array([[1, 4, 0], [2, 2, 1]])
TABLES = [
    case("Embedding", 5, 3, of=WORDS),
    case("Embedding", 5, 3, 2, of=WORDS),
    case("Embedding", 5, 3, -1, 0.5, 1.0, True, of=WORDS),
    case("Embedding", 5, 3, _weight=Fixed(x(5, 3)), _freeze=True, of=WORDS),
    case("EmbeddingBag", 5, 3, of=WORDS),
    case("EmbeddingBag", 5, 3, mode="sum", padding_idx=1, of=(WORDS[0], np.array([0, 2]))),
    case("EmbeddingBag", 5, 3, 0.5, 1.0, mode="max", of=WORDS),
    case("EmbeddingBag", 5, 3, mode="sum", of=(WORDS, None, x(2, 3))),
    case("EmbeddingBag", 5, 3, include_last_offset=True, of=(WORDS[0], np.array([0, 1, 3]))),
]

A, B, C = x(4, 3), x(4, 3, seed=1), x(4, 3, seed=2)
SIGNS = Fixed(np.array([1.0, -1.0, 1.0, -1.0]))
CLASSES, HALF = np.array([0, 2, 1, 2]), Fixed(abs(x(3, seed=3)))
LOSSES = [
    case("CosineSimilarity", of=(A, B)),
    case("CosineSimilarity", 0, 1e-3, of=(A, B)),
    case("PairwiseDistance", of=(A, B)),
    case("PairwiseDistance", 1, 1e-3, True, of=(A, B)),
    *(case(name, of=(A, Fixed(B))) for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")),
    case("SmoothL1Loss", beta=0.5, reduction="none", of=(A, Fixed(B))),
    case("HuberLoss", "sum", 0.5, of=(A, Fixed(B))),
    case("KLDivLoss", reduction="batchmean", log_target=True, of=(A, Fixed(B))),
    case("PoissonNLLLoss", full=True, of=(A, Fixed(abs(B) * 5))),
    case("PoissonNLLLoss", False, reduction="none", of=(abs(A), Fixed(abs(B)))),
    case("GaussianNLLLoss", full=True, of=(A, Fixed(B), abs(C))),
    case("GaussianNLLLoss", reduction="none", of=(A, Fixed(B), 2.0)),
    case("NLLLoss", HALF, ignore_index=1, of=(A, CLASSES)),
    case("CrossEntropyLoss", HALF, label_smoothing=0.1, reduction="none", of=(A, CLASSES)),
    case("LinearCrossEntropyLoss", 3, 4, bias=True, of=(A, CLASSES)),
    case("LinearCrossEntropyLoss", 3, 4, weight=Fixed(abs(x(4))), of=(A, CLASSES)),
    case("BCELoss", HALF, of=(abs(np.tanh(A)), Fixed(abs(np.tanh(B))))),
    case("BCEWithLogitsLoss", HALF, pos_weight=HALF, of=(A, Fixed(abs(np.tanh(B))))),
    case("SoftMarginLoss", of=(A[:, 0], SIGNS)),
    case("HingeEmbeddingLoss", 0.5, of=(A[:, 0], SIGNS)),
    case("MultiMarginLoss", 2, 0.5, HALF, of=(A, CLASSES)),
    case("MultiLabelMarginLoss", of=(A, np.array([[0, -1, 1]] * 4))),
    case("MultiLabelSoftMarginLoss", HALF, of=(A, Fixed((B > 0) * 1.0))),
    case("MarginRankingLoss", 0.1, of=(A[:, 0], B[:, 0], SIGNS)),
    case("CosineEmbeddingLoss", 0.1, reduction="sum", of=(A, B, SIGNS)),
    case("TripletMarginLoss", 0.5, 1.0, swap=True, of=(A, B, C)),
    case("TripletMarginWithDistanceLoss", margin=0.5, of=(A, B, C)),
    case("AdaptiveLogSoftmaxWithLoss", 5, 12, [3, 7], 2.0, of=(x(4, 5), np.array([0, 11, 3, 6]))),
    case("AdaptiveLogSoftmaxWithLoss", 5, 12, [3], head_bias=True, of=(x(5), np.array(8))),
    case("CTCLoss", 1, "sum", of=(A[:, None], np.array([[0, 2]]), (4,), (2,))),
]

LAZY = [
    case("LazyLinear", 3, of=x(2, 4)),
    case("LazyLinear", 3, False, of=x(4)),
    case("LazyConv1d", 4, 3, of=x(2, 2, 5)),
    case("LazyConv2d", 4, (3, 2), 2, 1, groups=2, bias=False, of=x(2, 5, 4)),
    case("LazyConv3d", 2, 2, padding_mode="circular", padding=1, of=x(1, 2, 3, 2, 3)),
    case("LazyConvTranspose1d", 4, 3, 2, output_padding=1, of=x(2, 2, 5)),
    case("LazyConvTranspose2d", 4, 3, groups=2, of=x(2, 2, 3, 3)),
    case("LazyConvTranspose3d", 2, 2, of=x(1, 2, 3, 2, 3)),
    case("LazyBatchNorm1d", of=x(4, 3)),
    case("LazyBatchNorm2d", 1e-3, 0.2, False, of=x(2, 3, 2, 2)),
    case("LazyBatchNorm3d", track_running_stats=False, of=x(2, 3, 2, 2, 1)),
    case("LazyInstanceNorm1d", of=x(2, 3, 4)),
    case("LazyInstanceNorm2d", bias=False, of=x(2, 3, 2, 2)),
    case("LazyInstanceNorm3d", affine=False, of=x(2, 3, 2, 2, 1)),
]

WITH_SIZES = [*CONVOLUTIONS, *WINDOWS, *ACTIVATIONS, *NORMS, *TABLES, *LOSSES]
CASES = [*LAZY, *WITH_SIZES]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_module_is_pytorch_s(case, training):
    assert disagreements(case, training) == []


@pytest.mark.parametrize("case", modules_of(WITH_SIZES), ids=str)
def test_a_state_dict_loads_both_ways(case):
    assert disagreements_of_loaded_states(case) == []


@pytest.mark.parametrize("method", ["log_prob", "predict"])
@pytest.mark.parametrize("cutoffs", [[3, 7], [1], [2, 3, 11]])
def test_what_an_adaptive_softmax_says_of_all_classes(method, cutoffs):
    def program(library):
        library.manual_seed(0)
        softmax = library.nn.AdaptiveLogSoftmaxWithLoss(5, 12, cutoffs, 2.0).double()
        value = getattr(softmax, method)(library.tensor(x(20, 5)) * 5)
        softmax.reset_parameters()
        return [value.detach(), softmax.head.weight.detach()]

    assert_same(program)


@pytest.mark.parametrize(
    ("given", "shapes"),
    [
        (((5, 12, [])), None),
        (((5, 12, [3, 3])), None),
        (((5, 12, [12])), None),
        (((5, 12, [0])), None),
        (((5, 12, [3])), ((2, 5), (3,))),
        (((5, 12, [3])), ((5,), (1,))),
        (((5, 12, [3])), ((2, 5), (2, 1))),
    ],
)
def test_what_an_adaptive_softmax_refuses(given, shapes):
    def program(library):
        softmax = library.nn.AdaptiveLogSoftmaxWithLoss(*given)
        softmax(library.ones(shapes[0]), library.ones(shapes[1], dtype=library.int64))

    assert isinstance(assert_same(program), ValueError)


def differing_in(cases, form, tolerance):
    """Return what differs in a form of inputs, but for what PyTorch itself refuses in it."""
    found = []
    for each in cases:
        try:
            found += disagreements(each, True, form, tolerance)
        except RuntimeError as error:
            if not re.search("view size is not compatible|must be contiguous", str(error)):
                raise
    return found


@pytest.mark.slow
def test_modules_in_float32_and_on_inputs_that_lie_column_by_column():
    assert differing_in(CASES, Form("float32"), 2e-4) == []
    theirs = [each for info in database().values() for each in samples(info, True)]
    here = [each for each in theirs if hasattr(tnn.nn, each.name)]
    assert len(here) > 1400
    assert differing_in([*CASES, *here], Form(strided=True), 1e-10) == []


@pytest.mark.slow
def test_every_module_of_pytorch_s_database_that_is_here_is_pytorch_s():
    rows = [compared(name, info) for name, info in database().items()]
    assert [row for row in rows if row.found] == []
    assert sum(row.samples for row in rows) > 2800


def test_a_model_s_batch_norms_become_synchronous_ones_and_keep_their_tensors():
    def found(library):
        library.manual_seed(0)
        nn = library.nn
        inner = nn.Sequential(nn.BatchNorm2d(3, 1e-3, affine=False), nn.InstanceNorm2d(3))
        model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3), inner.eval())
        before = model.state_dict(keep_vars=True)
        changed = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        after = changed.state_dict(keep_vars=True)
        alone = nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(3))
        kept = [key for key in before if after[key] is before[key]]
        modes = [each.training for each in changed.modules()]
        return [repr(changed), changed is model, list(after), kept, modes, repr(alone)]

    assert_same(found)


def test_a_planted_fault_is_found(monkeypatch):
    monkeypatch.setattr(tnn.nn.BatchNorm1d, "extra_repr", lambda self: "")
    monkeypatch.setattr(tnn.nn.BatchNorm1d, "reset_running_stats", lambda self: None)
    assert any("repr" in each for each in disagreements(NORMS[0]))
    monkeypatch.setattr(tnn.nn.Module, "load_state_dict", lambda self, state: None)
    assert any("output" in each for each in disagreements_of_loaded_states(CONVOLUTIONS[0]))
