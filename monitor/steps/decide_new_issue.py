"""Step 6: what a trainer decides about a theme, in Telegram as on the page.

It becomes an issue, goes into one, or is nothing. Becoming an issue changes two files; the decision
is a row first, and whatever of it is not done yet is done by the next tick (``go_on``). The model
that serves knows nothing of it: the labels teach the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.editable import FILES, EditableFile, put
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages import new_issue as words
from monitor.records import Opd, Person, PersonId, Role
from monitor.records.new_issue import NewIssue, NewIssueId, NewIssueState
from monitor.steps import knowing
from monitor.steps.answer import Answer
from monitor.steps.new_issues import shown_anew
from monitor.steps.tools import Tools
from monitor.store import knowledge_changes
from monitor.store import new_issues as store

_TAXONOMY: Final = "taxonomy.toml"
_KEYWORDS: Final = "lexicon/issue_keywords.toml"
_NAMED: Final = re.compile(r"(?:([a-z][a-z0-9_]{1,29})\s*[:=]\s*)?(\S.{1,58}\S)")
_LONGEST_KEY: Final = 30
_LEFT: Final = timedelta(minutes=1)


def call_it(
    db: Database, tools: Tools, person: Person, number: NewIssueId, text: str, now: datetime
) -> NewIssue | Answer:
    """Jadikan isu, first half: its name, perhaps with a key of its own in front."""
    found = waiting(db, person, number)
    if isinstance(found, Answer):
        return found
    said = _NAMED.fullmatch(" ".join(text.split()))
    key = said and (said.group(1) or _key_of(said.group(2)))
    if said is None or not key:
        return Answer(words.BAD_NAME, again=True)
    if key in tools.knowledge.taxonomy:
        return Answer(words.key_taken(key), again=True)
    with db.atomic():
        if not store.call_it(db, number, key, said.group(2)):
            return _decided(db, number)
    return store.get(db, number) or Answer(answers.GONE)


def make(
    db: Database, tools: Tools, person: Person, number: NewIssueId, opd: str, now: datetime
) -> Answer:
    """Jadikan isu, second half: the agency (its key), and with that the decision."""
    found = waiting(db, person, number)
    if isinstance(found, Answer):
        return found
    agency = next((one for one in opds(tools) if one.key == opd), None)
    if agency is None or found.issue is None:
        return Answer(answers.STALE_BUTTON)
    if not store.begin(db, found, agency.short, person.name, now):
        return _decided(db, number)
    tools.boundary("new_issue:after-begin")
    begun = store.get(db, number)
    assert begun is not None  # themes are never deleted
    return _carry_out(db, tools, begun, now)


def merge(
    db: Database, tools: Tools, person: Person, number: NewIssueId, issue: str, now: datetime
) -> Answer:
    """Masuk ke isu: its comments are labelled with an issue that there is."""
    found = waiting(db, person, number)
    if isinstance(found, Answer):
        return found
    if issue not in tools.knowledge.taxonomy:
        return Answer(answers.STALE_BUTTON)
    with db.atomic():
        labelled = store.merge(db, found, issue, person.name, now)
        if labelled is None:
            return _decided(db, number)
        shown_anew(db, number, now)
    return Answer(words.made(tools.issue(issue).name, labelled), done=True)


def ignore(db: Database, person: Person, number: NewIssueId, now: datetime) -> Answer:
    """Abaikan: not offered again."""
    found = waiting(db, person, number)
    if isinstance(found, Answer):
        return found
    with db.atomic():
        if not store.ignore(db, found, person.name, now):
            return _decided(db, number)
        shown_anew(db, number, now)
    return Answer(words.IGNORED, done=True)


def go_on(db: Database, tools: Tools, now: datetime) -> int:
    """Do what a process that died left of a decision; how many were done."""
    left = [
        one
        for one in store.in_state(db, NewIssueState.MAKING)
        if one.decided_at is None or not timedelta(0) <= now - one.decided_at < _LEFT
    ]
    return sum(_carry_out(db, tools, one, now).done for one in left)


def opds(tools: Tools) -> list[Opd]:
    """The agencies that an issue may belong to."""
    return list(tools.knowledge.routes.opds.values())


def waiting(db: Database, person: Person, number: NewIssueId) -> NewIssue | Answer:
    """A theme that waits for a decision of this person, or why it does not."""
    if not allowed(person.roles, Action.TEACH):
        return Answer(answers.not_allowed(roles_for(Action.TEACH)))
    found = store.get(db, number)
    if found is None:
        return Answer(answers.GONE)
    return found if found.state is NewIssueState.OFFERED else _decided(db, number)


def _carry_out(db: Database, tools: Tools, found: NewIssue, now: datetime) -> Answer:
    """Let the files say it, then label; each part is done once however often this begins anew."""
    assert found.issue is not None  # begin() wrote all three
    assert found.issue_name is not None
    assert found.decided_by is not None
    person = Person(PersonId(0), found.decided_by, frozenset({Role.TRAINER}))
    for path, entries in _entries(found).items():
        answer = _written(db, tools, person, FILES[path], found.issue, entries, now)
        if answer is not None:
            store.release(db, found, now)
            return Answer(answer.text)
        tools.boundary("new_issue:after-file")
    with db.atomic():
        labelled = store.finish(db, found, now)
        if labelled is None:
            return _decided(db, found.id)
        shown_anew(db, found.id, now)
    tools.boundary("new_issue:after-labels")
    return Answer(words.made(found.issue_name, labelled), done=True)


def _entries(found: NewIssue) -> Mapping[str, list[tuple[str, str, str]]]:
    """What each file shall say: key, value and group of each entry."""
    key = found.issue or ""
    fields = (
        ("name", found.issue_name or ""),
        ("content", words.content_of(found)),
        ("opd", found.opd or ""),
    )
    block = "\n".join(f"{name} = {json.dumps(said, ensure_ascii=False)}" for name, said in fields)
    return {
        _TAXONOMY: [(key, f"[{key}]\n{block}", "")],
        _KEYWORDS: [
            (stems, str(weight), key) for stems, weight in words.keywords_of(found).items()
        ],
    }


def _written(
    db: Database,
    tools: Tools,
    person: Person,
    file: EditableFile,
    key: str,
    entries: list[tuple[str, str, str]],
    now: datetime,
) -> Answer | None:
    """Put the entries into a file; None when it says them, else what is wrong."""
    text = knowledge_changes.texts(db).get(file.path, "")
    if f"[{key}]" in text.splitlines():
        return None
    for name, value, group in entries:
        text = put(file, text, name, value, group)
    proposal = knowing.propose(db, tools, person, file, text, now)
    if isinstance(proposal, Answer):
        return proposal
    answer = knowing.apply(db, tools, person, proposal, words.WHY, now)
    return None if answer.done else answer


def _key_of(name: str) -> str:
    """``Hewan liar`` as ``hewan_liar``; empty where nothing of it can be a key."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_LONGEST_KEY].strip("_")
    return plain if plain[:1].isalpha() and len(plain) > 1 else ""


def _decided(db: Database, number: NewIssueId) -> Answer:
    found = store.get(db, number)
    return Answer(answers.already(found.decided_by if found else None))
