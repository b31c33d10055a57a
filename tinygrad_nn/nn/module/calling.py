"""Calling a module: its `forward`, with the hooks that come before, after, and in backward.
Read `module.py` next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ...arrays.refusing import shown
from ...autograd.node import RemovableHandle, clock
from ...errors import DTypeError
from ...warn import warn_user
from .backward_hooks import BackwardWatch, hook_the_last
from .registration import Unset
from .state import StateDict

Hooks = OrderedDict[int, Callable[..., Any]]  # by handle
Options = tuple[bool, bool]  # of a hook: whether it takes keywords, whether it is always called
PLAIN = (False, False)


class Calling(StateDict):
    """What a module does when it is called."""

    # Whether a hook was ever registered: one look for the most calls.
    _is_hooked: bool = Unset()  # type: ignore[assignment]
    _forward_hooks: Hooks
    _forward_pre_hooks: Hooks
    _backward_hooks: Hooks
    _backward_pre_hooks: Hooks
    _node_hooks: Hooks
    _hook_options: dict[int, Options]  # by handle, of those that have any

    def forward(self, *input: Any, **kwargs: Any) -> Any:
        """Compute the output; every Module defines its own."""
        name = type(self).__name__
        if hasattr(self, "__len__"):
            raise NotImplementedError(
                f"Module [{name}] only holds what is in it, {len(self)}, and computes nothing: "
                "call each of them in turn, or make a Sequential"
            )
        raise NotImplementedError(f"Module [{name}] needs a method forward(self, ...) to be called")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._is_hooked:
            return self._call_with_hooks(args, kwargs)
        if len(args) == 1 and not kwargs:
            return self.forward(args[0])  # most calls, without unpacking: 0.1 µs less
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        due = self._with_options(self._forward_hooks)
        output = None
        try:
            for hook, with_kwargs, _ in self._with_options(self._forward_pre_hooks):
                args, kwargs = self._before_forward(hook, with_kwargs, args, kwargs)
            watch = self._backward_watch()
            if watch is not None:
                args = watch.watch_inputs(args)
            output = self.forward(*args, **kwargs)
            while due:
                hook, with_kwargs, _ = due.pop(0)
                output = self._after_forward(hook, with_kwargs, args, kwargs, output)
            if watch is not None:
                output = watch.watch_outputs(output)
            if self._node_hooks:
                hook_the_last(self, list(self._node_hooks.values()), output)
            return output
        except Exception:
            for hook, with_kwargs, always in due:
                if always:
                    self._after_failure(hook, with_kwargs, args, kwargs, output)
            raise

    def _with_options(self, hooks: Hooks) -> list[tuple[Callable[..., Any], bool, bool]]:
        return [(hook, *self._hook_options.get(key, PLAIN)) for key, hook in hooks.items()]

    def _before_forward(
        self, hook: Any, with_kwargs: bool, args: Any, kwargs: Any
    ) -> tuple[Any, Any]:
        """Return (args, kwargs) as a hook before forward has them."""
        answer = hook(self, args, kwargs) if with_kwargs else hook(self, args)
        if answer is None:
            return args, kwargs
        if not with_kwargs:
            return (answer if isinstance(answer, tuple) else (answer,)), kwargs
        if not (isinstance(answer, tuple) and len(answer) == 2):
            raise DTypeError(
                f"a forward pre-hook of {type(self).__name__} with keywords returns (args, kwargs) "
                f"or None, got {shown(answer)}"
            )
        return answer

    def _after_forward(
        self, hook: Any, with_kwargs: bool, args: Any, kwargs: Any, output: Any
    ) -> Any:
        """Return the output as a hook after forward has it."""
        given = (args, kwargs) if with_kwargs else (args,)
        answer = hook(self, *given, output)
        return output if answer is None else answer

    def _after_failure(
        self, hook: Any, with_kwargs: bool, args: Any, kwargs: Any, output: Any
    ) -> None:
        """Call a hook after a call that failed, whose error is the one that users see."""
        try:
            self._after_forward(hook, with_kwargs, args, kwargs, output)
        except Exception as error:
            warn_user(f"a forward hook of {type(self).__name__} failed after forward: {error!r}")

    def _backward_watch(self) -> BackwardWatch | None:
        """Return what looks at the gradients of one call, if any hook asks for them."""
        hooks, pre_hooks = (
            list(group.values()) for group in (self._backward_hooks, self._backward_pre_hooks)
        )
        return BackwardWatch(self, hooks, pre_hooks) if hooks or pre_hooks else None

    def _register_hook(
        self,
        hooks: Hooks,
        hook: Callable[..., Any],
        first: bool,
        with_kwargs: bool = False,
        always: bool = False,
    ) -> RemovableHandle:
        self._is_hooked = True
        key = clock()
        hooks[key] = hook
        if with_kwargs or always:
            self._hook_options[key] = (with_kwargs, always)
        hooks.move_to_end(key, last=not first)
        return RemovableHandle(hooks, key)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after every forward; it may return another output.

        With `with_kwargs` it is `hook(module, args, kwargs, output)`; `prepend` puts it first;
        `always_call` has it called, with None as the output, after a forward that failed, too.
        """
        return self._register_hook(self._forward_hooks, hook, prepend, with_kwargs, always_call)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before every forward; it may return other args.

        With `with_kwargs` it is `hook(module, args, kwargs)` and may return (args, kwargs);
        `prepend` puts it first.
        """
        return self._register_hook(self._forward_pre_hooks, hook, prepend, with_kwargs)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` for the last operation of forward.

        An older form, and not of the whole module: `grad_input` has the gradients of what that
        operation took, its weights among them; `register_full_backward_hook` has the module's.
        """
        return self._register_hook(self._node_hooks, hook, False)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        Both are tuples, with None for what is no tensor, and zeros for an input without a gradient;
        the hook may return other gradients of the inputs.
        """
        return self._register_hook(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the backward pass goes through the module.

        The hook may return other gradients of the outputs.
        """
        return self._register_hook(self._backward_pre_hooks, hook, prepend)
