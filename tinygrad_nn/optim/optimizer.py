"""`Optimizer`: parameter groups, their options, state, saving and loading; each rule is a subclass.
Read `sgd.py` next.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from ..arrays.refusing import list_of, meant_instead, refuses, shown
from ..arrays.warnings import SILENT, restore, silence
from ..autograd.grad_mode import enable_grad
from ..errors import ArgumentError, DTypeError
from ..tensor import Tensor
from ..warn import warn_user
from .checking import check_number
from .hooks import (
    register_optimizer_step_post_hook as register_optimizer_step_post_hook,
)
from .hooks import (
    register_optimizer_step_pre_hook as register_optimizer_step_pre_hook,
)
from .saved_state import SavedState
from .stepping import GroupStep

FLOATS = ("float", "float | Tensor")


class Optimizer(SavedState):
    """The base of the optimizers: `param_groups`, `zero_grad`, `step`, `state_dict`.

    `params` are tensors, pairs of a name and a tensor, or groups of them: dicts with options of
    their own. A subclass gives `update(p, g, group, state)`, its rule, as `rule.py` says.

    All rules take PyTorch's options. `maximize` climbs. `foreach`, `fused` and `capturable` choose
    between implementations there; here there is one, and they are only kept. With `differentiable`
    the steps are recorded, and a computed tensor may be a parameter.

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
        groups = (
            [{"params": params}] if isinstance(params, Set) else list_of("an optimizer", params)
        )
        if not groups:
            raise ArgumentError(
                "an optimizer got an empty list of parameters; has the model any, and was a "
                "generator of them gone through before?"
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group: {"params": tensors, option: value, ...}; other options take the defaults."""
        if not isinstance(param_group, dict):
            raise DTypeError(f"a parameter group is a dict, got {type(param_group).__name__}")
        if "params" not in param_group:
            raise KeyError(f"a parameter group needs 'params', its tensors; got {[*param_group]}")
        given = param_group["params"]
        if isinstance(given, Set):
            raise DTypeError("a set of parameters has no fixed order from run to run; pass a list")
        params = [given] if isinstance(given, Tensor) else list_of("a group", given)
        names = [each[0] for each in params if isinstance(each, tuple)]
        params = [each[1] if isinstance(each, tuple) else each for each in params]
        if names and len(names) < len(params):
            raise ArgumentError("of the parameters in a group all have names, or none has one")
        for each in params:
            self._check_parameter(each)
        group = {**self.defaults, **param_group, "params": params}
        if names:
            group["param_names"] = names
        for name in self._numbers(group):
            check_number(self, name, group[name])
        if len({id(each) for each in params}) != len(params):
            warn_user("an optimizer got the same parameter twice; it is then updated twice a step")
        taken = {id(each) for group in self.param_groups for each in group["params"]}
        if any(id(each) in taken for each in params):
            raise ArgumentError("a parameter appears in more than one group; name it in one")
        if any(("param_names" in group) != ("param_names" in each) for each in self.param_groups):
            raise ArgumentError("of an optimizer's groups all have named parameters, or none has")
        param_group.update(group)
        self.param_groups.append(param_group)

    def _check_parameter(self, given: Any) -> None:
        if not isinstance(given, Tensor):
            raise DTypeError(
                f"an optimizer takes Tensors, got {type(given).__name__}{meant_instead(given)}"
            )
        retains = given.node is not None and given.node.retains_grad
        if not (given.is_leaf or retains or self.defaults.get("differentiable")):
            raise ArgumentError(
                f"a computed tensor of shape {tuple(given.shape)} cannot be optimized; pass the "
                "leaf that it was computed from"
            )

    def _numbers(self, group: Mapping[str, Any]) -> list[str]:
        """Return the options of a group that __init__ annotates as float."""
        parameters = inspect.signature(type(self).__init__).parameters
        is_number = {name for name, each in parameters.items() if str(each.annotation) in FLOATS}
        return [name for name in group if name in is_number]

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
                GroupStep(self, group).run(group["params"])
        finally:
            restore(before)
        return loss

    @staticmethod
    def _group_tensors_by_device_and_dtype(
        tensorlistlist: list[list[Any]], with_indices: bool = False
    ) -> dict[Any, Any]:
        """Return {(device, dtype): (lists, indices)} of lists of equal order, by the first list."""
        places: dict[Any, list[int]] = {}
        for i, each in enumerate(tensorlistlist[0]):
            places.setdefault((each.device, each.dtype), []).append(i)
        return {
            kind: ([[some[i] for i in chosen] if some else [] for some in tensorlistlist], chosen)
            for kind, chosen in places.items()
        }

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "_hooks"}

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(
                f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params"
            )
        return text + ")"
