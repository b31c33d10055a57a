"""`torch.quantization`: numbers of 8 bits. It can be imported; a call says that it is not here.
Read `absent.py` next.
"""

from .absent import stand_ins

_NAMES = """
    DeQuantStub FakeQuantize MinMaxObserver MovingAverageMinMaxObserver
    PerChannelMinMaxObserver QConfig QuantStub QuantWrapper convert default_observer
    default_qconfig default_weight_observer disable_observer enable_observer fuse_modules
    get_default_qat_qconfig get_default_qconfig prepare prepare_qat propagate_qconfig_
    quantize quantize_dynamic quantize_qat
"""

__all__ = _NAMES.split()
__getattr__ = stand_ins(
    "quantization",
    "no integer arithmetic stands for floats here; bfloat16 takes half the memory",
    _NAMES,
)
