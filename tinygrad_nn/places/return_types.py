"""`torch.return_types`: the classes of the tuples that operations of several results return.
Read `../arrays/named_results.py` next, which makes them.
"""

from ..arrays.named_results import result as _result

_FIELDS = {
    **dict.fromkeys(("cummax", "cummin", "kthvalue", "max", "median", "min"), "values, indices"),
    **dict.fromkeys(("mode", "nanmedian", "sort", "topk"), "values, indices"),
    "aminmax": "min, max",
    "frexp": "mantissa, exponent",
    "svd": "U, S, V",
}

globals().update({name: _result(name, fields) for name, fields in _FIELDS.items()})
