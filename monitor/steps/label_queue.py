"""Step 8, once a working day and when it runs dry: fill the queue of what people shall label.

Which of the last two months' comments teach most is for ``tools.chooser`` to say. Those that judge
models (``text.judging``) are drawn by lot and never chosen: what the serving model is unsure of
would judge it harder than any candidate. What was chosen and that it was looked for are written
together; dying before that means choosing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from sqlite_utils import Database

from monitor.config.parts import Training
from monitor.incidents import Action, allowed
from monitor.steps.tools import Picked, Tools
from monitor.store import choices, label_pool, label_queue, people, said_labels
from monitor.store.label_pool import Teachable
from monitor.store.label_queue import ToLabel
from monitor.text.judging import held_out, judging_seats, lot

PAST: Final = timedelta(days=60)
MOST_READ: Final = 20_000
# The chooser reads every text anew, and no alert shall wait long for that.
MOST_WEIGHED: Final = 1_500
MOST_TAKEN: Final = 200
# What nobody answered for so long makes room for what teaches more by now; what one person did,
# and no second, counts.
STALE: Final = timedelta(days=14)
DRY_AGAIN: Final = timedelta(hours=1)
GUESSES: Final = 3
_BY_LOT: Final = "random"
_LOOKED = "label-queue-filled"
_CRC = 2**32


def fill_queue(db: Database, tools: Tools, now: datetime) -> int:
    """Let comments wait for labels when it is time; how many."""
    if not _due(db, tools, now):
        return 0
    part = tools.settings.training
    said_labels.settle_alone(db, now - STALE, now)
    label_queue.tidy(db, now - STALE, now)
    room = label_pool.room(db, part.queue_size, part.a_day, midnight(tools, now))
    chosen = _chosen(db, tools, room, now) if room else []
    tools.boundary("labels:before-put")
    with db.atomic():
        choices.reckon(db, _LOOKED, now.isoformat(), now)
        added = label_queue.put(db, chosen, now)
    tools.boundary("labels:after-put")
    return added


def midnight(tools: Tools, now: datetime) -> datetime:
    """When the office's day began."""
    return now.astimezone(tools.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def able(db: Database) -> int:
    """How many active people may label."""
    found = people.every(db)
    return sum(one.active and allowed(one.roles, Action.LABEL) for one in found)


def wanted(part: Training, comment_id: int, there: int) -> int:
    """How many people shall label a comment, where so many are there who may.

    Which comments are two's follows from their number; nobody is waited for who is none of them.
    """
    drawn = crc32(f"double:{comment_id}".encode()) < part.double_share * _CRC
    return min(max(part.labellers, 1 + drawn), max(1, there))


def _due(db: Database, tools: Tools, now: datetime) -> bool:
    local, routes = now.astimezone(tools.zone), tools.knowledge.routes
    at_work = tools.knowledge.calendar.working(local.date())
    if not (at_work and routes.opens <= local.time() < routes.closes):
        return False
    looked = choices.get(db, _LOOKED)
    if looked is None:
        return True
    before = datetime.fromisoformat(looked)
    if before < midnight(tools, now) or before > now:
        return True
    return now - before >= DRY_AGAIN and not label_pool.untouched(db)


def _chosen(db: Database, tools: Tools, room: int, now: datetime) -> list[ToLabel]:
    judging, teaching = parted(label_pool.teachable(db, now - PAST, MOST_READ))
    # Either takes the seats that the other leaves empty.
    by_lot = min(judging_seats(room, label_pool.judges(db)), len(judging))
    taught = _teaching(db, tools, teaching, room - by_lot, now)
    judges = judging[: room - len(taught)]
    asked = mingled(taught, [(one, _BY_LOT) for one in judges])
    guesses = tools.chooser and tools.chooser.likeliest([one.text for one, _ in asked])
    there = able(db)
    return [
        ToLabel(
            comment_id=one.id,
            reason=reason,
            # the order of asking: what was drawn by lot stands among the rest
            worth=1 - at / len(asked),
            wanted=wanted(tools.settings.training, one.id, there),
            guesses=(guesses[at] if guesses else _guesses(tools, one))[:GUESSES],
        )
        for at, (one, reason) in enumerate(asked)
    ]


def _teaching(
    db: Database, tools: Tools, pool: Sequence[Teachable], room: int, now: datetime
) -> list[tuple[Teachable, str]]:
    """Those that teach most, and why each is asked."""
    picked: Sequence[Picked]
    if tools.chooser is None:
        picked = least_sure(pool, room)
    else:
        pool = shortlist(pool, MOST_WEIGHED)
        taken = label_pool.taken(db, now - PAST, MOST_TAKEN)
        picked = tools.chooser.choose(pool, room, taken, label_pool.labelled_counts(db))
    return [(pool[one.index], str(one.reason)) for one in picked]


def parted(pool: Sequence[Teachable]) -> tuple[list[Teachable], list[Teachable]]:
    """Comments that judge, in the order in which the lot draws them, and those that teach."""
    judging: list[Teachable] = []
    teaching: list[Teachable] = []
    for one in pool:
        (judging if held_out(one.text) else teaching).append(one)
    return sorted(judging, key=lambda one: lot(one.text)), teaching


def mingled(
    many: Sequence[tuple[Teachable, str]], few: Sequence[tuple[Teachable, str]]
) -> list[tuple[Teachable, str]]:
    """Both in their order, the few in the middle of equal stretches of the many."""
    places = [((at + 0.5) / len(part), one) for part in (many, few) for at, one in enumerate(part)]
    return [one for _, one in sorted(places, key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class LeastSure:
    """One of those that the serving model is least sure of."""

    index: int
    worth: float
    reason: str = "unsure"


def least_sure(pool: Sequence[Teachable], k: int) -> list[LeastSure]:
    """Where no chooser is at hand: those of whose tone or issue the model is least sure."""
    doubts = [1 - min(max(one.sentiment_p), one.issue_p) for one in pool]
    ranked = sorted(range(len(pool)), key=lambda at: (-doubts[at], at))
    return [LeastSure(at, doubts[at]) for at in ranked[:k]]


def shortlist(pool: Sequence[Teachable], most: int) -> list[Teachable]:
    """Two thirds of those of which the model is least sure, the rest drawn from all others.

    The draw follows from the numbers of the comments, so it is the same whenever it is made.
    """
    unsure = {one.index for one in least_sure(pool, most * 2 // 3)}
    others = [at for at in range(len(pool)) if at not in unsure]
    others.sort(key=lambda at: crc32(f"draw:{int(pool[at].id)}".encode()))
    kept = unsure | set(others[: most - len(unsure)])
    return [pool[at] for at in sorted(kept)]


def _guesses(tools: Tools, one: Teachable) -> tuple[str, ...]:
    """Its issue, then those that its keywords point to."""
    pointed = tools.words.issues(one.text)
    ranked = sorted(pointed, key=lambda key: (-pointed[key], key))
    return (one.issue, *(key for key in ranked if key != one.issue))
