"""What ``siaga check`` looks at: database, knowledge, model, Telegram, sources. Layer 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.app import build_telegram, check_rules, prepare, utc_now
from monitor.classify import Classifier
from monitor.classify.guard import SecondLook, load_guard
from monitor.config import Settings
from monitor.connecting import connect
from monitor.errors import DeliveryError, ModelError, MonitorError, Reason
from monitor.knowledge import load_knowledge
from monitor.platforms.base import Health
from monitor.records import ChatId, SourceId
from monitor.steps import readiness
from monitor.store import audit, open_store, people
from monitor.store.copying import last_copied
from monitor.text.lexicon import PlaceTables
from monitor.watching import Watched, dies_at_once, facts, watched


@dataclass(frozen=True, slots=True)
class Checked:
    """One line: what was looked at, whether it is good, and what was found."""

    name: str
    ok: bool
    detail: str


def check_all(settings: Settings) -> Iterator[Checked]:
    """Look at everything; each line is independent of the others' failures."""
    yield _checked("database", lambda: _database(settings))
    yield _checked("backup", lambda: _backup(settings))
    yield _checked("knowledge", lambda: _knowledge(settings))
    yield _checked("rules", lambda: _rules(settings))
    yield _checked("routes", lambda: _routes(settings))
    yield from _duty(settings)
    yield _checked("people", lambda: readiness.admins(open_store(settings.database)))
    needed = settings.replies.signatures.awas
    yield _checked(
        "signatures", lambda: readiness.signatures(open_store(settings.database), needed)
    )
    yield _checked("model", lambda: _model(settings))
    yield _checked("guard", lambda: _guard(settings))
    telegram = _checked("telegram", lambda: _telegram(settings))
    yield telegram
    if telegram.ok and settings.telegram.token is not None:
        yield from _chats(settings)
    for name, part in settings.sources.items():
        if not part.enabled:
            yield Checked(f"source {name}", True, "switched off")
            continue
        yield _source(settings, SourceId(name))
    if not settings.sources:
        yield Checked("sources", False, "none configured: see [sources.NAME] in config.toml")


def _checked(name: str, look: Callable[[], str]) -> Checked:
    try:
        return Checked(name, True, look())
    except MonitorError as error:
        return Checked(name, False, str(error))


def _database(settings: Settings) -> str:
    db = open_store(settings.database)
    prepare(db, settings)
    broken = audit.broken_at(db)
    if broken is not None:
        raise MonitorError(f"audit trail broken at row {broken}")
    mode = next(iter(db.query("PRAGMA journal_mode")))["journal_mode"]
    registered = len([person for person in people.every(db) if person.active])
    return f"{settings.database} ({mode}), audit whole, {registered} people registered"


def _backup(settings: Settings) -> str:
    made_at = last_copied(open_store(settings.database))
    if made_at is None:
        return "none was made yet: siaga backup --out FOLDER"
    return f"the last one {made_at.astimezone(settings.office.zone):%Y-%m-%d %H:%M}"


def _knowledge(settings: Settings) -> str:
    knowledge = load_knowledge(settings.data)
    return f"{len(knowledge.taxonomy)} issues, {len(knowledge.templates)} reply templates"


def _routes(settings: Settings) -> str:
    """Agencies' heads must be registered, and the places of routes known."""
    routes = load_knowledge(settings.data).routes
    led = [opd for opd in routes.opds.values() if opd.head]
    register = people.every(open_store(settings.database)) if led else []
    names = {person.name for person in register if person.active}
    for opd in led:
        if opd.head not in names:
            raise MonitorError(f"opd.toml: [opd.{opd.key}] kepala: {opd.head}: not registered")
    tables = PlaceTables.load(settings.data / "places", settings.office.province)
    places = {" / ".join(filter(None, (n.kabupaten, n.kecamatan))) for n in tables.names}
    for rule in routes.rules:
        if rule.place and rule.place not in places:
            raise MonitorError(f"opd.toml: [[rute]] {rule.issue}: tempat: {rule.place}: unknown")
    asked = [opd for opd in routes.opds.values() if opd.chat]
    return f"{len(routes.opds)} agencies, {len(asked)} of them with a chat"


