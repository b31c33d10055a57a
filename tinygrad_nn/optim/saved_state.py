"""What an optimizer saves and loads: `state_dict` in PyTorch's form, and a load of all or nothing.
Read `optimizer.py` next, which builds on this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from ..arrays.dtypes import default_float
from ..arrays.kinds import is_floating
from ..arrays.warnings import quiet
from ..autograd.tensor_base import make_tensor
from ..errors import ArgumentError, DTypeError
from ..tensor import Tensor
from .hooks import Hooks
from .rule import Rule

Group = dict[str, Any]


class SavedState(Rule, Hooks):
    """An optimizer's groups and state, to save and to load."""

    param_groups: list[Group]

    def _check_numbers(self, group: Mapping[str, Any]) -> None:
        """Raise for an option that is no number where it has to be one."""

    def state_dict(self) -> dict[str, Any]:
        """Return {"state": per parameter by number, "param_groups": options and numbers}."""
        self._call_hooks("state_dict_pre")
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for parameter in group["params"]:
                numbers.setdefault(id(parameter), len(numbers))
            options = {key: value for key, value in group.items() if key != "params"}
            groups.append({**options, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)]: dict(values) for p, values in self.state.items() if values}
        saved = {"state": state, "param_groups": groups}
        changed: dict[str, Any] = self._call_hooks("state_dict_post", saved)
        return changed

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; what does not fit is refused, with no change.

        Tensors of the state are copied, in their parameter's dtype. Names of parameters are taken
        over where they were saved.

        Raises:
            ValueError: another number of groups, or of parameters in one; state of a wrong shape,
                or of a parameter that is not there. TypeError: not what `state_dict` returned.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise DTypeError("load_state_dict() takes what state_dict() of an optimizer returned")
        state_dict = self._call_hooks("load_state_dict_pre", dict(state_dict))
        given = state_dict["param_groups"]
        if len(given) != len(self.param_groups):
            raise ArgumentError(
                f"the loaded state has {len(given)} parameter groups, this optimizer "
                f"{len(self.param_groups)}"
            )
        by_number: dict[Any, tuple[Tensor, Group]] = {}
        for i, (theirs, ours) in enumerate(zip(given, self.param_groups, strict=True)):
            if len(theirs["params"]) != len(ours["params"]):
                raise ArgumentError(
                    f"the loaded group {i} has {len(theirs['params'])} parameters, "
                    f"this optimizer's has {len(ours['params'])}"
                )
            self._check_numbers(theirs)
            by_number.update(
                {
                    number: (p, theirs)
                    for number, p in zip(theirs["params"], ours["params"], strict=True)
                }
            )
        state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            if number not in by_number:
                raise ArgumentError(
                    f"the loaded state is of a parameter {number}, which no group lists"
                )
            p, group = by_number[number]
            with quiet():  # what is too large for a narrower parameter becomes inf
                state[p] = {
                    key: self._taken_over(value, p, key, group) for key, value in values.items()
                }
        for theirs, ours in zip(given, self.param_groups, strict=True):
            options = {key: value for key, value in theirs.items() if key != "params"}
            ours.update(deepcopy(options))
        self.state = state
        self._call_hooks("load_state_dict_post")

    def _taken_over(self, value: Any, p: Tensor, key: str, group: Group) -> Any:
        """Copy a value of state, tensors in the parameter's dtype; "step" keeps its own.

        State that is one number, which older programs saved as such, becomes a tensor.
        """
        if isinstance(value, (list, tuple)):
            return type(value)(self._taken_over(each, p, key, group) for each in value)
        if key in self.scalars and isinstance(value, (int, float)):
            return make_tensor(np.array(value, default_float()))
        if not isinstance(value, Tensor):
            return value
        if self.shaped and value.ndim and value.shape != p.shape:
            raise ArgumentError(
                f"the loaded state {key!r} has shape {tuple(value.shape)}, its parameter "
                f"{tuple(p.shape)}"
            )
        dtype = p.array.dtype if is_floating(p.array) and is_floating(value.array) else None
        if key == "step":
            dtype = np.dtype("f4") if group.get("fused") or group.get("capturable") else None
        return make_tensor(np.array(value.array, dtype))
