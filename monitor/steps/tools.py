"""What the steps work with; ``app.py`` puts it together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.knowledge import Knowledge
from monitor.messages.wave import WAVE
from monitor.platforms.base import Replier, Source
from monitor.platforms.offer import Budget, Connected, Platform
from monitor.records import Intent, Issue, Sentiment, SourceId, wave_first
from monitor.replies.guard_rules import Finding
from monitor.steps.aside import Aside, Here
from monitor.store.label_pool import Labelled, Teachable
from monitor.telegram.base import Channel
from monitor.text.questions import Named

log = logging.getLogger("monitor")


class Verdict(Protocol):
    """What a classifier says of one text; ``monitor.classify.Verdict`` is one."""

    @property
    def sentiment(self) -> Sentiment: ...  # noqa: D102
    @property
    def sentiment_p(self) -> tuple[float, float, float]: ...  # noqa: D102
    @property
    def issue(self) -> str: ...  # noqa: D102
    @property
    def issue_p(self) -> float: ...  # noqa: D102
    @property
    def intent(self) -> Intent: ...  # noqa: D102
    @property
    def urgent(self) -> bool: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str | None: ...  # noqa: D102
    @property
    def spam(self) -> str | None: ...  # noqa: D102
    @property
    def flags(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def masked(self) -> str: ...  # noqa: D102
    @property
    def ask_human(self) -> bool: ...  # noqa: D102
    @property
    def copy_key(self) -> bytes | None: ...  # noqa: D102
    @property
    def copy_words(self) -> str | None: ...  # noqa: D102


class Classifier(Protocol):
    """Understands a batch of texts."""

    @property
    def version(self) -> str:
        """The model's version: the name of its folder."""
        ...

    def predict(self, texts: Sequence[str]) -> Sequence[Verdict]:
        """One verdict a text, in order."""
        ...


class Models(Protocol):
    """Models by their version: one reads the history before it serves."""

    def read(self, version: str) -> Classifier:
        """A version, loaded once.

        Raises:
            ModelError: it cannot be loaded.
        """
        ...

    def serve(self, version: str, *, point: bool = True) -> None:
        """Let a version serve from now on, also after a restart (``point``).

        Raises:
            ModelError: it cannot be loaded, or the pointer cannot be written.
        """
        ...


