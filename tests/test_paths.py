"""A class is found in the module where PyTorch has it, whatever file it is in here.
Read `test_missing_names.py` next, for the names that are nowhere.
"""

import importlib
import subprocess
import sys
from inspect import isclass, isfunction
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.places import paths
from tinygrad_nn.places.paths import pytorch_paths
from tinygrad_nn.places.table import PLACES as PLACES_OF_THE_TABLE

PACKAGE = Path(tnn.__file__).parent
FILE = Path(paths.__file__).with_name("pytorch_paths.txt")
HEADER = (
    "# Where PyTorch 2.13 has it: where it is here; python tests/test_paths.py writes it anew.\n"
)

PLACES = (  # whose names live in modules below or beside them
    *("nn", "nn.utils", "nn.utils.rnn", "optim", "optim.lr_scheduler", "autograd"),
    *("distributions", "utils.data"),
)
OTHER = {  # modules of which PyTorch has more than ours give
    "autograd.profiler": "profiler.profile profiler.record_function",
    "cuda.amp.autocast_mode": "cuda.amp.autocast cuda.amp.custom_bwd cuda.amp.custom_fwd",
    "cuda.amp.grad_scaler": "cuda.amp.GradScaler",
    "distributed.distributed_c10d": """distributed.ReduceOp distributed.ProcessGroup
        distributed.get_rank distributed.get_world_size distributed.init_process_group
        distributed.is_initialized distributed.destroy_process_group""",
    "distributed.elastic.multiprocessing.errors": "record=distributed.torchrun.record",
    "distributed.rpc.api": """distributed.rpc.RRef distributed.rpc.remote
        distributed.rpc.rpc_async distributed.rpc.rpc_sync distributed.rpc.shutdown""",
}
PRIVATE = (
    OTHER
    | {  # names that programs take from these modules although PyTorch does not list them
        "nn.modules.batchnorm": "_BatchNorm=nn.layers.batch_normalization.BatchNorm",
        "nn.modules.conv": """_ConvNd=nn.layers.convolution.Kernels
        _ConvTransposeNd=nn.layers.transposed_convolution.TransposedConvolution""",
        "nn.modules.dropout": "_DropoutNd=nn.layers.dropout.Drop",
        "nn.modules.instancenorm": "_InstanceNorm=nn.layers.instance_normalization.InstanceNorm",
        "nn.modules.linear": "NonDynamicallyQuantizableLinear=nn.layers.attention."
        "NonDynamicallyQuantizableLinear",
        "nn.modules.loss": "_Loss=nn.losses.loss.Loss _WeightedLoss=nn.losses.loss.WeightedLoss",
        "nn.modules.module": """nn.Module _IncompatibleKeys=nn.module.state.IncompatibleKeys
        _EXTRA_STATE_KEY_SUFFIX=nn.module.state.EXTRA""",
        "utils.data._utils.collate": """utils.data.collate.collate
        utils.data.collate.default_collate_fn_map""",
        "distributions.utils": """distributions.parameters.broadcast_all
        distributions.parameters.clamp_probs distributions.parameters.lazy_property
        distributions.parameters.logits_to_probs distributions.parameters.probs_to_logits
        euler_constant=distributions.parameters.EULER
        _sum_rightmost=distributions.parameters.sum_rightmost
        _standard_normal=distributions.parameters._standard_normal
        tril_matrix_to_vec=distributions.matrices.of_triangle
        vec_to_tril_matrix=distributions.matrices.filled_triangle""",
        "nn.modules.pooling": """_MaxPoolNd=nn.layers.pooling.MaxPool
        _MaxUnpoolNd=nn.layers.pooling.MaxUnpool _LPPoolNd=nn.layers.pooling.LPPool
        _AdaptiveAvgPoolNd=nn.layers.sized_pooling.AdaptiveAvgPool
        _AdaptiveMaxPoolNd=nn.layers.sized_pooling.AdaptiveMaxPool""",
        "nn.modules.utils": """_single=nn.layers.sizes.single _pair=nn.layers.sizes.pair
        _triple=nn.layers.sizes.triple _quadruple=nn.layers.sizes.quadruple
        _ntuple=nn.layers.sizes.ntuple""",
    }
)

