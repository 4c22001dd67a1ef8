"""The project's own training texts: enough of each kind, told apart, and nobody's private data."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from monitor.knowledge import read_taxonomy
from monitor.training.dataset import LANGUAGES, Example, own
from tests.world import PROJECT

ISSUES = tuple(read_taxonomy(PROJECT / "data" / "taxonomy.toml"))
LEAST_OF_ISSUE, LEAST = 200, 60
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_PRIVATE = re.compile(r"\d{9,}|[\w.]+@\w+\.\w+|@(?!user\b)\w+")


@pytest.fixture(scope="module")
def texts() -> tuple[Example, ...]:
    return own(PROJECT / "data" / "training", ISSUES)


def four_grams(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return frozenset(tuple(words[i : i + 4]) for i in range(len(words) - 3))


def test_every_issue_has_texts_in_every_tone(texts: tuple[Example, ...]) -> None:
    for issue in ISSUES:
        tones = Counter(one.sentiment for one in texts if one.issue == issue)
        assert sum(tones.values()) >= LEAST_OF_ISSUE, issue
        assert len(tones) == 3, issue


def test_every_language_and_intent_is_there(texts: tuple[Example, ...]) -> None:
    languages = Counter(one.language for one in texts)
    assert set(languages) == set(LANGUAGES)
    assert min(languages[code] for code in ("bjn", "nij", "jv", "mixed")) >= 200
    assert min(Counter(one.intent for one in texts if one.intent).values()) >= LEAST
    assert sum(bool(one.urgent) for one in texts) >= LEAST


def test_lengths_are_those_of_comments(texts: tuple[Example, ...]) -> None:
    wrong = [one.text for one in texts if not 2 <= len(one.text.split()) <= 120]
    assert wrong == []


def test_nobodys_number_or_account_stands_in_them(texts: tuple[Example, ...]) -> None:
    assert [one.text for one in texts if _PRIVATE.search(one.text)] == []


def test_no_two_texts_share_more_than_half_of_their_four_grams(texts: tuple[Example, ...]) -> None:
    grams = [four_grams(one.text) for one in texts]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, found in enumerate(grams):
        for gram in found:
            places[gram].append(i)
    shared = Counter(pair for found in places.values() for pair in combinations(found, 2))
    alike = [
        (texts[a].text, texts[b].text)
        for (a, b), count in shared.items()
        if count > min(len(grams[a]), len(grams[b])) / 2 and min(len(grams[a]), len(grams[b])) > 1
    ]
    assert alike == []
    assert len({one.text.lower() for one in texts}) == len(texts)


def test_an_issues_texts_do_not_open_alike(texts: tuple[Example, ...]) -> None:
    for issue in ISSUES:
        openings = [
            " ".join(_WORD.findall(one.text.lower())[:3]) for one in texts if one.issue == issue
        ]
        opening, count = Counter(openings).most_common(1)[0]
        assert count <= 0.03 * len(openings), (issue, opening, count)


def test_no_text_of_the_unseen_suites_is_taught(texts: tuple[Example, ...]) -> None:
    taught = {" ".join(_WORD.findall(one.text.lower())) for one in texts}
    for path in sorted((PROJECT / "data" / "unseen").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) >= 150, path.name
        columns = [name for name in ("text", "better", "worse") if name in rows[0]]
        unseen = [row[name] for row in rows for name in columns]
        plain = [" ".join(_WORD.findall(text.lower())) for text in unseen]
        assert [text for text in plain if len(text.split()) > 3 and text in taught] == []
