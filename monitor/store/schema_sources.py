"""Tables of the sources' health, budgets and rechecks: migration m011. Rules as in ``schema``."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from monitor.store.schema import migrations, run

# ``reason``: why the last poll failed, in one word. ``trouble``: what the last check found wrong
# although polls succeed. ``expires_at``: when the token dies; ``expiry_told``: for how many days
# left people were told last. ``silent_told_at``: since when it is not read, once people know;
# ``still_told_at``: the same for what is read and shows nothing new, ``looked_at``: when that was
# looked at. ``stopped_told_at``, ``parked_told_at``, ``trouble_told_at``: when people were told.
_HEALTH = """
ALTER TABLE source ADD COLUMN reason TEXT;
ALTER TABLE source ADD COLUMN identity TEXT;
ALTER TABLE source ADD COLUMN trouble TEXT;
ALTER TABLE source ADD COLUMN checked_at INTEGER;
ALTER TABLE source ADD COLUMN expires_at INTEGER;
ALTER TABLE source ADD COLUMN expiry_told INTEGER;
ALTER TABLE source ADD COLUMN silent_told_at INTEGER;
ALTER TABLE source ADD COLUMN still_told_at INTEGER;
ALTER TABLE source ADD COLUMN looked_at INTEGER;
ALTER TABLE source ADD COLUMN stopped_told_at INTEGER;
ALTER TABLE source ADD COLUMN parked_told_at INTEGER;
ALTER TABLE source ADD COLUMN trouble_told_at INTEGER;
ALTER TABLE source ADD COLUMN gap_at INTEGER
"""

# ``spent``: one row a budget and day (the budget's own day); ``parked``: nobody calls before.
_BUDGETS = """
CREATE TABLE spent (
  budget TEXT NOT NULL,
  day TEXT NOT NULL,
  units REAL NOT NULL,
  PRIMARY KEY (budget, day)
) WITHOUT ROWID;
CREATE TABLE parked (budget TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID
"""

# ``fetched_at``: when a comment was last read at its platform; ``recheck_at``: when it is to be
# read again (NULL: never); ``erased_at``: its words were erased because they grew too old.
# ``delivery``: what a webhook told already; ``purged``: up to which comment what was forgotten.
_RECHECKS = """
ALTER TABLE comment ADD COLUMN fetched_at INTEGER;
ALTER TABLE comment ADD COLUMN recheck_at INTEGER;
ALTER TABLE comment ADD COLUMN erased_at INTEGER;
CREATE INDEX comment_recheck ON comment(source_id, recheck_at) WHERE recheck_at IS NOT NULL;
CREATE TABLE delivery (
  source_id TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (source_id, key)
) WITHOUT ROWID;
CREATE INDEX delivery_at ON delivery(at);
CREATE INDEX post_external ON post(external_id) WHERE external_id IS NOT NULL;
CREATE TABLE purged (what TEXT PRIMARY KEY, upto INTEGER NOT NULL) WITHOUT ROWID
"""

# What a person wants a platform to hide (or to show again). ``reply_ref``: where it stands; a
# platform may give none for what is hidden.
_MODERATED = """
CREATE TABLE moderation (
  comment_id INTEGER PRIMARY KEY REFERENCES comment(id),
  hidden INTEGER NOT NULL,
  reply_ref TEXT NOT NULL,
  state TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT
);
CREATE INDEX moderation_due ON moderation(next_try_at) WHERE state = 'wanted'
"""


@migrations()
def m011_sources(db: Database) -> None:
    """Health of sources, budgets, rechecks, deliveries, hidden comments."""
    for script in (_HEALTH, _BUDGETS, _RECHECKS, _MODERATED, _MISSED):
        run(db, script)


# When a recheck that found nothing at all first missed a comment; NULL: it was found since.
_MISSED = "ALTER TABLE comment ADD COLUMN missed_at INTEGER"


KNOWN: Final = frozenset({"m011_sources"})
