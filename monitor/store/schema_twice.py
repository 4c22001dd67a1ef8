"""What keeps the office from answering a comment twice: migration m013. Rules as in ``schema``."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from monitor.store.schema import migrations, run

_OPEN = "d.state IN ('proposed', 'approved', 'posting', 'unsure', 'to_copy')"
_NOT_YET = "NOT EXISTS (SELECT 1 FROM draft_look l WHERE l.draft_id = d.id)"
# The drafts of the comment that the office's own words (NEW) stand below.
_BELOW = (
    "INSERT INTO draft_look SELECT d.id FROM comment t JOIN draft d ON d.comment_id = t.id "
    f"WHERE t.source_id = NEW.source_id AND t.external_id = NEW.parent_id AND {_OPEN} "
    f"AND {_NOT_YET}"
)
# Whoever answers on the site itself is seen when the reply is read; then the drafts of that comment
# are looked at once more, those of before the upgrade too.
_ANSWERED_THERE = f"""
CREATE INDEX comment_own_reply ON comment(source_id, parent_id) WHERE own = 1;
INSERT INTO draft_look SELECT d.id FROM draft d WHERE {_OPEN} AND {_NOT_YET};
CREATE TRIGGER draft_look_answered AFTER INSERT ON comment
WHEN NEW.own = 1 AND NEW.parent_id IS NOT NULL BEGIN
  {_BELOW}; END;
CREATE TRIGGER draft_look_owned AFTER UPDATE OF own, visibility ON comment
WHEN NEW.own = 1 AND NEW.parent_id IS NOT NULL
AND (OLD.own IS NOT NEW.own OR OLD.visibility IS NOT NEW.visibility) BEGIN
  {_BELOW}; END
"""


@migrations()
def m013_answered_there(db: Database) -> None:
    """Replies that the office wrote on the site itself are noticed."""
    run(db, _ANSWERED_THERE)


KNOWN: Final = frozenset({"m013_answered_there"})
