"""Texts with what people say of them: the project's own, and labels given in the bot.

Layer 3. Reads ``data/training/*.csv``; outside sets stand in ``external``. A value that is not
known is refused with file and line, so nothing is learned from a slip of the pen.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError
from monitor.records import Intent, Sentiment

LANGUAGES = ("id", "bjn", "nij", "jv", "su", "en", "mixed")
"""What a comment's language may be; ``mixed`` is two of them in one text."""

_YES_NO = {"ya": True, "tidak": False}
_NEEDED = ("text", "sentiment")
_MAY_MISS = ("issue", "intent", "urgent", "language", "platform")


@dataclass(frozen=True, slots=True)
class Example:
    """One text and what is known of it; None is learned by no head.

    ``origin`` is own, label, stored (nobody labelled it), or the name of an outside set. Rows of
    one ``group`` are the same sentence (in other languages or spellings) and are never parted when
    a model is tested.
    """

    text: str
    origin: str
    sentiment: Sentiment | None = None
    issue: str | None = None
    intent: Intent | None = None
    urgent: bool | None = None
    language: str | None = None
    group: str = ""
    platform: str | None = None


Labelled = tuple[str, str | None, str | None, str]
"""Text, sentiment and issue as a person corrected them in the bot, and the platform it is from."""


def own(folder: Path, issues: Collection[str]) -> tuple[Example, ...]:
    """All texts of ``folder/*.csv``, in order of file and line.

    Raises:
        ConfigError: no file, a column missing or a value that is not accepted.
    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise ConfigError(f"training texts: {folder}: no .csv file here")
    return tuple(example for path in files for example in read_csv(path, issues))


def read_csv(path: Path, issues: Collection[str], origin: str = "own") -> tuple[Example, ...]:
    """One CSV with ``text,sentiment[,issue,intent,urgent,language,platform]``.

    Raises:
        ConfigError: not readable, a column missing or a value that is not accepted.
    """
    return tuple(
        Example(
            text=row.need("text"),
            origin=origin,
            sentiment=Sentiment(row.one_of("sentiment", tuple(Sentiment))),
            issue=row.maybe("issue", issues),
            intent=Intent(value) if (value := row.maybe("intent", tuple(Intent))) else None,
            urgent=_YES_NO[value] if (value := row.maybe("urgent", _YES_NO)) else None,
            language=row.maybe("language", LANGUAGES),
            platform=row.cells.get("platform") or None,
        )
        for row in _rows(path)
    )


def labelled(rows: Sequence[Labelled], issues: Collection[str]) -> tuple[Example, ...]:
    """Labels from the store; an issue that has left the taxonomy since is forgotten."""
    examples = []
    for text, sentiment, issue, platform in rows:
        known = issue if issue in issues else None
        tone = Sentiment(sentiment) if sentiment in tuple(Sentiment) else None
        if text.strip() and (known or tone):
            examples.append(Example(text, "label", tone, known, platform=platform))
    return tuple(examples)


@dataclass(frozen=True, slots=True)
class _Row:
    cells: dict[str, str | None]
    where: str

    def need(self, column: str) -> str:
        """The cell's text; refused when empty."""
        value = (self.cells.get(column) or "").strip()
        if not value:
            raise ConfigError(f"training texts: {self.where}: {column}: empty")
        return value

    def one_of(self, column: str, accepted: Collection[str]) -> str:
        """The cell's value, which must be one of the accepted ones."""
        value = self.need(column)
        if value not in accepted:
            raise ConfigError(
                f"training texts: {self.where}: {column}: found {value!r}; "
                f"accepted: {', '.join(accepted)}"
            )
        return value

    def maybe(self, column: str, accepted: Collection[str]) -> str | None:
        """Like :meth:`one_of`; None when the cell or the column is missing."""
        return self.one_of(column, accepted) if self.cells.get(column) else None


def _rows(path: Path) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(
                    f"training texts: {path}: column missing: {', '.join(missing)}; needed: "
                    f"{', '.join(_NEEDED)}; may stand too: {', '.join(_MAY_MISS)}"
                )
            for cells in reader:
                yield _Row(cells, f"{path} line {reader.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"training texts: {path}: {error}") from error
