"""PyTorch's own database of operations, tried here on its own sample inputs, in float64 or another.
Run it as a command, with names or with none for all; read `test_pytorch_samples.py` next.

    python tests/ops/pytorch_samples.py              what differs, what is missing, how many agree
    python tests/ops/pytorch_samples.py exp linalg.qr
    python tests/ops/pytorch_samples.py --dtype=bfloat16 exp
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.places.absent import StandIn

torch = pytest.importorskip("torch")  # where this file is collected for its doctests

# The database calls these by a wrapper of its own, or with the arguments in another order.
SPELLED = {
    **{
        name: lambda x, *given, name=name, **named: getattr(x.clone(), f"{name}_")(*given, **named)
        for name in ("uniform", "exponential", "geometric", "cauchy", "log_normal")
    },
    "einsum": lambda tensors, equation: tnn.einsum(equation, *tensors),
    "where": lambda x, condition, y: tnn.where(condition, x, y),
    "polygamma": lambda x, n: tnn.polygamma(n, x),
    "special.polygamma": lambda x, n: tnn.special.polygamma(n, x),
    "zero_": lambda x: x.clone().zero_(),
    "nn.functional.embedding": lambda weight, index, **given: tnn.nn.functional.embedding(
        index, weight, **given
    ),
    "nn.functional.embedding_bag": lambda weight, index, **given: tnn.nn.functional.embedding_bag(
        index, weight, **given
    ),
}
SPELLED_VARIANT = {
    ("normal", "in_place"): lambda x, *given: x.clone().normal_(*given),
    ("normal", "number_mean"): lambda std, mean, *given, **named: tnn.normal(
        mean, std, *given, **{key: each for key, each in named.items() if key != "layout"}
    ),
    ("linalg.lstsq", "grad_oriented"): lambda A, B, driver: tnn.linalg.lstsq(A, B, driver=driver)[
        :2
    ],
    ("linalg.pinv", "singular"): lambda A, B: tnn.linalg.pinv(A @ B.mT),
}
PHASE = "of a complex matrix the vectors have a phase that nobody fixes"
# Why an operation that is here differs on some of the samples.
DIFFERENT = {
    "as_strided/partial_views": "of memory that begins before the tensor, which is copied here",
    "as_strided_scatter": "PyTorch's gradient is that of the places that were replaced",
    "chalf": "NumPy has no complex numbers of 32 bits",
    "nn.functional.triplet_margin_with_distance_loss": "of a module of PyTorch's",
    "rand_like": "the database draws the normal numbers of randn_like",
    **dict.fromkeys(
        ("svd_lowrank", "pca_lowrank"),
        "the database's call makes A of two factors; tests/tensor/test_low_rank.py compares them",
    ),
    **dict.fromkeys(("svd", "linalg.svd", "linalg.eig", "linalg.eigh"), PHASE),
}
UNKNOWN = {
    "empty",
    "empty_permuted",
    "empty_like",
    "new_empty",
    "empty_strided",
    "new_empty_strided",
}  # the values
# Of these PyTorch's own values are wrong from the seventh digit on.
INEXACT = {f"special.bessel_{kind}" for kind in ("j0", "j1", "y0", "y1")} | {"special.airy_ai"}
SEED = 42  # the one that the database's own wrappers set before they draw
LIMIT = 60  # samples of an operation
UNITS = {"float64": 1e-9, "bfloat16": 2**-7, "float16": 2**-10}  # how far two may lie apart


class Tried(NamedTuple):
    """What came of one operation, or one variant of it."""

    name: str
    variant: str
    samples: int
    differences: list[str]
    untried: list[str]  # samples that PyTorch itself, or this file, cannot take

    @property
    def label(self) -> str:
        """The name, and the variant behind it if there is one."""
        return f"{self.name}/{self.variant}" if self.variant else self.name


def here(name: str) -> Callable[..., Any] | None:
    """Return our function of a name such as "linalg.qr", or our method; None if there is none."""
    if name in SPELLED:
        return SPELLED[name]
    owner: Any = tnn
    for part in name.split("."):
        owner = getattr(owner, part, None)
        if owner is None:
            break
    if isinstance(owner, type) and issubclass(owner, StandIn):
        return None
    if owner is not None and not isinstance(owner, tnn.dtype):
        return owner
    method = getattr(tnn.Tensor, name, None)
    return (lambda x: getattr(x, name)) if isinstance(method, property) else method


def every_operation(names: list[str] | None = None) -> list[Any]:
    """Return the entries of the database, all or those of some names."""
    from torch.testing._internal.common_methods_invocations import op_db

    return [info for info in op_db if info.dtypes and (not names or info.name in names)]


def tried(info: Any, asked: str = "float64") -> Tried:
    """Run one operation here and in PyTorch, on PyTorch's samples, values and gradients."""
    variant = info.name, info.variant_test_name
    function = SPELLED_VARIANT.get(variant) or here(info.name)
    wanted = [getattr(torch, asked), torch.complex128]
    dtype = next((each for each in wanted if each in info.dtypes), next(iter(info.dtypes)))
    has_gradient = info.supports_autograd and dtype is wanted[0]
    samples, found, untried = 0, [], []
    torch.manual_seed(0)
    for sample in info.sample_inputs("cpu", dtype, requires_grad=has_gradient):
        if samples == LIMIT:
            break
        given = (sample.input, list(sample.args), dict(sample.kwargs))
        try:
            own = ours(given)
            torch.manual_seed(SEED)
            theirs = info.op(sample.input, *sample.args, **sample.kwargs)
        except Exception as error:  # whatever it is: nothing to compare with
            untried.append(f"{shown(given)} {type(error).__name__}: {error}"[:200])
            continue
        samples += 1
        unknown, unit = info.name in UNKNOWN, 2e-6 if info.name in INEXACT else UNITS[asked]
        says = difference_of_calls(function, own, theirs, given, unknown, unit)
        if says:
            found.append(f"{shown(given)} {says}")
    return Tried(info.name, info.variant_test_name, samples, found, untried)


