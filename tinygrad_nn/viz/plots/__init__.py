"""Pictures of training, on matplotlib: each function draws into one Axes and returns it.
Read `training.py` for the smallest, then `figures.py`, which all of them draw on.
"""