class Words(Protocol):
    """The text knowledge that replies and new topics need."""

    def stems(self, text: str) -> frozenset[str]:
        """Stems of the content words."""
        ...

    def casual(self, text: str) -> bool:
        """Whether a comment is written in the informal register."""
        ...

    def mask(self, text: str) -> str:
        """The text with personal data masked."""
        ...

    def names(self, accounts: Iterable[str]) -> frozenset[str]:
        """Names of accounts, to be left out of terms."""
        ...

    def terms(self, text: str, names: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What of a comment may name a topic: key and written words of each term."""
        ...

    def issues(self, text: str) -> Mapping[str, float]:
        """How strongly keywords of a text point to each issue."""
        ...

    def places(self, text: str) -> tuple[Named, ...]:
        """Places that a text names, in reading order."""
        ...


class Writer(Protocol):
    """An own language model that proposes the words of a reply."""

    @property
    def name(self) -> str:
        """What the server calls the model."""
        ...

    def write(self, prompt: str, comment: str) -> str | None:
        """Words for a masked comment; None when it has none to give, whatever the cause."""
        ...


class SecondLook(Protocol):
    """What was learned from replies that gave trouble, beside the guard's rules."""

    def settle(self, text: str, comment: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """The rules' findings as they stand after it, and its own."""
        ...


class Picked(Protocol):
    """A comment that teaches much: where it stands in the pool, how much, and why."""

    @property
    def index(self) -> int: ...  # noqa: D102
    @property
    def worth(self) -> float: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


class Chooser(Protocol):
    """Chooses the comments that teach the machine most."""

    def choose(
        self,
        pool: Sequence[Teachable],
        k: int,
        taken: Sequence[Teachable],
        labelled: Labelled,
    ) -> Sequence[Picked]:
        """At most ``k`` different ones of the pool, in the order of asking.

        ``taken``: what was asked lately, whose like teaches less; ``labelled``: how many labels
        there are of what.
        """
        ...

    def likeliest(self, texts: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """The issues that the machine finds likeliest of each text, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the texts of the editable files amount to."""

    knowledge: Knowledge
    words: Words
    second_look: SecondLook | None


class Library(Protocol):
    """The editable files under data/, and whatever is made of their texts, by path."""

    known: int
    """The change of knowledge that the service works with."""

    def on_disk(self) -> Mapping[str, str]:
        """What the files say; one that cannot be read is missing."""
        ...

    def write(self, file: str, text: str) -> None:
        """Replace a file: whoever reads it sees the old text or the new one, never half.

        Raises:
            ConfigError: it cannot be written.
        """
        ...

    def parts(self, texts: Mapping[str, str]) -> Parts:
        """What the product makes of these texts, and of the files beside them.

        Raises:
            ConfigError: one is wrong; names the file, what was found and what is accepted.
        """
        ...

    def read_anew(
        self, version: str, texts: tuple[Mapping[str, str], Mapping[str, str]], said: Sequence[str]
    ) -> Iterator[tuple[int, list[tuple[int, Verdict, Verdict]]]]:
        """A model's verdicts with two sets of texts, on those of ``said`` that they tell apart.

        A batch at a time, in order: how many were looked at so far, and position, old, new of
        each that is read otherwise. Sentence vectors take part where they are kept already.

        Raises:
            ModelError: the model cannot be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """A configured account: its platform, what it can be used as, and which budget it spends.

    ``base_url`` is where its platform is asked; for people to see, it holds no login.
    """

    platform: Platform
    connected: Connected
    budget_name: str
    budget: Budget | None = None
    base_url: str = ""


def _nothing(_: str) -> None:
    """No boundary is watched."""


@dataclass(frozen=True)
class Tools:
    """Everything concrete that the steps need.

    ``boundary`` is called with a name at every point where a process may die; tests kill it there.
    ``banner`` stands on top of the page, where this is not the real thing.
    """

    settings: Settings
    knowledge: Knowledge
    classifier: Classifier
    words: Words
    channel: Channel
    sources: Mapping[SourceId, Source]
    repliers: Mapping[SourceId, Replier] = field(default_factory=dict)
    accounts: Mapping[SourceId, Account] = field(default_factory=dict)
    boundary: Callable[[str], None] = _nothing
    models: Models | None = None
    library: Library | None = None
    writer: Writer | None = None
    second_look: SecondLook | None = None
    chooser: Chooser | None = None
    aside: Aside = field(default_factory=Here)
    banner: str = ""

    def work_with(self, parts: Parts) -> None:
        """Let everybody who holds these tools work with other knowledge from now on.

        The one thing about them that changes: a step that runs just now ends with either.
        """
        for name in ("knowledge", "words", "second_look"):
            object.__setattr__(self, name, getattr(parts, name))

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return self.settings.office.zone

    @property
    def topics(self) -> tuple[str, ...]:
        """Issues that may open an incident."""
        ignored = set(self.settings.spikes.ignore)
        return tuple(key for key in self.knowledge.taxonomy if key not in ignored)

    def issue(self, key: str) -> Issue:
        """An issue by key; a copy-paste wave, which is none, has the name that people read."""
        if wave_first(key) is not None:
            return Issue(key, WAVE, "", "-")
        return self.knowledge.issue(key)

    def every(self, source_id: SourceId) -> float:
        """How often a source is polled, in seconds."""
        part = self.settings.sources.get(source_id)
        every = part.every_seconds if part else None
        account = self.accounts.get(source_id)
        own = account.platform.every_seconds if account else None
        return float(every or own or self.settings.poll.default_every_seconds)
