"""What a Module saves and loads: `state_dict`, and a load that is all or nothing.
Read `calling.py` next, which builds on this, and then `module.py`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from os import PathLike
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ...arrays.kinds import is_complex
from ...arrays.refusing import refuses
from ...arrays.warnings import quiet
from ...autograd.node import RemovableHandle, add_hook
from ...errors import DTypeError, LoadError
from ...tensor import Tensor
from ...tensor.questions import can_cast
from ..uninitialized import Uninitialized
from .registration import BUFFER, MODULE, PARAMETER, Registration, Unset

EXTRA = "_extra_state"


class IncompatibleKeys(NamedTuple):
    """The names that a loaded dict lacks, and those that it has too many."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


class StateDict(Registration):
    """A Module's tensors by dotted path, to save and to load."""

    _version: ClassVar[int] = 1  # of what state_dict holds of a class, in PyTorch's counting
    _state_dict_hooks: dict[int, Callable[..., Any]]
    _state_dict_pre_hooks: dict[int, Callable[..., Any]] = Unset()  # type: ignore[assignment]
    _load_state_dict_post_hooks: dict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: dict[int, Callable[..., Any]]

    def get_extra_state(self) -> Any:
        """Return what else state_dict is to hold of this module; a subclass may define it."""
        raise NotImplementedError(f"{type(self).__name__} defines no get_extra_state")

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave; a subclass that defines one defines both."""
        raise NotImplementedError(f"{type(self).__name__} defines no set_extra_state")

    def _own_state(self) -> Iterator[tuple[str, Tensor]]:
        """Yield this module's own parameters and persistent buffers."""
        yield from self._own(PARAMETER)
        for name, buffer in self._own(BUFFER):
            if name not in self._unsaved:
                yield name, buffer

    def _with_prefixes(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Yield (prefix, module) for this module and all inside it, under each of their names."""
        yield prefix, self
        for name, module in self._own(MODULE):
            yield from module._with_prefixes(f"{prefix}{name}.")

    def _inner_first(self) -> Iterator[Any]:
        """Yield all modules inside this one, each before what holds it, and this one last."""
        for _, module in self._own(MODULE):
            yield from module._inner_first()
        yield self

    def _named_tensors(self, prefix: str) -> Iterator[tuple[str, Tensor]]:
        """Yield what state_dict holds: shared tensors under each of their names."""
        for path, module in self._with_prefixes(prefix):
            yield from ((path + name, tensor) for name, tensor in module._own_state())

    @refuses
    def state_dict(
        self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Any]:
        """Return {path: tensor} of all parameters and persistent buffers, sharing their memory."""
        found = OrderedDict() if destination is None else destination
        if destination is None:
            vars(found)["_metadata"] = OrderedDict()  # versions by path, where PyTorch has them
        about = {"version": self._version}
        if hasattr(found, "_metadata"):
            found._metadata[prefix[:-1]] = about
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(found, prefix, keep_vars)
        for name, module in self._own(MODULE):
            module.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in list(self._state_dict_hooks.values()):
            changed = hook(self, found, prefix, about)
            found = found if changed is None else changed
        return found

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Put this module's own state into a dict; a subclass may put more, or other, there."""
        for name, tensor in self._own_state():
            is_kept = keep_vars or isinstance(tensor, Uninitialized)
            destination[prefix + name] = tensor if is_kept else tensor.detach()
        if type(self).get_extra_state is not StateDict.get_extra_state:
            destination[prefix + EXTRA] = self.get_extra_state()

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before this module's state is taken."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, metadata)` after; it may change the dict."""
        return add_hook(self._state_dict_hooks, hook)

    _register_state_dict_hook = register_state_dict_post_hook  # the older name

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before this module's state is loaded; it may change the dict, a copy.

        `hook(module, state_dict, prefix, metadata, strict, missing_keys, unexpected_keys,
        error_msgs)` may add to the last, and nothing is loaded then.
        """
        return add_hook(self._load_state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> RemovableHandle:
        """Call a hook before loading, as the public one but for the module, left out by default."""
        own = hook if with_module else lambda module, *given: hook(*given)
        return add_hook(self._load_state_dict_pre_hooks, own)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` when all is loaded; it may empty the two lists."""
        return add_hook(self._load_state_dict_post_hooks, hook)

    def _before_loading(self, state_dict: Any, prefix: str, version: int | None) -> None:
        """Bring the state of an older version of this class up to date; most have no older one."""

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the tensors of `state_dict` into this module, all of them or none.

        With `strict=False`, missing and unexpected names are returned, not refused; shapes must fit
        all the same. Numbers are converted to the module's dtype, unless a fraction or an imaginary
        part would be lost. `assign=True` takes the tensors themselves, with their dtype.

        Raises:
            LoadError: listing every missing and unexpected name, every wrong shape and every wrong
                dtype at once; the module is then unchanged. TypeError: `state_dict` is no mapping.
        """
        if not isinstance(state_dict, Mapping):
            raise DTypeError(
                f"load_state_dict() takes a dict, got {type(state_dict).__name__}"
                f"{_way_out_of(state_dict)}"
            )
        metadata = getattr(state_dict, "_metadata", {})
        modules = [module for _, module in self._with_prefixes("")]
        hooks = [
            (each, hook)
            for each in self._inner_first()
            for hook in each._load_state_dict_post_hooks.values()
        ]
        own_way = any(
            type(each)._load_from_state_dict is not StateDict._load_from_state_dict
            for each in modules
        )
        own = dict(self._named_tensors(""))
        before: dict[str, Tensor] = {}
        if own_way or hooks:  # what may be loaded before all is known to fit is put back then
            before = {
                name: each.detach().clone() for name, each in own.items() if _has_memory(each)
            }
        given = _Given(state_dict)
        given.writes = None if own_way else []
        incompatible = IncompatibleKeys([], [])
        problems: list[str] = []
        self._load_all(given, "", metadata, assign, (*incompatible, problems))
        if problems or not hooks:
            self._finish(problems + _mismatch(incompatible, strict), state_dict, before, assign)
        for write in given.writes or ():
            write()
        for module, hook in hooks:
            hook(module, incompatible)
        self._finish(_mismatch(incompatible, strict), state_dict, before, assign)
        return incompatible

    def _load_all(
        self, given: _Given, prefix: str, metadata: Any, assign: bool, found: tuple[Any, ...]
    ) -> None:
        """Load this module, then those inside it, each from the part of the dict below its path."""
        about = dict(metadata.get(prefix[:-1], {}))
        if assign:
            about["assign_to_params_buffers"] = True
        self._load_from_state_dict(given, prefix, about, True, *found)
        for name, module in self._own(MODULE):
            path = f"{prefix}{name}."
            part = _Given((key, value) for key, value in given.items() if key.startswith(path))
            part.writes = given.writes
            module._load_all(part, path, metadata, assign, found)

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load this module's own state, not that of inner ones; a subclass may do it its own way.

        One that changes the names of an older version in `state_dict` calls this afterwards. What
        is missing, not expected or does not fit is added to the three lists.
        """
        for hook in list(self._load_state_dict_pre_hooks.values()):
            hook(
                *(self, state_dict, prefix, local_metadata, strict),
                *(missing_keys, unexpected_keys, error_msgs),
            )
        self._before_loading(state_dict, prefix, local_metadata.get("version"))
        assign = local_metadata.get("assign_to_params_buffers", False)
        own = {prefix + name: tensor for name, tensor in self._own_state()}
        writes = [
            partial(_load, tensor, state_dict[name], assign)
            for name, tensor in own.items()
            if name in state_dict and not _note_misfit(name, own, state_dict, assign, error_msgs)
        ]
        expected = [*own]
        if type(self).set_extra_state is not StateDict.set_extra_state:
            expected.append(prefix + EXTRA)
            if prefix + EXTRA in state_dict:
                writes.append(partial(self.set_extra_state, state_dict[prefix + EXTRA]))
        if strict:
            missing_keys += [name for name in expected if name not in state_dict]
            inner = {name for name, _ in self._own(MODULE)}
            unexpected_keys += [
                key
                for key in state_dict
                if key.startswith(prefix)
                and key not in expected
                and not (
                    "." in key[len(prefix) :] and key[len(prefix) :].partition(".")[0] in inner
                )
            ]
        planned = getattr(state_dict, "writes", None)
        if planned is not None:
            planned += writes
            return
        for write in writes:
            write()

    def _finish(
        self, problems: list[str], given: Any, before: Mapping[str, Tensor], assign: bool
    ) -> None:
        """Raise if there are problems, after putting back the values from before."""
        if not problems:
            return
        own = dict(self._named_tensors(""))
        for name, value in before.items():
            if name in own:
                _load(own[name], value, assign)
        hint = _hint([*own], given)
        raise LoadError.of(type(self).__name__, problems, *hint)


class _Given(OrderedDict[str, Any]):
    """A dict that is loaded, and what is to be written once all of it is known to fit."""

    writes: list[Callable[[], Any]] | None = None  # None: each write at once


def _has_memory(tensor: Tensor) -> bool:
    return not isinstance(tensor, Uninitialized)


def _note_misfit(
    name: str, own: Mapping[str, Tensor], given: Mapping[str, Any], assign: bool, notes: list[str]
) -> bool:
    """Add to the notes what keeps a tensor of the dict from being loaded; return whether any."""
    found = list(_misfit(name, own, given, assign))
    notes += found
    return bool(found)


def _way_out_of(given: Any) -> str:
    if isinstance(given, StateDict):
        return "; pass its .state_dict()"
    return "; a file's is load(path)" if isinstance(given, (str, PathLike)) else ""


def _hint(own: list[str], given: Mapping[Any, Any]) -> list[str]:
    """Return where in a dict that does not fit the module's names are, if they are there."""
    if not own:
        return []
    for name, value in given.items():
        if isinstance(value, Mapping) and all(each in value for each in own):
            return [f"the module's names are in [{name!r}] of the dict: pass that"]
        prefix = str(name).removesuffix(own[0])
        if prefix and prefix != name and all(prefix + each in given for each in own):
            return [f"{prefix!r} stands before each name: name.removeprefix({prefix!r}) is without"]
    return []


def _mismatch(incompatible: IncompatibleKeys, strict: bool) -> list[str]:
    """Return what is wrong with the names of a dict, where that matters."""
    found = {"unexpected": incompatible.unexpected_keys, "missing": incompatible.missing_keys}
    lines = [f"{what}: " + ", ".join(map(repr, names)) for what, names in found.items() if names]
    return lines if strict else []


def _misfit(
    name: str, own: Mapping[str, Tensor], given: Mapping[str, Any], assign: bool
) -> Iterator[str]:
    """Yield what keeps a tensor of the dict from being loaded, if anything does."""
    value, ours = given[name], own[name]
    if not isinstance(value, Tensor):
        yield f"{name!r}: a Tensor expected, got {type(value).__name__}"
        return
    if value.shape != ours.shape:
        yield f"{name!r}: shape {tuple(value.shape)} in the dict, {tuple(ours.shape)} in the module"
    if assign:
        fits = not ours.requires_grad or value.is_floating_point() or value.is_complex()
    else:
        fits = can_cast(value.dtype, ours.dtype) or _is_exact_in(value.array, ours.array)
    if not fits:
        yield f"{name!r}: dtype {value.dtype} in the dict, {ours.dtype} in the module"


def _is_exact_in(array: Any, like: Any) -> bool:
    """Whether numbers of another kind lose nothing: whole floats, complex numbers that are real."""
    with quiet():
        there_and_back = _real_for(array, like).astype(like.dtype).astype(array.dtype)
    return np.array_equal(there_and_back, array, equal_nan=True)


def _real_for(array: Any, like: Any) -> Any:
    """Return complex numbers as real ones where another array is real: NumPy would warn."""
    return array.real if is_complex(array) and not is_complex(like) else array


def _load(tensor: Tensor, value: Tensor, assign: bool) -> None:
    if assign:
        tensor.data = value.detach()
    else:
        with quiet():  # what float32 cannot hold becomes inf
            np.copyto(tensor.array, _real_for(value.array, tensor.array), casting="unsafe")
        tensor.version[0] += 1
