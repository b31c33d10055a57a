"""Formulas: of an operation, and of its gradient rules as their Python source says them.
Read `rules.py`, `simplify.py`, `latex_of.py`, `forward.py`, `latex.py` and `sheet.py` in order.
"""
