"""The functions behind the layers, with PyTorch's signatures; programs import them as F.
Read `../layers/` and `../losses/` next, the Modules that call them.
"""

from ...ops.indexing.embedding import embed as embedding
from ...ops.indexing.embedding import embedding_bag
from ...ops.layers.attention import scaled_dot_product_attention
from ...ops.layers.distances import bilinear, cosine_similarity, pairwise_distance, pdist
from ...ops.layers.dropout import dropout
from ...ops.layers.linear import linear
from ...ops.layers.normalization import layer_norm, rms_norm
from ...ops.shape.padding import pad
from . import activations as _activations
from . import attention as _attention
from . import bent_lines as _bent_lines
from . import classification as _classification
from . import convolution as _convolution
from . import distributions as _distributions
from . import dropouts as _dropouts
from . import encoding as _encoding
from . import gates as _gates
from . import margins as _margins
from . import normalization as _normalization
from . import pooling as _pooling
from . import ranking as _ranking
from . import regression as _regression
from . import resampling as _resampling
from . import sequences as _sequences
from .activations import *
from .attention import *
from .bent_lines import *
from .classification import *
from .convolution import *
from .distributions import *
from .dropouts import *
from .encoding import *
from .gates import *
from .margins import *
from .normalization import *
from .pooling import *
from .ranking import *
from .regression import *
from .resampling import *
from .sequences import *

__all__ = [
    "bilinear",
    "cosine_similarity",
    "dropout",
    "embedding",
    "embedding_bag",
    "layer_norm",
    "linear",
    "pad",
    "pairwise_distance",
    "pdist",
    "rms_norm",
    "scaled_dot_product_attention",
    # the public names of each file here
    *_activations.__all__,
    *_attention.__all__,
    *_bent_lines.__all__,
    *_classification.__all__,
    *_convolution.__all__,
    *_distributions.__all__,
    *_dropouts.__all__,
    *_encoding.__all__,
    *_gates.__all__,
    *_margins.__all__,
    *_normalization.__all__,
    *_pooling.__all__,
    *_ranking.__all__,
    *_regression.__all__,
    *_resampling.__all__,
    *_sequences.__all__,
]
