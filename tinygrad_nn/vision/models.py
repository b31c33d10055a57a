"""Where programs look for networks that were trained on photographs: there are none here.
Read `../nn/layers/convolution.py` instead, for the layers to write one with.
"""

__all__: list[str] = []
