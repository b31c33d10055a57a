"""What cannot work here can be imported and held; a call says what it is, and what to do.
Read `../test_missing_names.py` next, for what cannot even be imported.
"""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import DeviceError, NotHereError
from tinygrad_nn.places import absent
from tinygrad_nn.places.absent import StandIn
from tinygrad_nn.places.table import PLACES as PLACES_OF_THE_TABLE

PLACES = ("onnx", "fx", "quantization", "export", "hub", "distributed.fsdp", "cuda", "xpu", "mps")
PLACES += ("accelerator", "cuda.nvtx", "ao.quantization", "masked", "nested", "sparse")
PLACES += ("distributed.rpc",)
HELD = [
    (place, name)
    for place in PLACES
    for module in [importlib.import_module(f"tinygrad_nn.{place}")]
    for name in module.__all__
    if isinstance(getattr(module, name), type) and issubclass(getattr(module, name), StandIn)
]


def stand_in(place, name):
    return getattr(importlib.import_module(f"tinygrad_nn.{place}"), name)


@pytest.mark.parametrize(("place", "name"), HELD)
def test_a_call_says_what_is_not_here(place, name):
    held = stand_in(place, name)
    assert held.__name__ == name
    assert held.__doc__
    with pytest.raises(NotHereError, match=rf"^{place}\.{name}\(\) is not here: \w+") as raised:
        held(1, key=2)
    of_device = place.startswith(("cuda", "xpu", "mps", "accelerator"))
    assert isinstance(raised.value, DeviceError) == of_device


@pytest.mark.parametrize("place", PLACES)
def test_it_is_pytorch_that_has_the_name(place):
    pytest.importorskip("torch")
    module = pytest.importorskip(f"torch.{place}")
    assert [name for at, name in HELD if at == place and not hasattr(module, name)] == []


BY_NAME_ONLY = {  # by place: its names, from the table that the package reads
    place: names.split()
    for place, _, names in (
        line.partition(":")
        for line in Path(absent.__file__).with_name("by_name_only.txt").read_text().splitlines()
        if not line.startswith("#")
    )
}


@pytest.mark.parametrize("place", BY_NAME_ONLY)
def test_a_place_by_name_only_is_imported_and_its_names_say_what_is_in_their_stead(place):
    module = importlib.import_module(f"tinygrad_nn.{place}")
    for name in BY_NAME_ONLY[place]:
        held = getattr(module, name)
        assert not isinstance(tnn.ones(1), held)
        with pytest.raises(NotHereError, match=rf"^{place}\.{name}\(\) is not here: \w+"):
            held()
    with pytest.raises(AttributeError, match=f"{place} has no nothing_such: "):
        module.nothing_such  # noqa: B018


@pytest.mark.filterwarnings("ignore")  # of PyTorch's own places some are deprecated
def test_pytorch_has_these_names_in_these_places():
    pytest.importorskip("torch")
    lacking = [
        f"{place}.{name}"
        for place, names in BY_NAME_ONLY.items()
        for name in names
        if not hasattr(importlib.import_module(f"torch.{place}"), name)
    ]
    assert lacking == []


def test_a_member_of_what_is_not_here_can_be_held_too():
    chosen = tnn.distributed.fsdp.ShardingStrategy.FULL_SHARD
    assert chosen is tnn.distributed.fsdp.ShardingStrategy.FULL_SHARD
    with pytest.raises(NotHereError, match=r"^distributed\.fsdp\.ShardingStrategy\.FULL_SHARD\(\)"):
        chosen()
    assert not hasattr(chosen, "_private")


def test_nothing_is_an_instance_and_a_subclass_says_so_when_it_is_made():
    assert not isinstance(tnn.ones(1), tnn.cuda.FloatTensor)
    assert not isinstance(tnn.ones(1), tnn.distributed.rpc.api.RRef)

    class Own(tnn.fx.Interpreter):
        pass

    with pytest.raises(NotHereError, match=r"fx\.Interpreter"):
        Own()


def test_a_name_that_pytorch_lacks_too_is_no_attribute():
    for place in ("onnx", "cuda", "mps"):
        with pytest.raises(AttributeError, match=f"{place} has no nothing_such"):
            stand_in(place, "nothing_such")


def test_an_older_place_of_the_hub_says_the_same():
    model_zoo = importlib.import_module("tinygrad_nn.utils.model_zoo")
    with pytest.raises(NotHereError, match="nothing is fetched"):
        model_zoo.load_url("https://example.org/weights.pth")


def test_attention_computes_the_same_whatever_kernel_is_asked_for():
    torch = pytest.importorskip("torch")
    ours, theirs = tnn.nn.attention, torch.nn.attention
    assert {each.name: each.value for each in ours.SDPBackend} == {
        name: int(value) for name, value in theirs.SDPBackend.__members__.items()
    }
    q = tnn.rand(2, 3, 4)
    attend = tnn.nn.functional.scaled_dot_product_attention
    for backends in (ours.SDPBackend.MATH, list(ours.SDPBackend)):
        with ours.sdpa_kernel(backends):
            assert tnn.equal(attend(q, q, q), attend(q, q, q))
    with pytest.raises(TypeError, match="SDPBackend members, got int 3"), ours.sdpa_kernel([3]):
        pass


IMPORTS = [
    "import {0}.onnx as onnx; onnx.export",
    "import {0}; {0}.hub.load, {0}.version.cuda, {0}.__config__.show()",
    "from {0}.fx import symbolic_trace",
    "import {0}._dynamo; {0}._dynamo.config.no_such_switch = True",
    "from {0}._inductor import config; config.triton.cudagraphs = True",
    "from {0}.utils.model_zoo import load_url",
    "from {0}.distributed.fsdp import FullyShardedDataParallel",
    "from {0}.types import Number, _size",
    "import {0}.cuda.nvtx as nvtx; nvtx.range_push",
    "from importlib.util import find_spec; import {0}; assert find_spec('{0}.onnx')",
]


@pytest.mark.parametrize("program", IMPORTS)
@pytest.mark.parametrize("name", ["tinygrad_nn", "torch"])
def test_programs_import_the_place_as_any_other(program, name):
    """In a process of its own: what another test imported must not be what makes it work."""
    if name == "torch":
        program = f"from tinygrad_nn.compat import use_as_torch\nuse_as_torch()\n{program}"
    subprocess.run([sys.executable, "-c", program.format(name)], check=True, timeout=60)


@pytest.mark.parametrize("path", PLACES_OF_THE_TABLE)
def test_a_place_lists_and_has_the_names_of_its_row(path):
    module = importlib.import_module(f"tinygrad_nn.{path}")
    assert module.__name__ == f"tinygrad_nn.{path}"
    assert PLACES_OF_THE_TABLE[path].why in module.__doc__
    assert {*module.__all__} <= {*dir(module)}
    assert all(hasattr(module, name) for name in module.__all__)
    with pytest.raises(ImportError, match=re.escape(PLACES_OF_THE_TABLE[path].why)):
        exec(f"from tinygrad_nn.{path} import nothing_such", {})
