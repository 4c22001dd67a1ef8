"""What a change of knowledge would do, tried on what is stored, before it holds. Writes nothing.

Words are tried on comments, templates on suggestions, the guard's rules on replies, agencies on
incidents. It stops after some seconds and says how much was looked at: the newest come first.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.knowledge import Knowledge
from monitor.messages import knowledge as words
from monitor.messages.answers import SENTIMENT_NAMES
from monitor.messages.base import clip
from monitor.messages.knowledge import Example, Preview, Shift, Tally
from monitor.records import Draft, DraftState
from monitor.replies import Template
from monitor.replies.guard_rules import Effect, Guard
from monitor.steps import suggest
from monitor.steps.knowing import Proposal
from monitor.steps.routing import in_charge, place_of
from monitor.steps.tools import Library, Tools, Verdict
from monitor.store import comments, drafts, incidents, knowledge_changes, predictions, samples
from monitor.store.samples import Sample

LOOKED_BACK = timedelta(days=28)
MOST_COMMENTS, MOST_REPLIES, MOST_EXAMPLES = 5000, 200, 10
SECONDS = 4.0
_SHOWN = 160
_ORIGIN = "template:"
_REPLIED = (DraftState.APPROVED, DraftState.POSTING, DraftState.POSTED, DraftState.TO_COPY)

Clock = Callable[[], float]


def preview(
    db: Database, tools: Tools, proposal: Proposal, now: datetime, clock: Clock = time.monotonic
) -> Preview:
    """What would be otherwise if a proposal held."""
    assert tools.library is not None  # whoever proposes has one
    known = knowledge_changes.texts(db)
    new = {**known, proposal.file.path: proposal.after}
    until = clock() + SECONDS
    if proposal.file.reads:
        return _comments(db, tools, (known, new), now, lambda: clock() > until)
    knowledge = tools.library.parts(new).knowledge
    slug = proposal.file.slug
    if slug in ("balasan", "terima-kasih", "sapaan"):
        return _suggestions(db, tools, knowledge, lambda: clock() > until)
    if slug == "penjaga":
        return _guarded(db, tools.knowledge.guard, knowledge.guard, lambda: clock() > until)
    if slug in ("opd", "isu"):
        return _routed(db, tools, knowledge)
    return Preview("", 0, 0)


@dataclass
class _Found:
    """Shifts on the way: how many by name, and the first examples of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    differ: int = 0

    def add(self, text: str, changed: Iterable[tuple[str, str, str]]) -> None:
        """One thing, with each respect in which it would be otherwise: name, before, after."""
        listed = list(changed)
        self.differ += bool(listed)
        for name, before, after in listed:
            self.counts[name] += 1
            shown = self.examples.setdefault(name, [])
            if len(shown) < MOST_EXAMPLES:
                shown.append(Example(clip(text, _SHOWN), before, after))

    def shifts(self) -> list[Shift]:
        """The most frequent first."""
        return [Shift(name, n, self.examples[name]) for name, n in self.counts.most_common()]


def _comments(
    db: Database,
    tools: Tools,
    texts: tuple[Mapping[str, str], Mapping[str, str]],
    now: datetime,
    late: Callable[[], bool],
) -> Preview:
    library: Library | None = tools.library
    assert library is not None  # as above
    sample = samples.newest(db, now - LOOKED_BACK, MOST_COMMENTS)
    found, moved, looked = _Found(), Counter[str](), 0
    said = [one.text for one in sample]
    for looked, told in library.read_anew(tools.classifier.version, texts, said):  # noqa: B007
        for at, old, new in told:
            found.add(sample[at].masked, _changes(tools, sample[at], old, new))
            _move(moved, sample[at], new)
        if late():
            break
    before = Counter(one.issue for one in sample[:looked] if not (one.spam or one.aside))
    issues = [
        Tally(tools.issue(key).name, before[key], before[key] + moved[key])
        for key in sorted(moved, key=lambda key: (-abs(moved[key]), key))
        if moved[key]
    ]
    return Preview(words.COMMENTS, looked, len(sample), found.differ, found.shifts(), issues)


