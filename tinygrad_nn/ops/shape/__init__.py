"""Operations that rearrange elements and change none: views where NumPy can give one, else copies.
Read `sizes.py` next.
"""
