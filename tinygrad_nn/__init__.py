"""tinygrad_nn: autograd and neural networks in PyTorch's spelling, on NumPy alone.
Every public name is spelt out here; read `autograd/` first, then `ops/`, then `tensor/tensor.py`.
"""

__version__ = "0.1.0"

import sys as _sys
import typing as _typing
from importlib import import_module as _import_module
from math import e, inf, nan, pi

from . import autograd, fft, func, linalg, nn, random, signal, special
from .arrays.dtypes import (
    bfloat16,
    bool,
    cdouble,
    cfloat,
    complex64,
    complex128,
    double,
    dtype,
    float,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    result_type,
    set_default_dtype,
    short,
    uint8,
)
from .arrays.layout import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    strided,
)
from .arrays.limits import finfo, iinfo
from .arrays.size import Size
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .func import vmap
from .nn.functional import by_number as _by_number
from .nn.functional.by_number import *
from .ops.names import *
from .ops.names import __all__ as _operations
from .places import missing as _missing
from .places import paths as _paths
from .places.table import PLACES as _PLACES
from .random import Generator, default_generator, initial_seed, manual_seed, seed
from .tensor import Tensor
from .tensor import as_functions as _as_functions
from .tensor import creation as _creation
from .tensor import old_classes as _old_classes
from .tensor import questions as _questions
from .tensor import sampling as _sampling
from .tensor.as_functions import *
from .tensor.creation import *
from .tensor.creation_like import empty_like, full_like, ones_like, zeros_like
from .tensor.device import device
from .tensor.dlpack import from_dlpack
from .tensor.drawing import multinomial
from .tensor.low_rank import pca_lowrank, svd_lowrank
from .tensor.old_classes import *
from .tensor.printing import set_printoptions
from .tensor.questions import *
from .tensor.ranges import arange, linspace, logspace, range, tril_indices, triu_indices
from .tensor.sampling import *
from .tensor.windows import (
    bartlett_window,
    blackman_window,
    hamming_window,
    hann_window,
    kaiser_window,
)

newaxis = None

# Names that are imported from `amp.autocast_mode`, `settings` and others when they are asked for.
_OF_AUTOCAST = (
    "get_autocast_dtype",
    "is_autocast_cache_enabled",
    "is_autocast_enabled",
    "set_autocast_cache_enabled",
    "set_autocast_dtype",
    "set_autocast_enabled",
)
_OF_ASSERTIONS = (
    *("_assert", "_assert_async", "_check", "_check_index", "_check_is_size"),
    *("_check_not_implemented", "_check_tensor_all", "_check_tensor_all_with"),
    *("_check_type", "_check_value", "_check_with"),
)
_OF_SYMBOLIC = (
    *("SymBool", "SymFloat", "SymInt", "sym_float", "sym_int", "sym_ite"),
    *("sym_max", "sym_min", "sym_not", "sym_sum"),
)
_OF_SETTINGS = (
    "are_deterministic_algorithms_enabled",
    "clear_autocast_cache",
    "compiled_with_cxx11_abi",
    "get_autocast_cpu_dtype",
    "get_autocast_gpu_dtype",
    "get_default_device",
    "get_deterministic_debug_mode",
    "get_device_module",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "get_num_threads",
    "is_autocast_cpu_enabled",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled",
    "set_autocast_cpu_dtype",
    "set_autocast_cpu_enabled",
    "set_autocast_gpu_dtype",
    "set_default_device",
    "set_default_tensor_type",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_num_threads",
    "set_warn_always",
    "typename",
    "use_deterministic_algorithms",
)

