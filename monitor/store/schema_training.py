"""Tables of the trainers' work: migration m012. Rules as in ``schema``."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from monitor.store.schema import migrations, run

# One row a change of what serves, the newest with state 'serves' is the truth; CURRENT on the disk
# follows it. ``version`` is a model's name, "~3" behind it the revision of the knowledge.
# ``upto``: comments up to this id were read by it; ``total``: how many there were to read.
_SERVED = """
CREATE TABLE serving (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  previous TEXT,
  state TEXT NOT NULL,
  wanted_by TEXT NOT NULL,
  wanted_at INTEGER NOT NULL,
  upto INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  switched_at INTEGER,
  trouble TEXT
);
CREATE UNIQUE INDEX serving_now ON serving(state) WHERE state IN ('reading', 'serves')
"""

# A trained model that waits for a decision; ``report``: JSON of how it did beside the serving one.
_CANDIDATES = """
CREATE TABLE candidate (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  report TEXT NOT NULL,
  picture BLOB,
  trained_at INTEGER NOT NULL,
  trained_by TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  why TEXT
)
"""

# What is to be labelled, and what each labeller said. ``wanted``: how many people shall say it;
# ``guesses``: the issues that the machine finds likeliest, best first; ``seen``: the content hash
# of the words that the person had before them.
_QUEUED = """
CREATE TABLE to_label (
  comment_id INTEGER PRIMARY KEY REFERENCES comment(id),
  reason TEXT NOT NULL,
  worth REAL NOT NULL,
  wanted INTEGER NOT NULL DEFAULT 1,
  guesses TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  settled_at INTEGER
);
CREATE INDEX to_label_waiting ON to_label(worth DESC) WHERE state = 'waiting';
CREATE INDEX to_label_queued ON to_label(queued_at);
CREATE TABLE said_label (
  id INTEGER PRIMARY KEY,
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  person TEXT NOT NULL,
  sentiment TEXT,
  issue TEXT,
  skipped INTEGER NOT NULL DEFAULT 0,
  via TEXT NOT NULL,
  seen TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (comment_id, person)
);
CREATE INDEX said_label_at ON said_label(at);
CREATE INDEX label_at ON label(at);
CREATE TABLE handed_label (
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  person TEXT NOT NULL,
  seen TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (comment_id, person)
) WITHOUT ROWID
"""

# Every text that an editable file under data/ had, whole. ``before`` NULL: as the file was first
# seen. A change is 'wanted' until the file says it, then 'done'; 'dropped': somebody wrote the file
# by hand in between.
_KNOWN = """
CREATE TABLE knowledge_change (
  id INTEGER PRIMARY KEY,
  file TEXT NOT NULL,
  before TEXT,
  after TEXT NOT NULL,
  person TEXT NOT NULL,
  why TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  undoes INTEGER REFERENCES knowledge_change(id)
);
CREATE INDEX knowledge_change_file ON knowledge_change(file, id);
CREATE UNIQUE INDEX knowledge_change_wanted ON knowledge_change(state) WHERE state = 'wanted';
CREATE TABLE drift (
  day TEXT NOT NULL,
  source_id TEXT NOT NULL,
  language TEXT NOT NULL,
  figures TEXT NOT NULL,
  PRIMARY KEY (day, source_id, language)
) WITHOUT ROWID;
CREATE TABLE drift_told (about TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE new_issue (
  id INTEGER PRIMARY KEY,
  terms TEXT NOT NULL,
  name TEXT NOT NULL,
  comments TEXT NOT NULL,
  examples TEXT NOT NULL,
  accounts INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  decided_by TEXT,
  decided_at INTEGER,
  issue TEXT,
  issue_name TEXT,
  opd TEXT
)
"""


@migrations()
def m012_training(db: Database) -> None:
    """What serves and what wants to, the label queue, changes of knowledge, drift, new issues."""
    for script in (_SERVED, _CANDIDATES, _QUEUED, _KNOWN):
        run(db, script)


KNOWN: Final = frozenset({"m012_training"})
