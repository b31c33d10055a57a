"""Pictures: the graph of a computation, the course of a training run, the images a model got wrong.
Read `graph.py` first, which `dot.py` and `render.py` draw, then `curve.py` and `predictions.py`.
"""
