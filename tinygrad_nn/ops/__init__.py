"""The operations, each a NumPy function with one gradient rule per operand.
Read `elementwise`, `reduce`, `shape`, `index`, `linalg`, `softmax`, `linear`, `loss` in order.
"""
