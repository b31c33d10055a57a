"""The functions behind the layers, with PyTorch's signatures; programs import them as F.
Read `../layers/` and `../losses/` next, the Modules that call them.
"""

from ...ops.layers.attention import scaled_dot_product_attention
from ...ops.layers.convolution import conv2d
from ...ops.layers.dropout import dropout
from ...ops.layers.linear import linear
from ...ops.layers.normalization import layer_norm
from . import activations as _activations
from . import bent_lines as _bent_lines
from . import classification as _classification
from . import regression as _regression
from .activations import *
from .bent_lines import *
from .classification import *
from .regression import *

__all__ = [
    "conv2d",
    "dropout",
    "layer_norm",
    "linear",
    "scaled_dot_product_attention",
    # the public names of each file here
    *_activations.__all__,
    *_bent_lines.__all__,
    *_classification.__all__,
    *_regression.__all__,
]
