"""Benchmarks, never tests: nothing here fails because a machine is slow.
Run `python -m benchmarks`; read `__main__.py` first.
"""
