"""What demo and drill have in common: an invented region, scripted sites, a clock of their own.

Layer 6. Nothing in here reaches a platform, a chat or the office's database.
"""
