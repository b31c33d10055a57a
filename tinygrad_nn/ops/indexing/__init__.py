"""Picking elements by position, putting others there, and the adjoints, which add gradients back.
Read `picking.py` next; `../../arrays/indexing.py` says what an index means.
"""
