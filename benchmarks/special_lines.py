"""The calls of special functions that are timed.
Read `operations.py` next, the calls of all other operations.
"""

from __future__ import annotations

from .operands import Line, above, inside, positive, probability, real

SPECIAL_FUNCTIONS = [
    *[Line(name, positive) for name in ("lgamma", "digamma", "i0")],
    Line("polygamma", positive, call=lambda t, x: t.polygamma(1, x)),
    Line("mvlgamma", above, call=lambda t, x: t.mvlgamma(x, 2)),
    *[
        Line(
            name,
            positive,
            positive,
            call=lambda t, x, a, name=name: getattr(t, name)(a.detach(), x),
        )
        for name in ("igamma", "igammac")
    ],
    Line("zeta", positive, call=lambda t, x: t.special.zeta(2.5, x), records="special_zeta"),
    Line("xlog1py", real, positive, call="special.xlog1py", records="special_xlog1py"),
    *[
        Line(name, probability, call=f"special.{name}", records=f"special_{name}")
        for name in (
            "erfcx",
            "log_ndtr",
            "ndtri",
            "entr",
            "i0e",
            "i1",
            "i1e",
            "airy_ai",
            "bessel_j0",
            "bessel_j1",
            "bessel_y0",
            "bessel_y1",
            "spherical_bessel_j0",
            "modified_bessel_i0",
            "modified_bessel_i1",
            "modified_bessel_k0",
            "modified_bessel_k1",
            "scaled_modified_bessel_k0",
            "scaled_modified_bessel_k1",
        )
    ],
    *[
        Line(
            name,
            inside,
            call=lambda t, x, name=name: getattr(t.special, name)(x, 4),
            records=f"special_{name}",
        )
        for name in (
            "chebyshev_polynomial_t",
            "chebyshev_polynomial_u",
            "chebyshev_polynomial_v",
            "chebyshev_polynomial_w",
            "shifted_chebyshev_polynomial_t",
            "shifted_chebyshev_polynomial_u",
            "shifted_chebyshev_polynomial_v",
            "shifted_chebyshev_polynomial_w",
            "hermite_polynomial_h",
            "hermite_polynomial_he",
            "laguerre_polynomial_l",
            "legendre_polynomial_p",
        )
    ],
]
