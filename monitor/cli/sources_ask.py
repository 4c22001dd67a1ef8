"""What ``siaga sources add`` asks: platform, name, each key, and consent in the browser.

Layer 8. Knows no platform: what is asked follows from what a platform says of itself, the words
stand in ``messages``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.dialogue import Dialogue
from monitor.cli.sources_answers import Answers, typed
from monitor.config.parts import SOURCE_SECRETS
from monitor.errors import ConfigError, PlatformError, Refused
from monitor.messages import sources_add as words
from monitor.messages.sources_keys import key_title
from monitor.platforms.offer import Can, Platform

if TYPE_CHECKING:
    from monitor.platforms.offer import Tokens

NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")  # "__" parts the names of variables
_PERMISSION = "i_have_enterprise_or_written_permission"


def ask_platform(talk: Dialogue, offers: Collection[Platform]) -> Platform:
    """One of all platforms, by its number in a list or by its name."""
    listed = list(offers)
    talk.say(words.HELLO + "\n")
    for number, one in enumerate(listed, 1):
        replies, hides = Can.REPLY in one.can, Can.HIDE in one.can
        talk.say(words.platform_line(number, one.name, replies=replies, hides=hides))
    by_word = {str(number): one for number, one in enumerate(listed, 1)}
    by_word |= {one.name: one for one in listed}
    chosen = talk.until(
        lambda: talk.line(f"\n{words.WHICH_PLATFORM}").lower(),
        lambda word: None if word in by_word else words.wrong_number(len(listed)),
    )
    return by_word[chosen]


def ask_name(talk: Dialogue, platform: str, taken: Collection[str]) -> str:
    """A name that no other source has."""
    numbered = (f"{platform}_{number}" for number in range(2, len(taken) + 3))
    suggested = next(name for name in [platform, *numbered] if name not in taken)
    return talk.until(
        lambda: talk.line(f"\n{words.WHICH_NAME}", suggested),
        lambda name: against_name(name, taken),
    )


def against_name(name: str, taken: Collection[str]) -> str | None:
    """What is wrong with a name; None: nothing."""
    if not NAME.fullmatch(name):
        return words.wrong_name(name)
    return words.taken_name(name) if name in taken else None


def ask_keys(talk: Dialogue, answers: Answers, keys: Collection[str], folder: Path) -> None:
    """Each of these keys that is not known yet, but for the one that consent gives."""
    for key in keys:
        if key == answers.consent_key or answers.has(key) or answers.pointless(key):
            continue
        if answers.needed(key) or not talk.mute:
            ask_key(talk, answers, key, folder)


def ask_key(talk: Dialogue, answers: Answers, key: str, folder: Path) -> None:
    """One key; left out when nothing is typed and nothing is needed."""
    if talk.mute:
        raise ConfigError(f"{key}: missing; accepted: {_how(key)}")
    talk.say(words.key_lines(answers.offer.name, key))
    if key == _PERMISSION:
        answers.values[key] = talk.yes(key_title(key), default=False)
        if not answers.values[key] and answers.needed(key):
            raise Refused(words.NOT_ALLOWED)
        return
    secret, kept = key in SOURCE_SECRETS, bool(answers.old.get(key))
    needed = answers.needed(key) and not kept
    hint = words.KEEP if kept else "" if needed else words.SKIP
    prompt = words.prompt(key, secret=secret, hint=hint)
    text = talk.until(
        lambda: talk.secret(prompt) if secret else talk.line(prompt),
        lambda given: _against(key, given, folder, needed=needed),
    )
    if not text:
        return
    if secret:
        answers.secrets[key] = text
    else:
        answers.values[key] = _placed(text, folder) if key == "key_file" else typed(key, text)


def _how(key: str) -> str:
    """How a script gives a key."""
    variable = f"SIAGA_SOURCES__<NAME>__{key.upper()} in the environment, with --name"
    return variable if key in SOURCE_SECRETS else f"--set {key}=..."


def _against(key: str, text: str, folder: Path, *, needed: bool) -> str | None:
    if not text:
        return words.NEEDED if needed else None
    if key == "base_url" and not re.match(r"https?://[^\s/]", text):
        return words.NO_ADDRESS
    there = key != "key_file" or (folder / text).expanduser().is_file() or Path(text).is_file()
    return None if there else words.NO_FILE


def _placed(text: str, folder: Path) -> str:
    """Paths of config.toml start at its folder; people type them from where they are."""
    return text if (folder / text).is_file() else str(Path(text).resolve())


def ask_consent(talk: Dialogue, answers: Answers, folder: Path, redirect: str) -> None:
    """Consent in the browser, or a token that somebody has already."""
    key = answers.consent_key
    if not key or answers.has(key) or answers.pointless(key):
        return
    if talk.mute and not answers.needed(key):
        return
    talk.say("")
    while not talk.mute and answers.has("client_id") and talk.yes(words.OPEN_BROWSER, default=True):
        tokens = _consented(talk, answers, redirect)
        if tokens is not None:
            answers.tokens = tokens
            refresh = key == "refresh_token"
            answers.secrets[key] = tokens.refresh if refresh else tokens.access
            return
    ask_key(talk, answers, key, folder)


def _consented(talk: Dialogue, answers: Answers, redirect: str) -> Tokens | None:
    """What the server gives, or None after saying why it gives nothing."""
    from monitor.app import utc_now
    from monitor.platforms.consent import asked, code_in, exchanged

    assert answers.offer.consent is not None
    client = (str(answers.values["client_id"]), answers.secret("secret"))
    question = asked(answers.offer.consent, client[0], redirect)
    talk.say(words.consent_lines(question.address, question.redirect))
    try:
        code = code_in(talk.line(f"\n{words.PASTE}"), question)
        tokens = exchanged(answers.offer.consent, question, code, client, utc_now())
    except PlatformError as error:
        talk.say("\n" + words.consent_failed(error.reason, str(error)))
        return None
    if answers.consent_key == "refresh_token" and not tokens.refresh:
        talk.say(words.NO_REFRESH)
        return None
    return tokens
