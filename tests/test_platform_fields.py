"""Odd JSON stays harmless."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from monitor.platforms import fields as read
from monitor.records import Comment, SourceId

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text", "maybe"),
    [("a", "a", "a"), ("", "", None), (None, "", None), (3, "", None), ([], "", None)],
)
def test_texts(value: object, text: str, maybe: str | None) -> None:
    assert read.text({"k": value}, "k") == text
    assert read.maybe({"k": value}, "k") == maybe


@pytest.mark.parametrize(
    ("value", "name"),
    [("12", "12"), (7351112223334445556, "7351112223334445556"), (0, "0")],
)
def test_ids_keep_every_digit(value: object, name: str) -> None:
    assert read.name_of({"id": value}, "id") == name == read.maybe_name({"id": value}, "id")


@pytest.mark.parametrize("value", ["", None, True, 1.5, {}])
def test_what_is_no_id(value: object) -> None:
    assert read.maybe_name({"id": value}, "id") is None
    with pytest.raises(ValueError, match="id: no id"):
        read.name_of({"id": value}, "id")


@pytest.mark.parametrize(
    ("value", "count"), [(3, 3), ("12", 12), (True, None), (-1, None), ("x", None), (None, None)]
)
def test_counts(value: object, count: int | None) -> None:
    assert read.count({"n": value}, "n") == count


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T01:02:03+0000",
        "2026-11-22T08:02:03+07:00",
        "2026-11-22T01:02:03Z",
        "2026-11-22T01:02:03",
        int(AT.timestamp()),
        float(AT.timestamp()),
        str(int(AT.timestamp())),
    ],
)
def test_instants(value: object) -> None:
    assert read.instant({"t": value}, "t") == AT == read.maybe_instant({"t": value}, "t")


@pytest.mark.parametrize("value", ["", "kemarin", None, True, {}, 10**18])
def test_what_is_no_instant(value: object) -> None:
    assert read.maybe_instant({"t": value}, "t") is None
    with pytest.raises(ValueError, match="t: no instant"):
        read.instant({"t": value}, "t")


def test_inner_objects_and_lists() -> None:
    row = {"a": {"b": {"c": 1}}, "l": [{"x": 1}, 2, None], "n": None}
    assert read.inner(row, "a", "b") == {"c": 1}
    assert read.inner(row, "a", "x", "y") == read.inner(row, "n") == {}
    assert read.objects(row, "l") == [{"x": 1}]
    assert read.objects(row, "a") == []


def test_an_odd_row_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    def make(row: dict[str, object]) -> Comment | None:
        if row.get("mine"):
            return None
        return Comment(SourceId("s"), "x", read.name_of(row, "id"), "", AT)

    with caplog.at_level(logging.WARNING):
        found = read.each([{"id": "1"}, {}, {"mine": True}, {"id": 2}], make, "source s")
    assert [c.external_id for c in found] == ["1", "2"]
    assert "source s: 1 rows without id or time" in caplog.text


@pytest.mark.parametrize(
    ("shown", "same", "ends"),
    [
        ("Halo  dunia ", True, True),
        ("Halo\ndunia", True, True),
        ("@ani Halo dunia", False, True),
        ("Halo", False, False),
    ],
)
def test_words_that_a_site_shows(shown: str, same: bool, ends: bool) -> None:
    assert read.same_words(shown, "Halo dunia") is same
    assert read.ends_with_words(shown, "Halo dunia") is ends
    assert not read.ends_with_words(shown, " ")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://a/x?max_id=7&b=1>; rel="next", <https://a/x?min_id=9>; rel="prev"', "7"),
        ("<https://a/x?max_id=8>; rel=next", "8"),
        ('<https://a/x>; rel="next"', None),
        ('<https://a/x?max_id=7>; rel="prev"', None),
        ("", None),
    ],
)
def test_a_query_value_of_a_link(header: str, found: str | None) -> None:
    assert read.link_param(header, "next", "max_id") == found
