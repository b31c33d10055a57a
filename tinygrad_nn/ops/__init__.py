"""The operations, each a NumPy function with one gradient rule per operand.
Read `elementwise/` next, then `reduction/`, `shape/`, `indexing/`, `matrices/`, `layers/` and
`losses/`.
"""
