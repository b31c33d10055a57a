"""The page that steps through a forward and a backward pass, number by number.
Read `frames.py` first: what each step shows; then `page.py`, which writes it, and `play.py`.
"""