def _model(settings: Settings) -> str:
    classifier = Classifier.load(
        settings.models,
        settings.data,
        embeddings=settings.classify.embeddings,
        precision=settings.classify.precision,
        province=settings.office.province,
    )
    if classifier.trouble:
        raise ModelError(f"{classifier.trouble}; {classifier.version} serves in its place")
    return f"{classifier.version} ({'with' if classifier.embeds else 'without'} embeddings)"


def _guard(settings: Settings) -> str:
    guard = load_knowledge(settings.data).guard
    model = load_guard(settings.data / "guard")
    if model is None:
        return f"{len(guard.rules)} rules alone; siaga train --guard teaches a second look"
    doubted = SecondLook(model, guard).doubted
    return f"{len(guard.rules)} rules, {len(doubted)} of them less sure without the second look"


def _telegram(settings: Settings) -> str:
    if settings.telegram.token is None:
        return "no token: notices go to the console and the page"
    channel = build_telegram(settings, settings.telegram.token)
    try:
        identity = channel.check()
    except DeliveryError as error:
        if error.reason is not Reason.AUTH:
            raise
        raise MonitorError(
            "the server refuses the token; accepted: SIAGA_TELEGRAM__TOKEN as @BotFather gave it"
        ) from None
    finally:
        channel.close()
    if not settings.telegram.chats:
        raise MonitorError(f"{identity}, but no [[telegram.chats]] is configured")
    return f"{identity}, {len(settings.telegram.chats)} chats"


def _chats(settings: Settings) -> Iterator[Checked]:
    """Every configured chat once, however many topics it has."""
    assert settings.telegram.token is not None
    with closing(build_telegram(settings, settings.telegram.token)) as channel:
        for part in {part.id: part for part in settings.telegram.chats}.values():
            name = f"chat {part.id}"
            try:
                yield Checked(name, True, channel.check_chat(ChatId(part.id)) or part.title)
            except DeliveryError as error:
                yield Checked(name, False, f"{error}; accepted: {_chat_accepted(error)}")


def _chat_accepted(error: DeliveryError) -> str:
    if error.migrated_to is not None:
        return f"its new id {error.migrated_to}"
    return "the id of a chat that the bot was added to"


def _rules(settings: Settings) -> str:
    check_rules(settings, load_knowledge(settings.data))
    own = len(settings.spikes.issue) + len(settings.spikes.opd)
    return f"{own} issues and agencies with thresholds of their own"


def _duty(settings: Settings) -> Iterator[Checked]:
    """A line for each trouble of the rota, or one that there is none."""
    try:
        rota = load_knowledge(settings.data).duty.rota
        if rota is None:
            yield Checked("duty", True, "no rota: admins and leaders are called")
            return
        db, now = open_store(settings.database), datetime.now(UTC)
        found = list(readiness.rota_troubles(db, rota, now, settings.office.zone))
    except MonitorError as error:
        yield Checked("duty", False, str(error))
        return
    yield from (Checked("duty", False, trouble) for trouble in found)
    if not found:
        yield Checked("duty", True, f"{len(rota.pairs)} pairs take turns")


def _source(settings: Settings, name: SourceId) -> Checked:
    title, now = f"source {name}", utc_now()
    try:
        health = connect(name, settings.sources[name], settings, utc_now).connected.source.check()
    except MonitorError as error:
        return Checked(title, False, f"{error}{_rest(_watched(settings, name, now), None, now)}")
    one = _watched(settings, name, now)
    expires_at = health.expires_at or (one.expires_at() if one else None)
    good = health.ok and not (one and one.silent) and not dies_at_once(expires_at, now)
    return Checked(title, good, f"{_told(health)}{_rest(one, expires_at, now)}")


def _told(health: Health) -> str:
    return f"{health.identity}: {health.detail}" if health.detail else health.identity


def _watched(settings: Settings, name: SourceId, now: datetime) -> Watched | None:
    try:
        return watched(open_store(settings.database), settings, name, now)
    except MonitorError:
        return None  # the line of the database tells it


def _rest(one: Watched | None, expires_at: datetime | None, now: datetime) -> str:
    return "".join(f"; {fact}" for fact in facts(one, expires_at, now)) if one else ""
