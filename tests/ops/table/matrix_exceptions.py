"""Where the differential matrix lets ours differ from PyTorch, each with its reason.
Read `../differential_matrix.py` next, which counts them apart.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Operations that no name of PyTorch's calls: gradients of others, and what stands behind a function
# that checks first. They are tried at their rows' own shapes, in floats.
INNER = {
    *("threshold_backward", "leaky_relu_backward", "hardtanh_backward", "cast", "drawn"),
    *("recurrence", "cumsum_from_end", "expanded", "placed", "unfold_backward", "strided_view"),
    *("restrided", "fold_padding", "pad_with_own", "add_at", "place_along", "embedding_bag"),
    *("pad_to", "overlay", "batch_norm", "windows", "fold_windows", "resample", "elu"),
    *("embedding_dense_backward", "fft_c2c", "fft_r2c", "fft_c2r", "lstm_cell"),
    *("lstm_layer", "gru_layer", "elman_layer"),
}


# PyTorch reads and writes outside its memory where labels are beyond the classes.
OWN_SHAPES = INNER | {"ctc_loss"}
OWN_DTYPES = INNER


class Allowed(NamedTuple):
    """What is said of a disagreement that is allowed, of which operations, and why."""

    pattern: str  # of the words behind the operation's name and shapes
    names: set[str] | None  # None for all
    why: str


NO_KERNEL = r"PyTorch refused: NotImplementedError.*not implemented for"
CONVOLUTIONS = {f"{name}{n}d" for name in ("conv", "conv_transpose") for n in (1, 2, 3)}
AVERAGES = {f"adaptive_avg_pool{n}d" for n in (1, 2, 3)}
ALLOWED = [
    Allowed(r"refused, DTypeError.*of nothing", None, "of nothing PyTorch looks at no dtype"),
    Allowed(r"^\[complex.*refused, DTypeError.*not defined for complex", {
        *("logsumexp", "logcumsumexp", "dropout", "lstm_cell", "silu", "rms_norm"),
        *("lstm_layer", "gru_layer", "elman_layer"),
        "scaled_dot_product_attention",
    }, "complex numbers are not taken yet"),
    Allowed(r"automatic differentiation for outputs with complex", None,
            "PyTorch takes complex numbers where they require no gradient; here they have one"),
    Allowed(r"refused, DTypeError.*not defined for u?int", {
        *("dropout", "avg_pool1d", "avg_pool2d", "avg_pool3d", "lp_pool2d()", "interpolate()"),
        *CONVOLUTIONS,
    }, "PyTorch's rounds, or is there by chance; no network is made of integers"),
    Allowed(NO_KERNEL, {
        *("abs", "index_reduce", "unfold()", "fold()", "einsum", "kthvalue", "addmm", "addmv"),
        *("fractional_max_pool2d", "fractional_max_pool3d"),
    }, "PyTorch has nothing compiled for the dtype; here NumPy's function has"),
    Allowed(NO_KERNEL, AVERAGES,
            "PyTorch takes complex numbers for a size of 1 alone, by its mean"),
    Allowed(r"Autograd not support dtype: Long", {"index_fill", "masked_fill", "fill"},
            "a value that requires a gradient, in a tensor of integers: here it gets none"),
    Allowed(r"shares memory", {"conj"},
            "PyTorch's is a view, which turns the sign when it is read"),
    Allowed(r"shares memory", {"conj(of a real tensor)", "dropout", "cast"},
            "PyTorch returns the tensor itself, as the method or function does here"),
    Allowed(r"shares memory", {"strided_view"},
            "a view taken again of what lies otherwise is a copy"),
    Allowed(r"shares memory", {"einsum"}, "PyTorch's is a view of the diagonal, or of a product"),
    Allowed(r"flipped\] is refused, ShapeError", {"view_as_complex", "view"},
            "PyTorch has no negative strides, and so nothing to refuse"),
    Allowed(r"Tensor must have a last dimension with stride 1", {"view_as_complex"},
            "of nothing NumPy has other strides"),
    Allowed(r"requires a gradient: .*has no derivative there", None,
            "PyTorch's output requires a gradient that its backward pass refuses"),
    Allowed(r"PyTorch's backward pass is refused, RuntimeError: "
            r"(output with shape|Function|index_sel|Number of groups)", {
        *("clamp", "scatter", "scatter_add", "binary_cross_entropy", "index_fill"),
        *("pixel_shuffle()", "channel_shuffle()"),
    }, "PyTorch's backward pass fails where its call did not"),
    Allowed(r"(gradient 1|output 0) is off by nan|ShapeError: cross_entropy: weight.*of nothing",
            {"group_norm", "cross_entropy(probabilities)"},
            "the mean of nothing, or of no classes"),
    Allowed(r"output 0 is (int32|uint8|bool), in PyTorch int64", {"einsum"},
            "PyTorch's dtype is int64 where it takes a sum, its own where a product"),
    Allowed(r"refused, DTypeError: \w+: .*(one dtype|not defined for int64)", {
        *("einsum", "solve_triangular", "rms_norm", "index_put"),
    }, "PyTorch asks one dtype of some calls, and reads the bytes of one as the other in some"),
    Allowed(r"refused, ShapeError.*of nothing|output 0 has shape|zero channel inputs"
            r"|select\(\): ind|non-empty 2D or 4D|in an input of shape.*of nothing", {
        *CONVOLUTIONS, "scaled_dot_product_attention", "addmv", "pixel_unshuffle()",
        *("interpolate()", "fractional_max_pool2d", "fractional_max_pool3d"),
        *("scatter", "scatter_add"),
    }, "a kernel, a batch or an index of size 0, where PyTorch looks at no other size"),
    Allowed(r"index of shape \(\d+, 0\)|IndexError: too many indices|pad_to\(\) cannot",
            {"scatter", "scatter_add"},
            "an index of nothing, beside which PyTorch looks at no shape"),
    Allowed(r"must have as many dimensions", {"scatter"}, "PyTorch reads a place as a vector"),
    Allowed(r"of nothing$", {"index_add", *AVERAGES},
            "of nothing PyTorch looks at no index, and a size of 1 is a mean"),
    Allowed(r"an input of \(N, C, .*is expected", AVERAGES,
            "PyTorch's is a mean for a size of 1, of any dimensions"),
    Allowed(r"non-zero size|0 batch size and (other )?non-zero dim",
            {*AVERAGES, "unfold()", "fold()"},
            "PyTorch refuses channels of size 0"),
    Allowed(r"smaller than kernel size", {"avg_pool3d"}, "PyTorch leaves padding out of its check"),
    Allowed(r"got 1\)$", {"repeat_each"}, "PyTorch refuses a 0-d tensor by an error of its own"),
    Allowed(r"(float64 float32|float32 int64|int64 float64)\].*(dtype|cast|float|Integer div)", {
        *("heaviside", "lerp", "lerp(number)", "addcdiv", "huber_loss", "binary_cross_entropy"),
        *("binary_cross_entropy_with_logits", "blocks_on_diagonal", "prelu_kernel"),
    }, "several dtypes meet in one here, where PyTorch asks for one, or for one in its gradient"),
    Allowed(NO_KERNEL, {"lerp(number)"}, "beside a number integers become floats"),
    Allowed(r"cannot be converted to type uint8_t", {"addcmul"}, "the number becomes whole"),
    Allowed(r"result type (Float|Long) can't be cast", {"addmm", "baddbmm"},
            "PyTorch looks at alpha and beta only where there is nothing to multiply"),
]  # fmt: skip


def why_allowed(name: str, says: str) -> Allowed | None:
    """Return the entry that allows what is said of an operation, if there is one."""
    for allowed in ALLOWED:
        if (allowed.names is None or name in allowed.names) and re.search(allowed.pattern, says):
            return allowed
    return None
