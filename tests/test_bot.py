"""The staff bot over real HTTP: every button by everybody, and the whole ways through it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.messages import answers
from monitor.records import (
    BatchId,
    CommentId,
    DraftState,
    IncidentId,
    IncidentState,
    LabelField,
    NoticeKind,
    Role,
    Sentiment,
)
from monitor.steps.post import post
from monitor.store import batches, drafts, notices, people, predictions
from tests.bot_stage import FLOODS, FORUM, GROUP, PHONE, TOPIC, Stage, flood
from tests.world import (
    NOW,
    PEOPLE,
    STRANGER,
    make_comment,
    seed_chat,
    seed_comments,
    seed_incident,
)


@pytest.fixture
def stage(idle: Stage) -> Stage:
    return idle.start()


OTHER_WORDS = "Mohon maaf, BPBD turun pukul 07.00 di Sampit. ppid.kalteng.go.id"


# Every button by everybody


@dataclass(frozen=True)
class Case:
    """A button: who may press it, what must be there, and what must have changed."""

    data: str
    roles: tuple[Role, ...]
    seed: Callable[[Stage, int], int]
    done: Callable[[Stage, int, str], bool]


DUTY, DECIDE = (Role.HUMAS, Role.ADMIN), (Role.ADMIN,)
LABEL = (Role.HUMAS, Role.ADMIN, Role.TRAINER)


def a_state(state: IncidentState) -> Callable[[Stage, int, str], bool]:
    return lambda s, n, who: (s.incident(n).state, s.incident(n).holder) == (state, who)


def a_decision(state: DraftState) -> Callable[[Stage, int, str], bool]:
    return lambda s, n, who: (s.draft(n).state, s.draft(n).decided_by) == (state, who)


def a_menu(words: str) -> Callable[[Stage, int, str], bool]:
    return lambda s, n, who: any(
        words in m.get("text", "") and m["rows"] for m in s.fake.messages(GROUP)
    )


def a_label(field: LabelField, value: str) -> Callable[[Stage, int, str], bool]:
    return lambda s, n, who: any(
        (label.comment_id, label.field, label.value, label.person) == (n, field, value, who)
        for label in predictions.labels(s.db)
    )


def drafts_wished(s: Stage, n: int, who: str) -> bool:
    found = drafts.of_incident(s.db, IncidentId(n))
    wished = [notices.find(s.db, GROUP, NoticeKind.DRAFT, int(draft.id)) for draft in found]
    return bool(wished) and all(wished)


def asked(s: Stage, n: int, who: str) -> bool:
    questions = [m["message_id"] for m in s.fake.messages(GROUP) if m.get("keyboard")]
    found = [people.question(s.db, GROUP, q, s.now, timedelta(days=1)) for q in questions]
    return any(p is not None and (p.subject_id, p.asked) == (n, who) for p in found)


def incident(stage: Stage, at: int) -> int:
    return stage.new_incident(at)


def draft(stage: Stage, at: int) -> int:
    return stage.new_draft()


def batch(stage: Stage, at: int) -> int:
    """A reply to thanks in a batch of its own."""
    comment = stage.new_comment("terima kasih pelayanannya cepat")
    stage.db.execute("UPDATE prediction SET intent = 'apresiasi' WHERE comment_id = ?", [comment])
    with stage.db.atomic():
        number = batches.begin(stage.db, stage.now)
        proposal = drafts.Proposal(None, CommentId(comment), "Terima kasih kembali.", "uji", "h")
        made = drafts.propose(stage.db, proposal, stage.now)
        assert made is not None
        batches.put(stage.db, number, made)
    return int(number)


def a_batch_decided(s: Stage, n: int, who: str) -> bool:
    (found,) = drafts.of_batch(s.db, BatchId(n))
    return (found.state, found.decided_by) == (DraftState.APPROVED, who)


def unsure(stage: Stage, at: int) -> int:
    return stage.new_unsure()


def comment(stage: Stage, at: int) -> int:
    return stage.new_comment()


CASES = {
    "take": Case("ak:{}", DUTY, incident, a_state(IncidentState.ACKNOWLEDGED)),
    "silence menu": Case("si:{}", DUTY, incident, a_menu("Senyapkan")),
    "silence": Case("si:{}:1:o", DUTY, incident, a_state(IncidentState.SILENCED)),
    "resolve": Case("re:{}", DUTY, incident, a_state(IncidentState.RESOLVED)),
    "dismiss": Case("di:{}", DECIDE, incident, a_state(IncidentState.DISMISSED)),
    "drafts": Case("dr:{}", DUTY, flood, drafts_wished),
    "label menu": Case("lb:{}", LABEL, comment, a_menu("Label komentar")),
    "sentiment": Case("ls:{}:netral", LABEL, comment, a_label(LabelField.SENTIMENT, "netral")),
    "issue": Case("li:{}:kesehatan", LABEL, comment, a_label(LabelField.ISSUE, "kesehatan")),
    "approve": Case("ok:{}", DECIDE, draft, a_decision(DraftState.APPROVED)),
    "reject": Case("no:{}", DECIDE, draft, a_decision(DraftState.REJECTED)),
    "rewrite": Case("ed:{}", DECIDE, draft, asked),
    "batch": Case("ba:{}", DECIDE, batch, a_batch_decided),
    "take out": Case("bx:{}", DECIDE, draft, a_decision(DraftState.REJECTED)),
    "sent": Case("us:{}:y", DECIDE, unsure, lambda s, n, w: s.draft(n).state is DraftState.POSTED),
    "unsent": Case(
        "us:{}:n", DECIDE, unsure, lambda s, n, w: s.draft(n).state is DraftState.FAILED
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_button_works_for_its_roles_and_for_nobody_else(stage: Stage, name: str) -> None:
    case = CASES[name]
    may = [who for who, (_, roles) in PEOPLE.items() if set(roles) & set(case.roles)]
    number = case.seed(stage, 0)
    for who in PEOPLE.keys() - set(may):
        answer = stage.press(who, case.data.format(number))
        assert answer["text"] == answers.not_allowed(sorted(case.roles))
        assert answer["alert"] is True
    answer = stage.press(STRANGER, case.data.format(number))
    assert (answer["text"], answer["alert"]) == (answers.NOT_REGISTERED, True)
    assert not stage.woken
    for at, who in enumerate(may):
        number = case.seed(stage, at + 1)
        assert not case.done(stage, number, who) or name in ("drafts", "silence menu", "label menu")
        answer = stage.press(who, case.data.format(number))
        assert case.done(stage, number, who), answer
        assert answer["alert"] is False
    assert len(stage.woken) == (
        0 if name in ("silence menu", "label menu", "rewrite") else len(may)
    )


FORGED = (
    "",
    "x",
    "zz:1",
    "ak:",
    "ak:abc",
    "ak:1:2",
    "ak:-1",
    "ak:١",
    "ak:1\n",
    "ak:1234567890123456789",
    "si:1:9:t",
    "si:1:0:z",
    "si:1:0",
    "us:1",
    "us:1:x",
    "ls:1:marah",
    "li:1:tidak_ada",
    "li:1:'; DROP TABLE comment; --",
    "OK:1",
    "é" * 32,
)


def test_data_that_no_button_carries_changes_nothing(stage: Stage) -> None:
    stage.new_draft()
    stage.new_incident()
    base = stage.base()
    told = {data: stage.press("Budi", data, base) for data in FORGED}
    assert {
        data for data, answer in told.items() if answer["text"] != answers.STALE_BUTTON
    } == set()
    assert all(answer["alert"] for answer in told.values())
    assert not stage.woken


def test_a_number_that_nothing_has_is_told_so(stage: Stage) -> None:
    base = stage.base()
    told = {c.data: stage.press("Budi", c.data.format(987654321), base) for c in CASES.values()}
    assert {data for data, answer in told.items() if answer["text"] != answers.GONE} == set()


@pytest.mark.parametrize("data", ["ak:{}", "si:{}", "si:{}:0:t", "re:{}", "di:{}"])
def test_an_ended_incident_names_who_ended_it(stage: Stage, data: str) -> None:
    number = stage.new_incident()
    stage.press("Citra", f"re:{number}")
    assert stage.press("Budi", data.format(number))["text"] == "Sudah diputuskan oleh Citra."


@pytest.mark.parametrize("data", ["ok:{}", "no:{}", "ed:{}", "us:{}:y"])
def test_a_decided_draft_names_who_decided(stage: Stage, data: str) -> None:
    number = stage.new_draft()
    stage.press("Citra", f"no:{number}")
    assert stage.press("Budi", data.format(number))["text"] == "Sudah diputuskan oleh Citra."
    assert stage.draft(number).state is DraftState.REJECTED


# Whole ways


def test_from_card_to_posted_reply(stage: Stage) -> None:
    seed_chat(stage.db, GROUP)
    shown = {c.reply_ref or "": c for c in (make_comment(i, t) for i, t in enumerate(FLOODS, 1))}
    stage.replier.shown.update(shown)
    seed_comments(stage.db, stage.tools, FLOODS)
    seed_incident(stage.db)
    stage.notify()
    card = next(m["message_id"] for m in stage.fake.messages(GROUP) if m.get("photo"))
    buttons = {b["text"]: b["callback_data"] for row in stage.seen(card)["rows"] for b in row}

    stage.press("Ani", buttons["Tangani"], card, forged=False)
    stage.notify()
    assert "Ditangani oleh Ani" in stage.seen(card)["caption"]

    stage.press("Ani", buttons["Saran balasan"], card, forged=False)
    stage.notify()
    first = stage.answers_to(card)[0]
    number = int(first["rows"][0][0]["callback_data"].split(":")[1])
    assert "Saran balasan" in first["text"]

    stage.press("Budi", f"ed:{number}", first["message_id"], forged=False)
    question = stage.answers_to(first["message_id"])[0]
    assert question["keyboard"]["force_reply"] is True
    mine = stage.write("Budi", OTHER_WORDS, reply_to=question["message_id"])
    assert stage.answer_to(mine)["text"] == answers.EDITED
    stage.notify()
    assert OTHER_WORDS in stage.seen(first["message_id"])["text"]

    ok = stage.seen(first["message_id"])["rows"][0][0]["callback_data"]
    answer = stage.press("Budi", ok, first["message_id"], forged=False)
    assert answer["text"] == answers.APPROVED
    post(stage.db, stage.tools, stage.now)
    stage.notify()
    assert [text for _, text in stage.replier.replies] == [OTHER_WORDS]
    assert "Terkirim" in stage.seen(first["message_id"])["text"]
    assert stage.seen(first["message_id"])["rows"] == []
    assert stage.draft(number).suggested != stage.draft(number).text


def test_of_two_admins_one_wins_and_the_other_is_told_who(stage: Stage) -> None:
    number, base = stage.new_draft(), stage.base()
    taps = [stage.tap(who, f"ok:{number}", base) for who in ("Budi", "Citra")]
    stage.fake.wait(lambda: all(stage.fake.callback(tap)["answered"] for tap in taps))
    told = [stage.fake.callback(tap)["text"] for tap in taps]
    assert told == [answers.APPROVED, "Sudah diputuskan oleh Budi."]
    assert len(stage.woken) == 1


def test_the_second_to_take_is_told_who_holds_it(stage: Stage) -> None:
    number, base = stage.new_incident(), stage.base()
    assert stage.press("Ani", f"ak:{number}", base)["text"] == answers.TAKEN
    answer = stage.press("Budi", f"ak:{number}", base)
    assert (answer["text"], answer["alert"]) == ("Sudah ditangani oleh Ani.", True)


def test_a_label_is_corrected_in_two_taps(stage: Stage) -> None:
    number, base = stage.new_comment(f"banjir, hubungi {PHONE}"), stage.base()
    stage.press("Dewi", f"lb:{number}", base)
    menu = stage.answers_to(base)[0]
    assert "[nomor]" in menu["text"] and PHONE not in menu["text"]
    labels = [b["text"] for row in menu["rows"] for b in row]
    assert {"✓ Negatif", "✓ Banjir & bencana", "Positif"} <= set(labels)
    positive = f"ls:{number}:positif"
    told = stage.press("Dewi", positive, menu["message_id"], forged=False)["text"]
    assert told == answers.labelled("Positif", "Dewi")
    seen = stage.seen(menu["message_id"])
    assert (seen["text"], seen["rows"]) == (told, [])
    known = predictions.get(stage.db, CommentId(number))
    assert known is not None and known.sentiment is Sentiment.POSITIF


def test_a_silence_is_set_in_two_taps(stage: Stage) -> None:
    number, base = stage.new_incident(), stage.base()
    stage.press("Ani", f"si:{number}", base)
    menu = stage.answers_to(base)[0]
    told = stage.press("Ani", f"si:{number}:1:o", menu["message_id"], forged=False)["text"]
    assert told == "Senyap s.d. 14.00 WIB, kecuali levelnya naik."
    assert (stage.seen(menu["message_id"])["text"], stage.seen(menu["message_id"])["rows"]) == (
        told,
        [],
    )
    found = stage.incident(number)
    assert (found.silenced_until, found.state_reason) == (
        NOW + timedelta(hours=4),
        "menunggu OPD",
    )


def test_a_refused_press_leaves_the_menu_for_others(stage: Stage) -> None:
    number, base = stage.new_comment(), stage.base()
    stage.press("Ani", f"lb:{number}", base)
    menu = stage.answers_to(base)[0]["message_id"]
    stage.press("Eko", f"ls:{number}:positif", menu)
    assert stage.seen(menu)["rows"]


def test_menus_and_drafts_stay_in_their_topic(stage: Stage) -> None:
    number = flood(stage, 0)
    base = stage.base(FORUM, TOPIC)
    stage.press("Ani", f"si:{number}", base, chat_id=FORUM)
    assert stage.answers_to(base, FORUM)[0]["message_thread_id"] == TOPIC
    stage.press("Ani", f"dr:{number}", base, chat_id=FORUM)
    wished = [n for n in notices.every(stage.db) if n.kind is NoticeKind.DRAFT]
    assert {(n.chat_id, n.thread_id) for n in wished} == {(FORUM, TOPIC)}


def test_a_reply_can_be_approved_where_it_must_be_copied(stage: Stage) -> None:
    number = stage.new_draft()
    stage.db.execute("UPDATE comment SET reply_ref = NULL")
    stage.db.conn.commit()
    assert stage.press("Budi", f"ok:{number}")["text"] == answers.APPROVED_TO_COPY
