"""The switches of the whole library are set and told as PyTorch's.
Read `test_devices.py` next.
"""

import subprocess
import sys

import pytest

import tinygrad_nn as tnn

ASKED = """
get_num_threads() set_num_threads(3) get_num_threads() set_num_threads(1)
get_float32_matmul_precision() set_float32_matmul_precision("high") get_float32_matmul_precision()
set_float32_matmul_precision("highest")
use_deterministic_algorithms(True) are_deterministic_algorithms_enabled()
is_deterministic_algorithms_warn_only_enabled() get_deterministic_debug_mode()
use_deterministic_algorithms(True,warn_only=True) is_deterministic_algorithms_warn_only_enabled()
get_deterministic_debug_mode() set_deterministic_debug_mode("error")
get_deterministic_debug_mode() set_deterministic_debug_mode(0) get_deterministic_debug_mode()
use_deterministic_algorithms(False) are_deterministic_algorithms_enabled()
is_warn_always_enabled() set_warn_always(True) is_warn_always_enabled() set_warn_always(False)
set_default_device("cpu") get_default_device() set_default_device(None)
get_device_module().__name__.rpartition(".")[2]
typename(torch.ones(1)) typename(torch.zeros(1,dtype=torch.int64)) typename(3) typename([])
is_vulkan_available
compiled_with_cxx11_abi()
backends.cudnn.enabled backends.cudnn.flags().__enter__() backends.cuda.is_built()
backends.cuda.flash_sdp_enabled() backends.cuda.math_sdp_enabled() backends.mps.is_built()
backends.cuda.enable_flash_sdp(False) backends.cuda.flash_sdp_enabled()
backends.cuda.enable_flash_sdp(True) backends.cuda.matmul.allow_tf32
backends.mkldnn.enabled backends.mkldnn.deterministic backends.opt_einsum.is_available()
backends.mha.get_fastpath_enabled()
cpu.is_available() cpu.device_count() cpu.current_device() cpu.synchronize()
cuda.memory_allocated() cuda.max_memory_allocated() cuda.memory_reserved() cuda.get_arch_list()
cuda.max_memory_reserved() cuda.is_bf16_supported() cuda.is_tf32_supported() cuda.seed_all()
cuda.get_rng_state_all() cuda.set_rng_state_all([]) cuda.stream(None).__enter__()
cuda.device(-1).__enter__() cuda.get_gencode_flags()
mps.is_available() mps.device_count() mps.manual_seed(0)
xpu.is_available() xpu.device_count() xpu.manual_seed(0) xpu.manual_seed_all(0) xpu.empty_cache()
clear_autocast_cache()
overrides.is_tensor_like(torch.ones(1)) overrides.is_tensor_like(3)
ones(1).is_pinned() ones(1).is_cuda ones(1).get_device()
""".replace("is_vulkan_available\n", "").split()


def answered(torch, asked):
    return repr(eval(f"torch.{asked}", {"torch": torch}))


def test_each_is_answered_as_in_pytorch():
    torch = pytest.importorskip("torch")
    answers = {}
    for f in (tnn, torch):
        answers[f] = [(asked, answered(f, asked)) for asked in ASKED]
    torch.set_num_threads(1)
    assert [
        (asked, ours, theirs)
        for (asked, ours), (_, theirs) in zip(answers[tnn], answers[torch], strict=True)
        if ours != theirs
    ] == []


@pytest.mark.parametrize("value", [0, -1, 1.5, "2"])
def test_a_number_of_threads_is_positive(library, value):
    for call in (library.set_num_threads, library.set_num_interop_threads):
        with pytest.raises((RuntimeError, TypeError), match=r"positive|int"):
            call(value)


def test_an_unknown_precision_changes_nothing(library):
    with pytest.warns(UserWarning, match="is not one of"):
        library.set_float32_matmul_precision("fast")
    assert library.get_float32_matmul_precision() == "highest"
    with pytest.raises((RuntimeError, ValueError)):
        library.set_deterministic_debug_mode("loud")


@pytest.mark.filterwarnings("ignore:.*set_default_tensor_type")
def test_the_default_dtype_by_its_older_name(library):
    try:
        for given in (library.DoubleTensor, "torch.DoubleTensor"):
            library.set_default_tensor_type(given)
            assert library.ones(1).dtype == library.float64
            library.set_default_tensor_type(library.FloatTensor)
        with pytest.raises(TypeError):
            library.set_default_tensor_type(library.LongTensor)
    finally:
        library.set_default_dtype(library.float32)


def test_a_switch_is_set_inside_a_block(library):
    cudnn = library.backends.cudnn
    with cudnn.flags(enabled=False, deterministic=True):
        assert (cudnn.enabled, cudnn.deterministic) == (False, True)
    assert (cudnn.enabled, cudnn.deterministic) == (True, False)


@pytest.mark.filterwarnings("ignore:.*is deprecated")
def test_autocast_is_set_by_its_older_names(library):
    library.set_autocast_cpu_enabled(True)
    library.set_autocast_cpu_dtype(library.float16)
    asked = library.is_autocast_cpu_enabled(), library.get_autocast_cpu_dtype()
    library.set_autocast_cpu_enabled(False)
    library.set_autocast_cpu_dtype(library.bfloat16)
    assert asked == (True, library.float16)
    assert library.get_autocast_cpu_dtype() == library.bfloat16


def test_classes_that_files_may_hold_are_noted(library):
    serialization = library.serialization
    with serialization.safe_globals([set]):
        assert set in serialization.get_safe_globals()
    assert set not in serialization.get_safe_globals()
    serialization.add_safe_globals([frozenset])
    assert frozenset in serialization.get_safe_globals()
    serialization.clear_safe_globals()
    assert serialization.get_safe_globals() == []


def test_what_a_report_of_a_fault_says():
    run = subprocess.run(
        [sys.executable, "-m", "tinygrad_nn.utils.collect_env"], capture_output=True, text=True
    )
    assert "NumPy" in run.stdout
    assert "PyTorch 2.13.0" in run.stdout
    assert "NumPy" in tnn.__config__.show()
    assert "NUM_THREADS" in tnn.__config__.parallel_info()
