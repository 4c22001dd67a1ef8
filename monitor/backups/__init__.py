"""Backups: one archive with all that an office made, and a folder made of it again.

Layer 5. ``archive`` says what an archive is, ``writing`` makes one, ``restoring`` unpacks it.
"""

from __future__ import annotations

from monitor.backups.restoring import Restored, restore
from monitor.backups.writing import Made, backup

__all__ = ["Made", "Restored", "backup", "restore"]
