"""`Optimizer`: parameter groups, their options, state, saving and loading; each rule is a subclass.
Read `sgd.py` next.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from functools import lru_cache
from typing import Any

import numpy as np

from ..arrays.kinds import is_complex, is_number
from ..arrays.refusing import refused, refuses, shown
from ..arrays.warnings import SILENT, restore, silence
from ..autograd.grad_mode import enable_grad
from ..errors import ArgumentError, DTypeError, GraphError
from ..tensor import Tensor
from ..warn import warn_user


class Optimizer:
    """The base of the optimizers: `param_groups`, `zero_grad`, `step`, `state_dict`.

    A subclass gives `update(parameter, gradient, group, state)`, its rule for one parameter.

    Raises:
        TypeError: `params` is a tensor or holds something else than tensors or groups.
        ValueError: no parameters, a computed tensor, or a parameter in two groups.
    """

    @refuses
    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise DTypeError(
                "an optimizer takes a list of tensors, such as model.parameters(), not one Tensor"
            )
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, dict[str, Any]] = defaultdict(dict)  # by the parameter's identity
        groups = [{"params": params}] if isinstance(params, Set) else list(params)
        if not groups:
            raise ArgumentError("an optimizer got an empty list of parameters; is the model built?")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update(p, g, group, state)"
        )

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group: {"params": tensors, option: value, ...}; other options take the defaults."""
        if not isinstance(param_group, dict):
            raise DTypeError(f"a parameter group is a dict, got {type(param_group).__name__}")
        given = param_group["params"]
        if isinstance(given, Set):
            raise DTypeError("a set of parameters has no fixed order from run to run; pass a list")
        params = [given] if isinstance(given, Tensor) else list(given)
        for each in params:
            if not isinstance(each, Tensor):
                raise DTypeError(f"an optimizer takes Tensors, got {type(each).__name__}")
            if not each.is_leaf:
                raise ArgumentError(
                    f"a computed tensor of shape {tuple(each.shape)} cannot be optimized; pass the "
                    "leaf that it was computed from"
                )
        group = {**self.defaults, **param_group, "params": params}
        self._check_numbers(group)
        if len({id(each) for each in params}) != len(params):
            warn_user("an optimizer got the same parameter twice; it is then updated twice a step")
        taken = {id(each) for group in self.param_groups for each in group["params"]}
        if any(id(each) in taken for each in params):
            raise ArgumentError("a parameter appears in more than one group")
        self.param_groups.append(group)

    def _check_numbers(self, group: Mapping[str, Any]) -> None:
        """Raise `DTypeError` for an option that __init__ annotates as float and that is none."""
        parameters = inspect.signature(type(self).__init__).parameters
        for name in parameters.keys() & group.keys():
            is_float = parameters[name].annotation in ("float", float)
            if is_float and not _is_one_number(group[name]):
                raise DTypeError(
                    f"{type(self).__name__}: {name} must be a number, got {shown(group[name])}"
                )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop every parameter's gradient, or fill it with 0 if `set_to_none` is False."""
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient = parameter.grad
                if gradient is None:
                    continue
                if set_to_none:
                    del parameter.grad
                else:
                    if gradient.requires_grad:
                        gradient.detach_()
                    gradient.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; return the loss of a closure, if given."""
        loss = None
        if closure is not None:
            if not callable(closure):
                raise DTypeError(f"step() takes a function or None, got {shown(closure)}")
            with enable_grad():
                loss = closure()
        before = silence(SILENT)
        try:
            for group in self.param_groups:
                for parameter in group["params"]:
                    gradient = parameter.grad
                    if gradient is not None:
                        self.update(parameter.array, gradient.array, group, self.state[parameter])
                        parameter.version[0] += 1
        except (TypeError, ValueError) as error:
            wrong = self._refusal(parameter, error)
            if wrong is error:
                raise
            raise wrong from None
        finally:
            restore(before)
        return loss

    def _refusal(self, parameter: Tensor, error: Exception) -> Exception:
        name = f"{type(self).__name__}.step"
        if not parameter.array.flags.writeable:
            return GraphError(
                f"{name}(): NumPy marks a parameter of shape {tuple(parameter.shape)} read-only; "
                "make the parameter of a copy, as with .clone()"
            )
        return refused(name, {"the parameter": parameter}, error)

    def state_dict(self) -> dict[str, Any]:
        """Return {"state": per parameter by number, "param_groups": options and numbers}."""
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for parameter in group["params"]:
                numbers.setdefault(id(parameter), len(numbers))
            options = {key: value for key, value in group.items() if key != "params"}
            groups.append({**options, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)]: dict(values) for p, values in self.state.items() if values}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; what does not fit is refused, with no change.

        Raises:
            ValueError: another number of groups, or of parameters in one; state of a wrong shape,
                or of a parameter that is not there. TypeError: not what `state_dict` returned.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise DTypeError("load_state_dict() takes what state_dict() of an optimizer returned")
        given = state_dict["param_groups"]
        if len(given) != len(self.param_groups):
            raise ArgumentError(
                f"the loaded state has {len(given)} parameter groups, this optimizer "
                f"{len(self.param_groups)}"
            )
        by_number: dict[Any, Tensor] = {}
        for i, (theirs, ours) in enumerate(zip(given, self.param_groups, strict=True)):
            if len(theirs["params"]) != len(ours["params"]):
                raise ArgumentError(
                    f"the loaded group {i} has {len(theirs['params'])} parameters, "
                    f"this optimizer's has {len(ours['params'])}"
                )
            self._check_numbers(theirs)
            by_number.update(zip(theirs["params"], ours["params"], strict=True))
        state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            if number not in by_number:
                raise ArgumentError(
                    f"the loaded state is of a parameter {number}, which no group lists"
                )
            state[by_number[number]] = {
                key: _taken_over(value, by_number[number], key) for key, value in values.items()
            }
        for theirs, ours in zip(given, self.param_groups, strict=True):
            ours.update({key: value for key, value in theirs.items() if key != "params"})
        self.state = state

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(
                f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params"
            )
        return text + ")"


def _taken_over(value: Any, parameter: Tensor, key: str) -> Any:
    """Copy a tensor of state in the parameter's dtype; it must have the parameter's shape."""
    if not isinstance(value, Tensor):
        return value
    if value.ndim and value.shape != parameter.shape:
        raise ArgumentError(
            f"the loaded state {key!r} has shape {tuple(value.shape)}, its parameter "
            f"{tuple(parameter.shape)}"
        )
    copied = value.detach().to(parameter.dtype) if value.is_floating_point() else value.detach()
    return copied.clone()


@lru_cache(maxsize=64)
def as_array(number: float, dtype: np.dtype[Any]) -> Any:
    """Return a number as an array, which NumPy would make of it again at every call, in 0.3 µs."""
    return np.array(number, dtype)


def _is_one_number(value: Any) -> bool:
    array = getattr(value, "array", value)
    if isinstance(array, np.ndarray):
        return array.size == 1 and not is_complex(array)
    return is_number(array) and not isinstance(array, complex)


def check_not_negative(**options: float) -> None:
    """Raise ValueError for the first option below 0."""
    for name, value in options.items():
        if not value >= 0.0:
            raise ArgumentError(f"{name} must be 0 or more, got {value}")
