"""What a change would do is told before it holds, and told right."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.classify import Classifier
from monitor.editable import FILES, put, without
from monitor.messages import knowledge as words
from monitor.messages.knowledge import Example, Preview
from monitor.records import DraftState, LabelField
from monitor.steps import trying
from monitor.store import drafts, incidents, predictions
from monitor.store.samples import Sample
from tests.knowledge_world import (
    GUARD,
    KEYWORDS,
    OPD,
    SAID,
    SLANG,
    TAXONOMY,
    TEMPLATES,
    TONES,
    Taught,
)
from tests.world import NOW, make_reading

FLOOD = "banjir_bencana"
NEWS = "Kampung kami glopar lagi min, tolong dicek"
CROWD = tuple(
    text.format(word)
    for word in ("rusak", "glopar", "mantap", "lubang", "macet", "kotor", "gratis")
    for text in (
        "Jalan {} di depan pasar kami, sudah lama",
        "Katanya {}, ternyata petugas cuma foto",
        "Kenapa {} terus tiap bulan min",
        "{} sekali pelayanan di sini",
        "Tolong dicek {} di kampung kami Sampit",
        "tidak {} lagi, terima kasih pak",
    )
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Taught]:
    office = Taught(tmp_path)
    yield office
    office.close()


def counted(seen: Preview) -> dict[str, int]:
    return {shift.name: shift.count for shift in seen.shifts}


def brute(office: Taught, path: str, text: str, said: tuple[str, ...]) -> dict[str, int]:
    """Everything read twice, by classifiers loaded from two folders."""
    other = office.folder / "lain"
    shutil.copytree(office.folder / "data", other)
    (other / path).write_text(text, encoding="utf-8")
    models = office.folder / "models"
    old, new = (
        Classifier.load(models, data, "off").predict(said)
        for data in (office.folder / "data", other)
    )
    respects = {
        words.ISSUE: "issue",
        words.TONE: "sentiment",
        words.URGENT: "urgent",
        words.PLACE: "place",
        words.SPAM: "spam",
        words.ASK: "ask_human",
    }
    found = {
        name: sum(getattr(a, key) != getattr(b, key) for a, b in zip(old, new, strict=True))
        for name, key in respects.items()
    }
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (SLANG.path, lambda text: put(SLANG, text, "glopar", "banjir")),
        (SLANG.path, lambda text: put(SLANG, text, "glopar", "slot")),
        (KEYWORDS.path, lambda text: put(KEYWORDS, text, "glopar", "2", FLOOD)),
        (KEYWORDS.path, lambda text: put(KEYWORDS, text, "pasar", "9", "harga_bbm")),
        (TONES.path, lambda text: put(TONES, text, "rusak", "2")),
        (TONES.path, lambda text: without(TONES, text, "mantap")),
    ],
)
def test_the_numbers_are_those_of_reading_everything_twice(
    office: Taught, path: str, change
) -> None:  # type: ignore[no-untyped-def]
    office.hear(CROWD)
    text = change(office.disk(path))
    seen = office.preview(office.proposal(path, text))
    assert (seen.looked, seen.of) == (len(CROWD), len(CROWD))
    assert counted(seen) == brute(office, path, text, CROWD)
    assert seen.differ <= sum(counted(seen).values())


def test_what_a_preview_promised_is_what_counts_afterwards(office: Taught) -> None:
    office.hear(CROWD)
    before = Counter(office.issues().values())
    made = office.proposal(SLANG.path, office.with_slang())
    seen = office.preview(made)
    assert office.apply(made).done
    office.settle()
    after = Counter(office.issues().values())
    names = office.tools.issue
    told = {one.issue: (one.before, one.after) for one in seen.issues}
    assert told and told == {
        names(key).name: (before[key], after[key])
        for key in before | after
        if before[key] != after[key]
    }


def test_examples_are_masked_and_show_old_and_new(office: Taught) -> None:
    office.hear((*SAID, f"{NEWS}, hubungi 0812-0000-0000"))
    seen = office.preview(office.proposal(SLANG.path, office.with_slang()))
    examples = [one for shift in seen.shifts for one in shift.examples]
    assert Example(NEWS, "Kinerja pemerintah", "Banjir & bencana") in examples
    assert all("0812" not in one.text for one in examples)
    assert all(len(shift.examples) <= trying.MOST_EXAMPLES for shift in seen.shifts)


def test_what_people_said_of_a_comment_stays(office: Taught) -> None:
    office.hear()
    (found,) = (one for one in predictions.recent(office.db, 20) if one.stored.comment.text == NEWS)
    for field, value in ((LabelField.ISSUE, "bansos"), (LabelField.SENTIMENT, "netral")):
        predictions.add_label(office.db, found.stored.id, field, value, "Dewi", NOW)
    seen = office.preview(office.proposal(SLANG.path, office.with_slang()))
    assert words.ISSUE not in counted(seen) and words.TONE not in counted(seen)
    assert seen.issues == []


def test_advertisements_leave_and_join_the_counts(office: Taught) -> None:
    office.hear((*SAID, "glopar gacor maxwin daftar link di bio"))
    made = office.proposal(SLANG.path, office.with_slang("glopar", "slot"))
    seen = office.preview(made)
    assert office.apply(made).done
    before = Counter(office.issues().values())
    office.settle()
    after = Counter(office.issues().values())
    assert sum(one.after - one.before for one in seen.issues) == after.total() - before.total()


def test_late_it_stops_and_says_how_much_it_looked_at(office: Taught) -> None:
    office.hear(tuple(f"{text} {i}" for i in range(7) for text in CROWD))
    made = office.proposal(SLANG.path, office.with_slang())
    ticks = itertools.count(0.0, trying.SECONDS)
    seen = trying.preview(office.db, office.tools, made, NOW, lambda: next(ticks) * 1.1)
    assert (seen.looked, seen.of) == (250, 294)
    assert "250 dari 294 komentar terbaru" in words.summary(seen)


def test_an_empty_office_is_told_that_nothing_was_tried(office: Taught) -> None:
    seen = office.preview(office.proposal(SLANG.path, office.with_slang()))
    assert words.summary(seen) == "Belum ada komentar tersimpan untuk mencobanya."


def drafted(office: Taught, texts: dict[str, tuple[str, str]]) -> None:
    """A live flood whose comments have these drafts: text and origin by comment."""
    office.hear()
    reading = make_reading(FLOOD, NOW)
    incidents.open_new(office.db, reading, NOW, reading.reason)
    (incident,) = incidents.live(office.db)
    for one in predictions.recent(office.db, 20):
        said = texts.get(one.stored.comment.text)
        if said is not None:
            proposal = drafts.Proposal(
                incident.id, one.stored.id, said[0], said[1], one.stored.content_hash
            )
            assert drafts.propose(office.db, proposal, NOW) is not None


def test_a_changed_template_names_the_suggestions_that_would_read_otherwise(
    office: Taught,
) -> None:
    asked = SAID[3]
    drafted(office, {asked: ("Terima kasih.", "answer:1"), SAID[4]: ("Sama-sama.", "template:x")})
    understood = next(
        one for one in predictions.recent(office.db, 20) if one.stored.comment.text == asked
    )
    (incident,) = incidents.live(office.db)
    first = trying.suggest.first_words(office.db, office.tools, understood.stored.id, incident)
    assert first is not None
    used = next(
        one
        for one in office.tools.knowledge.templates
        if first.split(",")[-1].split(".")[-2].split("{")[0][-12:] in one.text
    )
    text = office.disk(TEMPLATES.path)
    changed = text.replace(used.text, used.text + " Salam hangat.")
    assert changed != text
    seen = office.preview(office.proposal(TEMPLATES.path, changed))
    assert (seen.unit, seen.looked, seen.of) == (words.DRAFTS, 2, 2)
    (shift,) = seen.shifts
    assert any(one.after == f"{one.before} Salam hangat." for one in shift.examples)
    late = trying.preview(
        office.db,
        office.tools,
        office.proposal(TEMPLATES.path, changed),
        NOW,
        iter((0.0, 9.0)).__next__,
    )
    assert late.looked == 0


def test_a_draft_whose_comment_waits_to_be_understood_shows_no_words(office: Taught) -> None:
    drafted(office, {SAID[3]: ("Terima kasih.", "template:bahaya-resmi-1")})
    with office.db.atomic():
        office.db.conn.execute("UPDATE comment SET predicted_by = NULL")
    text = office.disk(TEMPLATES.path).replace("gratis.", "bebas biaya.")
    text = text.replace("Bila ada yang dalam bahaya", "Jika ada yang dalam bahaya", 1)
    seen = office.preview(office.proposal(TEMPLATES.path, text))
    assert [shift.examples for shift in seen.shifts] == [[Example("", "-", "-")]]


RULE = """[[rule]]
id = "uji_glopar"
kind = "lain"
effect = "{0}"
reason = "Kata itu tidak dipakai."
patterns = ["glopar"]"""


@pytest.mark.parametrize(
    ("effect", "begins", "ends"),
    [
        ("stop", words.NOW_STOPPED, words.NO_LONGER),
        ("dua_tanda_tangan", words.NOW_TWO, words.NO_LONGER_TWO),
    ],
)
def test_a_changed_rule_names_the_replies_that_it_would_stop(
    office: Taught, effect: str, begins: str, ends: str
) -> None:
    drafted(office, {SAID[3]: ("Soal glopar, kami cek.", "x"), SAID[4]: ("Kami cek.", "x")})
    for draft in drafts.in_state(office.db, (DraftState.PROPOSED,)):
        drafts.decide(office.db, draft.id, DraftState.APPROVED, "Budi", NOW)
    text = put(GUARD, office.disk(GUARD.path), "", RULE.format(effect))
    made = office.proposal(GUARD.path, text)
    seen = office.preview(made)
    assert (seen.unit, seen.looked, counted(seen)) == (words.REPLIES, 2, {begins: 1})
    (example,) = seen.shifts[0].examples
    assert example == Example("Soal glopar, kami cek.", "-", "Kata itu tidak dipakai.")
    assert office.apply(made).done
    back = office.preview(office.proposal(GUARD.path, made.before))
    assert counted(back) == {ends: 1}
    assert (
        trying.preview(
            office.db,
            office.tools,
            office.proposal(GUARD.path, made.before),
            NOW,
            iter((0.0, 9.0)).__next__,
        ).looked
        == 0
    )


@pytest.mark.parametrize("path", [OPD.path, TAXONOMY.path])
def test_a_changed_map_names_the_incidents_that_go_elsewhere(office: Taught, path: str) -> None:
    drafted(office, {})
    text = office.disk(path)
    if path == OPD.path:
        text = put(OPD, text, "", f'[[rute]]\nisu = "{FLOOD}"\nopd = "Dinas Sosial"')
    else:
        text = text.replace('opd = "BPBD"', 'opd = "Dinas Sosial"', 1)
    seen = office.preview(office.proposal(path, text))
    assert (seen.unit, counted(seen)) == (words.INCIDENTS, {words.OTHER_OPD: 1})
    assert seen.shifts[0].examples[0] == Example("Banjir & bencana", "BPBD", "Dinas Sosial")


def test_what_touches_nothing_stored_says_so(office: Taught) -> None:
    drafted(office, {})
    made = office.proposal("jaga.toml", office.disk("jaga.toml") + "# catatan\n")
    assert "Tidak ada komentar atau balasan" in words.summary(office.preview(made))
    same = office.preview(office.proposal(OPD.path, office.disk(OPD.path) + "# catatan\n"))
    assert words.summary(same).endswith("tidak ada yang berubah.")


def test_sentence_vectors_take_part_where_they_are_kept(office: Taught) -> None:
    """Kept ones are used; for the others nothing is computed that takes long."""
    from monitor.classify.embed import SIZE, text_hash
    from monitor.config.parts import Classify
    from monitor.library import DataLibrary
    from monitor.store.vectors import StoredVectors

    cache = StoredVectors(office.settings.database)
    settings = office.settings.model_copy(update={"classify": Classify(embeddings="auto")})
    library = DataLibrary(settings, cache)
    old = office.tools.library.on_disk()  # type: ignore[union-attr]
    new = {**old, SLANG.path: office.with_slang()}

    def told() -> list[float]:
        ((_, found),) = library.read_anew("2026-11-d", (old, new), [NEWS, SAID[0], SAID[3]])
        assert [at for at, _, _ in found] == [0, 1]
        return [verdict.issue_p for _, *pair in found for verdict in pair]

    without_vectors = told()
    cache.put_many({text_hash(NEWS): b"\x00\x2c" * SIZE})
    with_one = told()
    assert with_one[2:] == without_vectors[2:] and with_one[:2] != without_vectors[:2]


def test_every_file_has_its_words() -> None:
    slugs = {file.slug for file in FILES.values()}
    assert set(words.NAMES) == set(words.ABOUT) == slugs
    assert set(words.ACCEPTED) <= slugs and set(words.NEW_BLOCKS) <= slugs


def test_every_respect_of_a_verdict_is_told(office: Taught) -> None:
    from tests.world import RuleClassifier

    old = RuleClassifier().predict(["Kabar dari pasar"])[0]
    new = replace(old, place="Sampit", spam="judi", urgent=not old.urgent)
    sample = Sample("x", "x", old.issue, False, False, False, False)
    assert list(trying._changes(office.tools, sample, old, new)) == [
        (words.URGENT, words.NO, words.YES),
        (words.PLACE, words.NONE, "Sampit"),
        (words.SPAM, words.NO, "judi"),
    ]
