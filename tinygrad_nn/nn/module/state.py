"""What a Module saves and loads: `state_dict`, and a load that is all or nothing.
Read `module.py` next, which builds on this.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...arrays.refusing import refuses
from ...arrays.warnings import quiet
from ...errors import DTypeError, ShapeError
from ...tensor import Tensor
from .registration import BUFFER, MODULE, PARAMETER, Registration


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


class LoadError(ShapeError, KeyError):
    """A state dict that does not fit the module; the message lists every problem."""

    def __str__(self) -> str:
        return str(self.args[0])


class StateDict(Registration):
    """A Module's tensors by dotted path, to save and to load."""

    def _named_tensors(self, prefix: str) -> Iterator[tuple[str, Tensor]]:
        """Yield what state_dict holds: shared tensors under each of their names."""
        for name, parameter in self._own(PARAMETER):
            yield prefix + name, parameter
        for name, buffer in self._own(BUFFER):
            if name not in self._unsaved:
                yield prefix + name, buffer
        for name, module in self._own(MODULE):
            yield from module._named_tensors(f"{prefix}{name}.")

    @refuses
    def state_dict(
        self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Tensor]:
        """Return {path: tensor} of all parameters and persistent buffers, sharing their memory."""
        found: OrderedDict[str, Tensor] = OrderedDict() if destination is None else destination
        for name, tensor in self._named_tensors(prefix):
            found[name] = tensor if keep_vars else tensor.detach()
        return found

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the tensors of `state_dict` into this module, all of them or none.

        With `strict=False`, missing and unexpected names are returned, not refused; shapes must fit
        all the same. `assign=True` takes the tensors themselves, with their dtype.

        Raises:
            LoadError: listing every missing and unexpected name and every wrong shape at once; the
                module is then unchanged. TypeError: `state_dict` is no mapping.
        """
        if not isinstance(state_dict, Mapping):
            raise DTypeError(f"load_state_dict() takes a dict, got {type(state_dict).__name__}")
        own = dict(self._named_tensors(""))
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        problems = []
        if strict and unexpected:
            problems.append("unexpected: " + ", ".join(map(repr, unexpected)))
        if strict and missing:
            problems.append("missing: " + ", ".join(map(repr, missing)))
        for name, tensor in own.items():
            value = state_dict.get(name, tensor)
            if not isinstance(value, Tensor):
                problems.append(f"{name!r}: a Tensor expected, got {type(value).__name__}")
            elif value.array.shape != tensor.array.shape:
                problems.append(
                    f"{name!r}: shape {value.array.shape} in the dict, "
                    f"{tensor.array.shape} in the module"
                )
        if problems:
            raise LoadError(
                f"load_state_dict: {len(problems)} problem{'s' * (len(problems) > 1)} loading into "
                f"{type(self).__name__}; nothing was changed:\n  " + "\n  ".join(problems)
            )
        for name, tensor in own.items():
            if name in state_dict:
                _load(tensor, state_dict[name], assign)
        return IncompatibleKeys(missing, unexpected)


def _load(tensor: Tensor, value: Tensor, assign: bool) -> None:
    if assign:
        tensor.data = value.detach()
    else:
        with quiet():  # what float32 cannot hold becomes inf
            np.copyto(tensor.array, value.array, casting="unsafe")
        tensor.version[0] += 1
