"""One module, built here and in PyTorch from one seed: everything that a user can see of it.
Read `test_modules.py` next, a table compared by this, then `pytorch_modules.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


class Case(NamedTuple):
    """A module's name and arguments, and the inputs that it is called with, in any nest.

    Arrays stand for tensors, and strings that begin with "@" for what the library has of that
    name, such as "@float64". `prepare(library, *inputs)` makes what the module is called with.
    """

    name: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = {}
    inputs: Sequence[Any] = ()
    input_keywords: Mapping[str, Any] = {}
    prepare: Callable[..., Any] | None = None

    @property
    def module(self) -> str:
        return f"{self.name}({_listed(self.arguments, self.keywords)})"

    def __str__(self) -> str:
        how = "" if self.prepare is None else f" {self.prepare.__name__}"
        return f"{self.module} of {_listed(self.inputs, self.input_keywords)}{how}"


def case(name: str, *arguments: Any, of: Any, **keywords: Any) -> Case:
    """Return a row: the module's name and arguments, and `of` which input or inputs."""
    return Case(name, arguments, keywords, of if isinstance(of, tuple) else (of,))


def calls_of(name: str, *arguments: Any, **keywords: Any) -> Callable[..., Case]:
    """Return a function of inputs, and of more of them by name, that makes a row."""

    def called(*inputs: Any, prepare: Any = None, **input_keywords: Any) -> Case:
        return Case(name, arguments, keywords, inputs, input_keywords, prepare)

    return called


def modules_of(cases: Sequence[Case]) -> list[Case]:
    """Return one case of each module, however many inputs it is given."""
    return list({each.module: each for each in cases}.values())


def _listed(values: Sequence[Any], named: Mapping[str, Any]) -> str:
    return ", ".join([*map(_short, values), *(f"{k}={_short(v)}" for k, v in named.items())])


def _short(value: Any) -> str:
    if isinstance(value, Fixed):
        return _short(value.array)
    if isinstance(value, np.ndarray):
        return f"{'' if value.dtype.kind == 'f' else value.dtype}{value.shape}".replace(" ", "")
    if isinstance(value, tuple):
        return f"({', '.join(map(_short, value))})"
    return str(value)


class Seen(NamedTuple):
    """What is compared: `exact` bit for bit, `close` up to rounding."""

    exact: dict[str, Any]
    close: dict[str, Any]


class Fixed(NamedTuple):
    """An array of which no gradient is wanted."""

    array: Any


class Form(NamedTuple):
    """The dtype of a module and its inputs, and whether these lie in memory column by column."""

    dtype: str = "float64"
    strided: bool = False


USUAL = Form()


class Built(NamedTuple):
    """A module that is an argument of another, to be built of the library's own."""

    name: str
    arguments: Sequence[Any]


def given_to(library: Any, value: Any, form: Form = USUAL) -> Any:
    """Return a value with arrays as tensors of the library, floating ones wanting a gradient."""
    if isinstance(value, Built):
        return getattr(library.nn, value.name)(*given_to(library, [*value.arguments]))
    if isinstance(value, Fixed):
        return given_to(library, value.array, form).requires_grad_(False)
    if isinstance(value, np.ndarray):
        is_floating = value.dtype.kind == "f"
        array = value.astype(form.dtype) if is_floating else value.copy()
        if form.strided and array.ndim > 1:
            reverse = tuple(range(array.ndim))[::-1]
            tensor = library.tensor(np.ascontiguousarray(array.transpose())).permute(reverse)
        else:
            tensor = library.tensor(array)
        return tensor.requires_grad_() if is_floating else tensor
    if isinstance(value, str) and value.startswith("@"):
        return attrgetter(value[1:])(library)
    if isinstance(value, (tuple, list)):
        return type(value)([given_to(library, each, form) for each in value])
    return value


def tensors_in(value: Any) -> Iterator[Any]:
    """Yield the tensors of a nest of tuples and lists."""
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors_in(each)
    elif hasattr(value, "detach"):
        yield value


def as_arrays(tensors: Any) -> dict[str, Any]:
    return {name: as_array(each) for name, each in tensors}


def as_array(tensor: Any) -> Any:
    if tensor is None or type(tensor).__name__.startswith("Uninitialized"):
        return None if tensor is None else repr(tensor)
    return np.array(tensor.detach().numpy())


