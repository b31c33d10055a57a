"""The exception classes: each is both PyTorch's type and the natural Python one, so that code
written for either catches it. Read `tensor/tensor.py` next, which raises most of them.
"""

import numpy as np


class ShapeError(RuntimeError, ValueError):
    """Shapes that do not fit an operation."""


class ArgumentError(RuntimeError, ValueError):
    """A value of an argument that an operation does not take."""


class DTypeError(RuntimeError, TypeError):
    """A dtype, or a kind of value, that an operation does not take."""


class RangeError(DTypeError, OverflowError, ValueError):
    """A number that a dtype cannot hold."""


class DimensionError(IndexError, RuntimeError):
    """A dimension that the tensor does not have."""


class LoadError(ShapeError, DTypeError, KeyError):
    """A saved state that does not fit a module or an optimizer; the message lists every problem."""

    def __str__(self) -> str:
        return str(self.args[0])

    @classmethod
    def of(cls, name: str, problems: list[str], *hints: str) -> "LoadError":
        """Return the error that says what is wrong with the state for a class of this name."""
        return cls(
            f"load_state_dict: {len(problems)} problem{'s' * (len(problems) > 1)} loading into "
            f"{name}; nothing was changed:\n  " + "\n  ".join([*problems, *hints])
        )


class GraphError(RuntimeError):
    """A backward pass that the recorded graph does not allow."""


class ExchangeError(RuntimeError, BufferError):
    """Memory that cannot be handed to another library, or taken from it."""


class LinAlgError(RuntimeError, np.linalg.LinAlgError):
    """A matrix for which an inverse or a decomposition has no answer."""


class DataError(ValueError):
    """A data file that is not what its format promises."""


class MissingDataError(DataError, FileNotFoundError, RuntimeError):
    """A dataset whose files are not there."""


class CheckpointError(DataError, RuntimeError):
    """A file of saved tensors that is damaged, or that holds more than plain data."""


class WorkerError(RuntimeError):
    """A process that made batches and ended, or took too long."""


class MissingExtraError(ImportError, RuntimeError):
    """An optional package is needed; the message names the extra that installs it."""


class MissingNameError(AttributeError):
    """A name of PyTorch's that is not here; the message names the nearest that is."""


class MissingImportError(ImportError):
    """As MissingNameError, at `from ... import name`."""


class NotHereError(NotImplementedError):
    """A call for what there is none of here: a GPU, processes that train together, a compiler."""


class DeviceError(ArgumentError, NotHereError, AssertionError):
    """A device that is not there: a RuntimeError or an AssertionError in PyTorch."""
