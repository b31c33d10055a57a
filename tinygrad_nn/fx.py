"""`torch.fx`: graphs of programs to rewrite. It can be imported; a call says that it is not here.
Read `absent.py` next.
"""

from .absent import stand_ins

_NAMES = """
    CodeGen Graph GraphModule Interpreter Node Proxy ProxyableClassMeta Tracer Transformer
    has_side_effect map_arg replace_pattern symbolic_trace wrap
"""

__all__ = _NAMES.split()
__getattr__ = stand_ins(
    "fx",
    "there are no graphs of programs; tinygrad_nn.viz.graph draws what a program computes",
    _NAMES,
)
