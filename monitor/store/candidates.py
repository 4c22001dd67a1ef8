"""Candidates: trained models that wait for a decision, one row a version.

A row stands from the first moment of the training, so that a run that died is known by it and can
be cleared away. A decision is one guarded UPDATE. Whether a candidate serves is told by
:mod:`monitor.store.serving`; its own state follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, NoticeKind, Prediction, StoredComment
from monitor.records.candidate import Candidate, CandidateId, CandidateState, Report
from monitor.store import audit, comments, notices
from monitor.store.candidate_report import as_json, from_json
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    placeholders,
    rows,
    to_epoch,
)
from monitor.store.predictions import INSERT, values

_USABLE = (CandidateState.OFFERED, CandidateState.STOPPED, CandidateState.REPLACED)
# An offer says no more than that it is better than the model it was compared with.
COMPARED = (CandidateState.OFFERED, CandidateState.STOPPED)
# In one statement with the decision: what serves may change at any moment.
_OUTDATED = (
    "EXISTS (SELECT 1 FROM serving s WHERE s.state = 'serves' "
    "AND substr(s.version, 1, instr(s.version || '~', '~') - 1) "
    "<> json_extract(candidate.report, '$.serving'))"
)


def begin(db: Database, version: str, person: str, now: datetime) -> None:
    """A training begins.

    Raises:
        Refused: there is a candidate of this name.
    """
    with db.atomic():
        fresh = changed(
            db,
            "INSERT OR IGNORE INTO candidate (version, state, report, trained_at, trained_by) "
            "VALUES (?, ?, 'null', ?, ?)",
            (version, CandidateState.TRAINING.value, to_epoch(now), person),
        )
    if not fresh:
        raise Refused(f"model: {version}: a candidate of this name is known; choose another")


def finish(
    db: Database,
    version: str,
    state: CandidateState,
    report: Report,
    picture: bytes,
    places: Iterable[Chat],
    now: datetime,
) -> CandidateId:
    """A training is over: its report, and the messages that tell of it.

    Raises:
        Refused: its row was cleared away meanwhile.
    """
    with db.atomic():
        done = changed(
            db,
            "UPDATE candidate SET state = ?, report = ?, picture = ?, trained_at = ? "
            "WHERE version = ? AND state = ?",
            (
                *(state.value, as_json(report), picture, to_epoch(now)),
                *(version, CandidateState.TRAINING.value),
            ),
        )
        known = by_version(db, version)
        if not done or known is None:
            raise Refused(f"model: {version}: its training was cleared away")
        audit.write(db, now, known.trained_by, "model_trained", f"model:{version}", state.value)
        notices.wish(db, places, NoticeKind.CANDIDATE, int(known.id), now)
    return known.id


def unfinished(db: Database) -> list[Candidate]:
    """Candidates whose training has begun and did not end."""
    return _select(db, "WHERE state = ? ORDER BY id", [CandidateState.TRAINING.value])


def clear(db: Database, version: str) -> None:
    """Forget a training that died, with what its model read ahead."""
    with db.atomic():
        changed(
            db,
            "DELETE FROM candidate WHERE version = ? AND state = ?",
            (version, CandidateState.TRAINING.value),
        )
        _forget_read(db, version)


def get(db: Database, number: CandidateId) -> Candidate | None:
    """One candidate, or None."""
    return next(iter(_select(db, "WHERE id = ?", [int(number)])), None)


def by_version(db: Database, version: str) -> Candidate | None:
    """The candidate of a version, or None: a model that came with Siaga is none."""
    return next(iter(_select(db, "WHERE version = ?", [version])), None)


def newest(db: Database, limit: int = 10) -> list[Candidate]:
    """The last candidates, newest first."""
    return _select(db, "ORDER BY id DESC LIMIT ?", [limit])


def last_trained(db: Database) -> datetime | None:
    """When the last training ended; one that never did, as where it was killed, is none."""
    trained = _select(
        db, "WHERE state <> ? ORDER BY id DESC LIMIT 1", [CandidateState.TRAINING.value]
    )
    return trained[0].trained_at if trained else None


def to_follow(db: Database) -> list[Candidate]:
    """Candidates that are to serve or did: their state follows what serves."""
    states = [CandidateState.WANTED.value, CandidateState.SERVED.value]
    return _select(db, "WHERE state IN (?, ?) ORDER BY id", states)


def offers_that_turned(db: Database) -> list[Candidate]:
    """Offers whose ``why`` says otherwise than what serves: it tells of one that is outdated."""
    where = f"WHERE state = ? AND (why IS NULL) = {_OUTDATED} ORDER BY id"
    return _select(db, where, [CandidateState.OFFERED.value])


def picture(db: Database, number: CandidateId) -> bytes | None:
    """The picture of a candidate."""
    row = one(db, "SELECT picture FROM candidate WHERE id = ?", [int(number)])
    return bytes(row["picture"]) if row and row["picture"] is not None else None


def want(
    db: Database,
    version: str,
    person: str,
    now: datetime,
    *,
    also: Sequence[CandidateState] = (),
    outdated: bool = False,
) -> bool:
    """Somebody wants it to serve; inside the transaction that lets it read the history.

    ``also``: states from which it may be wanted beside the usual ones. False from any other, and
    where it is offered beside a model that no longer serves, unless ``outdated`` allows that.
    """
    states = [state.value for state in (*_USABLE, *also)]
    where = f"state IN ({placeholders(states)})"
    if not outdated:
        compared = [state.value for state in COMPARED]
        where += f" AND NOT (state IN ({placeholders(compared)}) AND {_OUTDATED})"
        states += compared
    return _decided(db, version, CandidateState.WANTED, person, now, where, states)


def reject(db: Database, version: str, person: str, now: datetime) -> bool:
    """Somebody does not want it; what it read ahead is forgotten. False: decided before."""
    with db.atomic():
        done = _decided(
            db, version, CandidateState.REJECTED, person, now, "state = ?",
            [CandidateState.OFFERED.value],
        )  # fmt: skip
        if done:
            _forget_read(db, version)
            audit.write(db, now, person, "model_rejected", f"model:{version}")
    return done


def follow(
    db: Database, known: Candidate, state: CandidateState, why: str | None, now: datetime
) -> None:
    """What became of a candidate that was wanted; its messages show it."""
    with db.atomic():
        changed(
            db,
            "UPDATE candidate SET state = ?, why = ? WHERE id = ? AND state = ?",
            (state.value, why, int(known.id), known.state.value),
        )
        refresh(db, known.id, now)


def refresh(db: Database, number: CandidateId, now: datetime) -> None:
    """Let its messages show how it stands; inside ``db.atomic()``."""
    shown = notices.shown_in(db, NoticeKind.CANDIDATE, int(number))
    notices.wish(db, shown, NoticeKind.CANDIDATE, int(number), now)


def labels_since(db: Database, at: datetime | None) -> int:
    """How many comments were corrected since an instant."""
    row = one(
        db,
        "SELECT count(DISTINCT comment_id) AS n FROM label WHERE at >= ?",
        [to_epoch(at) if at else 0],
    )
    return int(row["n"]) if row else 0


_UNREAD = (
    "c.own = 0 AND c.predicted_by IS NOT NULL AND c.erased_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM prediction p WHERE p.comment_id = c.id AND p.model = ?)"
)


def unread(
    db: Database, version: str, since: datetime, after: int, limit: int
) -> list[StoredComment]:
    """The next comments, in order of id, that this version has not read."""
    return [
        comments.stored(row)
        for row in rows(
            db,
            f"SELECT c.* FROM comment c WHERE c.id > ? AND c.created_at >= ? AND {_UNREAD} "
            "ORDER BY c.id LIMIT ?",
            [after, to_epoch(since), version, limit],
        )
    ]


def count_unread(db: Database, version: str, since: datetime) -> int:
    """How many comments since an instant this version has not read."""
    row = one(
        db,
        f"SELECT count(*) AS n FROM comment c WHERE c.created_at >= ? AND {_UNREAD}",
        [to_epoch(since), version],
    )
    return int(row["n"]) if row else 0


def keep_ahead(
    db: Database, version: str, read: Sequence[tuple[StoredComment, Prediction]]
) -> None:
    """Keep what a candidate says, counting nowhere; its switch need not read these again.

    Raises:
        Refused: its training was cleared away.
    """
    with db.atomic():
        # a write first, so that nobody else writes in between
        there = changed(
            db,
            "UPDATE candidate SET state = state WHERE version = ? AND state = ?",
            (version, CandidateState.TRAINING.value),
        )
        if not there:
            raise Refused(f"model: {version}: its training was cleared away")
        for stored, prediction in read:
            same = one(
                db,
                "SELECT p.copy_of FROM comment c LEFT JOIN prediction p ON p.comment_id = c.id "
                "AND p.model = c.predicted_by WHERE c.id = ? AND c.content_hash = ?",
                [int(stored.id), stored.content_hash],
            )
            if same is not None:
                changed(db, INSERT, values(prediction, same["copy_of"]))


def _decided(
    db: Database,
    version: str,
    state: CandidateState,
    person: str,
    now: datetime,
    where: str,
    args: Sequence[str],
) -> bool:
    done = changed(
        db,
        "UPDATE candidate SET state = ?, decided_at = ?, decided_by = ?, why = NULL "
        f"WHERE version = ? AND {where}",
        (state.value, to_epoch(now), person, version, *args),
    )
    known = by_version(db, version)
    if done and known is not None:
        refresh(db, known.id, now)
    return bool(done)


def _forget_read(db: Database, version: str) -> None:
    """Drop predictions of a version that never served."""
    named = "(model = ?1 OR model GLOB ?1 || '~*')"  # a version's name holds no sign of GLOB
    served = named.replace("model", "version")
    changed(
        db,
        f"DELETE FROM prediction WHERE {named} AND NOT EXISTS "
        f"(SELECT 1 FROM serving WHERE {served} AND state <> 'stopped')",
        (version,),
    )


_COLUMNS = "id, version, state, report, trained_at, trained_by, decided_at, decided_by, why"


def _select(db: Database, tail: str, args: Sequence[object]) -> list[Candidate]:
    return [_candidate(row) for row in rows(db, f"SELECT {_COLUMNS} FROM candidate {tail}", args)]


def _candidate(row: Row) -> Candidate:
    return Candidate(
        id=CandidateId(row["id"]),
        version=row["version"],
        state=CandidateState(row["state"]),
        report=from_json(row["report"]),
        trained_at=from_epoch(row["trained_at"]),
        trained_by=row["trained_by"],
        decided_at=maybe_from_epoch(row["decided_at"]),
        decided_by=row["decided_by"],
        why=row["why"],
    )
