"""What there is to show: a computation as it ran, and the graph that a picture shows of it.
Read `computation.py` first, then `reading.py`; `../drawing/` draws what `contents.py` holds.
"""
