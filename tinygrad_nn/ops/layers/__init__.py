"""What the layers of a network compute, each fused into one operation.
Read `linear.py` next.
"""
