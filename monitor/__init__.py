"""Siaga: watches what citizens say to a regional government and wakes the right people.

Start reading at ``pipeline.py``: its docstring is the whole way of a comment through the product.
"""

__version__ = "0.1.0"
