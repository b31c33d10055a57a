"""Layers, losses and containers, with PyTorch's names and initial values.
Read `parameter.py` and `module/` first, then `layers/` and `losses/`.
"""

from . import attention, functional, init, parallel, parameter, utils
from . import common_types as common_types
from .buffer import Buffer
from .layers import activation as _activation
from .layers import adaptive_softmax as _adaptive_softmax
from .layers import attention as _attention
from .layers import batch_normalization as _batch_normalization
from .layers import container as _container
from .layers import convolution as _convolution
from .layers import distance as _distance
from .layers import dropout as _dropout
from .layers import embedding as _embedding
from .layers import group_normalization as _group_normalization
from .layers import instance_normalization as _instance_normalization
from .layers import lazy as _lazy
from .layers import linear as _linear
from .layers import module_dict as _module_dict
from .layers import normalization as _normalization
from .layers import padding as _padding
from .layers import parameter_containers as _parameter_containers
from .layers import pooling as _pooling
from .layers import recurrent as _recurrent
from .layers import recurrent_cells as _recurrent_cells
from .layers import reshaping as _reshaping
from .layers import shaped_activation as _shaped_activation
from .layers import sized_pooling as _sized_pooling
from .layers import softmax as _softmax
from .layers import transformer as _transformer
from .layers import transformer_layers as _transformer_layers
from .layers import transposed_convolution as _transposed_convolution
from .layers import upsampling as _upsampling
from .layers.activation import *
from .layers.adaptive_softmax import *
from .layers.attention import *
from .layers.batch_normalization import *
from .layers.container import *
from .layers.convolution import *
from .layers.distance import *
from .layers.dropout import *
from .layers.embedding import *
from .layers.group_normalization import *
from .layers.instance_normalization import *
from .layers.lazy import *
from .layers.linear import *
from .layers.module_dict import *
from .layers.normalization import *
from .layers.padding import *
from .layers.parameter_containers import *
from .layers.pooling import *
from .layers.recurrent import *
from .layers.recurrent_cells import *
from .layers.reshaping import *
from .layers.shaped_activation import *
from .layers.sized_pooling import *
from .layers.softmax import *
from .layers.transformer import *
from .layers.transformer_layers import *
from .layers.transposed_convolution import *
from .layers.upsampling import *
from .losses import classification as _classification
from .losses import distributions as _distributions
from .losses import margins as _margins
from .losses import ranking as _ranking
from .losses import regression as _regression
from .losses import sequences as _sequences
from .losses.classification import *
from .losses.distributions import *
from .losses.margins import *
from .losses.ranking import *
from .losses.regression import *
from .losses.sequences import *
from .module import Module
from .parallel import DataParallel
from .parameter import Parameter
from .uninitialized import UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "DataParallel",
    "Module",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "attention",
    "functional",
    "init",
    "parallel",
    "parameter",
    "utils",
    # the public names of each file of layers/ and losses/
    *_activation.__all__,
    *_adaptive_softmax.__all__,
    *_attention.__all__,
    *_batch_normalization.__all__,
    *_container.__all__,
    *_convolution.__all__,
    *_distance.__all__,
    *_dropout.__all__,
    *_embedding.__all__,
    *_group_normalization.__all__,
    *_instance_normalization.__all__,
    *_lazy.__all__,
    *_linear.__all__,
    *_module_dict.__all__,
    *_normalization.__all__,
    *_padding.__all__,
    *_parameter_containers.__all__,
    *_pooling.__all__,
    *_recurrent.__all__,
    *_recurrent_cells.__all__,
    *_reshaping.__all__,
    *_shaped_activation.__all__,
    *_sized_pooling.__all__,
    *_softmax.__all__,
    *_transformer.__all__,
    *_transformer_layers.__all__,
    *_transposed_convolution.__all__,
    *_upsampling.__all__,
    *_classification.__all__,
    *_distributions.__all__,
    *_margins.__all__,
    *_ranking.__all__,
    *_regression.__all__,
    *_sequences.__all__,
]
