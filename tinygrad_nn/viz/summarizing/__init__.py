"""A model as a table: what its layers take, give, train, compute and keep for the backward pass.
Read `calls.py` next, which watches them; `model_summary.py` is the public function.
"""
