"""Handing in: the roles are checked where it is stored too, and a store keeps a key of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.records import Chat, ChatId, Person, PersonId, Role
from monitor.steps.answer import Answer
from monitor.steps.intake import Given, take_in
from monitor.store import comments
from monitor.store.connection import rows
from tests.world import NOW, make_tools, open_world

HERE = Chat(ChatId(101), "")


def person(*roles: Role) -> Person:
    return Person(PersonId(1), "Ani", frozenset(roles), 101)


def given(**more: Any) -> Given:
    plain: dict[str, Any] = {"origin": "user", "who": "555001", "text": "Banjir parah"}
    return Given(**{**plain, "created_at": NOW, **more})


@pytest.mark.parametrize("role", [Role.TRAINER, Role.OPD, Role.PIMPINAN])
def test_other_roles_store_nothing(tmp_path: Path, role: Role) -> None:
    db = open_world(make_tools(tmp_path))
    refused = take_in(db, person(role), given(), HERE, NOW)
    assert refused == Answer("Maaf, hanya admin atau humas yang dapat melakukan ini.")
    assert comments.total(db) == 0


def test_two_offices_know_one_writer_by_different_names(tmp_path: Path) -> None:
    names = []
    for office in ("satu", "dua"):
        db = open_world(make_tools(tmp_path / office))
        assert take_in(db, person(Role.HUMAS), given(), HERE, NOW) == Answer("", done=True)
        assert take_in(db, person(Role.HUMAS), given(text="Lain"), HERE, NOW).done
        found = rows(db, "SELECT DISTINCT author_id FROM comment")
        names += [row["author_id"] for row in found]
    assert len(set(names)) == len(names) == 2
