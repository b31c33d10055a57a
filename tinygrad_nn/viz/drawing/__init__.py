"""What `GraphContents` look like: as DOT, as a picture, as a page, as text; and arrays as tables.
Read `dot.py` first, which Graphviz lays out, and then `page.py`.
"""
