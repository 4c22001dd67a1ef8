"""What people hand in becomes a comment that goes the normal way.

Who wrote it stays unknown: a private person's name or number is only ever kept as a keyed hash.
Nothing is fetched: a link is stored as it stands.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import intake as words
from monitor.messages.base import TEXT_LIMIT, head
from monitor.records import Chat, Comment, CommentId, Kind, Notice, Person, Role
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.store import choices, comments, intake, predictions

_KEY: Final = "intake.key"
_OLD: Final = timedelta(hours=72)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_SOMEBODY: Final = re.compile(
    r"https?://(?:wa\.me|(?:[\w-]+\.)*whatsapp\.com|t(?:elegram)?\.me/\+)", re.IGNORECASE
)
_MANY: Final = 48  # hex digits of a key


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed in.

    ``origin`` names the kind of its writer (user, hidden, chat, channel, text); ``who`` is what
    tells that writer from others and is never stored as it is, but for a public channel, whose
    ``title`` is shown. ``key``: the message's own number where the origin has one.
    """

    origin: str
    who: str
    text: str
    created_at: datetime
    key: str | None = None
    title: str | None = None
    permalink: str | None = None
    album: intake.Album | None = None


def take_in(db: Database, person: Person, given: Given, to: Chat, now: datetime) -> Answer:
    """Store it and want the message that says how it was understood.

    The answer has no text where that message says everything, or where nothing need be said.
    """
    refused = refusal(person)
    if refused is not None:
        return refused
    text = head(given.text.strip(), TEXT_LIMIT)
    if not text:
        first = given.album is None or intake.note_album(db, given.album, now)
        return Answer(words.NO_TEXT if first else "")
    intake.register(db, now)
    at = min(given.created_at, now)
    number, fresh = intake.take(
        db,
        _comment(db, given, text, at, now),
        person.name,
        to,
        now,
        backfilled=now - at > _OLD,
        album=given.album,
    )
    again = not fresh and given.album is None
    return Answer(words.known_before(int(number)) if again else "", done=True)


def refusal(person: Person) -> Answer | None:
    """What somebody is told who may not hand anything in, or None."""
    if allowed(person.roles, Action.INTAKE):
        return None
    return Answer(answers.not_allowed(roles_for(Action.INTAKE)))


def cancel(db: Database, person: Person, number: CommentId, now: datetime) -> Answer:
    """Batalkan: by who handed it in, or by an admin."""
    refused = refusal(person)
    if refused is not None:
        return refused
    givers = intake.givers(db, number)
    if not givers:
        return Answer(answers.GONE)
    if person.name not in givers and Role.ADMIN not in person.roles:
        return Answer(words.NOT_YOURS)
    if not intake.cancel(db, number, person.name, now):
        return Answer(answers.already(intake.cancelled_by(db, number)))
    return Answer(words.CANCELLED, done=True)


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The message of what was handed in, as it should look now."""
    number = CommentId(notice.subject_id)
    stored = comments.get(db, number)
    assert stored is not None  # comments are never deleted
    known = predictions.get(db, number)
    gone = intake.cancelled_by(db, number)
    if known is None:
        view = words.IntakeView(
            int(number), tools.words.mask(stored.comment.text), cancelled_by=gone
        )
        return words.intake(view)
    said = known.prediction
    return words.intake(
        words.IntakeView(
            number=int(number),
            text=said.masked,
            sentiment=known.sentiment,
            sure=None if known.labelled else max(said.sentiment_p),
            issue=tools.issue(known.issue).name,
            place=said.place,
            spam=said.spam is not None,
            copy=said.copy_of is not None,
            old=stored.backfilled,
            cancelled_by=gone,
        )
    )


def _comment(db: Database, given: Given, text: str, at: datetime, now: datetime) -> Comment:
    channel = given.origin == "channel"
    author = f"kanal:{given.who}" if channel else _hashed(db, f"{given.origin}:{given.who}", now)
    mark = given.key or f"{int(at.timestamp())}:{text}"
    if given.origin == "text":  # written down by a colleague: the words are all there is
        author, mark = "", " ".join(text.lower().split())
    return Comment(
        source_id=intake.SOURCE,
        platform=intake.PLATFORM,
        external_id=_hashed(db, f"{given.origin}:{given.who}:{mark}", now),
        text=text,
        created_at=at,
        kind=Kind.MESSAGE,
        author_id=author or None,
        author_name=given.title if channel else None,
        permalink=_public(given.permalink),
        reply_block="forwarded by staff: not answerable from here",
        raw=json.dumps({"origin": given.origin}),
    )


def _public(link: str | None) -> str | None:
    """A link into the web; none that leads to somebody's telephone or account."""
    if link is None or not _WEB.match(link) or _SOMEBODY.match(link):
        return None
    return link


def _hashed(db: Database, text: str, now: datetime) -> str:
    """A name for something private that cannot be guessed back without this store's own key."""
    key = choices.get(db, _KEY)
    if key is None:
        key = secrets.token_hex(_MANY // 2)
        choices.reckon(db, _KEY, key, now)
    data = text.encode("utf-8", "replace")
    return hashlib.blake2b(data, key=key.encode(), digest_size=12).hexdigest()
