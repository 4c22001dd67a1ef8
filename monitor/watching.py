"""How each watched account stands: for ``siaga sources list`` and ``siaga check``.

Layer 5. Reads configuration and store, asks no platform, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.config import Settings
from monitor.connecting import connect
from monitor.errors import ConfigError
from monitor.records import SourceId, SourceStatus
from monitor.steps.coverage import blind
from monitor.store import deliveries, sources
from monitor.store.meters import MeterState, state_of

_FAR = timedelta(days=30)  # coverage that ended before is none
_SOON = timedelta(days=14)
_DYING = timedelta(days=1)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """One source. ``fault``: what is wrong with its configuration, "" nothing.

    ``silent``: it was read once, and for so long not again that cards call it blind.
    ``hook_at``: when its platform called last; ``hooked``: whether it may call.
    """

    name: SourceId
    platform: str
    state: str
    status: SourceStatus | None = None
    fault: str = ""
    silent: bool = False
    meter: MeterState | None = None
    unit: str = "units"
    hooked: bool = False
    hook_at: datetime | None = None

    def expires_at(self) -> datetime | None:
        """When its token dies, as far as the last check knew."""
        return self.status.expires_at if self.status else None


def every(db: Database, settings: Settings, now: datetime) -> list[Watched]:
    """All sources of configuration and store, by name."""
    stored = {status.id for status in sources.every(db)}
    names = sorted(stored | {SourceId(name) for name in settings.sources})
    return [watched(db, settings, name, now) for name in names]


def watched(db: Database, settings: Settings, name: SourceId, now: datetime) -> Watched:
    """One source; ``name`` is known to the configuration or the store."""
    status, part = sources.get(db, name), settings.sources.get(name)
    if part is None:
        platform = status.platform if status else ""
        return Watched(name, platform, "not in config.toml", status)
    if not part.enabled:
        return Watched(name, part.platform, "switched off", status)
    try:
        account = connect(name, part, settings, lambda: now)
    except ConfigError as error:
        return Watched(name, part.platform, "wrong configuration", status, str(error))
    pace = part.every_seconds or account.platform.every_seconds
    silent = _silent(db, name, float(pace or settings.poll.default_every_seconds), now)
    quiet = silent and status is not None and status.last_success_at is not None
    return Watched(
        name=name,
        platform=part.platform,
        state=_state(status, silent=quiet),
        status=status,
        silent=quiet and status is not None and status.paused is None,
        meter=state_of(db, account.budget_name, account.budget, now),
        unit=account.budget.name if account.budget else "units",
        hooked=settings.webhook.enabled and account.connected.hook is not None,
        hook_at=deliveries.newest(db, name),
    )


def _silent(db: Database, name: SourceId, pace: float, now: datetime) -> bool:
    return bool(blind(sources.coverage(db, now - _FAR), {name: pace}, now))


def _state(status: SourceStatus | None, *, silent: bool) -> str:
    if status is None:
        return "new"
    if status.paused is not None:
        return "paused"
    if silent:
        return "silent"
    if status.error is not None:
        return "failing"
    return "ok" if status.last_success_at else "new"


def dies_at_once(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a token dies within a day, so that somebody must act now."""
    return expires_at is not None and expires_at - now <= _DYING


def facts(one: Watched, expires_at: datetime | None, now: datetime) -> list[str]:
    """What an operator should know besides its state, the most pressing first."""
    found = [_last_read(one.status, now)]
    if one.status and one.status.paused:
        found.append(f"paused: {one.status.paused}")
    if one.silent:
        found.append("silent: shown as blind")
    if expires_at is not None and expires_at - now <= _SOON:
        found.append(f"token {_dies(expires_at, now)}: siaga sources renew {one.name}")
    found += _meter(one)
    if one.status and one.status.gap_at:
        found.append(f"comments lost before {_at(one.status.gap_at)}")
    if one.hooked:
        called = _ago(one.hook_at, now) if one.hook_at else "in the last week never"
        found.append(f"webhook called {called}")
    return found


def _last_read(status: SourceStatus | None, now: datetime) -> str:
    if status is None or status.last_success_at is None:
        return "never read"
    return f"last read {_ago(status.last_success_at, now)}"


def _ago(at: datetime, now: datetime) -> str:
    minutes = max((now - at) / _MINUTE, 0)
    return f"{minutes:.0f} min ago" if minutes < 600 else f"{minutes / 60:.0f} h ago"


def _dies(at: datetime, now: datetime) -> str:
    if at <= now:
        return f"died {_at(at)}"
    return f"dies in {(at - now) // _DAY} days ({_at(at)})"


def _meter(one: Watched) -> list[str]:
    if one.meter is None:
        return []
    spent, units = one.meter.spent, one.meter.units
    found = [] if units is None else [f"{spent:,.6g} of {units:,.6g} {one.unit} spent today"]
    if one.meter.parked_until is not None:
        found.append(f"left alone until {_at(one.meter.parked_until)}")
    return found


def _at(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
