"""Judging files without a store: what ``siaga classify`` and ``siaga spikes`` do. Layer 4."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.classify import Classifier
    from monitor.classify.embed import Mode
    from monitor.config import Settings
    from monitor.spikes.series import JudgedRow, SeriesRow

_BATCH = 1000
_COLUMNS = ("series", "at", "count")
_YEARS = range(1900, 2201)
_MOST = 1e12
_BROKEN = re.compile("[\udc80-\udcff]")


def classify_lines(
    settings: Settings, embeddings: Mode, lines: Iterable[str], *, explain: bool = False
) -> Iterator[str]:
    """One JSON line per input line, in order; a line may be plain text or JSON with ``text``.

    ``explain`` adds ``why``: the weight of each word for each answer.
    """
    from monitor.classify import Classifier

    classifier = Classifier.load(
        settings.models,
        settings.data,
        embeddings=embeddings,
        precision=settings.classify.precision,
        province=settings.office.province,
    )
    waiting = iter(lines)
    while batch := [text_of(line) for line in itertools.islice(waiting, _BATCH)]:
        for verdict in _explained(classifier, batch) if explain else _judged(classifier, batch):
            line = json.dumps(verdict, ensure_ascii=False)
            # Half an emoji cannot be written as UTF-8, but as JSON's own escape it can.
            yield line.encode("utf-8", "backslashreplace").decode("utf-8")


def _judged(classifier: Classifier, batch: Sequence[str]) -> Iterator[dict[str, Any]]:
    from monitor.classify import verdict_json

    return map(verdict_json, classifier.predict(batch))


def _explained(classifier: Classifier, batch: Sequence[str]) -> Iterator[dict[str, Any]]:
    from monitor.classify import explanation_json, verdict_json

    for text in batch:
        verdict, why = classifier.explain(text)
        yield {**verdict_json(verdict), "why": explanation_json(why)}


def text_of(line: str) -> str:
    """The text of an input line: ``text`` of a JSON object that has one, else the line itself."""
    if line.lstrip().startswith("{"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return line
        if isinstance(value, dict) and isinstance(value.get("text"), str):
            return str(value["text"])
    return line


def spike_rows(
    settings: Settings, file: Path, profile: str, picture: Path | None = None
) -> Iterator[str]:
    """CSV lines, header first: each input row with expected, upper, score, level and reason.

    ``picture``: where a PNG of the series is written.

    Raises:
        ConfigError: the file cannot be read, a column is missing, a value is wrong (names the
            line), rows of a series are not in order, or there is no such profile.
    """
    from monitor.spikes import DETECTORS
    from monitor.spikes.series import judge_series

    if profile not in DETECTORS:
        raise ConfigError(f"--profile: {profile}: accepted: {', '.join(DETECTORS)}")
    names, rows, stamps = _read_series(file)
    by_series: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        by_series.setdefault(name, []).append(i)
    rules = settings.spikes.rules
    judged: dict[int, JudgedRow] = {}
    for places in by_series.values():
        found = judge_series([rows[i] for i in places], profile, rules, settings.office.zone)
        judged.update(zip(places, found, strict=True))
    if picture is not None:
        drawn = {name: [judged[i] for i in places] for name, places in by_series.items()}
        write_picture(picture, _series_picture(drawn))
    yield _csv_line(["series", "at", "count", "expected", "upper", "score", "level", "reason"])
    for i, name in enumerate(names):
        yield _csv_line(_out_row(name, stamps[i], judged[i]))


def write_picture(file: Path, png: bytes) -> None:
    """Write a PNG.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        file.write_bytes(png)
    except OSError as error:
        raise ConfigError(f"--picture: {file}: {error.strerror}") from error


def _series_picture(drawn: Mapping[str, Sequence[JudgedRow]]) -> bytes:
    from monitor.messages.series_chart import SeriesChart, series_picture

    return series_picture(
        [
            SeriesChart(
                name=name,
                at=[one.row.at for one in rows],
                counts=[one.row.count for one in rows],
                expected=[one.expected for one in rows],
                upper=[one.upper for one in rows],
                levels=[one.level for one in rows],
                observed=[one.row.observed for one in rows],
            )
            for name, rows in drawn.items()
        ]
    )


def _out_row(name: str, stamp: str, judged: JudgedRow) -> list[str]:
    from monitor.messages.why import series_reason

    return [
        name,
        stamp,
        f"{judged.row.count:g}",
        f"{judged.expected:.4g}",
        f"{judged.upper:g}",
        f"{judged.score:.4f}",
        judged.level.value,
        series_reason(
            judged.window_count,
            judged.window_hours,
            judged.window_expected,
            observed=judged.row.observed,
        ),
    ]


def _read_series(file: Path) -> tuple[list[str], list[SeriesRow], list[str]]:
    from monitor.spikes.series import SeriesRow

    names, rows, stamps = [], [], []
    latest: dict[str, datetime] = {}
    for where, row in _csv_rows(file):
        name, at = row["series"] or "", _moment(row["at"], where)
        if name in latest and at <= latest[name]:
            raise ConfigError(f"{where}: at: {row['at']}: not after the row before of this series")
        latest[name] = at
        names.append(name)
        stamps.append(row["at"] or "")
        count, observed = _count(row["count"], where), _observed(row.get("observed"), where)
        rows.append(SeriesRow(at, count, observed))
    return names, rows, stamps


def _csv_rows(file: Path) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Rows of a table, each with the words that say where it stands."""
    try:
        # Broken bytes become surrogates, so that the line that holds them can be named.
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            yield from _placed(csv.DictReader(stream), f"spikes: {file}")
    except OSError as error:
        raise ConfigError(f"spikes: {file}: {error.strerror}") from error


def _placed(reader: csv.DictReader[str], file: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            accepted = "accepted: series,at,count[,observed]"
            raise ConfigError(f"{file}: no column {missing[0]}; {accepted}")
        for row in reader:
            where = f"{file}: line {reader.line_num}"
            if _BROKEN.search(row["series"] or ""):
                raise ConfigError(f"{where}: series: accepted: UTF-8")
            yield where, {**row}
    except csv.Error as error:
        raise ConfigError(f"{file}: line {reader.reader.line_num}: {error}") from error


def _moment(text: str | None, where: str) -> datetime:
    from datetime import UTC

    try:
        at = datetime.fromisoformat(text or "")
    except ValueError as error:
        raise ConfigError(f"{where}: at: {_seen(text)}: accepted: ISO 8601") from error
    if at.year not in _YEARS:
        raise ConfigError(f"{where}: at: {_seen(text)}: accepted: a year from 1900 to 2200")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _count(text: str | None, where: str) -> float:
    try:
        count = float(text or "")
    except ValueError as error:
        raise ConfigError(
            f"{where}: count: {_seen(text)}: accepted: a number, 0 or more"
        ) from error
    if not 0 <= count <= _MOST:
        raise ConfigError(f"{where}: count: {_seen(text)}: accepted: a number from 0 to {_MOST:g}")
    return count


def _observed(text: str | None, where: str) -> bool:
    if text in (None, "", "1"):
        return True
    if text == "0":
        return False
    raise ConfigError(f"{where}: observed: {_seen(text)}: accepted: 0, 1")


def _seen(text: str | None) -> str:
    """A value as a message may repeat it."""
    return repr(text[:60] if text else text)


def _csv_line(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()
