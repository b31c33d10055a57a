"""The backward pass of one computation, number by number and line by line.
Read `backward.py` first, then `lines.py`, which puts it into formulas.
"""
