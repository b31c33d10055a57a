"""Tensors in a file: written whole or not at all, as safetensors, where nothing can be run.
Read `../nn/module/state.py` next: the names and the tensors that a model saves and loads.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors import numpy as safetensors_numpy

from ..errors import DataError
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .whole_files import write_file


def save_file(tensors: Mapping[str, Tensor], path: str | os.PathLike[str]) -> None:
    """Write tensors under their names to one safetensors file, such as a model's `state_dict()`.

    Shapes and dtypes are kept, gradients are not. A file of that name is replaced, whole or not at
    all. Raises TypeError for what is no Tensor, ValueError for the name "__metadata__", which the
    format keeps for itself, and OSError where the file cannot be written.

    Example:
        >>> import tempfile, pathlib
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.saving import load_file, save_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "model.safetensors")
        ...     save_file({"weight": tnn.ones(2)}, path)
        ...     load_file(path)
        {'weight': tensor([1., 1.])}
    """
    arrays = {}
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise TypeError(f"save_file: {name!r} is no Tensor but {type(tensor).__name__}")
        if name == "__metadata__":
            raise ValueError(
                "save_file: safetensors has no place for a tensor named '__metadata__'"
            )
        # Row by row: safetensors writes the bytes of any other order as if they were in this one.
        arrays[name] = np.asarray(tensor.array, order="C")
    write_file(path, safetensors_numpy.save(arrays))


def load_file(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Read the tensors of a safetensors file, by name: what `load_state_dict()` takes.

    Raises DataError for a file that is damaged or of another format, DTypeError for a dtype that a
    Tensor cannot hold, and OSError where there is no file to read.
    """
    content = Path(path).read_bytes()
    try:
        arrays = safetensors_numpy.load(content)
    except SafetensorError as error:
        raise DataError(f"{os.fspath(path)}: not a whole safetensors file: {error}") from None
    return {name: from_numpy(array) for name, array in arrays.items()}
