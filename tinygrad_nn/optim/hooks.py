"""Functions that are called around a step, and around saving and loading of an optimizer's state.
Read `saved_state.py` next, which calls some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any

from ..arrays.refusing import shown
from ..autograd.node import RemovableHandle, add_hook
from ..errors import DTypeError

Hook = Callable[..., Any]
before_every_step: dict[int, Hook] = {}
after_every_step: dict[int, Hook] = {}


def register_optimizer_step_pre_hook(hook: Hook) -> RemovableHandle:
    """Have every optimizer call hook(optimizer, args, kwargs) before a step."""
    return add_hook(before_every_step, hook)


def register_optimizer_step_post_hook(hook: Hook) -> RemovableHandle:
    """Have every optimizer call hook(optimizer, args, kwargs) after a step."""
    return add_hook(after_every_step, hook)


def with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return `step` with the hooks around it."""

    @wraps(step)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._opt_called = True  # read by schedulers, which are to be stepped after it
        own = self._hooks
        if not (own or before_every_step or after_every_step):
            return step(self, *args, **kwargs)
        args = (self, *args)
        for hook in (*before_every_step.values(), *own.get("step_pre", {}).values()):
            changed = hook(self, args, kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise DTypeError(
                    f"{type(self).__name__}.step(): a pre-hook returns None or (args, kwargs), got "
                    f"{shown(changed)}"
                )
            args, kwargs = changed
        result = step(*args, **kwargs)
        for hook in (*own.get("step_post", {}).values(), *after_every_step.values()):
            hook(self, args, kwargs)
        return result

    return call


class Hooks:
    """What registers hooks of one optimizer; each returns a handle whose `remove()` ends it."""

    _hooks: Mapping[str, dict[int, Hook]] = MappingProxyType({})  # until one is registered
    _opt_called = False

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        if "step" in vars(cls):
            cls.step = with_hooks(cls.step)  # type: ignore[attr-defined]

    def _register(self, kind: str, hook: Hook, prepend: bool = False) -> RemovableHandle:
        if "_hooks" not in vars(self):
            self._hooks = {}
        there: dict[int, Hook] = self._hooks.setdefault(kind, {})  # type: ignore[attr-defined]
        before = dict(there) if prepend else {}
        if prepend:
            there.clear()
        handle = add_hook(there, hook)
        there.update(before)
        return handle

    def _call_hooks(self, kind: str, *given: Any) -> Any:
        """Call the hooks of a kind; return what they made of the last argument."""
        last = given[-1] if given else None
        for hook in tuple(self._hooks.get(kind, {}).values()):
            changed = hook(self, last) if given else hook(self)
            if given and changed is not None:
                last = changed
        return last

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call hook(optimizer, args, kwargs) before each step; it may return other (args, kwargs).

        The optimizer is the first of `args`.
        """
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call hook(optimizer, args, kwargs) after each step."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer) before each `state_dict`; `prepend`: before the hooks there are."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer, state_dict) after each `state_dict`; it may return another."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """Call hook(optimizer, state_dict) before each load; it may return another to be loaded."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """Call hook(optimizer) after each `load_state_dict`."""
        return self._register("load_state_dict_post", hook, prepend)