ADDED = {  # to a file of ours, from others
    "nn.parameter": """nn.Buffer nn.UninitializedBuffer nn.UninitializedParameter
        nn.uninitialized.is_lazy UninitializedTensorMixin=nn.uninitialized.Uninitialized""",
    "optim.optimizer": """_global_optimizer_pre_hooks=optim.hooks.before_every_step
        _global_optimizer_post_hooks=optim.hooks.after_every_step
        optim.own_rules.ParamsT optim.own_rules.StateDict optim.own_rules.DeviceDict
        optim.own_rules.DeviceDtypeDict optim.own_rules.required
        optim.own_rules._RequiredParameter optim.own_rules._use_grad_for_differentiable
        optim.own_rules._get_value optim.own_rules._to_scalar
        optim.own_rules._dispatch_sqrt optim.own_rules._stack_if_compiling
        optim.own_rules._disable_dynamo_if_unsupported
        optim.own_rules._default_to_fused_or_foreach
        optim.own_rules._device_dtype_check_for_fused optim.own_rules._get_scalar_dtype
        optim.own_rules._get_capturable_supported_devices optim.own_rules._view_as_real
        optim.own_rules._params_doc optim.own_rules._foreach_doc
        optim.own_rules._fused_doc optim.own_rules._capturable_doc
        optim.own_rules._differentiable_doc optim.own_rules._maximize_doc""",
    "utils.data.dataloader": """_BaseDataLoaderIter=utils.data.passes.Pass
        _SingleProcessDataLoaderIter=utils.data.passes.OwnPass
        _MultiProcessingDataLoaderIter=utils.data.passes.WorkersPass
        _DatasetKind=utils.data.passes.DatasetKind""",
    "distributions.transforms": """
        _InverseTransform=distributions.transforms.transform._InverseTransform
        _clipped_sigmoid=distributions.transforms.elementwise.clipped_sigmoid""",
    "distributions.multivariate_normal": """
        _precision_to_scale_tril=distributions.matrices.factor_of_inverse""",
}


def reach(library, path):
    for name in path.split("."):
        library = getattr(library, name)
    return library


def is_a_file_here(path):
    file = PACKAGE.joinpath(*path.split("."))
    return file.with_suffix(".py").is_file() or (file / "__init__.py").is_file()


def homes_in(torch):
    """Where PyTorch's public classes and functions live, and where they are public."""
    homes = {"nn.modules": [f"nn.{name}" for name in torch.nn.modules.__all__]}
    for place in PLACES:
        for name, value in sorted(vars(reach(torch, place)).items()):
            module = str(getattr(value, "__module__", "")).removeprefix("torch.")
            public = (isclass(value) or isfunction(value)) and not name.startswith("_")
            elsewhere = module.startswith(f"{place.partition('.')[0]}.") and module != place
            # some have another name there
            if public and elsewhere and hasattr(sys.modules[f"torch.{module}"], name):
                homes.setdefault(module, []).append(f"{place}.{name}")
    return homes


def written_anew(torch):
    homes = homes_in(torch)
    for path, names in PRIVATE.items():
        homes.setdefault(path, []).extend(names.split())
    homes = {path: names for path, names in homes.items() if not is_a_file_here(path)}
    homes |= {path: names.split() for path, names in ADDED.items()}
    homes = {
        path: there
        for path, names in homes.items()
        if (there := [each for each in names if is_there(each.rpartition("=")[2])])
    }
    parts = [path.split(".") for path in homes]
    above = {".".join(each[:n]) for each in parts for n in range(1, len(each))}
    homes |= {
        path: [] for path in above - {*homes, *PLACES_OF_THE_TABLE} if not is_a_file_here(path)
    }
    lines = [f"{path}: {' '.join(homes[path])}".rstrip() + "\n" for path in sorted(homes)]
    return HEADER + "".join(lines)


