"""`tnn.linalg`: PyTorch's names for the operations on matrices.
Read `ops/matrices/decompositions.py` next, where they are.
"""

from .errors import LinAlgError
from .ops.matrices.decompositions import determinant as det
from .ops.matrices.decompositions import inv, svd, svdvals
from .ops.matrices.decompositions import log_determinant as slogdet
from .ops.matrices.products import matmul

__all__ = ["LinAlgError", "det", "inv", "matmul", "slogdet", "svd", "svdvals"]
