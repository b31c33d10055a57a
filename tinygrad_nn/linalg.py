"""`tnn.linalg`: PyTorch's names for the operations on matrices.
Read `ops/matrices/checks.py` next, and the files beside it, where they are.
"""

from .errors import LinAlgError
from .ops.matrices.chains import matrix_exp, matrix_power, multi_dot, vander
from .ops.matrices.cholesky import cholesky_ex
from .ops.matrices.cholesky import factor as cholesky
from .ops.matrices.contractions import cross_product as cross
from .ops.matrices.contractions import vecdot
from .ops.matrices.determinants import determinant as det
from .ops.matrices.determinants import log_determinant as slogdet
from .ops.matrices.eigen import eig, eigh, eigvals, eigvalsh
from .ops.matrices.inverses import inv, inv_ex, pinv, tensorinv
from .ops.matrices.lu import linalg_lu as lu
from .ops.matrices.lu import linalg_lu_solve as lu_solve
from .ops.matrices.lu import lu_factor, lu_factor_ex
from .ops.matrices.norms import cond, matrix_norm, norm
from .ops.matrices.orthogonal import householder_product
from .ops.matrices.orthogonal import linalg_qr as qr
from .ops.matrices.products import matmul
from .ops.matrices.singular import matrix_rank, svdvals
from .ops.matrices.singular import singular_vectors as svd
from .ops.matrices.solving import lstsq, solve, solve_ex, solve_triangular, tensorsolve
from .ops.reduction.norms import vector_norm
from .ops.shape.diagonals import matrix_diagonal as diagonal

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
