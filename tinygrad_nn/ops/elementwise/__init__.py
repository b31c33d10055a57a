"""Operations that act on each element by itself, with their gradient rules: a page of calculus.
Read `arithmetic.py` next. In a rule, `g` is the incoming gradient and `y` the output.
"""
