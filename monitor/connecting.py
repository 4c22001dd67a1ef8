"""From [sources.NAME] to a connected account: keys are checked, budgets named, stores handed over.

Layer 4. Knows no platform: ``platforms/known.py`` names the files, and each says what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from urllib.parse import urlsplit

from monitor.config import Settings
from monitor.config.parts import SOURCE_SECRETS, SourcePart
from monitor.errors import ConfigError
from monitor.platforms.known import KNOWN
from monitor.platforms.offer import Budget, Platform, Setup, Vault
from monitor.records import SourceId
from monitor.steps.tools import Account
from monitor.store.meters import StoredMeter
from monitor.store.tokens import StoredVault

Clock = Callable[[], datetime]
# Keys that only some platforms understand; the others of SourcePart hold for every source.
_OWN_KEYS = (
    "account",
    "user",
    "client_id",
    "queries",
    "key_file",
    "i_have_enterprise_or_written_permission",
    *SOURCE_SECRETS,
)


def platform(name: str) -> Platform:
    """What a platform's file says of itself."""
    found = import_module(f"monitor.platforms.{KNOWN[name]}").PLATFORM
    assert isinstance(found, Platform)
    return found


def platforms() -> tuple[Platform, ...]:
    """What all platforms say of themselves, in the order of ``known``."""
    return tuple(platform(name) for name in KNOWN)


def connect(
    name: SourceId,
    part: SourcePart,
    settings: Settings,
    clock: Clock,
    *,
    vault: Vault | None = None,
) -> Account:
    """A configured account; ``vault`` keeps its tokens elsewhere than beside the database.

    Raises:
        ConfigError: a key that its platform needs is missing, or one that it does not know is set.
    """
    offer = platform(part.platform)
    _check_keys(name, part, offer)
    if offer.one_reader:
        _check_reader(name, part, settings)
    base_url = part.base_url or offer.base_url
    if not base_url:
        raise ConfigError(f"sources.{name}: base_url: missing: a {offer.name} has its own address")
    budget = _budget(part, offer)
    budget_name = f"{offer.name}:{part.budget}" if _shares(part, budget) else str(name)
    setup = Setup(
        id=name,
        base_url=base_url,
        meter=StoredMeter(settings.database, budget_name, budget, clock),
        vault=vault or StoredVault(settings.database, name),
        clock=clock,
        account=part.account,
        user=part.user,
        client_id=part.client_id,
        queries=part.queries,
        own_names=frozenset(part.own_names),
        backfill_days=part.backfill_days,
        timeout=settings.poll.timeout_seconds,
        key_file=settings.path(part.key_file) if part.key_file else None,
        permitted=part.i_have_enterprise_or_written_permission,
        secrets=part.secrets,
    )
    connected = offer.connect(setup)
    return Account(offer, connected, budget_name, budget, _without_login(base_url))


def connect_all(settings: Settings, clock: Clock) -> Mapping[SourceId, Account]:
    """Every account that is switched on.

    Raises:
        ConfigError: one of them is configured wrongly.
    """
    return {
        SourceId(name): connect(SourceId(name), part, settings, clock)
        for name, part in settings.sources.items()
        if part.enabled
    }


def _budget(part: SourcePart, offer: Platform) -> Budget | None:
    if part.units_a_day is None:
        return offer.budget
    known = offer.budget or Budget(part.units_a_day)
    return Budget(part.units_a_day, known.zone, known.shared, known.name)


def _shares(part: SourcePart, budget: Budget | None) -> bool:
    return bool(part.budget) or (budget is not None and budget.shared)


def _check_keys(name: SourceId, part: SourcePart, offer: Platform) -> None:
    given = {key for key in _OWN_KEYS if getattr(part, key)}
    understood = {*offer.needs, *offer.takes}
    for key in sorted(given - understood):
        accepted = ", ".join([*offer.needs, *offer.takes]) or "none of its own"
        raise ConfigError(f"sources.{name}: {key}: not a key of {offer.name}; accepted: {accepted}")
    for key in offer.needs:
        # why a permission is needed, its platform says itself
        if key not in given and key != "i_have_enterprise_or_written_permission":
            variable = f"SIAGA_SOURCES__{name}__{key}".upper()
            how = f"set {variable}" if key in SOURCE_SECRETS else "add it to config.toml"
            raise ConfigError(f"sources.{name}: {key}: missing; {how}")


def _check_reader(name: SourceId, part: SourcePart, settings: Settings) -> None:
    """Two readers of one bot take each other's messages away."""
    token = part.secrets.get("token")
    bots = {"the staff bot": settings.telegram.token, "the drill's bot": settings.drill.token}
    taken = {who: secret.get_secret_value() for who, secret in bots.items() if secret}
    for other, its in settings.sources.items():
        if other != name and its.enabled and its.platform == part.platform:
            taken[f"sources.{other}"] = its.secrets.get("token", "")
    for who, known in taken.items():
        if token and token == known:
            raise ConfigError(
                f"sources.{name}: token: it is that of {who}: two readers would take each other's "
                "messages; make a bot of its own with @BotFather"
            )


def _without_login(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
