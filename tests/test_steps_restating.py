"""Pakai di balasan says the facts, never only the link; and a statement wakes at Awas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from monitor.incidents.quiet import Quiet
from monitor.messages import narrative as words
from monitor.records import (
    Chat,
    ChatId,
    DraftState,
    Level,
    NarrativePart,
    NarrativeUse,
    Notice,
    NoticeKind,
)
from monitor.replies.guard_rules import Finding
from monitor.steps import restating
from monitor.steps.answer import Answer
from monitor.steps.hearing import makes_no_sound
from monitor.steps.suggest import suggest_for_incident
from monitor.store import drafts, narratives, notices
from tests.stated_world import GROUP, LINK, Office
from tests.world import FLOOD, NOW, seed_comments, seed_incident

HERE = Chat(ChatId(GROUP), "")
DANGER = [
    "tolong, nenek saya terjebak banjir di Sampit",
    "TOLONG min banjir, anak kami terjebak di atap sejak subuh",
    "tolong evakuasi, banjir sudah sedada",
]
PLAIN = ["banjir lagi, kecewa", "banjir parah gaes, kecewa bgt", "banjir merendam gang kami"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize("texts", [DANGER, PLAIN])
def test_every_reworded_suggestion_carries_a_fact(office: Office, texts: list[str]) -> None:
    seed_comments(office.db, office.tools, texts)
    incident = seed_incident(office.db)
    suggest_for_incident(office.db, office.tools, incident, NOW)
    number = office.state()
    seed_incident(office.db, "kesehatan")  # another topic's is left alone
    ani = office.who("Ani")
    told = restating.put_into_replies(office.db, office.tools, ani, number, HERE, NOW)
    found = drafts.of_incident(office.db, incident.id)
    assert told == Answer(words.put_into(len(found)), done=True)
    for draft in found:
        assert draft.state is DraftState.PROPOSED
        assert "posko" in draft.text or "12 desa" in draft.text
        assert LINK in draft.text
        assert "saat ini juga" not in draft.text
    assert len({draft.text for draft in found}) == len(found) == 3


def test_where_no_wording_states_facts_that_is_told_and_nothing_changes(office: Office) -> None:
    seed_comments(office.db, office.tools, PLAIN[:1])
    incident = seed_incident(office.db)
    suggest_for_incident(office.db, office.tools, incident, NOW)
    (before,) = drafts.of_incident(office.db, incident.id)
    number, known = office.state(), office.tools.knowledge
    bare = [one for one in known.templates if "{fakta}" not in one.text]
    tools = replace(office.tools, knowledge=replace(known, templates=tuple(bare)))
    told = restating.put_into_replies(office.db, tools, office.who("Ani"), number, HERE, NOW)
    assert told == Answer(words.put_into(0, 0, 1), done=True)
    assert office.drafted(before.id).text == before.text


def test_words_that_somebody_changed_meanwhile_are_left_and_no_use_is_counted(
    office: Office,
) -> None:
    draft, number = office.reply("Kak, kami cek dulu."), office.state()
    who = office.who("Ani")

    class Changing:
        """Somebody edits the draft while the new words are chosen."""

        def settle(self, text: str, comment: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
            if text != draft.text:
                drafts.rewrite(office.db, draft.id, "Kalimat Budi.", "Budi", NOW)
            return tuple(found)

    tools = replace(office.tools, second_look=Changing())
    restating.put_into_replies(office.db, tools, who, number, HERE, NOW)
    assert office.drafted(draft.id).text == "Kalimat Budi."
    assert narratives.who(office.db, number, NarrativeUse.USED) == ()


@pytest.mark.parametrize(
    ("topic", "level", "silent"),
    [
        (FLOOD, Level.AWAS, False),
        (FLOOD, Level.WASPADA, True),
        ("kesehatan", Level.AWAS, True),
    ],
)
def test_a_statement_is_as_loud_at_night_as_the_incident_of_its_topic(
    office: Office, topic: str, level: Level, silent: bool
) -> None:
    seed_incident(office.db, topic, level)
    number = office.state()
    quiet = Quiet(time(0), time(23, 59), Level.AWAS)
    duty = replace(office.tools.knowledge.duty, quiet=quiet)
    tools = replace(office.tools, knowledge=replace(office.tools.knowledge, duty=duty))
    notice = _statement(office, int(number))
    assert makes_no_sound(office.db, tools, notice, NOW) is silent


def _statement(office: Office, number: int) -> Notice:
    found = [
        one
        for one in notices.due(office.db, NOW, 99)
        if one.kind is NoticeKind.NARRATIVE
        and narratives.of_subject(one.subject_id) == (number, NarrativePart.STATEMENT)
    ]
    return found[0]
