"""Layer 1: everything that can be read from a comment's text without a model.

``reader.TextReader`` is the way in: raw text -> cleaned, normalised, places, personal data, spam,
flags, copy hash. Every part is pure; word lists are read once by ``lexicon`` and handed in.
"""
