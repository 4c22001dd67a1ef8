"""The store: SQLite through sqlite-utils, one file per noun, the only shared state of Siaga.

Layer 2. Every function takes the thread's own :class:`sqlite_utils.Database` first. Rules, each
from a measured trap: read outside a transaction, and let a guarded write be the first statement
inside ``db.atomic()`` (it begins deferred: a read first makes writers collide); ``db.query`` for
``RETURNING`` and SELECT; ``UPDATE ... WHERE state = ?`` and its row count decide every race; one
Database per thread.
"""

from monitor.store.connection import open_store

__all__ = ["open_store"]
