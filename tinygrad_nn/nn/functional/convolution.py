"""Convolutions and blocks of images, as functions.
Read `pooling.py` next.
"""

from __future__ import annotations

from ...ops.layers.convolution import conv1d, conv2d, conv3d
from ...ops.layers.transposed_convolution import (
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from ...ops.layers.unfolding import fold, unfold

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "fold",
    "unfold",
]