# --- one call -------------------------------------------------------------------------------------


def difference_of_calls(
    function: Any, own: Any, theirs: Any, given: Any, is_unknown: bool, unit: float
) -> str | None:
    """Say how our call differs from PyTorch's, in its values or gradients."""
    tnn.manual_seed(SEED)
    try:
        made = function(own[0], *own[1], **own[2])
    except Exception as error:  # whatever it is, it is what a caller would see
        return f"{type(error).__name__}: {error}"[:250]
    outputs, expected = tensors_in(made), tensors_in(theirs)
    if not expected:
        same = repr(made).replace("tinygrad_nn", "torch") == repr(theirs)
        return None if same else f"gives {made!r}, in PyTorch {theirs!r}"
    if len(outputs) != len(expected):
        return f"gives {len(outputs)} tensors, in PyTorch {len(expected)}"
    for i, (one, other) in enumerate(zip(outputs, expected, strict=True)):
        says = difference(array(one), array(other), unit, is_unknown)
        if says:
            return f"output {i} {says}"
    wanted = [i for i, each in enumerate(expected) if each.requires_grad]
    if not wanted:
        return None
    if not all(outputs[i].requires_grad for i in wanted):
        return "requires no gradient"
    random = np.random.default_rng(0)
    cotangents = [drawn(random, array(expected[i])) for i in wanted]
    found = []
    for library, made_by_it, inputs in ((tnn, outputs, own), (torch, expected, given)):
        leaves = [x for x in tensors_in(list(inputs)) if x.requires_grad]
        roots = [made_by_it[i] for i in wanted]
        weights = [as_tensor(library, each) for each in cotangents]
        try:
            gradients = library.autograd.grad(roots, leaves, weights, allow_unused=True)
        except Exception as error:
            return f"backward {type(error).__name__}: {error}"[:250]
        found.append(
            [
                np.zeros(tuple(x.shape), array(x).dtype) if g is None else array(g)
                for x, g in zip(leaves, gradients, strict=True)
            ]
        )
    for i, (one, other) in enumerate(zip(*found, strict=True)):
        says = difference(one, other, 2 * unit)
        if says:
            return f"gradient {i} {says}"
    return None


