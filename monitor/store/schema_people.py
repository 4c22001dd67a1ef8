"""Tables of what people do with an alert: duty, routing, questions, signatures, statements.

A migration of ``schema``; imported by ``connection`` so that it is always known.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from monitor.store.schema import migrations, run

_REGISTER = """
ALTER TABLE person ADD COLUMN opd TEXT;
ALTER TABLE person ADD COLUMN met_at INTEGER;
ALTER TABLE person ADD COLUMN unreachable TEXT;
ALTER TABLE prompt ADD COLUMN first_id INTEGER;
CREATE TABLE invite (
  key TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  opd TEXT,
  replaces TEXT,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;
CREATE TABLE absence (
  id INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  stand_in TEXT,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL
);
CREATE INDEX absence_until ON absence(until_at)
"""

# A forum has a row a topic; what happens to the chat happens to all of its rows.
_TOPICS = """
CREATE TABLE chat_new (
  id INTEGER NOT NULL,
  title TEXT NOT NULL,
  min_level TEXT NOT NULL,
  thread_id INTEGER,
  blocked TEXT
);
INSERT INTO chat_new SELECT id, title, min_level, thread_id, blocked FROM chat;
DROP TABLE chat;
ALTER TABLE chat_new RENAME TO chat;
CREATE UNIQUE INDEX chat_one ON chat(id, coalesce(thread_id, 0))
"""

# A call is one person of one step of the chain; a note is one message about the duty itself.
_ON_DUTY = """
CREATE TABLE called (
  id INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL REFERENCES event(id),
  incident_id INTEGER NOT NULL REFERENCES incident(id),
  rung TEXT NOT NULL,
  person TEXT NOT NULL,
  telegram_id INTEGER,
  skipped TEXT,
  at INTEGER NOT NULL
);
CREATE INDEX called_incident ON called(incident_id);
CREATE INDEX called_event ON called(event_id);
CREATE TABLE duty_note (
  id INTEGER PRIMARY KEY,
  turn INTEGER UNIQUE,
  absence_id INTEGER REFERENCES absence(id),
  petugas TEXT,
  cadangan TEXT,
  at INTEGER NOT NULL
)
"""

_ESCALATED = """
ALTER TABLE incident ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN parent_id INTEGER REFERENCES incident(id);
ALTER TABLE incident ADD COLUMN opd TEXT;
ALTER TABLE incident ADD COLUMN peak_score REAL;
ALTER TABLE incident ADD COLUMN reopened_at INTEGER;
CREATE INDEX incident_topic ON incident(topic, closed_at);
CREATE INDEX incident_closed ON incident(closed_at)
"""

# One message a topic: cards stand in the office's topic of a forum, copies in those of OPDs.
_NOTICES = """
CREATE TABLE notice_new (
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
  text TEXT
);
INSERT INTO notice_new SELECT id, chat_id, thread_id, kind, subject_id, state, due_at, version,
  message_id, shown, attempts, error, text FROM notice;
DROP TABLE notice;
ALTER TABLE notice_new RENAME TO notice;
CREATE UNIQUE INDEX notice_one ON notice(chat_id, coalesce(thread_id, 0), kind, subject_id);
CREATE INDEX notice_due ON notice(due_at) WHERE state = 'due';
CREATE INDEX notice_subject ON notice(kind, subject_id)
"""

_ROUTED = """
CREATE TABLE route (
  id INTEGER PRIMARY KEY,
  issue TEXT NOT NULL,
  place TEXT,
  opd TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL
);
CREATE INDEX route_issue ON route(issue, id);
CREATE TABLE question (
  id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incident(id),
  opd TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  reminded_at INTEGER,
  escalated_at INTEGER,
  answer TEXT,
  answered_by TEXT,
  answered_at INTEGER,
  draft_id INTEGER REFERENCES draft(id),
  days INTEGER NOT NULL,
  reminded INTEGER NOT NULL DEFAULT 0,
  been TEXT NOT NULL DEFAULT '',
  looped INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX question_incident ON question(incident_id);
CREATE UNIQUE INDEX question_one ON question(incident_id, opd) WHERE state = 'asked';
CREATE INDEX question_open ON question(due_at) WHERE state = 'asked';
CREATE TABLE handoff (
  id INTEGER PRIMARY KEY,
  incident_id INTEGER REFERENCES incident(id),
  comment_id INTEGER REFERENCES comment(id),
  system TEXT NOT NULL,
  state TEXT NOT NULL,
  form TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  due_at INTEGER,
  ticket TEXT,
  ticket_by TEXT,
  ticket_at INTEGER,
  reminded_at INTEGER
);
CREATE UNIQUE INDEX handoff_one ON handoff(coalesce(incident_id, 0), coalesce(comment_id, 0),
  system) WHERE state <> 'ticketed';
CREATE INDEX handoff_incident ON handoff(incident_id);
CREATE INDEX handoff_waiting ON handoff(id) WHERE state = 'waiting'
"""

_SIGNED = """
ALTER TABLE draft ADD COLUMN signed_level TEXT;
ALTER TABLE draft ADD COLUMN batch_id INTEGER;
CREATE TABLE signature (
  draft_id INTEGER NOT NULL REFERENCES draft(id),
  person TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (draft_id, person)
) WITHOUT ROWID;
CREATE INDEX draft_batch ON draft(batch_id) WHERE batch_id IS NOT NULL;
CREATE TABLE draft_version (
  id INTEGER PRIMARY KEY,
  draft_id INTEGER NOT NULL REFERENCES draft(id),
  text TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX draft_version_draft ON draft_version(draft_id);
CREATE INDEX draft_incident ON draft(incident_id);
CREATE INDEX draft_comment ON draft(comment_id);
CREATE INDEX post_finished ON post(finished_at);
CREATE INDEX comment_post ON comment(post_id);
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  made_at INTEGER NOT NULL,
  decided_by TEXT,
  decided_at INTEGER
)
"""

# Drafts whose comment may be another than the one they were made for. Each is looked at once, so
# that a tick costs the same however many drafts nobody ever decided.
_LOOKED_AT = """
CREATE TABLE draft_look (draft_id INTEGER PRIMARY KEY REFERENCES draft(id));
INSERT INTO draft_look SELECT id FROM draft WHERE state IN ('proposed', 'approved');
CREATE TRIGGER draft_look_new AFTER INSERT ON draft BEGIN
  INSERT INTO draft_look VALUES (NEW.id); END;
CREATE TRIGGER draft_look_edited AFTER UPDATE OF text, visibility ON comment
WHEN OLD.text IS NOT NEW.text OR OLD.visibility IS NOT NEW.visibility BEGIN
  INSERT INTO draft_look SELECT d.id FROM draft d WHERE d.comment_id = NEW.id
  AND d.state IN ('proposed', 'approved', 'posting')
  AND NOT EXISTS (SELECT 1 FROM draft_look l WHERE l.draft_id = d.id); END
"""

# A statement gets its number when it is approved, so drafts side by side leave no gap.
_STATED = """
CREATE TABLE narrative (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  facts TEXT NOT NULL,
  link TEXT NOT NULL,
  state TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  approved_by TEXT,
  approved_at INTEGER,
  until_at INTEGER
);
CREATE UNIQUE INDEX narrative_version ON narrative(topic, version) WHERE version > 0;
CREATE UNIQUE INDEX narrative_valid ON narrative(topic) WHERE state = 'valid';
CREATE TABLE narrative_use (
  narrative_id INTEGER NOT NULL REFERENCES narrative(id),
  person TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (narrative_id, person, kind)
) WITHOUT ROWID
"""


# ``digest``: which digests were wished; ``outcome_look``: how many looks at a reply were shown;
# ``intake``: who handed a comment in; ``album``: which comment the pictures of an album belong to.
_ASKED = """
CREATE TABLE digest (
  subject INTEGER PRIMARY KEY,
  since_at INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE outcome_look (
  draft_id INTEGER PRIMARY KEY REFERENCES draft(id),
  stage INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE intake (
  comment_id INTEGER NOT NULL REFERENCES comment(id),
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  cancelled_by TEXT,
  PRIMARY KEY (comment_id, person)
) WITHOUT ROWID;
CREATE TABLE album (
  chat_id INTEGER NOT NULL,
  album TEXT NOT NULL,
  comment_id INTEGER REFERENCES comment(id),
  at INTEGER NOT NULL,
  PRIMARY KEY (chat_id, album)
) WITHOUT ROWID
"""


@migrations()
def m010_people(db: Database) -> None:
    """Invitations, absences, escalation, routes, questions, signatures, statements."""
    for script in (
        _REGISTER,
        _ON_DUTY,
        _TOPICS,
        _ESCALATED,
        _NOTICES,
        _ROUTED,
        _SIGNED,
        _LOOKED_AT,
        _STATED,
        _ASKED,
    ):
        run(db, script)


KNOWN: Final = frozenset({"m010_people"})