def _changes(
    tools: Tools, sample: Sample, old: Verdict, new: Verdict
) -> Iterator[tuple[str, str, str]]:
    """What of a comment would be otherwise; what people said of it stays."""
    if not sample.said_issue and old.issue != new.issue:
        yield words.ISSUE, tools.issue(old.issue).name, tools.issue(new.issue).name
    if not sample.said_tone and old.sentiment is not new.sentiment:
        yield words.TONE, SENTIMENT_NAMES[old.sentiment], SENTIMENT_NAMES[new.sentiment]
    if old.urgent != new.urgent:
        yield words.URGENT, _yes(old.urgent), _yes(new.urgent)
    if old.place != new.place:
        yield words.PLACE, old.place or words.NONE, new.place or words.NONE
    if old.spam != new.spam:
        yield words.SPAM, old.spam or words.NO, new.spam or words.NO
    if old.ask_human != new.ask_human:
        yield words.ASK, _yes(old.ask_human), _yes(new.ask_human)


def _move(moved: Counter[str], sample: Sample, new: Verdict) -> None:
    """Where a comment counts now, and where it would."""
    issue = sample.issue if sample.said_issue else new.issue
    if not sample.aside:
        moved[sample.issue] -= not sample.spam
        moved[issue] += new.spam is None


def _yes(value: bool) -> str:
    return words.YES if value else words.NO


def _suggestions(
    db: Database, tools: Tools, knowledge: Knowledge, late: Callable[[], bool]
) -> Preview:
    """Open suggestions, and the last ones made of a template."""
    opened = drafts.in_state(db, (DraftState.PROPOSED,))[::-1]
    ended = tuple(state for state in DraftState if state is not DraftState.PROPOSED)
    listed = [*opened, *drafts.newest(db, ended, MOST_REPLIES)][:MOST_REPLIES]
    old, new = _by_id(tools.knowledge.templates), _by_id(knowledge.templates)
    other = replace(tools, knowledge=knowledge)
    found, looked = _Found(), 0
    for draft in listed:
        if late():
            break
        looked += 1
        before, after = _said(db, tools, draft), _said(db, other, draft)
        key = draft.origin.removeprefix(_ORIGIN)
        if before != after or old.get(key) != new.get(key):
            change = (words.OTHER_WORDS, before or words.NONE, after or words.NONE)
            found.add(_asked(db, draft), [change])
    return Preview(words.DRAFTS, looked, len(listed), found.differ, found.shifts())


def _by_id(templates: Iterable[Template]) -> dict[str, Template]:
    return {template.id: template for template in templates}


def _said(db: Database, tools: Tools, draft: Draft) -> str | None:
    """What would be suggested first for the comment of a draft."""
    incident = None if draft.incident_id is None else incidents.get(db, draft.incident_id)
    return suggest.first_words(db, tools, draft.comment_id, incident)


def _asked(db: Database, draft: Draft) -> str:
    understood = predictions.get(db, draft.comment_id)
    return understood.prediction.masked if understood else ""


def _guarded(db: Database, old: Guard, new: Guard, late: Callable[[], bool]) -> Preview:
    """The last replies that were to go out."""
    listed = drafts.newest(db, _REPLIED, MOST_REPLIES)
    found, looked = _Found(), 0
    for draft in listed:
        if late():
            break
        looked += 1
        stored = comments.get(db, draft.comment_id)
        asked = stored.comment.text if stored else ""
        found.add(draft.text, _judged(old, new, draft.text, asked))
    return Preview(words.REPLIES, looked, len(listed), found.differ, found.shifts())


_TURNS = (
    (Effect.STOP, words.NOW_STOPPED, words.NO_LONGER),
    (Effect.SECOND, words.NOW_TWO, words.NO_LONGER_TWO),
)


def _judged(old: Guard, new: Guard, text: str, asked: str) -> Iterator[tuple[str, str, str]]:
    before, after = old.findings(text, asked), new.findings(text, asked)
    for effect, begins, ends in _TURNS:
        was = [one.reason for one in before if one.effect is effect]
        will = [one.reason for one in after if one.effect is effect]
        if bool(was) is not bool(will):
            yield begins if will else ends, (was or [words.NONE])[0], (will or [words.NONE])[0]


def _routed(db: Database, tools: Tools, knowledge: Knowledge) -> Preview:
    """Which agency is asked about what rises now."""
    listed, other = incidents.live(db), replace(tools, knowledge=knowledge)
    found = _Found()
    for incident in listed:
        place = place_of(db, incident)
        before, after = (in_charge(db, one, incident, place) for one in (tools, other))
        changed = [(words.OTHER_OPD, before, after)] if before != after else []
        found.add(tools.issue(incident.topic).name, changed)
    return Preview(words.INCIDENTS, len(listed), len(listed), found.differ, found.shifts())
