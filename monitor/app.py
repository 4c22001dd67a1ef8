"""The only file that knows concrete classes: puts Siaga together; ``running`` runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database

from monitor.config import Settings
from monitor.config.parts import SOURCE_SECRETS
from monitor.connecting import connect_all
from monitor.errors import ConfigError
from monitor.knowledge import Knowledge
from monitor.platforms.base import Source
from monitor.records import Chat, ChatId, Level, Person, PersonId, Role, SourceId
from monitor.steps.aside import Apart
from monitor.steps.tools import Library, Parts, Tools, log
from monitor.store import knowledge_changes, open_store, people, sources
from monitor.store.knowledge_changes import model_of, revision_of
from monitor.telegram.base import Channel
from monitor.telegram.console import CONSOLE_CHAT, Console

if TYPE_CHECKING:
    from pydantic import SecretStr

    from monitor.telegram.channel import TelegramChannel
    from monitor.wording import ModelWriter

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the service; everything below takes the instant as an argument."""
    return datetime.now(UTC)


def acting_person(settings: Settings) -> Person:
    """Who decisions on the local page are recorded for."""
    roles = frozenset({Role.ADMIN, Role.HUMAS, Role.TRAINER})
    return Person(PersonId(0), settings.web.acting, roles)


def build_tools(
    settings: Settings, *, channel: Channel | None = None, clock: Clock = utc_now
) -> Tools:
    """Load the knowledge and the serving model, and connect sources and channel.

    Raises:
        ConfigError: a file of knowledge or a setting is wrong.
        ModelError: the serving model cannot be loaded.
    """
    # The classifier pulls in scipy and scikit-learn; commands that need no model stay quick.
    from monitor.classify import Classifier
    from monitor.classify.model_files import serve_first
    from monitor.classify.served import Served
    from monitor.library import DataLibrary
    from monitor.steps.choosing import Teaching
    from monitor.store.vectors import StoredVectors

    cache = StoredVectors(settings.database)
    library = DataLibrary(settings, cache, lambda known: check_rules(settings, known))
    parts = _parts_at_start(settings, library)
    classifier = Classifier.load(
        settings.models,
        settings.data,
        settings.classify.embeddings,
        settings.classify.precision,
        cache,
        reader=library.reader(_texts(settings, 0)),
    )
    if classifier.trouble:
        log.error("%s; %s serves in its place", classifier.trouble, classifier.version)
    served = Served(
        classifier,
        lambda version: library.classifier(version, _texts(settings, revision_of(version))),
        lambda version: serve_first(settings.models, model_of(version)),
    )
    accounts = connect_all(settings, clock)
    repliers = {name: one.connected.replier for name, one in accounts.items()}
    return Tools(
        settings=settings,
        knowledge=parts.knowledge,
        classifier=served,
        models=served,
        library=library,
        words=parts.words,
        channel=channel or build_channel(settings),
        sources={name: one.connected.source for name, one in accounts.items()},
        repliers={name: replier for name, replier in repliers.items() if replier is not None},
        accounts=accounts,
        writer=build_writer(settings, parts.knowledge),
        second_look=parts.second_look,
        aside=Apart(),
        chooser=Teaching(served),
    )


def _parts_at_start(settings: Settings, library: Library) -> Parts:
    """What the files under data/ amount to; where one is broken, what they said before.

    Raises:
        ConfigError: a file is wrong, and what it said before is not known or wrong too.
    """
    try:
        return library.parts({})
    except ConfigError as error:
        known = _texts(settings)
        if not known:
            raise
        parts = library.parts(known)
        log.error("%s; what the files said before goes on holding", error)
        return parts


def _texts(settings: Settings, upto: int | None = None) -> dict[str, str]:
    """What the editable files said by the rows; empty before the first start."""
    if not settings.database.exists():
        return {}
    with closing(open_store(settings.database)) as db:
        return knowledge_changes.texts(db, upto)


def build_writer(settings: Settings, knowledge: Knowledge) -> ModelWriter | None:
    """The own language model, where one is switched on and there are words to ask it with."""
    from monitor.wording import ModelWriter

    part = settings.replies.model
    if not (part.enabled and knowledge.prompt):
        return None
    token = part.token.get_secret_value() if part.token else ""
    return ModelWriter(part.base_url, part.name, token, part.timeout_seconds)


def check_rules(settings: Settings, knowledge: Knowledge) -> None:
    """Whether the rules of issues and OPDs name what there is, and rise for every issue.

    Raises:
        ConfigError: names the table, what was found and what is accepted.
    """
    spikes, issues = settings.spikes, knowledge.taxonomy
    opds = sorted({issue.opd for issue in issues.values()})
    known = (
        ("spikes.issue", spikes.issue, sorted(issues)),
        ("spikes.opd", spikes.opd, opds),
        ("spikes.ignore", spikes.ignore, sorted({*issues, "lainnya"})),
    )
    for table, named, accepted in known:
        for name in named:
            if name not in accepted:
                raise ConfigError(f"{table}: {name}: accepted: {', '.join(accepted)}")
    for key, issue in issues.items():
        rules = spikes.rules_for(key, issue.opd)
        if not rules.waspada < rules.siaga < rules.awas:
            where = f"{key} ({issue.opd})"
            raise ConfigError(f"spikes: {where}: accepted: waspada < siaga < awas")


def build_channel(settings: Settings) -> Channel:
    """Telegram where a token is set, else the console."""
    token = settings.telegram.token
    return Console() if token is None else build_telegram(settings, token)


def build_telegram(settings: Settings, token: SecretStr) -> TelegramChannel:
    """The channel to Telegram."""
    from monitor.telegram.channel import TelegramChannel

    return TelegramChannel(
        token=token.get_secret_value(),
        base_url=settings.telegram.base_url,
        per_group_minute=settings.telegram.per_group_minute,
        timeout=settings.telegram.timeout_seconds,
    )


def secrets(settings: Settings) -> list[str]:
    """Every secret that must never be seen in a log."""
    found = [settings.telegram.token, settings.drill.token, settings.replies.model.token]
    for part in settings.sources.values():
        found += [getattr(part, key) for key in SOURCE_SECRETS]
    return [secret.get_secret_value() for secret in found if secret is not None]


def prepare(db: Database, settings: Settings, connected: Iterable[Source] = ()) -> None:
    """Make rows for the configured sources, for any others given, and for the chats."""
    configured = [
        (SourceId(name), part.platform) for name, part in settings.sources.items() if part.enabled
    ]
    sources.register(db, [*configured, *((source.id, source.platform) for source in connected)])
    people.register_chats(db, chats(settings))


def chats(settings: Settings) -> list[Chat]:
    """The chats that receive notices: the configured ones, or the console without a token."""
    if settings.telegram.token is None:
        return [Chat(CONSOLE_CHAT, "konsol", Level.WASPADA)]
    return configured_chats(settings)


def configured_chats(settings: Settings) -> list[Chat]:
    """The chats of config.toml."""
    return [
        Chat(ChatId(part.id), part.title, part.min_level, part.thread_id)
        for part in settings.telegram.chats
    ]
