"""What the machine said of each comment, what people corrected, and the counts that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import (
    CommentId,
    Intent,
    Label,
    LabelField,
    Prediction,
    Sentiment,
    StoredComment,
)
from monitor.store import audit, comments, copies, notices
from monitor.store.connection import Row, changed, from_epoch, rows, to_epoch

INSERT = (
    "INSERT OR REPLACE INTO prediction (comment_id, model, sentiment, p_negatif, p_netral, "
    "p_positif, issue, issue_p, intent, urgent, language, place, spam, flags, masked, ask_human, "
    f"copy_key, copy_of) VALUES ({', '.join('?' * 18)})"
)
NEWEST_LABEL = (
    "(SELECT value FROM label l WHERE l.comment_id = c.id AND l.field = '{0}' "
    "ORDER BY l.id DESC LIMIT 1)"
)
"""What people said last of a field of the comment ``c``."""


def tally_as(model: str) -> str:
    """What counts since an instant (its first parameter), one row of the tally per comment.

    ``model``: an SQL expression that names for the comment ``c`` by which model it counts.
    """
    return (
        f"SELECT c.id AS comment_id, coalesce({NEWEST_LABEL.format('issue')}, p.issue) AS topic, "
        "c.source_id AS source_id, c.created_at AS at, "
        f"coalesce({NEWEST_LABEL.format('sentiment')}, p.sentiment) = 'negatif' AS negative, "
        "1 - c.backfilled AS live "
        f"FROM comment c JOIN prediction p ON p.comment_id = c.id AND p.model = {model} "
        "WHERE c.created_at >= ?1 AND c.own = 0 AND c.predicted_by IS NOT NULL "
        f"AND p.spam IS NULL AND p.copy_of IS NULL AND c.visibility {copies.IN_COUNTED}"
    )


@dataclass(frozen=True, slots=True)
class Understood:
    """A comment with its prediction, corrected by labels where people gave some."""

    stored: StoredComment
    prediction: Prediction
    sentiment: Sentiment
    issue: str
    labelled: bool


def write(db: Database, understood: Sequence[tuple[StoredComment, Prediction]], model: str) -> None:
    """Store a batch of predictions, note copies, and count each comment anew.

    A comment counts under its issue unless it is the office's own, spam, a copy of another, or no
    longer visible. Labels outrank the prediction. Dying before the commit means doing it again.
    """
    with db.atomic():
        ids = [(int(stored.id),) for stored, _ in understood]
        db.conn.executemany(
            "UPDATE comment SET predicted_by = ? WHERE id = ?", [(model, i) for (i,) in ids]
        )
        db.conn.executemany("DELETE FROM tally WHERE comment_id = ?", ids)
        # what another model said of words that were edited since is no prediction any more
        db.conn.executemany(
            "DELETE FROM prediction WHERE comment_id = ? AND model <> ?",
            [(i, model) for (i,) in ids],
        )
        labelled = _labels_of(db, [i for (i,) in ids])
        firsts = copies.first_copies(db, understood)
        predictions, tallies = [], []
        for (stored, prediction), copy_of in zip(understood, firsts, strict=True):
            predictions.append(values(prediction, copy_of))
            tally = _tally(stored, prediction, copy_of, labelled.get(stored.id, {}))
            if tally is not None:
                tallies.append(tally)
        db.conn.executemany(INSERT, predictions)
        db.conn.executemany(
            "INSERT INTO tally (comment_id, topic, source_id, at, negative, live) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            tallies,
        )
        oldest = min((to_epoch(stored.comment.created_at) for stored, _ in understood), default=0)
        copies.prune(db, oldest)


def skip(db: Database, stored: Sequence[StoredComment], model: str) -> None:
    """Mark comments that need no prediction (the office's own words) as dealt with."""
    with db.atomic():
        for comment in stored:
            changed(
                db, "UPDATE comment SET predicted_by = ? WHERE id = ?", (model, int(comment.id))
            )
            changed(db, "DELETE FROM tally WHERE comment_id = ?", (int(comment.id),))
            copies.free(db, comment.id)


def get(db: Database, comment_id: CommentId) -> Understood | None:
    """A comment with its newest prediction and labels, or None."""
    found = _select(db, "c.id = ?", [int(comment_id)], "LIMIT 1")
    return found[0] if found else None


def of_topic(
    db: Database, topic: str, since: datetime, limit: int, *, negative_only: bool = True
) -> list[Understood]:
    """Comments that count for a topic since an instant, newest first."""
    negative = "AND t.negative = 1" if negative_only else ""
    return _select(
        db,
        f"c.id IN (SELECT comment_id FROM tally t WHERE t.topic = ? AND t.at >= ? {negative} "
        "ORDER BY t.at DESC, t.comment_id DESC LIMIT ?)",
        [topic, to_epoch(since), limit],
        "ORDER BY c.created_at DESC, c.id DESC",
    )


def undrafted(db: Database, intent: Intent, since: datetime, limit: int) -> list[Understood]:
    """Comments with an intent since an instant that never had a draft, newest first."""
    return _select(
        db,
        "c.created_at >= ? AND p.intent = ? "
        "AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.comment_id = c.id)",
        [to_epoch(since), intent.value],
        "ORDER BY c.created_at DESC, c.id DESC LIMIT ?",
        [limit],
    )


def recent(db: Database, limit: int) -> list[Understood]:
    """The newest understood comments, whatever they are about."""
    return _select(db, "1", [], "ORDER BY c.id DESC LIMIT ?", [limit])


def add_label(
    db: Database, comment_id: CommentId, field: LabelField, value: str, person: str, now: datetime
) -> None:
    """Store a correction and let it count at once; labels are never overwritten.

    Raises:
        Refused: there is no such comment, or nothing was predicted for it yet.
    """
    with db.atomic():
        changed(
            db,
            "INSERT INTO label (comment_id, field, value, person, at) "
            "SELECT id, ?, ?, ?, ? FROM comment WHERE id = ?",
            (field.value, value, person, to_epoch(now), int(comment_id)),
        )
        known = get(db, comment_id)
        if known is None:
            raise Refused(f"label: comment {comment_id}: not known, or not yet understood")
        _recount(db, known)
        notices.touch_intakes(db, [int(comment_id)], now)
        audit.write(db, now, person, "label", f"comment:{comment_id}", f"{field.value}={value}")


def take_back(
    db: Database, comment_id: CommentId, person: str, since: datetime, now: datetime
) -> int:
    """Remove what this person labelled of a comment since an instant, as they took it back.

    The comment counts again as it did before; how many labels went. Inside ``db.atomic()``.
    """
    gone = changed(
        db,
        "DELETE FROM label WHERE comment_id = ? AND person = ? AND at >= ?",
        (int(comment_id), person, to_epoch(since)),
    )
    known = get(db, comment_id)
    if gone and known is not None:
        _recount(db, known)
        notices.touch_intakes(db, [int(comment_id)], now)
        audit.write(db, now, person, "label_undone", f"comment:{comment_id}")
    return gone


def labels(db: Database) -> list[Label]:
    """Every label, oldest first."""
    return [
        Label(
            CommentId(row["comment_id"]),
            LabelField(row["field"]),
            row["value"],
            row["person"],
            from_epoch(row["at"]),
        )
        for row in rows(db, "SELECT * FROM label ORDER BY id")
    ]


def labels_of(db: Database, comment_id: CommentId) -> dict[LabelField, str]:
    """What people labelled a comment last, by field; empty when nobody did."""
    return _labels_of(db, [int(comment_id)]).get(comment_id, {})


def labelled_texts(db: Database) -> list[tuple[str, str | None, str | None, str]]:
    """Text, sentiment, issue and platform of each labelled comment.

    The newest label of a field counts, if the words have not changed since it was given.
    """
    since = "l.at >= coalesce(c.edited_at, 0)"
    newest = (
        "(SELECT value FROM label l WHERE l.comment_id = c.id AND l.field = '{0}' "
        f"AND {since} ORDER BY l.id DESC LIMIT 1)"
    )
    sql = (
        f"SELECT c.text AS text, {newest.format('sentiment')} AS sentiment, "
        f"{newest.format('issue')} AS issue, s.platform "
        "FROM comment c JOIN source s ON s.id = c.source_id "
        f"WHERE EXISTS (SELECT 1 FROM label l WHERE l.comment_id = c.id AND {since}) ORDER BY c.id"
    )
    return [(row["text"], row["sentiment"], row["issue"], row["platform"]) for row in rows(db, sql)]


def _recount(db: Database, known: Understood) -> None:
    changed(db, "DELETE FROM tally WHERE comment_id = ?", (int(known.stored.id),))
    fields = {LabelField.SENTIMENT: known.sentiment.value, LabelField.ISSUE: known.issue}
    tally = _tally(known.stored, known.prediction, known.prediction.copy_of, fields)
    if tally is not None:
        changed(
            db,
            "INSERT INTO tally (comment_id, topic, source_id, at, negative, live) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            tally,
        )


def _tally(
    stored: StoredComment,
    prediction: Prediction,
    copy_of: CommentId | None,
    labelled: Mapping[LabelField, str],
) -> tuple[object, ...] | None:
    comment = stored.comment
    uncounted = comment.author_is_owner or prediction.spam or copy_of is not None
    if uncounted or not comments.counts(comment.visibility):
        return None
    sentiment = labelled.get(LabelField.SENTIMENT, prediction.sentiment.value)
    return (
        int(stored.id),
        labelled.get(LabelField.ISSUE, prediction.issue),
        comment.source_id,
        to_epoch(comment.created_at),
        int(sentiment == Sentiment.NEGATIF),
        int(not stored.backfilled),
    )


def _labels_of(db: Database, ids: Sequence[int]) -> dict[CommentId, dict[LabelField, str]]:
    if not ids:
        return {}
    found: dict[CommentId, dict[LabelField, str]] = {}
    # Ids of one batch lie close together, so a range finds the few labels among them.
    for row in rows(
        db,
        "SELECT comment_id, field, value FROM label WHERE comment_id BETWEEN ? AND ? ORDER BY id",
        [min(ids), max(ids)],
    ):
        fields = found.setdefault(CommentId(row["comment_id"]), {})
        fields[LabelField(row["field"])] = row["value"]
    return found


def _select(
    db: Database,
    where: str,
    args: Sequence[object],
    tail: str,
    tail_args: Sequence[object] = (),
) -> list[Understood]:
    found = rows(
        db,
        "SELECT c.*, p.*, c.id AS id FROM comment c JOIN prediction p "
        f"ON p.comment_id = c.id AND p.model = c.predicted_by WHERE {where} {tail}",
        [*args, *tail_args],
    )
    labelled = _labels_of(db, [row["id"] for row in found])
    return [_understood(row, labelled.get(CommentId(row["id"]), {})) for row in found]


def _understood(row: Row, labelled: Mapping[LabelField, str]) -> Understood:
    prediction = Prediction(
        comment_id=CommentId(row["id"]),
        model=row["model"],
        sentiment=Sentiment(row["sentiment"]),
        sentiment_p=(row["p_negatif"], row["p_netral"], row["p_positif"]),
        issue=row["issue"],
        issue_p=row["issue_p"],
        intent=Intent(row["intent"]),
        urgent=bool(row["urgent"]),
        language=row["language"],
        place=row["place"],
        spam=row["spam"],
        flags=tuple(filter(None, row["flags"].split(","))),
        masked=row["masked"],
        ask_human=bool(row["ask_human"]),
        copy_key=row["copy_key"],
        copy_of=None if row["copy_of"] is None else CommentId(row["copy_of"]),
    )
    return Understood(
        stored=comments.stored(row),
        prediction=prediction,
        sentiment=Sentiment(labelled.get(LabelField.SENTIMENT, prediction.sentiment.value)),
        issue=labelled.get(LabelField.ISSUE, prediction.issue),
        labelled=bool(labelled),
    )


def values(p: Prediction, copy_of: CommentId | None) -> tuple[object, ...]:
    """A prediction in the order of ``INSERT``."""
    return (
        int(p.comment_id),
        p.model,
        p.sentiment.value,
        *p.sentiment_p,
        p.issue,
        p.issue_p,
        p.intent.value,
        int(p.urgent),
        p.language,
        p.place,
        p.spam,
        ",".join(p.flags),
        p.masked,
        int(p.ask_human),
        p.copy_key,
        copy_of,
    )
