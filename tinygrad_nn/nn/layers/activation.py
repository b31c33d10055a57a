"""Activations without arguments, or with none but `inplace`: ReLU, Tanh, Sigmoid and the like.
Read `shaped_activation.py` next, for those that have a slope or a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ...tensor import Tensor
from .. import functional as F
from ..module import Module

__all__ = [
    "Hardsigmoid",
    "Hardswish",
    "LogSigmoid",
    "Mish",
    "ReLU",
    "ReLU6",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Softsign",
    "Tanh",
    "Tanhshrink",
]


class Activation(Module):
    """One function of each element."""

    _function: ClassVar[Callable[..., Tensor]]

    def forward(self, input: Tensor) -> Tensor:
        """Return the function of each element of the input."""
        return self._function(input)


class Tanh(Activation):
    """tanh(x), element by element."""

    _function = staticmethod(F.tanh)


class Sigmoid(Activation):
    """1 / (1 + e^-x), element by element."""

    _function = staticmethod(F.sigmoid)


class LogSigmoid(Activation):
    """log(1 / (1 + e^-x)), element by element, stable for any x."""

    _function = staticmethod(F.logsigmoid)


class Softsign(Activation):
    """x / (1 + |x|), element by element."""

    _function = staticmethod(F.softsign)


class Tanhshrink(Activation):
    """x - tanh(x), element by element."""

    _function = staticmethod(F.tanhshrink)


class InPlaceActivation(Activation):
    """One function of each element, which may be written over the input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the function of each element of the input."""
        return self._function(input, self.inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True" if so."""
        return "inplace=True" if self.inplace else ""


class SilentInPlaceActivation(InPlaceActivation):
    """The same where PyTorch's repr says nothing of `inplace`."""

    def extra_repr(self) -> str:
        """Return nothing."""
        return ""


class ReLU(InPlaceActivation):
    """max(x, 0), element by element.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.ReLU()(tnn.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    _function = staticmethod(F.relu)


class ReLU6(InPlaceActivation):
    """min(max(x, 0), 6), element by element (Krizhevsky 2010)."""

    _function = staticmethod(F.relu6)


class SELU(InPlaceActivation):
    """scale (max(x, 0) + min(alpha (e^x - 1), 0)), element by element (Klambauer et al. 2017)."""

    _function = staticmethod(F.selu)


class SiLU(InPlaceActivation):
    """x sigmoid(x), element by element, also known as swish (Ramachandran et al. 2017)."""

    _function = staticmethod(F.silu)


class Mish(InPlaceActivation):
    """x tanh(softplus(x)), element by element (Misra 2019)."""

    _function = staticmethod(F.mish)


class Hardswish(SilentInPlaceActivation):
    """x min(max(x + 3, 0), 6) / 6, element by element (Howard et al. 2019)."""

    _function = staticmethod(F.hardswish)


class Hardsigmoid(SilentInPlaceActivation):
    """min(max(x + 3, 0), 6) / 6, element by element."""

    _function = staticmethod(F.hardsigmoid)
