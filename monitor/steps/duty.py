"""The duty changes hands: a note to both and to the office, once a change; absences that move it.

A change of who is on duty is a row with the number after the last one, written in one transaction
with the notices of its note. What people were told is therefore what the next change starts from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.incidents.rota import Duty, Rota, away_until, on_duty
from monitor.messages import Message, answers
from monitor.messages import duty as words
from monitor.records import (
    Absence,
    AbsenceId,
    Chat,
    ChatId,
    Level,
    Notice,
    NoticeKind,
    Person,
    Role,
)
from monitor.steps.answer import Answer
from monitor.steps.calling import duty_now, rota_now
from monitor.steps.tools import Tools
from monitor.steps.views import blind_sources, live_named
from monitor.store import absences, notices, people, turns

# Where a process may die; tried in tests/test_steps_duty.py.
BEFORE, AFTER = "duty:before-write", "duty:after-write"
_INSTANT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Here:
    """What a press about an absence needs at hand."""

    db: Database
    tools: Tools
    now: datetime


def hand_over(db: Database, tools: Tools, now: datetime) -> int:
    """Tell of a change of duty since the last one that was told; how many: none or one."""
    # What was told last is read first: who is noted absent in between makes the turn below fail.
    last = turns.last(db)
    duty = duty_now(db, tools, now)
    if duty is None or (last is not None and last.petugas == duty.petugas):
        return 0
    tools.boundary(BEFORE)
    with db.atomic():
        number = turns.begin(db, _turn(duty, last, now))
        # The very first row only says where the rota stood when Siaga began to keep it.
        told = number is not None and last is not None
        if number is not None and last is not None:
            note = words.handed_over(last.petugas, duty.petugas, duty.cadangan)
            text = f"{note}\n{_open_work(db, tools, now)}"
            _tell(db, number, text, (last.petugas, duty.petugas), now)
    tools.boundary(AFTER)
    return int(told)


def _turn(duty: Duty, last: turns.Turn | None, now: datetime) -> turns.Turn:
    return turns.Turn(last.number + 1 if last else 0, duty.petugas, duty.cadangan, now)


def _open_work(db: Database, tools: Tools, now: datetime) -> str:
    live, waiting = live_named(db, tools), turns.waiting(db)
    return words.open_work(
        words.OpenWork(
            incidents=[(one, name) for one, name in live if one.parent_id is None],
            muted=sum(one.parent_id is not None for one, _ in live),
            drafts=waiting.drafts,
            questions=waiting.questions,
            blind=blind_sources(db, tools, now),
            zone=tools.zone,
            now=now,
        )
    )


def _tell(db: Database, number: int, text: str, names: Iterable[str | None], now: datetime) -> None:
    """The note to these people in private and to the office's chats; inside ``db.atomic()``."""
    chats = [*_private(db, names), *(c for c in people.chats(db) if c.min_level is not Level.AWAS)]
    notices.wish(db, chats, NoticeKind.DUTY, number, now, text)


def _private(db: Database, names: Iterable[str | None]) -> list[Chat]:
    """The private chats of these people and, where nobody is on duty, those of the admins."""
    wanted = set(names)
    return [
        Chat(ChatId(one.telegram_id), one.name)
        for one in people.every(db)
        if one.active
        and one.telegram_id is not None
        and (one.name in wanted or (None in wanted and Role.ADMIN in one.roles))
    ]


def away(
    db: Database,
    tools: Tools,
    person: Person,
    now: datetime,
    *,
    whole_turn: bool,
    who: str | None = None,
) -> Answer:
    """Saya berhalangan: the duty moves to the stand-in; ``who``: an admin does it for another."""
    if not allowed(person.roles, Action.ROTA):
        return Answer(answers.not_allowed(roles_for(Action.ROTA)))
    if who is not None and Role.ADMIN not in person.roles:
        return Answer(answers.not_allowed((Role.ADMIN,)))
    duty, name = duty_now(db, tools, now), who or person.name
    rota = rota_now(db, tools)
    if duty is None or rota is None:
        return Answer(words.NO_ROTA_SHORT)
    if name not in (duty.petugas, duty.cadangan):
        return Answer(_not_now(db, name, now))
    return _be_away(_Here(db, tools, now), rota, duty, name, person.name, whole_turn)


def _not_now(db: Database, name: str, now: datetime) -> str:
    gone = any(one.person == name for one in absences.running(db, now))
    return words.ALREADY_AWAY if gone else words.NOT_ON_DUTY


