"""The calls of layers and losses that are timed.
Read `operations.py` next, the calls of all other operations.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from .operands import (
    Line,
    channel,
    filter_bias,
    filters,
    filters_1d,
    gate_weights,
    hidden,
    images,
    labels,
    positive,
    probability,
    real,
    row,
    signals,
    stack,
    target,
)

F = "nn.functional"


def functional(*lines: tuple[Any, ...], **given: Any) -> list[Line]:
    """Lines for functions below nn.functional that take the operands and nothing else."""
    return [Line(name, *operands, call=f"{F}.{name}", **given) for name, *operands in lines]


def _cell(library: Any, x: Any, h: Any, c: Any, *weights: Any) -> Any:
    return library.lstm_cell(x, (h, c), *weights)


@cache
def _made(library: Any, kind: str, width: int, options: tuple[tuple[str, Any], ...]) -> Any:
    library.manual_seed(0)
    return getattr(library.nn, kind)(width, width, **dict(options))


def _through_time(name: str, kind: str, **options: Any) -> Line:
    def call(library: Any, x: Any) -> Any:
        return _made(library, kind, x.shape[-1], tuple(options.items()))(x)[0]

    return Line(name, images.of(lambda n, m: (n, m, m)), call=call, needs=f"nn.{kind}")


def _alignments(library: Any, x: Any) -> Any:
    times, rows, classes = x.shape
    labels = library.ones(rows, 2, dtype=library.int64)
    lengths = ((times,) * rows, (2 if classes > 1 and times > 2 else 0,) * rows)
    return library.nn.functional.ctc_loss(x.log_softmax(2), labels, *lengths)


LAYERS_AND_LOSSES = [
    Line("threshold", real, call=lambda t, x: t.threshold(x, 0.1, 0.0)),
    Line("gelu by tanh", real, call=lambda t, x: t.nn.functional.gelu(x, approximate="tanh")),
    Line("logsigmoid", real, call=f"{F}.logsigmoid", records="log_sigmoid"),
    Line("prelu", real, row, records="prelu_kernel"),
    Line("rrelu", real, call=f"{F}.rrelu", records="rrelu_with_noise"),
    *functional(
        ("mse_loss", real, target),
        ("cross_entropy", real, labels),
        ("nll_loss", real, labels),
        ("binary_cross_entropy_with_logits", real, probability._replace(wants_gradient=False)),
        ("binary_cross_entropy", probability, probability._replace(wants_gradient=False)),
        *[(name, real, target) for name in ("l1_loss", "smooth_l1_loss", "huber_loss")],
        ("cosine_similarity", real, real),
        ("normalize", real),
        ("scaled_dot_product_attention", stack, stack, stack),
    ),
    Line("glu", real, call=lambda t, x: t.nn.functional.glu(t.cat([x, x], 1), 1)),
    Line("mse_loss sum", real, target,
         call=lambda t, x, y: t.nn.functional.mse_loss(x, y, reduction="sum")),
    Line("cross_entropy probabilities", real, probability, records="log_softmax",
         call=lambda t, x, y: t.nn.functional.cross_entropy(x, y)),
    Line("cross_entropy weight", real, labels, positive.of(row.shape)._replace(
         wants_gradient=False), call=lambda t, x, y, w: t.nn.functional.cross_entropy(x, y, w)),
    Line("cross_entropy label_smoothing", real, labels,
         call=lambda t, x, y: t.nn.functional.cross_entropy(x, y, label_smoothing=0.1)),
    Line("kl_div", real, probability._replace(wants_gradient=False), needs=f"{F}.kl_div",
         call=lambda t, x, y: t.nn.functional.kl_div(x, y, reduction="batchmean")),
    Line("ctc_loss", stack, call=_alignments, needs=f"{F}.ctc_loss"),
    Line("layer_norm", real, row, row, needs=f"{F}.layer_norm",
         call=lambda t, x, w, b: t.nn.functional.layer_norm(x, w.shape, w, b)),
    Line("rms_norm", real, row, needs=f"{F}.rms_norm",
         call=lambda t, x, w: t.nn.functional.rms_norm(x, w.shape, w)),
    Line("group_norm", images, channel, channel, needs=f"{F}.group_norm",
         call=lambda t, x, w, b: t.nn.functional.group_norm(x, 1, w, b)),
    Line("batch_norm", real, row, row, needs=f"{F}.batch_norm",
         call=lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True)),
    Line("conv1d", signals, filters_1d, filter_bias, call=f"{F}.conv1d"),
    Line("conv2d", images, filters, filter_bias, call=f"{F}.conv2d"),
    Line("conv2d padding 1", images, filters, filter_bias, needs=f"{F}.conv2d",
         call=lambda t, x, w, b: t.nn.functional.conv2d(x, w, b, padding=1)),
    Line("max_pool2d", images, call=lambda t, x: t.nn.functional.max_pool2d(x, 2),
         needs=f"{F}.max_pool2d"),
    Line("avg_pool2d", images, call=lambda t, x: t.nn.functional.avg_pool2d(x, 2),
         needs=f"{F}.avg_pool2d"),
    Line("lstm_cell", real, hidden, hidden, *gate_weights, call=_cell, needs="lstm_cell"),
    _through_time("lstm_layer", "LSTM"), _through_time("gru_layer", "GRU"),
    _through_time("elman_layer", "RNN"),
]  # fmt: skip
