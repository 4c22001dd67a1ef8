"""How ``siaga sources list`` and ``platforms`` show what they know, for people and machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.platforms.offer import Can, Platform
from monitor.watching import Watched, facts


def line_of(one: Watched, now: datetime) -> str:
    """A source in one line."""
    found = facts(one, one.expires_at(), now)
    trouble = one.fault or (one.status.error if one.status else None)
    doubt = one.status.trouble if one.status else None
    parts = [one.state, *found, *(f"error: {text}" for text in (trouble, doubt) if text)]
    return f"{one.name} ({one.platform}): {'; '.join(parts)}"


def value_of(one: Watched, now: datetime) -> dict[str, Any]:
    """A source as JSON: instants as ISO text, ``lag_seconds`` since the last success."""
    status, meter = one.status, one.meter
    last = status.last_success_at if status else None
    return {
        "name": one.name,
        "platform": one.platform,
        "state": one.state,
        "identity": status.identity if status else None,
        "last_success_at": _iso(last),
        "lag_seconds": None if last is None else round((now - last).total_seconds()),
        "silent": one.silent,
        "paused": status.paused if status else None,
        "error": one.fault or (status.error if status else None),
        "reason": status.reason if status else None,
        "trouble": status.trouble if status else None,
        "spent": meter.spent if meter and meter.units is not None else None,
        "units_a_day": meter.units if meter else None,
        "unit": one.unit if meter and meter.units is not None else None,
        "parked_until": _iso(meter.parked_until if meter else None),
        "expires_at": _iso(one.expires_at()),
        "gap_at": _iso(status.gap_at if status else None),
        "webhook": one.hooked,
        "webhook_at": _iso(one.hook_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def line_of_platform(offer: Platform) -> str:
    """A platform in one line."""
    needs = ", ".join(_needs(offer)) or "nothing"
    takes = f" (may have {', '.join(offer.takes)})" if offer.takes else ""
    parts = [f"needs {needs}{takes}", _abilities(offer)]
    if offer.budget is not None:
        budget = offer.budget
        shared = ", shared by its sources" if budget.shared else ""
        parts.append(f"{budget.units:,.6g} {budget.name} a day{shared}")
    if offer.keeps_days is not None:
        parts.append(f"comments kept {offer.keeps_days} days unless read again")
    return f"{offer.name}: {'; '.join(parts)}"


def value_of_platform(offer: Platform) -> dict[str, Any]:
    """A platform as JSON."""
    budget = offer.budget
    return {
        "name": offer.name,
        "needs": _needs(offer),
        "takes": list(offer.takes),
        "can": _names(offer),
        "consent": offer.consent is not None,
        "every_seconds": offer.every_seconds,
        "reply_limit": offer.reply_limit,
        "units_a_day": budget.units if budget else None,
        "unit": budget.name if budget else None,
        "zone": budget.zone if budget else None,
        "shared": budget.shared if budget else None,
        "keeps_days": offer.keeps_days,
    }


def _needs(offer: Platform) -> list[str]:
    return [*([] if offer.base_url else ["base_url"]), *offer.needs]


def _names(offer: Platform) -> list[str]:
    named = {Can.REPLY: "reply", Can.HIDE: "hide", Can.REFETCH: "recheck", Can.HOOK: "webhook"}
    return [name for one, name in named.items() if one in offer.can]


def _abilities(offer: Platform) -> str:
    names = _names(offer)
    return f"can {', '.join(names)}" if names else "is only read"
