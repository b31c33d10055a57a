"""Operations that reduce dimensions to one number each: sums, means, extremes.
Read `sums.py` next. `dim` is None (all), an int or a tuple; negative ones count from the end.
"""
