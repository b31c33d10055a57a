"""The losses as Modules: how far an output is from its target, in one number.
Read `loss.py` next, what they share, then `regression.py` and `classification.py`.
"""
