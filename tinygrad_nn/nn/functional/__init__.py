"""The functions behind the layers, with PyTorch's signatures; programs import them as F.
Read `../layers/` and `../losses/` next, the Modules that call them.
"""

from ...ops.layers.attention import scaled_dot_product_attention
from ...ops.layers.dropout import dropout
from ...ops.layers.linear import linear
from ...ops.layers.normalization import layer_norm
from . import activations as _activations
from . import classification as _classification
from . import convolution as _convolution
from . import pooling as _pooling
from . import regression as _regression
from . import resampling as _resampling
from .activations import *
from .classification import *
from .convolution import *
from .pooling import *
from .regression import *
from .resampling import *

__all__ = [
    "dropout",
    "layer_norm",
    "linear",
    "scaled_dot_product_attention",
    # the public names of each file here
    *_activations.__all__,
    *_classification.__all__,
    *_convolution.__all__,
    *_pooling.__all__,
    *_regression.__all__,
    *_resampling.__all__,
]
