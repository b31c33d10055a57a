"""What an optimizer saves and loads: `state_dict` in PyTorch's form, and a load of all or nothing.
Read `optimizer.py` next, which builds on this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from ..arrays.dtypes import default_float
from ..arrays.kinds import is_floating
from ..arrays.refusing import shown
from ..arrays.warnings import quiet
from ..autograd.tensor_base import make_tensor
from ..errors import DTypeError, LoadError
from ..tensor import Tensor
from .checking import is_one_number
from .hooks import Hooks
from .rule import Rule

Group = dict[str, Any]


class SavedState(Rule, Hooks):
    """An optimizer's groups and state, to save and to load."""

    param_groups: list[Group]
    defaults: Group

    def _numbers(self, group: Mapping[str, Any]) -> list[str]:
        """Return the options of a group that have to be numbers."""
        return []

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
        over where they were saved. Options that are 0 or off here may lack: older files do.

        Raises:
            LoadError: listing every problem at once: another number of groups, or of parameters in
                one; options or state that are missing; state of a wrong shape, or of a parameter
                that is not there. It is a ValueError and a TypeError, as PyTorch's are.
            TypeError: not what `state_dict` returned.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise DTypeError("load_state_dict() takes what state_dict() of an optimizer returned")
        state_dict = self._call_hooks("load_state_dict_pre", dict(state_dict))
        given, saved = state_dict["param_groups"], state_dict["state"]
        if not isinstance(saved, Mapping) or not isinstance(given, (list, tuple)):
            raise DTypeError(
                "load_state_dict() takes a dict of state and a list of param_groups, got "
                f"{type(saved).__name__} and {type(given).__name__}"
            )
        problems = [*self._misfits(given, saved)]
        if problems:
            raise LoadError.of(type(self).__name__, problems)
        state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        for number, (p, group) in self._by_number(given).items():
            with quiet():  # what is too large for a narrower parameter becomes inf
                for key, value in saved.get(number, {}).items():
                    state[p][key] = self._taken_over(value, p, key, group)
        options = deepcopy([{k: v for k, v in each.items() if k != "params"} for each in given])
        for ours, theirs in zip(self.param_groups, options, strict=True):
            ours.update(theirs)
        self.__setstate__({"state": state, "param_groups": self.param_groups})
        self._call_hooks("load_state_dict_post")

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over attributes: of a copy, or the state and groups that `load_state_dict` made."""
        self.__dict__.update(state)

    def _misfits(self, given: Sequence[Any], saved: Mapping[Any, Any]) -> Iterator[str]:
        """Yield all that keeps loaded groups and state from being those of this optimizer."""
        if len(given) != len(self.param_groups):
            yield (
                f"{len(given)} parameter groups in the dict, {len(self.param_groups)} in this "
                "optimizer"
            )
        groups = [isinstance(each, Mapping) and each.get("params") for each in given]
        listed = {number for each in groups if isinstance(each, (list, tuple)) for number in each}
        for i, (theirs, ours) in enumerate(zip(given, self.param_groups, strict=False)):
            yield from self._misfits_of_group(f"{type(self).__name__}, group {i}", theirs, ours)
        pairs = self._by_number(given)
        for number, values in saved.items():
            if number not in listed:
                yield f"state of a parameter {number}, which no group lists"
            elif not isinstance(values, Mapping):
                yield f"state of parameter {number}: a dict expected, got {shown(values)}"
            elif number in pairs:
                yield from self._misfits_of_state(number, values, *pairs[number])

    def _by_number(self, given: Sequence[Any]) -> dict[Any, tuple[Tensor, Group]]:
        """Return the parameters by the numbers of the dict, with its options over those there."""
        return {
            number: (p, {**ours, **theirs})
            for theirs, ours in zip(given, self.param_groups, strict=False)
            if _has_as_many(theirs, ours)
            for number, p in zip(theirs["params"], ours["params"], strict=True)
        }

    def _misfits_of_group(self, name: str, theirs: Any, ours: Group) -> Iterator[str]:
        if not isinstance(theirs, Mapping) or not isinstance(theirs.get("params"), (list, tuple)):
            yield f"{name}: a dict with a list of numbers as 'params' expected, got {shown(theirs)}"
            return
        if not _has_as_many(theirs, ours):
            yield (
                f"{name}: {len(theirs['params'])} parameters in the dict, {len(ours['params'])} in "
                "this optimizer"
            )
        lacks = [key for key in self.defaults if key not in theirs and _counts(ours[key])]
        if lacks:
            yield f"{name} lacks {', '.join(f'{key!r}, {ours[key]} here' for key in lacks)}"
        for key in self._numbers(theirs):
            if not is_one_number(theirs[key]):
                yield f"{name}: {key} must be a number, got {shown(theirs[key])}"

    def _misfits_of_state(
        self, number: Any, values: Mapping[str, Any], p: Tensor, group: Group
    ) -> Iterator[str]:
        """Yield the names and shapes in a parameter's state that its rule could not go on with."""
        name = f"state of parameter {number}"
        start = self.start(p.array, group) if values else {}
        missing = [key for key in start if values.get(key) is None]
        if missing:
            unknown = [key for key in values if key not in start]
            beside = f", has {', '.join(map(repr, unknown))} instead" if unknown else ""
            yield f"{name} lacks {', '.join(map(repr, missing))}{beside}"
        for key, value in values.items():
            first = start.get(key)
            if value is not None and key in self.scalars:
                if not is_one_number(value):
                    yield f"{name}: {key!r} must be a number, got {shown(value)}"
            elif isinstance(first, np.ndarray) or (self.shaped and isinstance(value, Tensor)):
                shape = p.shape if first is None else first.shape
                if value is not None and not isinstance(value, Tensor):
                    yield f"{name}: {key!r} must be a Tensor, got {shown(value)}"
                elif value is not None and value.shape != shape and (value.ndim or key in start):
                    yield (
                        f"{name}: {key!r} has shape {tuple(value.shape)}, this optimizer's "
                        f"{tuple(shape)}"
                    )

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
        dtype = p.array.dtype if is_floating(p.array) and is_floating(value.array) else None
        if key == "step":
            dtype = np.dtype("f4") if group.get("fused") or group.get("capturable") else None
        return make_tensor(np.array(value.array, dtype))


def _has_as_many(theirs: Any, ours: Group) -> bool:
    """Whether a loaded group lists as many parameters as the group there has."""
    params = theirs.get("params") if isinstance(theirs, Mapping) else None
    return isinstance(params, (list, tuple)) and len(params) == len(ours["params"])


def _counts(option: Any) -> bool:
    """Whether steps depend on an option, so that a file has to say it: 0.1, but not 0 or True."""
    return bool(option) and not isinstance(option, bool)
