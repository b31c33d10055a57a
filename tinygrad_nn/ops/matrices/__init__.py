"""Matrix products and decompositions.
Read `products.py` next.
"""
