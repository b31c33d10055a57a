"""Running a program of the table up to its last line, and what all it has made looks like then.
Read `report.py` next, the table as a command prints it.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from types import FrameType
from typing import Any

import numpy as np
from mistakes import Program

import tinygrad_nn as tnn

MAKERS = {"arange", "from_numpy", "full", "ones", "tensor", "zeros"}


def look(value: Any) -> Any:
    """Return the facts of a tensor, of a module or of an optimizer, to be compared later."""
    match value:
        case tnn.Tensor():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # the grad of a computed tensor
                grad = value.grad
            return {
                "values": value.detach().numpy().tobytes(),
                "dtype, shape and strides": (value.dtype, tuple(value.shape), value.stride()),
                "version": value._version,
                "grad": None if grad is None else (id(grad), look(grad)),
                "graph": (value.requires_grad, value.is_leaf, id(value.grad_fn)),
            }
        case tnn.nn.Module():
            own = {name: look(each) for name, each in vars(value).items()}
            return {**own, **{name: (id(p), look(p)) for name, p in value.named_parameters()}}
        case tnn.optim.Optimizer():
            return repr(value.state_dict())
        case np.ndarray():
            return value.tobytes()
        case dict():
            return {key: look(each) for key, each in value.items()}
        case list() | tuple():
            return [look(each) for each in value]
    return id(value)


def modes() -> dict[str, Any]:
    """Return what the whole library has switched on, and where its random numbers stand."""
    return {
        "grad mode": tnn.is_grad_enabled(),
        "inference mode": tnn.is_inference_mode_enabled(),
        "random numbers": tnn.get_rng_state().numpy().tobytes(),
        "default dtype": tnn.get_default_dtype(),
        "NumPy's errors": np.geterr(),
    }


class Watched:
    """The library, keeping the tensors that its makers make, with how each looked at first."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.looks: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(tnn, name)
        if name not in MAKERS:
            return found

        def make(*args: Any, **named: Any) -> Any:
            tensor = found(*args, **named)
            self.made.append(tensor)
            self.looks.append(look(tensor))
            return tensor

        return make


def what_the_last_line_changed(program: Program) -> list[str]:
    """Run a program that is refused; return what is not as it was before its last line.

    Looked at are the program's variables, every tensor that it made, those of the last line too,
    and the modes of the library.
    """
    library = Watched()
    source, first = inspect.getsourcelines(program)
    last, before = first + len(source) - 1, {}
    variables: dict[str, Any] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not program.__code__:
            return None
        if event == "line" and frame.f_lineno == last:
            variables.update(frame.f_locals)
            library.looks[:] = [look(each) for each in library.made]
            before.update({name: look(each) for name, each in variables.items()}, modes=modes())
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        program(library)
    except Exception:
        pass
    else:
        return ["nothing was raised"]
    finally:
        sys.settrace(outer)
    after = {name: look(each) for name, each in variables.items()} | {"modes": modes()}
    pairs = [(name, before[name], after[name]) for name in after if name != "library"]
    pairs += [
        (f"tensor {number} that was made", old, look(each))
        for number, (each, old) in enumerate(zip(library.made, library.looks, strict=True))
    ]
    assert before, "the last line was not reached"
    return [f"{name}: {old!r} became {new!r}" for name, old, new in pairs if repr(old) != repr(new)]
