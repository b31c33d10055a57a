"""Places of PyTorch's that are no file of their own here: `torch.onnx`, `torch.hub`, `torch.xpu`.
Read `paths.py` next, which makes modules of them, and `absent.py`, for the names that raise.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from ..errors import DeviceError, NotHereError


class Place(NamedTuple):
    """A module: why much of it is not here, which names are and where, and which raise if called.

    `here` gives names by the module that they are taken from; one of another name there is written
    `load_url=load_state_dict_from_url`.
    """

    why: str
    here: dict[str, str] = {}  # noqa: RUF012 - of a tuple, which nobody writes to
    raises: str = ""
    error: type[Exception] = NotHereError


_FROM_FILES = "nothing is fetched from the network; give tinygrad_nn.load the file of the weights"
_NO_BYTES = "no integer arithmetic stands for floats here; bfloat16 takes half the memory"
_OBSERVERS = """DeQuantStub FakeQuantize MinMaxObserver MovingAverageMinMaxObserver
    PerChannelMinMaxObserver QConfig QuantStub QuantWrapper convert default_observer
    default_qconfig default_weight_observer disable_observer enable_observer fuse_modules
    get_default_qat_qconfig get_default_qconfig prepare prepare_qat propagate_qconfig_
    quantize quantize_dynamic quantize_qat"""
_ONE_PROCESS = "tinygrad_nn trains in one process, which holds the model whole"
_NO_GRAPHS = "there are no graphs of programs; tinygrad_nn.viz.graph draws what a program computes"
_NO_COMPILER = "there is no compiler here: each operation runs when it is called"

PLACES = {
    # --- which device there is
    "accelerator": Place(
        "there is none; ask accelerator.is_available()",
        {"places.no_gpu": "current_accelerator device_count is_available"},
        """current_device_idx current_device_index current_stream device_index empty_cache
        get_device_capability get_memory_info max_memory_allocated max_memory_reserved
        memory_allocated memory_reserved memory_stats reset_accumulated_memory_stats
        reset_peak_memory_stats set_device_idx set_device_index set_stream synchronize""",
        DeviceError,
    ),
    "cpu": Place(
        "the CPU is asked what programs ask of any device",
        {
            "places.cpu": """current_device device_count is_available is_initialized set_device
            stream synchronize"""
        },
    ),
    "cuda.nvtx": Place(
        "there is no GPU here",
        raises="mark range range_end range_pop range_push range_start",
        error=DeviceError,
    ),
    "mps": Place(
        "there is no such GPU; ask mps.is_available()",
        {"places.no_gpu": "device_count is_available manual_seed seed"},
        """compile_shader current_allocated_memory driver_allocated_memory empty_cache get_rng_state
        recommended_max_memory set_per_process_memory_fraction set_rng_state synchronize""",
        DeviceError,
    ),
    "xpu": Place(
        "there is no such GPU; ask xpu.is_available()",
        {
            "places.no_gpu": """device_count empty_cache is_available is_initialized manual_seed
            manual_seed_all seed seed_all"""
        },
        """Event Stream current_device current_stream get_device_capability get_device_name
        get_device_properties get_rng_state initial_seed mem_get_info set_device set_stream
        synchronize""",
        DeviceError,
    ),
    # --- programs that are compiled, written down or made smaller
    "_dynamo": Place(
        _NO_COMPILER,
        {
            "places.compiler": "allow_in_graph disable reset",
            "places.compilers": "config=dynamo_config mark_dynamic optimize",
        },
    ),
    "_inductor": Place(_NO_COMPILER, {"places.compilers": "config=inductor_config"}),
    "compiler": Place(
        _NO_COMPILER,
        {
            "places.compiler": """allow_in_graph assume_constant_result compile
            cudagraph_mark_step_begin disable is_compiling is_dynamo_compiling is_exporting
            list_backends reset set_stance"""
        },
    ),
    "export": Place(
        "programs are not exported; save model.state_dict() by tinygrad_nn.save",
        raises="""Dim ExportGraphSignature ExportedProgram ModuleCallEntry ModuleCallSignature dims
        export load register_dataclass save unflatten""",
    ),
    "fx": Place(
        _NO_GRAPHS,
        raises="""CodeGen Graph GraphModule Interpreter Node Proxy ProxyableClassMeta Tracer
        Transformer has_side_effect map_arg replace_pattern symbolic_trace wrap""",
    ),
    "jit": Place(
        "there is no TorchScript; save model.state_dict() by tinygrad_nn.save",
        {
            "nn": "ScriptModule=Module",
            "places.jit": """Attribute Error Final TracerWarning annotate export fork freeze ignore
            interface is_scripting is_tracing isinstance=is_instance optimize_for_inference
            optimized_execution script script_if_tracing script_method trace trace_module unused
            wait""",
        },
        "load save",
    ),
    "library": Place(
        "there is no dispatcher; library.custom_op makes an operation of a Python function",
        {"places.library": "custom_op register_autograd register_fake register_kernel"},
        "Library define get_ctx impl opcheck triton_op wrap_triton",
    ),
    "onnx": Place(
        "files of ONNX are not written; save model.state_dict() by tinygrad_nn.save",
        raises="""ONNXProgram OnnxExporterError OperatorExportTypes TrainingMode export
        is_in_onnx_export register_custom_op_symbolic select_model_mode_for_export
        unregister_custom_op_symbolic""",
    ),
    "ao": Place("of it there is torch.ao.quantization, whose calls say what is not here"),
    "ao.quantization": Place(_NO_BYTES, raises=_OBSERVERS),
    "quantization": Place(_NO_BYTES, raises=_OBSERVERS),
    # --- tensors that are no plain arrays of numbers
    "masked": Place(
        "tensors have no mask of their own; multiply by one, or write masked_fill(~mask, value)",
        raises="""MaskedTensor amax amin argmax argmin as_masked_tensor cumprod cumsum
        is_masked_tensor log_softmax logaddexp logsumexp masked_tensor mean median norm normalize
        prod softmax softmin std sum var""",
    ),
    "nested": Place(
        "the rows of a tensor have one length; nn.utils.rnn.pad_sequence makes them so",
        raises="""as_nested_tensor masked_select narrow nested_tensor nested_tensor_from_jagged
        to_padded_tensor""",
    ),
    "sparse": Place(
        "tensors are dense; index_add and scatter_add sum what few indices name",
        raises="""SparseSemiStructuredTensor SparseSemiStructuredTensorCUSPARSELT
        SparseSemiStructuredTensorCUTLASS addmm as_sparse_gradcheck check_sparse_tensor_invariants
        log_softmax mm sampled_addmm softmax spdiags spsolve sum to_sparse_semi_structured""",
    ),
    # --- what is fetched, saved or spread over machines
    "distributed.rpc": Place(
        _ONE_PROCESS,
        {"places.no_gpu": "is_available"},
        """BackendType RRef RpcBackendOptions TensorPipeRpcBackendOptions WorkerInfo get_rpc_timeout
        get_worker_info init_rpc remote rpc_async rpc_sync shutdown""",
    ),
    "hub": Place(
        _FROM_FILES,
        raises="download_url_to_file get_dir help list load load_state_dict_from_url set_dir",
    ),
    "serialization": Place(
        "files of tensors hold plain data here, and nothing that runs",
        {
            "saving": "load save",
            "saving.safe_classes": """add_safe_globals clear_safe_globals get_safe_globals
            safe_globals""",
        },
    ),
    "utils.model_zoo": Place(
        _FROM_FILES, {"hub": "load_state_dict_from_url load_url=load_state_dict_from_url"}
    ),
    # --- an older home of operations
    "functional": Place(
        "it has the operations that are composed of others; tinygrad_nn itself has all",
        {
            "": """atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors
            cartesian_prod cdist chain_matmul einsum istft lu meshgrid norm pca_lowrank split stft
            svd_lowrank tensordot unique unique_consecutive unravel_index"""
        },
    ),
    "__future__": Place(
        "it has switches of how parameters are converted",
        {
            "places.conversion": """get_overwrite_module_params_on_conversion
            get_swap_module_params_on_conversion set_overwrite_module_params_on_conversion
            set_swap_module_params_on_conversion"""
        },
    ),
    "_utils": Place(
        "it has what PyTorch's own files share",
        {
            "places.compiler": "is_compiling",
            "places.flat_tensors": """_element_size _flatten_dense_tensors
            _get_available_device_type _unflatten_dense_tensors""",
            "settings": "_get_device_module=get_device_module",
        },
    ),
    "futures": Place(
        "it has what is set once, and waited for",
        {"places.futures": "Future collect_all wait_all"},
    ),
    "return_types": Place(
        "it has the classes of what operations of several results return",
        {
            "places.return_types": """aminmax cummax cummin frexp kthvalue max median min mode
            nanmedian sort svd topk"""
        },
    ),
    # --- what the library says of itself
    "__config__": Place("NumPy is what computes here", {"places.config": "parallel_info show"}),
    "overrides": Place(
        "__torch_function__ is not called here",
        {
            "places.overrides": """get_default_nowrap_functions has_torch_function
            has_torch_function_unary has_torch_function_variadic is_tensor_like
            is_tensor_method_or_property"""
        },
        "TorchFunctionMode",
    ),
    "types": Place(
        "it names types that programs annotate with",
        {
            "arrays.dtypes": "_dtype=dtype",
            "places.types": """Device FileLike Number _TensorOrTensors _bool _device _float _int
            _size""",
            "tensor.storage": "Storage=UntypedStorage",
        },
    ),
    "version": Place(
        "it says which PyTorch is followed",
        {"places.version": "__version__ cuda debug git_version hip xpu"},
    ),
}

_WHY = {  # by the beginning of a place of which only names are here
    "distributed": _ONE_PROCESS,
    "distributed.checkpoint": "one process saves all of it: tinygrad_nn.save(model.state_dict())",
    "fx": _NO_GRAPHS,
    "utils.cpp_extension": "nothing is compiled; autograd.Function takes an operation in NumPy",
    "utils.flop_counter": "summary(model, input) counts the multiplications and additions",
    "utils": "models run where Python and NumPy do, and nowhere else",
}


def _by_name_only() -> dict[str, Place]:
    """Return the places of `by_name_only.txt`, whose names are imported, and raise when called."""
    path = os.path.join(os.path.dirname(__file__), "by_name_only.txt")
    with open(path, encoding="utf-8") as file:
        rows = [line.partition(":") for line in file if not line.startswith("#")]
    found: dict[str, Place] = {}
    for place, _, names in rows:
        why = _WHY[max((each for each in _WHY if f"{place}.".startswith(f"{each}.")), key=len)]
        above = place.rpartition(".")[0]
        while above not in ("", "distributed", "utils", *PLACES, *found):
            found[above] = Place(why)
            above = above.rpartition(".")[0]
        found[place] = Place(why, raises=names)
    return found


PLACES.update(_by_name_only())
