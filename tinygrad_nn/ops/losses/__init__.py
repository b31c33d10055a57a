"""The fused losses: each one Node, stable for any input, with its textbook composition beside it.
Read `reducing.py` next.
"""