def difference(ours: Any, theirs: Any, unit: float, is_unknown: bool = False) -> str | None:
    """Say how two arrays differ: in shape, dtype or by more than a unit of the largest element."""
    if ours.shape != theirs.shape:
        return f"has shape {ours.shape}, in PyTorch {theirs.shape}"
    if ours.dtype != theirs.dtype:
        return f"is {ours.dtype}, in PyTorch {theirs.dtype}"
    if is_unknown:
        return None
    ours, theirs = (each.astype(float) if each.itemsize == 2 else each for each in (ours, theirs))
    if ours.dtype.kind in "biu":
        return None if np.array_equal(ours, theirs) else "has other values"
    scale = max(1.0, np.abs(theirs[np.isfinite(theirs)]).max(initial=0.0))
    if np.allclose(ours, theirs, rtol=unit, atol=unit * scale, equal_nan=True):
        return None
    with np.errstate(all="ignore"):
        return f"is off by {np.nanmax(np.abs(ours - theirs)):.2e}"


# --- arguments ------------------------------------------------------------------------------------


def ours(value: Any) -> Any:
    """Return an argument of PyTorch's in our types; a tensor with the same strides."""
    if isinstance(value, torch.Tensor):
        return tnn.from_numpy(strided(value)).requires_grad_(value.requires_grad)
    if isinstance(value, torch.dtype | torch.memory_format | torch.layout | torch.device):
        name = str(value).removeprefix("torch.")
        return getattr(tnn, name, name)
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, list | tuple):
        return type(value)(map(ours, value))
    if isinstance(value, dict):
        return {key: ours(each) for key, each in value.items()}
    return value


def strided(tensor: Any) -> Any:
    """Return a copy that lies in memory as the tensor does, so that what is a view stays one."""
    tensor = tensor.detach().resolve_conj().resolve_neg()
    steps = tensor.stride()
    if not tensor.numel():
        return array(tensor).copy()
    span = sum(step * (size - 1) for size, step in zip(tensor.shape, steps, strict=True))
    flat = array(tensor.as_strided((span + 1,), (1,))).copy()
    in_bytes = tuple(step * flat.itemsize for step in steps)
    return np.lib.stride_tricks.as_strided(flat, tuple(tensor.shape), in_bytes)


def tensors_in(value: Any) -> list[Any]:
    """Return all tensors of either library within lists, tuples and dicts, in order."""
    if isinstance(value, tnn.Tensor | torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [tensor for each in value for tensor in tensors_in(each)]
    return []


def array(tensor: Any) -> Any:
    """Return the values of a tensor of either library."""
    tensor = tensor.detach()
    if isinstance(tensor, tnn.Tensor):
        return tensor.array
    tensor = tensor.resolve_conj().resolve_neg()
    if tensor.dtype is torch.bfloat16:
        return tensor.float().numpy().astype(tnn.bfloat16)
    return np.asarray(tensor.numpy(force=True))


def as_tensor(library: Any, array: Any) -> Any:
    """Return a copy of an array as a tensor of a library."""
    if library is torch and array.dtype.name == "bfloat16":
        return torch.from_numpy(array.astype(np.float32)).bfloat16()
    return library.from_numpy(array.copy())


def drawn(random: Any, like: Any) -> Any:
    """Random numbers of an array's shape and dtype."""
    made = random.standard_normal(like.shape)
    if like.dtype.kind == "c":
        made = made + 1j * random.standard_normal(like.shape)
    return np.asarray(made).astype(like.dtype)


def shown(value: Any) -> str:
    """Write arguments with tensors as dtype and shape."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(shown, value)) + ")"
    return repr(value)


def report(asked: list[str]) -> Iterator[str]:
    """Yield a line for each operation that differs or is missing, and how many names agree."""
    names = [each for each in asked if not each.startswith("--")]
    dtype = next((each.partition("=")[2] for each in asked if each not in names), "float64")
    agree, differ, missing = set(), set(), set()
    for info in every_operation(names):
        if here(info.name) is None:
            missing.add(info.name)
            continue
        if dtype != "float64" and getattr(torch, dtype) not in info.dtypes:
            continue
        made = tried(info, dtype)
        if made.differences or not made.samples:
            differ.add(made.name)
            first, *others = made.differences or made.untried or ["no sample"]
            yield f"{made.label}: {len(made.differences)} of {made.samples} differ: {first}"
            if made.label in DIFFERENT:
                yield f"    since: {DIFFERENT[made.label]}"
            yield from (f"    {each}" for each in others if names)
        else:
            agree.add(made.name)
            if names:
                yield f"{made.label}: {made.samples} agree"
    yield f"missing: {' '.join(sorted(missing))}"
    yield f"{len(agree - differ)} names agree, {len(differ)} differ, {len(missing)} are missing"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for line in report(sys.argv[1:]):
        print(line)
