"""A source on its way into the files: asked for, tried until it is good, then written.

Layer 8. The check that decides is the platform's own; before it is good nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import typer

from monitor.adding import HeldVault, Wanted, look, refuse_outranked, save, taken_from_environment
from monitor.adding import trial as trial_of
from monitor.app import utc_now
from monitor.cli.accounts import BY_HAND
from monitor.cli.base import Globals
from monitor.cli.dialogue import Dialogue
from monitor.cli.sources_answers import Answers, refuse_unknown, settings_given
from monitor.cli.sources_ask import (
    against_name,
    ask_consent,
    ask_key,
    ask_keys,
    ask_name,
    ask_platform,
)
from monitor.config import Settings
from monitor.config.env_file import env_file
from monitor.config.parts import SOURCE_SECRETS, SourcePart
from monitor.connecting import platform as offer_of
from monitor.connecting import platforms
from monitor.errors import ConfigError, MonitorError, PlatformError, Reason, Refused
from monitor.messages import sources_add as words
from monitor.platforms.base import Health
from monitor.platforms.known import KNOWN
from monitor.platforms.offer import Platform
from monitor.records import SourceId
from monitor.store import sources
from monitor.store.tokens import StoredVault


@dataclass(frozen=True)
class Work:
    """One source; ``keys`` are those that may be typed. ``fresh``: it is not in the files yet."""

    config: Path
    talk: Dialogue
    answers: Answers
    name: str
    fresh: bool
    keys: tuple[str, ...]
    redirect: str

    @property
    def wanted(self) -> Wanted:
        """What is to be written, in the order of the shipped configuration."""
        order = list(SourcePart.model_fields)
        known = sorted(self.answers.values.items(), key=lambda pair: order.index(pair[0]))
        values = {key: value for key, value in known if self.fresh and value not in ("", [])}
        platform, secrets = self.answers.offer.name, dict(self.answers.secrets)
        return Wanted(self.name, platform, self.fresh, values, secrets)


def begun(
    files: Globals,
    platform: str | None,
    name: str | None,
    given: Collection[str],
    redirect: str,
    *,
    no_ask: bool,
) -> Work:
    """A new source: platform and name are known, and every key but what consent gives.

    Raises:
        ConfigError: something given is not accepted, or is missing and may not be asked for.
        Refused: the platform must not be used without a permission that is not there.
    """
    if no_ask and not (platform and name):
        raise ConfigError("--no-ask: accepted: with PLATFORM and --name")
    values = settings_given(given)
    secrets = taken_from_environment(name, SOURCE_SECRETS) if name else {}
    taken = files.settings(without=name or "").sources
    if name is not None and (against := against_name(name, taken)):
        raise ConfigError(f"--name {against}")
    talk = Dialogue(mute=no_ask)
    answers = Answers(_offer(talk, platform), values, secrets)
    refuse_unknown(answers)
    name = name or ask_name(talk, answers.offer.name, taken)
    work = Work(files.path(), talk, answers, name, True, answers.keys, redirect)
    ask_keys(talk, answers, work.keys, work.config.parent)
    return work


def _offer(talk: Dialogue, name: str | None) -> Platform:
    if name is None:
        return ask_platform(talk, platforms())
    if name not in KNOWN:
        raise ConfigError(f"platform: {name}: accepted: {', '.join(KNOWN)}")
    return offer_of(name)


def begun_again(files: Globals, name: str, redirect: str) -> Work:
    """A configured source whose secrets are asked for anew.

    Raises:
        ConfigError: the real environment holds its secrets.
        Refused: it is not configured, or has no secrets.
    """
    configured = files.settings().sources
    part = configured.get(name)
    if part is None:
        raise Refused(f"source: {name}: unknown: known: {', '.join(configured) or 'none'}")
    values = {key: value for key, value in part.model_dump().items() if value}
    plain = {key: value for key, value in values.items() if key not in SOURCE_SECRETS}
    answers = Answers(offer_of(part.platform), plain, old=part.secrets)
    keys = tuple(key for key in answers.keys if key in SOURCE_SECRETS)
    if not keys:
        raise Refused(f"source: {name}: {words.NOTHING_TO_RENEW}")
    refuse_outranked(name, keys)
    work = Work(files.path(), Dialogue(), answers, name, False, keys, redirect)
    ask_keys(work.talk, answers, keys, work.config.parent)
    return work


def show(work: Work) -> None:
    """What would be written, secrets hidden; the one that consent gives is not asked for."""
    key = work.answers.consent_key
    if key and not work.answers.pointless(key):
        work.answers.secrets.setdefault(key, words.HIDE)
    wanted, env = work.wanted, env_file(work.config)
    trial_of(work.config, wanted)
    typer.echo(words.DRY)
    names = list(wanted.variables)
    typer.echo(words.would_write(wanted.block, str(work.config), names, str(env)))


def finish(files: Globals, work: Work) -> None:
    """Consent, the check, and only then the files.

    Raises:
        ConfigError: the files do not take it.
        PlatformError: the platform refuses, and nobody can be asked.
        typer.Exit: somebody stopped after a refusal, with that error's code.
    """
    ask_consent(work.talk, work.answers, work.config.parent, work.redirect)
    settings, health, vault = _tried(files, work)
    wanted, env = work.wanted, str(env_file(work.config))
    save(work.config, wanted)
    vault.keep()
    zone = settings.office.zone
    typer.echo(words.found(health.identity, health.detail, health.expires_at, utc_now(), zone))
    count = len(wanted.secrets)
    typer.echo(words.written(work.name, str(work.config), count, env, fresh=work.fresh))
    _record(files, SourceId(work.name), health)


def _tried(files: Globals, work: Work) -> tuple[Settings, Health, HeldVault]:
    """The real check, again and again until it is good or somebody stops."""
    while True:
        try:
            return _looked(files, work)
        except (ConfigError, PlatformError) as error:
            if work.talk.mute:
                raise
            reason = error.reason if isinstance(error, PlatformError) else None
            work.talk.say(words.failed(reason, str(error)))
            _mend(work, error)


def _looked(files: Globals, work: Work) -> tuple[Settings, Health, HeldVault]:
    answers = work.answers
    settings = trial_of(work.config, work.wanted)
    files.log(settings)
    vault = HeldVault(StoredVault(settings.database, SourceId(work.name)))
    if answers.tokens is not None and answers.consent_key == "refresh_token":
        vault.put(answers.secrets["refresh_token"], answers.tokens)
    work.talk.say("\n" + words.LOOKING)
    health = look(settings, work.name, utc_now, vault)
    if not health.ok:
        why = f"{health.identity}: {health.detail}"
        raise PlatformError(why, reason=Reason.PERMISSION)
    return settings, health, vault


def _mend(work: Work, error: MonitorError) -> None:
    """Let one key be typed again, or nothing; stopping ends with the error's code."""
    keys = [key for key in work.keys if not work.answers.pointless(key)]
    work.talk.say(words.numbered(keys))
    numbers = {"", *map(str, range(len(keys) + 1))}
    try:
        chosen = work.talk.until(
            lambda: work.talk.line(words.WHAT_NOW),
            lambda text: None if text in numbers else words.wrong_number(len(keys)),
        )
    except typer.Abort:
        chosen = "0"  # the input ended: there is nobody to mend it
    if chosen == "0":
        work.talk.say(words.STOPPED)
        raise typer.Exit(error.exit_code)
    if chosen:
        _again(work, keys[int(chosen) - 1])


def _again(work: Work, key: str) -> None:
    answers = work.answers
    answers.values.pop(key, None)
    answers.secrets.pop(key, None)
    if key == answers.consent_key:
        answers.tokens = None
        ask_consent(work.talk, answers, work.config.parent, work.redirect)
    else:
        ask_key(work.talk, answers, key, work.config.parent)


def _record(files: Globals, name: SourceId, health: Health) -> None:
    """What the check found; polls go on that a dead token stopped, not those that a person did."""
    _, db = files.store()
    now = utc_now()
    sources.checked(db, name, health, now)
    status = sources.get(db, name)
    if status is None or status.paused is None:
        return
    if status.paused == BY_HAND:
        typer.echo(words.still_paused(name))
    else:
        sources.resume(db, name, now)
        typer.echo(words.RESUMED)
