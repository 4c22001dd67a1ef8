"""Tables of the store, as named, transactional migrations that are never edited once released.

Instants are whole seconds since 1970 UTC. ``tally`` holds how each comment counts now; triggers
keep ``hourly`` (what the baseline learns from) and ``bins`` (five minutes, live comments only: what
a tick judges) equal to a recount of it, so an edit, a deletion or a correction can never leave a
wrong count behind.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("siaga")

BIN_SECONDS = 300
HOUR_SECONDS = 3600

_COLLECTED = """
CREATE TABLE source (
  id TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  cursor TEXT,
  poll_after INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_success_at INTEGER,
  backfilled_at INTEGER,
  error TEXT,
  paused TEXT
);
CREATE TABLE coverage (
  source_id TEXT NOT NULL REFERENCES source(id),
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  PRIMARY KEY (source_id, from_at)
) WITHOUT ROWID;
CREATE TABLE comment (
  id INTEGER PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source(id),
  external_id TEXT NOT NULL,
  platform TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_id TEXT,
  thread_id TEXT,
  post_id TEXT,
  post_title TEXT,
  post_url TEXT,
  author_id TEXT,
  author_name TEXT,
  own INTEGER NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  like_count INTEGER,
  reply_count INTEGER,
  rating REAL,
  permalink TEXT,
  visibility TEXT NOT NULL,
  reply_ref TEXT,
  reply_block TEXT,
  raw TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  backfilled INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  predicted_by TEXT,
  UNIQUE (source_id, external_id)
);
CREATE INDEX comment_waiting ON comment(backfilled, id) WHERE predicted_by IS NULL;
CREATE INDEX comment_created ON comment(created_at);
"""

_UNDERSTOOD = """
CREATE TABLE prediction (
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  model TEXT NOT NULL,
  sentiment TEXT NOT NULL,
  p_negatif REAL NOT NULL,
  p_netral REAL NOT NULL,
  p_positif REAL NOT NULL,
  issue TEXT NOT NULL,
  issue_p REAL NOT NULL,
  intent TEXT NOT NULL,
  urgent INTEGER NOT NULL,
  language TEXT NOT NULL,
  place TEXT,
  spam TEXT,
  flags TEXT NOT NULL,
  masked TEXT NOT NULL,
  ask_human INTEGER NOT NULL,
  copy_key BLOB,
  copy_of INTEGER,
  PRIMARY KEY (comment_id, model)
) WITHOUT ROWID;
CREATE INDEX prediction_copy ON prediction(copy_of) WHERE copy_of IS NOT NULL;
CREATE TABLE copy (
  copy_key BLOB PRIMARY KEY,
  comment_id INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX copy_first ON copy(comment_id);
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX label_comment ON label(comment_id, field, id);
CREATE TABLE embedding (text_hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tally (
  comment_id INTEGER PRIMARY KEY REFERENCES comment(id),
  topic TEXT NOT NULL,
  source_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  negative INTEGER NOT NULL,
  live INTEGER NOT NULL
);
CREATE INDEX tally_topic ON tally(topic, at);
CREATE TABLE hourly (
  hour INTEGER NOT NULL,
  topic TEXT NOT NULL,
  source_id TEXT NOT NULL,
  negatives INTEGER NOT NULL,
  comments INTEGER NOT NULL,
  PRIMARY KEY (hour, topic, source_id)
) WITHOUT ROWID;
CREATE TABLE bins (
  bin INTEGER NOT NULL,
  topic TEXT NOT NULL,
  source_id TEXT NOT NULL,
  negatives INTEGER NOT NULL,
  comments INTEGER NOT NULL,
  PRIMARY KEY (bin, topic, source_id)
) WITHOUT ROWID;
CREATE TABLE baseline (hour INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""


def _count(table: str, column: str, seconds: int, row: str, sign: int) -> str:
    return (
        f"INSERT INTO {table} ({column}, topic, source_id, negatives, comments) "
        f"VALUES ({row}.at - {row}.at % {seconds}, {row}.topic, {row}.source_id, "
        f"{sign} * {row}.negative, {sign}) "
        f"ON CONFLICT ({column}, topic, source_id) DO UPDATE SET "
        f"negatives = negatives + excluded.negatives, comments = comments + excluded.comments;"
    )


def _tally_trigger(when: str, row: str, sign: int, live: bool) -> str:
    table, column, seconds = (
        ("bins", "bin", BIN_SECONDS) if live else ("hourly", "hour", HOUR_SECONDS)
    )
    only = f"WHEN {row}.live = 1 " if live else ""
    return (
        f"CREATE TRIGGER tally_{when.lower()}_{table} AFTER {when} ON tally {only}BEGIN "
        f"{_count(table, column, seconds, row, sign)} END"
    )


_PEOPLE = """
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  telegram_id INTEGER UNIQUE,
  roles TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE chat (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  min_level TEXT NOT NULL,
  thread_id INTEGER,
  blocked TEXT
);
CREATE TABLE prompt (
  chat_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  asked TEXT NOT NULL,
  at INTEGER NOT NULL,
  answered INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat_id, message_id)
) WITHOUT ROWID;
"""

_ALERTED = """
CREATE TABLE incident (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  level TEXT NOT NULL,
  peak TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  onset_at INTEGER NOT NULL,
  reading TEXT NOT NULL,
  holder TEXT,
  silenced_until INTEGER,
  state_reason TEXT,
  calm_since INTEGER,
  touched_at INTEGER,
  closed_at INTEGER
);
CREATE UNIQUE INDEX incident_live ON incident(topic) WHERE closed_at IS NULL;
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incident(id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  level TEXT NOT NULL,
  actor TEXT,
  processed_at INTEGER
);
CREATE INDEX event_incident ON event(incident_id, id);
CREATE INDEX event_waiting ON event(id) WHERE processed_at IS NULL;
CREATE TABLE notice (
  id INTEGER PRIMARY KEY,
  chat_id INTEGER NOT NULL,
  thread_id INTEGER,
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  message_id INTEGER,
  shown TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  text TEXT,
  UNIQUE (chat_id, kind, subject_id)
);
CREATE INDEX notice_due ON notice(due_at) WHERE state IN ('due', 'sending');
"""

_ANSWERED = """
CREATE TABLE draft (
  id INTEGER PRIMARY KEY,
  incident_id INTEGER REFERENCES incident(id),
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  text TEXT NOT NULL,
  suggested TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL,
  target_hash TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  decided_by TEXT,
  decided_at INTEGER,
  why TEXT,
  next_try_at INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX draft_live ON draft(comment_id)
  WHERE state NOT IN ('rejected', 'stale', 'failed');
CREATE INDEX draft_state ON draft(state, next_try_at);
CREATE TABLE post (
  draft_id INTEGER PRIMARY KEY REFERENCES draft(id),
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  external_id TEXT,
  permalink TEXT,
  outcome TEXT
);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
"""


@migrations()
def m001_collected(db: Database) -> None:
    """Sources, coverage and comments."""
    run(db, _COLLECTED)


@migrations()
def m002_understood(db: Database) -> None:
    """Predictions, copies, labels, and the counts with their triggers."""
    run(db, _UNDERSTOOD)
    for live in (False, True):
        db.conn.execute(_tally_trigger("INSERT", "NEW", 1, live))
        db.conn.execute(_tally_trigger("DELETE", "OLD", -1, live))


@migrations()
def m003_people(db: Database) -> None:
    """People, chats and open questions to people."""
    run(db, _PEOPLE)


@migrations()
def m004_alerted(db: Database) -> None:
    """Incidents, events and notices."""
    run(db, _ALERTED)


@migrations()
def m005_answered(db: Database) -> None:
    """Drafts, posts and the append-only audit trail."""
    run(db, _ANSWERED)
    for verb in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        )


_LEARNED = """
DROP TABLE baseline;
CREATE TABLE learned (hour INTEGER PRIMARY KEY, about TEXT NOT NULL, body BLOB NOT NULL);
"""

# What was learned up to an hour holds only as long as nothing before that hour changes.
_FORGET = "DELETE FROM learned WHERE hour >"
_UNLEARN = (
    f"CREATE TRIGGER hourly_insert_learned AFTER INSERT ON hourly BEGIN {_FORGET} NEW.hour; END",
    f"CREATE TRIGGER hourly_update_learned AFTER UPDATE ON hourly BEGIN {_FORGET} NEW.hour; END",
    "CREATE TRIGGER coverage_insert_learned AFTER INSERT ON coverage "
    f"BEGIN {_FORGET} NEW.from_at - NEW.from_at % {HOUR_SECONDS}; END",
    "CREATE TRIGGER coverage_update_learned AFTER UPDATE ON coverage WHEN NEW.to_at > OLD.to_at "
    f"BEGIN {_FORGET} OLD.to_at - OLD.to_at % {HOUR_SECONDS}; END",
    "CREATE TRIGGER incident_update_learned AFTER UPDATE OF state, holder, closed_at ON incident "
    f"BEGIN {_FORGET} NEW.onset_at - NEW.onset_at % {HOUR_SECONDS}; END",
)


@migrations()
def m006_learned(db: Database) -> None:
    """What is usual, as states that are dropped by themselves when an hour before them changes."""
    run(db, _LEARNED)
    for trigger in _UNLEARN:
        db.conn.execute(trigger)


_NEAR = """
CREATE TABLE near_text (
  comment_id INTEGER PRIMARY KEY REFERENCES comment(id),
  at INTEGER NOT NULL,
  words TEXT NOT NULL,
  bands BLOB NOT NULL
);
CREATE INDEX near_text_at ON near_text(at);
CREATE TABLE near_band (
  band INTEGER NOT NULL,
  comment_id INTEGER NOT NULL,
  PRIMARY KEY (band, comment_id)
) WITHOUT ROWID;
CREATE INDEX comment_account
  ON comment(source_id, coalesce(author_id, author_name), created_at);
"""


@migrations()
def m007_near_copies(db: Database) -> None:
    """First texts of the last days and where to look for them; what an account wrote before."""
    run(db, _NEAR)


_NEW_TOPICS = """
CREATE TABLE new_topic (
  id INTEGER PRIMARY KEY,
  keys TEXT NOT NULL,
  words TEXT NOT NULL,
  hours INTEGER NOT NULL,
  accounts INTEGER NOT NULL,
  comments INTEGER NOT NULL,
  usual REAL NOT NULL,
  samples TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  told_at INTEGER
);
CREATE INDEX new_topic_seen ON new_topic(seen_at);
CREATE INDEX new_topic_told ON new_topic(told_at) WHERE told_at IS NOT NULL;
CREATE TABLE new_topic_look (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), at INTEGER);
INSERT INTO new_topic_look (only_row) VALUES (1);
"""


@migrations()
def m008_topics(db: Database) -> None:
    """Topics that fit no issue, and when they were last looked for."""
    run(db, _NEW_TOPICS)


_CHOSEN = """
CREATE TABLE choice (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
"""


@migrations()
def m009_choices(db: Database) -> None:
    """What people chose in the bot in place of the configuration, and what follows from it."""
    run(db, _CHOSEN)


def run(db: Database, script: str) -> None:
    """Run the statements of a script inside the migration's transaction."""
    # Not executescript(): that would commit the migration's own transaction first.
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


KNOWN = frozenset(
    {
        "m001_collected",
        "m002_understood",
        "m003_people",
        "m004_alerted",
        "m005_answered",
        "m006_learned",
        "m007_near_copies",
        "m008_topics",
        "m009_choices",
    }
)
