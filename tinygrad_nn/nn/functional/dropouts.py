"""Dropout of whole channels, and the kind that keeps mean and variance.
Read `normalization.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ShapeError
from ...ops.layers.alpha_dropout import alpha_drop
from ...ops.layers.dropout import feature_dropout
from ...tensor import Tensor
from ...warn import warn_user

__all__ = ["alpha_dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def _of_channels(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, dims: int
) -> Tensor:
    """Drop channels of (N, C, ...) of `dims` dimensions, or of one sample without N."""
    if input.ndim == dims:
        return feature_dropout(name, input, p, training, inplace)
    if not inplace:
        return feature_dropout(name, input.unsqueeze(0), p, training, False).squeeze(0)
    feature_dropout(name, input.unsqueeze(0), p, training, True)
    return input


@refuses
def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return (N, C, L) or (C, L) with whole channels zeroed, the others divided by 1 - p.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.nn.functional.dropout1d(tnn.ones(3, 2))
        tensor([[0., 0.],
                [0., 0.],
                [2., 2.]])
    """
    check_are_tensors("dropout1d", input=input)
    if input.ndim not in (2, 3):
        raise ShapeError(f"dropout1d: input must be (N, C, L) or (C, L), got {input.array.shape}")
    return _of_channels("dropout1d", input, p, training, inplace, 3)


@refuses
def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return (N, C, H, W) with whole channels zeroed, the others divided by 1 - p.

    Three dimensions are taken as (N, C, L), with a warning, as in PyTorch.
    """
    check_are_tensors("dropout2d", input=input)
    if input.ndim not in (3, 4):
        warn_user(
            f"dropout2d: an input of shape {input.array.shape} is not (N, C, H, W); use dropout"
        )
    if input.ndim == 3:
        warn_user(
            f"dropout2d: an input of shape {input.array.shape} is taken as (N, C, L); use "
            "dropout1d, or unsqueeze(0) what is one sample"
        )
    return feature_dropout("dropout2d", input, p, training, inplace)


@refuses
def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return (N, C, D, H, W) or (C, D, H, W) with channels zeroed, the others divided by 1 - p."""
    check_are_tensors("dropout3d", input=input)
    if input.ndim not in (4, 5):
        warn_user(
            f"dropout3d: an input of shape {input.array.shape} is not (N, C, D, H, W); use dropout"
        )
    return _of_channels("dropout3d", input, p, training, inplace, 5)


@refuses
def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Return the input with elements set to selu's lowest value, mean and variance kept.

    See `nn.functional.dropout`; Klambauer et al. 2017.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.nn.functional.alpha_dropout(tnn.zeros(3), training=True)
        tensor([-0.7792, -0.7792,  0.7792])
    """
    return alpha_drop("alpha_dropout", input, p, training, inplace)


@refuses
def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Return (N, C, ...) with whole channels set to selu's lowest value, mean and variance kept."""
    return alpha_drop("feature_alpha_dropout", input, p, training, inplace, True)