def _be_away(
    here: _Here, rota: Rota, duty: Duty, name: str, made_by: str, whole_turn: bool
) -> Answer:
    db, zone, now = here.db, here.tools.zone, here.now
    until = away_until(rota, now, zone, whole_turn=whole_turn)
    reason = words.REASON_TURN if whole_turn else words.REASON_TODAY
    moved = name == duty.petugas
    here.tools.boundary(BEFORE)
    with db.atomic():
        stand_in = duty.cadangan if moved else None
        number = absences.add(db, name, stand_in, now, until, reason, made_by)
        if number is None:
            return Answer(words.ALREADY_AWAY)
        absence = absences.get(db, number)
        assert absence is not None  # written just above
        after = on_duty(rota, absences.running(db, now), now, zone)
        text = words.absent(absence, after.petugas, after.cadangan, zone, moved=moved)
        _note(here, text, after, absence, (name, after.petugas))
    here.tools.boundary(AFTER)
    said = words.noted(after.petugas) if moved else words.noted_second()
    return Answer(said, done=True)


def _note(
    here: _Here, text: str, after: Duty, absence: Absence, names: Iterable[str | None]
) -> None:
    """One note of an absence; where the duty itself moved it is the hand-over note as well."""
    db, now, last = here.db, here.now, turns.last(here.db)
    number = None
    if last is None or last.petugas != after.petugas:
        number = turns.begin(db, _turn(after, last, now), absence.id)
        text = f"{text}\n\n{_open_work(db, here.tools, now)}"
    _tell(db, number or turns.note(db, now, absence.id), text, names, now)


def back(
    db: Database, tools: Tools, person: Person, absence_id: AbsenceId, now: datetime
) -> Answer:
    """Batalkan: the absence ends now; by who is away or by an admin."""
    absence = absences.get(db, absence_id)
    if absence is None:
        return Answer(answers.GONE)
    if person.name != absence.person and Role.ADMIN not in person.roles:
        return Answer(words.NOT_YOURS)
    rota = rota_now(db, tools)
    if rota is None:
        return Answer(words.NO_ROTA_SHORT)
    try:
        _come_back(_Here(db, tools, now), rota, absence, person.name)
    except Refused:
        return Answer(words.OVER)
    return Answer(words.BACK, done=True)


def _come_back(here: _Here, rota: Rota, absence: Absence, actor: str) -> None:
    db, zone, now = here.db, here.tools.zone, here.now
    before = on_duty(rota, absences.running(db, now), now, zone)
    here.tools.boundary(BEFORE)
    with db.atomic():
        if not absences.end(db, absence, actor, now):
            raise Refused(f"absence: {absence.id}: over")
        after = on_duty(rota, absences.running(db, now), now, zone)
        text = words.returned(absence, after.petugas, actor)
        _note(here, text, after, absence, (absence.person, before.petugas, after.petugas))
        for number in turns.notes_of(db, absence.id):
            notices.touch_duty(db, number, now)
    here.tools.boundary(AFTER)


def rota_view(db: Database, tools: Tools, now: datetime) -> words.RotaView | None:
    """What /jaga shows; None without a rota."""
    duty, plan, rota = duty_now(db, tools, now), tools.knowledge.duty, rota_now(db, tools)
    if duty is None or rota is None:
        return None
    after = on_duty(rota, (), duty.ends_at + _INSTANT, tools.zone)
    weeks = [
        words.Week(one.planned.petugas, one.planned.cadangan, one.begins_at, one.ends_at)
        for one in (duty, after)
    ]
    named = {name for week in weeks for name in (week.petugas, week.cadangan) if name}
    known = {one.name: one for one in people.every(db) if one.active}
    quiet = plan.quiet
    return words.RotaView(
        petugas=duty.petugas,
        cadangan=duty.cadangan,
        this_week=weeks[0],
        next_week=weeks[1],
        absences=[one for one in absences.running(db, now) if one.from_at <= now],
        strangers=sorted(named - set(known)),
        unknown=sorted(name for name in named & set(known) if known[name].telegram_id is None),
        quiet=(quiet.begins, quiet.ends, quiet.loud_from) if quiet else None,
        zone=tools.zone,
        now=now,
    )


def on_duty_people(db: Database, tools: Tools, now: datetime) -> list[Person]:
    """The registered people who are on duty now: whom an admin may note as absent."""
    duty = duty_now(db, tools, now)
    names = [duty.petugas, duty.cadangan] if duty else []
    found = [people.by_name(db, name) for name in names if name]
    return [one for one in found if one is not None]


def note_message(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """A note as it should look now: with its button while the absence it tells of lasts."""
    absence_id = turns.absence_of(db, notice.subject_id)
    absence = absences.get(db, absence_id) if absence_id is not None else None
    lasts = absence is not None and absence.until_at > now
    return words.duty_message(notice.text or "", absence_id if lasts else None)
