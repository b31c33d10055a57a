"""The layers: what has parameters, what activates, and what holds other layers.
Read `linear.py` next, then `activation.py` and `container.py`.
"""
