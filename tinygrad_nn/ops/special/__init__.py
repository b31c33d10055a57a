"""Functions of mathematical physics and statistics: what no schoolbook has a button for.
Read `error_functions.py` first.
"""