__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "arange",
    "autograd",
    "backends",
    "cuda",
    "bartlett_window",
    "bfloat16",
    "blackman_window",
    "bool",
    "cdouble",
    "cfloat",
    "channels_last",
    "channels_last_3d",
    "complex128",
    "complex64",
    "contiguous_format",
    "datasets",
    "default_generator",
    "device",
    "distributions",
    "double",
    "dtype",
    "e",
    "empty_like",
    "enable_grad",
    "fft",
    "finfo",
    "float",
    "float16",
    "float32",
    "float64",
    "formulas",
    "from_dlpack",
    "func",
    "full_like",
    "get_default_dtype",
    "half",
    "hamming_window",
    "hann_window",
    "iinfo",
    "inf",
    "inference_mode",
    "initial_seed",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "kaiser_window",
    "layout",
    "linalg",
    "linspace",
    "logspace",
    "load",
    "long",
    "manual_seed",
    "memory_format",
    "multinomial",
    "nan",
    "newaxis",
    "nn",
    "no_grad",
    "ones_like",
    "optim",
    "pca_lowrank",
    "pi",
    "preserve_format",
    "promote_types",
    "random",
    "range",
    "result_type",
    "save",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "short",
    "strided",
    "svd_lowrank",
    "tril_indices",
    "triu_indices",
    "signal",
    "special",
    "testing",
    "summary",
    "uint8",
    "utils",
    "vision",
    "viz",
    "vmap",
    "zeros_like",
    # what programs ask of the whole library, and what is imported when they do
    "Event",
    "Future",
    "GradScaler",
    "OutOfMemoryError",
    "ScriptModule",
    "Stream",
    "UntypedStorage",
    "amp",
    "autocast",
    "compile",
    "distributed",
    "multiprocessing",
    "profiler",
    *_OF_AUTOCAST,
    *_OF_SETTINGS,
    *_OF_SYMBOLIC,
    *_operations,
    # the public names of each file that makes tensors
    *_as_functions.__all__,
    *_by_number.__all__,
    *_creation.__all__,
    *_old_classes.__all__,
    *_questions.__all__,
    *_sampling.__all__,
    # the places that are no file here
    *(name for name in _PLACES if "." not in name and name[0] != "_"),
]

for _place in (
    *("nn", "nn.functional", "nn.init", "nn.utils"),
    *("linalg", "fft", "func", "ops", "special"),
):
    _missing.explain_names_of(_sys.modules[f"{__name__}.{_place}"], _place)
_missing.explain_methods_of(Tensor, "Tensor")
_missing.explain_methods_of(nn.Module, "nn.Module")
_paths.enter_below("")
_paths.enter_below("nn")
_paths.enter_below("autograd")

if _typing.TYPE_CHECKING:
    from . import (
        backends,
        cuda,
        datasets,
        distributions,
        optim,
        testing,
        utils,
        vision,
    )
    from .saving import load, save

# Modules that are imported when they are asked for, and what is taken from them.
_LATER = {
    **dict.fromkeys(("amp", "backends", "cuda", "distributed", "multiprocessing", "profiler")),
    **dict.fromkeys(("datasets", "distributions", "optim", "saving", "testing", "utils")),
    **dict.fromkeys(("vision", "viz")),
    **dict.fromkeys(("load", "save"), "saving"),
    "compile": "places.compiler",
    "Future": "places.futures",
    "UntypedStorage": "tensor.storage",
    **dict.fromkeys(("Event", "OutOfMemoryError", "Stream"), "cuda"),
    "ScriptModule": "jit",
    **dict.fromkeys(_OF_SYMBOLIC, "places.symbolic"),
    **dict.fromkeys(("GradScaler", "autocast"), "amp"),
    **dict.fromkeys(_OF_AUTOCAST, "amp.autocast_mode"),
    **dict.fromkeys(_OF_SETTINGS, "settings"),
    **dict.fromkeys(_OF_ASSERTIONS, "tensor.assertions"),
    **dict.fromkeys(("formulas", "summary"), "viz"),
}


def __getattr__(name: str) -> _typing.Any:
    """Import what not every program needs when it is asked for: `viz` is half of our time."""
    is_foreach = name.startswith("_foreach_")
    if name not in _LATER and not is_foreach:
        _missing.refuse(_sys.modules[__name__], "", name)
    home = "tensor.foreach" if is_foreach else _LATER[name]
    loaded = _import_module(f".{home or name}", __name__)
    return getattr(loaded, name) if home else loaded


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
