"""`tnn.special`: PyTorch's names for the special functions, and for some that have others, too.
Read `ops/special/error_functions.py` next, and the files beside it, where they are.
"""

from .autograd.declaring import alias as _alias
from .ops.elementwise.activations import sigmoid as _sigmoid
from .ops.elementwise.functions import exp2, expm1, log1p, xlogy
from .ops.elementwise.rounding import round
from .ops.elementwise.smooth_bends import logit
from .ops.elementwise.trigonometric import sinc
from .ops.layers.softmax import log_softmax, softmax
from .ops.reduction.sums import logsumexp
from .ops.special.bessel_functions import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    i0,
    i0e,
    i1,
    i1e,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
)
from .ops.special.bessel_functions import special_spherical_bessel_j0 as spherical_bessel_j0
from .ops.special.error_functions import erf, erfc, erfinv
from .ops.special.error_functions import special_erfcx as erfcx
from .ops.special.gamma_functions import digamma, gammaln, multigammaln, polygamma, psi
from .ops.special.incomplete_gamma import igamma as gammainc
from .ops.special.incomplete_gamma import igammac as gammaincc
from .ops.special.incomplete_gamma import zeta
from .ops.special.normal_functions import ndtr
from .ops.special.normal_functions import special_entr as entr
from .ops.special.normal_functions import special_log_ndtr as log_ndtr
from .ops.special.normal_functions import special_ndtri as ndtri
from .ops.special.normal_functions import special_xlog1py as xlog1py
from .ops.special.orthogonal_polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)

expit = _alias(_sigmoid, "expit")

__all__ = [
    "airy_ai",
    "bessel_j0",
    "bessel_j1",
    "bessel_y0",
    "bessel_y1",
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "modified_bessel_i0",
    "modified_bessel_i1",
    "modified_bessel_k0",
    "modified_bessel_k1",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
    "sinc",
    "softmax",
    "spherical_bessel_j0",
    "xlog1py",
    "xlogy",
    "zeta",
]
