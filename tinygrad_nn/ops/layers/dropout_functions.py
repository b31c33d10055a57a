"""Dropout under PyTorch's names outside of `nn`: p and train have no defaults there.
Read `normalization.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import check_are_tensors, refuses
from . import dropout as by_element
from .alpha_dropout import alpha_drop

__all__ = [
    "alpha_dropout",
    "alpha_dropout_",
    "dropout",
    "dropout_",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "feature_dropout",
    "feature_dropout_",
]


@refuses
def dropout(input: Any, p: float, train: bool) -> Any:
    """Return the input with elements zeroed with probability p, the others divided by 1 - p.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.dropout(tnn.ones(2), 0.5, train=False)
        tensor([1., 1.])
    """
    check_are_tensors("dropout", input=input)
    return by_element.dropout(input, p, train)


@refuses
def dropout_(input: Any, p: float, train: bool) -> Any:
    """Do in place what `dropout` does."""
    check_are_tensors("dropout_", input=input)
    return by_element.dropout(input, p, train, True)


@refuses
def feature_dropout(input: Any, p: float, train: bool) -> Any:
    """Return (N, C, ...) with whole channels zeroed, the others divided by 1 - p."""
    return by_element.feature_dropout("feature_dropout", input, p, train, False)


@refuses
def feature_dropout_(input: Any, p: float, train: bool) -> Any:
    """Do in place what `feature_dropout` does."""
    return by_element.feature_dropout("feature_dropout_", input, p, train, True)


@refuses
def alpha_dropout(input: Any, p: float, train: bool) -> Any:
    """Return the input with elements set to selu's lowest value, mean and variance kept."""
    return alpha_drop("alpha_dropout", input, p, train, False)


@refuses
def alpha_dropout_(input: Any, p: float, train: bool) -> Any:
    """Do in place what `alpha_dropout` does."""
    return alpha_drop("alpha_dropout_", input, p, train, True)


@refuses
def feature_alpha_dropout(input: Any, p: float, train: bool) -> Any:
    """Return (N, C, ...) with channels set to selu's lowest value, mean and variance kept."""
    return alpha_drop("feature_alpha_dropout", input, p, train, False, True)


@refuses
def feature_alpha_dropout_(input: Any, p: float, train: bool) -> Any:
    """Do in place what `feature_alpha_dropout` does."""
    return alpha_drop("feature_alpha_dropout_", input, p, train, True, True)
