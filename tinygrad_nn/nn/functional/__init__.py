"""The functions behind the layers, with PyTorch's signatures; programs import them as F.
Read `../layers/` and `../losses/` next, the Modules that call them.
"""

from ...ops.indexing.embedding import embed as embedding
from ...ops.indexing.embedding import embedding_bag
from ...ops.layers.attention import scaled_dot_product_attention
from ...ops.layers.convolution import conv2d
from ...ops.layers.dropout import dropout
from ...ops.layers.linear import linear
from ...ops.layers.normalization import layer_norm
from ...ops.shape.padding import pad
from . import activations as _activations
from . import classification as _classification
from . import regression as _regression
from .activations import *
from .classification import *
from .regression import *

__all__ = [
    "conv2d",
    "dropout",
    "embedding",
    "embedding_bag",
    "layer_norm",
    "linear",
    "pad",
    "scaled_dot_product_attention",
    # the public names of each file here
    *_activations.__all__,
    *_classification.__all__,
    *_regression.__all__,
]