def built(case: Case, library: Any, seed: int = 0) -> Any:
    """Return the module, its initial values drawn from a seed."""
    library.manual_seed(seed)
    arguments = given_to(library, [*case.arguments])
    keywords = {name: given_to(library, value) for name, value in case.keywords.items()}
    for each in tensors_in([arguments, *keywords.values()]):
        each.requires_grad_(False)
    return attrgetter(case.name)(library.nn)(*arguments, **keywords)


def seen(case: Case, library: Any, training: bool, form: Form) -> Seen:
    """Build the module, run it twice forward and backward, and return what there is to see."""
    module = built(case, library)
    exact = {"repr": repr(module)}
    exact |= {f"initial {name}": as_array(each) for name, each in module.state_dict().items()}
    module.to(getattr(library, form.dtype)).train(training)
    found = run(case, library, module, form)
    return Seen(exact | found.exact, found.close)


def run(case: Case, library: Any, module: Any, form: Form = USUAL) -> Seen:
    """Run a module twice forward and backward, and return what there is to see then."""
    weights = np.random.default_rng(5)
    close: dict[str, Any] = {}
    exact: dict[str, Any] = {}
    library.manual_seed(1)
    for turn in ("first", "second"):
        inputs = given_to(library, [*case.inputs], form)
        input_keywords = {k: given_to(library, v, form) for k, v in case.input_keywords.items()}
        leaves = [x for x in tensors_in([inputs, *input_keywords.values()]) if x.requires_grad]
        if case.prepare is not None:
            inputs = case.prepare(library, *inputs)
        output = module(*inputs, **input_keywords)
        found = list(tensors_in(output))
        close.update(as_arrays((f"{turn} output {i}", each) for i, each in enumerate(found)))
        exact[f"{turn} output requires grad"] = [each.requires_grad for each in found]
        total = [
            (
                each * library.tensor(weights.standard_normal(tuple(each.shape)), dtype=each.dtype)
            ).sum()
            for each in found
            if each.requires_grad
        ]
        if total:
            sum(total).backward()
        close.update(as_arrays((f"{turn} d input {i}", x.grad) for i, x in enumerate(leaves)))
    close.update(as_arrays((f"d {name}", p.grad) for name, p in module.named_parameters()))
    close.update(as_arrays((f"buffer {name}", each) for name, each in module.named_buffers()))
    close.update(as_arrays((f"parameter {name}", p) for name, p in module.named_parameters()))
    return Seen(exact, close)


def disagreements(
    case: Case, training: bool = True, form: Form = USUAL, tolerance: float = 1e-10
) -> list[str]:
    """Return where the two libraries show something else, each in a line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = seen(case, torch, training, form)
        try:
            ours = seen(case, tnn, training, form)
        except Exception as error:
            return [f"raises {type(error).__name__}: {error}"]
    return differing(ours, theirs, tolerance)


def disagreements_of_loaded_states(case: Case) -> list[str]:
    """Return what differs where a state_dict of either library is loaded into the other."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one, other in ((tnn, torch), (torch, tnn)):
            source = built(case, one, 1).double().eval()
            target = built(case, other, 2).double().eval()
            state = {k: other.from_numpy(v.numpy().copy()) for k, v in source.state_dict().items()}
            target.load_state_dict(state)
            found += differing(run(case, one, source), run(case, other, target), 1e-10)
    return found


def differing(ours: Seen, theirs: Seen, tolerance: float) -> list[str]:
    """Return in what two runs are not the same, each in a line."""

    def close(a: Any, b: Any) -> bool:
        return (a.shape, a.dtype) == (b.shape, b.dtype) and np.allclose(
            a, b, tolerance, tolerance, equal_nan=True
        )

    def same(a: Any, b: Any) -> bool:
        if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
            return type(a) is type(b) and bool(a == b)
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())

    return [
        *_differing(ours.exact, theirs.exact, same),
        *_differing(
            ours.close,
            theirs.close,
            lambda a, b: a is b if a is None or b is None else close(a, b),
        ),
    ]


def _differing(ours: Any, theirs: Any, equal: Callable[[Any, Any], bool]) -> list[str]:
    if list(ours) != list(theirs):
        return [f"has {list(ours)}, PyTorch {list(theirs)}"]
    return [
        f"{name}: {ours[name]!r:.200} is {theirs[name]!r:.200} in PyTorch"
        for name in ours
        if not equal(ours[name], theirs[name])
    ]
