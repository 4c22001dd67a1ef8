"""One file per watched site, behind the two small protocols of ``base.py``."""