def is_there(path):
    try:
        reach(tnn, path)
    except AttributeError:
        return False
    return True


def imported_torch():
    torch = pytest.importorskip("torch")
    for each in ("utils.data", "distributions", "nn.utils.parametrize", "optim.lr_scheduler"):
        importlib.import_module(f"torch.{each}")
    return torch


def test_the_list_is_pytorch_s():
    assert FILE.read_text("utf-8") == written_anew(imported_torch())


def test_a_name_is_found_where_pytorch_has_it():
    torch = imported_torch()
    wrong, count = [], 0
    for path, homes in homes_in(torch).items():
        for home in filter(is_there, homes):
            name = home.rpartition(".")[2]
            module = importlib.import_module(f"tinygrad_nn.{path}")
            if getattr(module, name, None) is not reach(tnn, home):
                wrong.append(f"{path}.{name}")
            count += 1
    assert not wrong
    assert count > 300


@pytest.mark.parametrize("path", sorted(pytorch_paths()))
def test_such_a_module_is_imported_as_any_other(path):
    names = {}
    exec(f"import tinygrad_nn.{path}\nfrom tinygrad_nn.{path} import *", names)
    module = sys.modules[f"tinygrad_nn.{path}"]
    assert {*getattr(module, "__all__", ())} <= {*names}
    assert {*pytorch_paths()[path]} <= {*dir(module)}
    for name, home in pytorch_paths()[path].items():
        assert getattr(module, name) is reach(tnn, home)


@pytest.mark.parametrize(
    "program",
    [
        "import {0}.nn.modules.linear; {0}.nn.modules.linear.Linear(2, 1)",
        "from {0}.nn.modules.batchnorm import _BatchNorm",
        "from {0}.nn.modules.utils import _pair",
        "from {0}.nn.modules import Module, loss; loss.MSELoss()",
        "from {0}.optim.optimizer import Optimizer",
        "from {0}.optim.lr_scheduler import _LRScheduler, LRScheduler",
        "from {0}.autograd.variable import Variable",
        "from {0}.nn.utils.clip_grad import clip_grad_norm_",
        "from {0}.nn.parameter import Parameter, UninitializedParameter",
        "from {0}.utils.data._utils.collate import default_collate",
        "import {0}; {0}.nn.modules.activation.ReLU()",
    ],
)
@pytest.mark.parametrize("name", ["tinygrad_nn", "torch"])
def test_programs_import_from_there(program, name):
    """In a process of its own: what another test imported must not be what makes it work."""
    if name == "torch":
        program = f"from tinygrad_nn.compat import use_as_torch\nuse_as_torch()\n{program}"
    subprocess.run([sys.executable, "-c", program.format(name)], check=True, timeout=60)


def test_a_function_stays_one_where_pytorch_has_a_module_of_its_name_too():
    assert callable(tnn.nn.utils.weight_norm)
    module = importlib.import_module("tinygrad_nn.nn.utils.weight_norm")
    assert module.weight_norm is tnn.nn.utils.weight_norm
    assert module is not tnn.nn.utils.weight_norm


def test_what_is_not_there_is_told_as_of_the_package_above():
    with pytest.raises(ImportError, match=r"tinygrad_nn\.nn has no Linaer, .*here: Linear"):
        exec("from tinygrad_nn.nn.modules.linear import Linaer", {})
    with pytest.raises(AttributeError, match="_such"):
        tnn.nn.modules.linear._such  # noqa: B018


@pytest.mark.parametrize("name", ["_single", "_pair", "_triple", "_quadruple"])
def test_an_argument_for_every_dimension(name):
    torch = imported_torch()
    ours, theirs = (
        getattr(importlib.import_module(f"{each.__name__}.nn.modules.utils"), name)
        for each in (tnn, torch)
    )
    for value in (3, (1, 2), [1, 2], range(3)):
        assert ours(value) == theirs(value)


if __name__ == "__main__":
    FILE.write_text(written_anew(imported_torch()), "utf-8")
