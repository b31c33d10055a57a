"""PyTorch's places and names: what leads elsewhere here, raises when it is called, or is missing.
Read `table.py` first, then `paths.py`, which makes modules of it, and `missing.py`.
"""
