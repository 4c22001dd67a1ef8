"""A change of knowledge: checked first, whole or not at all; no figure moves before its time."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import app
from monitor.editable import FILES, entries, put, without
from monitor.errors import ConfigError, ModelError
from monitor.messages import answers
from monitor.messages import knowledge as words
from monitor.records import Role
from monitor.steps import knowing, switching
from monitor.steps.answer import Answer
from monitor.steps.knowing import Proposal
from monitor.steps.understand import understand
from monitor.store import audit, comments, knowledge_changes, people, serving
from monitor.store.connection import rows
from monitor.store.knowledge_changes import DROPPED
from tests.knowledge_world import (
    ANI,
    BUDI,
    DEWI,
    FLOOD,
    GUARD,
    KEYWORDS,
    MODEL,
    NEWS,
    OPD,
    SAID,
    SLANG,
    TAXONOMY,
    TEMPLATES,
    Taught,
    changes,
)
from tests.world import NOW, make_comment


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Taught]:
    office = Taught(tmp_path)
    yield office
    assert audit.broken_at(office.db) is None
    office.close()


def test_the_first_start_keeps_what_every_file_says(office: Taught) -> None:
    assert knowledge_changes.texts(office.db) == {path: office.disk(path) for path in FILES}
    assert changes(office) == [] and knowledge_changes.revision(office.db) == 0
    again = Taught(office.folder)
    assert len(knowledge_changes.every(again.db, 99)) == len(FILES)
    again.close()


def test_a_change_is_a_row_a_file_and_a_line_of_the_audit(office: Taught) -> None:
    before, after = office.disk(SLANG.path), office.with_slang()
    answer = office.teach(SLANG.path, after)
    (one,) = changes(office)
    assert (one.before, one.after, one.person, one.why) == (
        before,
        after,
        "Dewi",
        "kata baru di sini",
    )
    assert office.disk(SLANG.path) == after
    assert answer.text == words.holds(one.id, reads=True)
    kept = next(row for row in audit.newest(office.db, 5) if row["action"] == "knowledge")
    assert (kept["actor"], kept["subject"]) == ("Dewi", f"knowledge:{one.id}:{SLANG.path}")


def test_new_words_count_only_after_the_history_was_read_with_them(office: Taught) -> None:
    office.hear()
    before = office.figures()
    assert office.issues()[NEWS] != FLOOD
    office.teach(SLANG.path, office.with_slang())
    (one,) = changes(office)
    under_way = serving.reading(office.db)
    assert under_way is not None
    assert (under_way.version, under_way.wanted_by) == (f"{MODEL}~{one.id}", "Dewi")
    assert office.figures() == before
    office.settle()
    assert office.issues()[NEWS] == FLOOD
    assert office.tools.classifier.version == f"{MODEL}~{one.id}"
    assert (office.folder / "models" / "CURRENT").read_text().split()[0] == MODEL


def test_what_comes_before_the_switch_is_read_with_the_old_words(office: Taught) -> None:
    office.hear()
    office.teach(SLANG.path, office.with_slang())
    late = "Di sini juga glopar min, kampung kami lagi, tolong dicek"
    with office.db.atomic():
        comments.upsert(office.db, [make_comment(99, late, NOW)], NOW, backfilled=False)
    understand(office.db, office.tools)
    (row,) = rows(office.db, "SELECT predicted_by FROM comment WHERE external_id = 'c99'")
    assert row["predicted_by"] == MODEL
    assert office.issues()[late] != FLOOD


def test_a_new_process_serves_with_the_words_of_the_rows(office: Taught) -> None:
    office.hear()
    office.teach(SLANG.path, office.with_slang())
    office.settle()
    version, figures = office.tools.classifier.version, office.figures()
    again = Taught(office.folder)
    assert again.tools.classifier.version == version
    again.settle()
    assert again.figures() == figures and serving.reading(again.db) is None
    (verdict,) = again.tools.classifier.predict([NEWS])
    assert verdict.issue == FLOOD
    again.close()


def test_undone_every_figure_is_back_to_the_digit(office: Taught) -> None:
    office.hear()
    before, text = office.figures(), office.disk(SLANG.path)
    office.teach(SLANG.path, office.with_slang())
    office.settle()
    assert office.figures() != before
    (first,) = changes(office)
    made = knowing.undoing(office.db, office.tools, BUDI, first.id, NOW)
    assert isinstance(made, Proposal)
    assert knowing.apply(office.db, office.tools, BUDI, made, "keliru", NOW).done
    office.settle()
    assert office.figures() == before and office.disk(SLANG.path) == text
    undone = changes(office)[-1]
    assert (undone.undoes, undone.person) == (first.id, "Budi")
    assert office.tools.classifier.version == f"{MODEL}~{undone.id}"


def test_an_older_change_is_not_undone_before_the_later_one(office: Taught) -> None:
    office.teach(SLANG.path, office.with_slang())
    office.teach(SLANG.path, office.with_slang("kalaban", "banjir"))
    first, later = changes(office)
    refused = knowing.undoing(office.db, office.tools, DEWI, first.id, NOW)
    assert refused == Answer(words.undo_later_first(later.id, "Dewi"))
    assert f"Urungkan perubahan {later.id}" in words.undo_later_first(later.id, "Dewi")
    assert isinstance(knowing.undoing(office.db, office.tools, DEWI, later.id, NOW), Proposal)


@pytest.mark.parametrize("number", [1, 999])
def test_what_is_no_change_is_not_undone(office: Taught, number: int) -> None:
    gone = knowing.undoing(office.db, office.tools, DEWI, number, NOW)
    assert gone == Answer(answers.GONE)


WRONG = (
    (SLANG.path, lambda text: text + "ga\tga\n", "ga\tga", "TAB"),
    (SLANG.path, lambda text: text + "glopar banjir\n", "glopar banjir", "kata baku"),
    (SLANG.path, lambda text: text + "zzglopar\tyg\n", "zzglopar\tyg", "kata gaul"),
    (
        KEYWORDS.path,
        lambda text: put(KEYWORDS, text, "glopar", "-1", FLOOD),
        '"glopar" = -1',
        "bobot",
    ),
    (KEYWORDS.path, lambda text: text + '"tidak ditutup = 1\n', '"tidak ditutup = 1', "bobot"),
    ("lexicon/tone.tsv", lambda text: text + "glopar\t7\n", "glopar\t7", "-2, -1, 1 atau 2"),
    (
        TEMPLATES.path,
        lambda text: text.replace('register = "santai"', 'register = "kaku"', 1),
        "[[template]]",
        "santai, resmi",
    ),
    (
        TEMPLATES.path,
        lambda text: text + "\n" + entries(TEMPLATES, text)[0].value + "\n",
        "[[template]]",
        "tidak berulang",
    ),
    (
        GUARD.path,
        lambda text: text.replace('effect = "stop"', 'effect = "halt"', 1),
        "[[rule]]",
        "dua_tanda_tangan",
    ),
    (OPD.path, lambda text: text.replace('opd = "PLN"', 'opd = "PLM"', 1), "[[rute]]", "singkat"),
    (
        OPD.path,
        lambda text: text.replace('singkat = "BKD"', 'singkat = ""', 1),
        "[opd.bkd]",
        "nama dan singkat",
    ),
    ("jaga.toml", lambda text: text + "[baru]\nx = 1\n", "", "contoh"),
)


@pytest.mark.parametrize(("path", "change", "line", "accepted"), WRONG)
def test_a_wrong_text_is_named_with_its_line_and_nothing_is_written(
    office: Taught, path: str, change, line: str, accepted: str
) -> None:  # type: ignore[no-untyped-def]
    before = office.disk(path)
    text = change(before)
    assert text != before
    answer = office.propose(path, text)
    assert isinstance(answer, Answer) and answer.again and not answer.done
    assert accepted in answer.text, answer.text
    assert line.replace("\t", " ") in answer.text, answer.text
    if line and not line.startswith("["):
        number = len(text.splitlines()) - text.splitlines()[::-1].index(line)
        assert f"baris {number}" in answer.text, answer.text
    assert office.disk(path) == before and changes(office) == []
    assert str(office.folder) not in answer.text


def test_a_key_of_an_issue_may_not_vanish(office: Taught) -> None:
    text = office.disk(TAXONOMY.path).replace("[air_bersih]", "[air]")
    assert office.propose(TAXONOMY.path, text) == Answer(
        words.issue_gone(["air_bersih"]), again=True
    )


def test_an_agency_of_an_issue_is_changed_at_once(office: Taught) -> None:
    text = office.disk(TAXONOMY.path).replace('opd = "PDAM"', 'opd = "BPBD"')
    answer = office.teach(TAXONOMY.path, text)
    assert answer.text == words.holds(changes(office)[0].id, reads=False)
    assert office.tools.issue("air_bersih").opd == "BPBD"
    assert serving.reading(office.db) is None, "no comment is read otherwise"


def test_who_may_not_teach_changes_nothing(office: Taught) -> None:
    refused = office.propose(SLANG.path, office.with_slang(), ANI)
    assert refused == Answer(answers.not_allowed((Role.ADMIN, Role.TRAINER)))
    made = office.proposal(SLANG.path, office.with_slang())
    assert not knowing.apply(office.db, office.tools, ANI, made, "iseng", NOW).done
    assert isinstance(knowing.undoing(office.db, office.tools, ANI, 1, NOW), Answer)
    assert changes(office) == []


def test_an_exercise_teaches_nothing(office: Taught) -> None:
    office.tools = replace(office.tools, library=None)
    assert office.propose(SLANG.path, "x\ty\n") == Answer(words.NOT_HERE)
    knowing.recover(office.db, office.tools, NOW)
    assert knowing.follow(office.db, office.tools, NOW) == 0


def test_saving_the_same_words_changes_nothing(office: Taught) -> None:
    text = office.disk(SLANG.path).replace("\n", "\r\n") + "\r\n\r\n"
    assert office.propose(SLANG.path, text) == Answer(words.NOTHING_NEW)


def test_a_change_without_a_reason_is_asked_for_one(office: Taught) -> None:
    made = office.proposal(SLANG.path, office.with_slang())
    assert office.apply(made, "  \n ") == Answer(words.WHY_NEEDED, again=True)
    assert changes(office) == []


def test_a_text_without_end_is_refused(office: Taught) -> None:
    answer = office.propose(SLANG.path, "a" * (knowing.MOST_CHARACTERS + 1))
    assert answer == Answer(words.too_long(SLANG, knowing.MOST_CHARACTERS))


def test_of_two_changes_of_one_file_the_second_looks_again(office: Taught) -> None:
    mine = office.proposal(SLANG.path, office.with_slang())
    other = office.proposal(SLANG.path, office.with_slang("kalaban", "banjir"))
    assert office.apply(mine).done
    assert office.apply(other) == Answer(words.changed_meanwhile("Dewi"))
    assert office.disk(SLANG.path) == mine.after


def test_what_another_file_made_wrong_since_is_refused_when_applied(office: Taught) -> None:
    text = put(OPD, office.disk(OPD.path), "", '[opd.baru]\nnama = "Baru"\nsingkat = "Baru"')
    office.teach(OPD.path, text)
    issue = office.disk(TAXONOMY.path).replace('opd = "PDAM"', 'opd = "Baru"')
    made = office.proposal(TAXONOMY.path, issue)
    gone = without(OPD, office.disk(OPD.path), "opd.baru")
    assert gone is not None
    office.teach(OPD.path, gone)
    answer = office.apply(made)
    assert not answer.done and "Baru" in answer.text
    assert office.tools.issue("air_bersih").opd == "PDAM"


def test_a_later_change_overtakes_a_reading_that_goes_on(office: Taught) -> None:
    office.hear()
    office.teach(SLANG.path, office.with_slang())
    office.teach(SLANG.path, office.with_slang("dijuhan", "banjir"))
    _, later = changes(office)
    under_way = serving.reading(office.db)
    assert under_way is not None and under_way.version == f"{MODEL}~{later.id}"
    assert serving.newest(office.db)[1].trouble == words.OVERTAKEN
    office.settle()
    assert office.issues()[NEWS] == FLOOD


def test_another_model_reads_first_and_the_words_follow(office: Taught) -> None:
    office.hear()
    serving.want(office.db, "lain-1", "Budi", NOW - switching.REMEMBERED, NOW)
    office.teach(SLANG.path, office.with_slang())
    under_way = serving.reading(office.db)
    assert under_way is not None and under_way.version == "lain-1"
    assert serving.stop(office.db, under_way.id, "Budi", "batal", NOW)
    office.settle()
    assert office.issues()[NEWS] == FLOOD


def test_a_rollback_of_what_serves_is_not_undone(office: Taught) -> None:
    office.hear()
    before = office.figures()
    office.teach(SLANG.path, office.with_slang())
    office.settle()
    serves = serving.now_serving(office.db)
    assert serves is not None and serves.previous == MODEL
    serving.want(office.db, MODEL, "Budi", NOW - switching.REMEMBERED, NOW)
    office.settle()
    office.tick()
    assert office.tools.classifier.version == MODEL and office.figures() == before


def test_a_wish_is_logged_when_somebody_else_wished_first(
    office: Taught, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Two processes follow the same change: the second finds that the first wanted it."""
    office.hear()
    office.teach(SLANG.path, office.with_slang())
    monkeypatch.setattr(knowledge_changes, "was_wanted", lambda db, of: False)
    monkeypatch.setattr(serving, "reading", lambda db: None)
    with caplog.at_level(logging.INFO, logger="monitor"):
        office.tools.library.known = 0  # type: ignore[union-attr]
        from monitor.errors import Refused

        def late(*_: object) -> None:
            raise Refused("model: is reading")

        monkeypatch.setattr(serving, "want", late)
        knowing.follow(office.db, office.tools, NOW)
    assert "model: is reading" in caplog.text


def test_what_an_editor_wrote_is_noted_at_the_start_and_read_like_any_change(
    office: Taught,
) -> None:
    office.hear()
    before = office.figures()
    office.edit(SLANG.path, office.with_slang())
    again = Taught(office.folder)
    (one,) = changes(again)
    assert (one.person, one.why) == (knowledge_changes.BY_HAND, "")
    under_way = serving.reading(again.db)
    again.tick()
    assert under_way is None or under_way.version == f"{MODEL}~{one.id}"
    assert again.figures() == before or again.issues()[NEWS] == FLOOD
    again.settle()
    assert again.issues()[NEWS] == FLOOD
    made = knowing.undoing(again.db, again.tools, DEWI, one.id, NOW)
    assert isinstance(made, Proposal) and again.apply(made).done
    again.settle()
    assert again.figures() == before
    again.close()


def test_the_old_words_serve_on_after_an_editor_wrote_new_ones(office: Taught) -> None:
    office.hear()
    office.edit(SLANG.path, office.with_slang())
    tools = app.build_tools(office.settings)
    assert tools.classifier.version == MODEL
    assert tools.classifier.predict([NEWS])[0].issue != FLOOD


def test_files_that_are_right_only_together_are_taken_together(office: Taught) -> None:
    office.edit(OPD.path, office.disk(OPD.path).replace('"PDAM"', '"Air Minum"'))
    office.edit(TAXONOMY.path, office.disk(TAXONOMY.path).replace('"PDAM"', '"Air Minum"'))
    again = Taught(office.folder)
    assert again.tools.issue("air_bersih").opd == "Air Minum"
    assert {one.file for one in changes(again)} == {OPD.path, TAXONOMY.path}
    again.close()


def test_a_file_broken_by_hand_stops_nothing_and_the_admins_are_told(
    office: Taught, caplog: pytest.LogCaptureFixture
) -> None:
    people.add(office.db, "Budi", (Role.ADMIN,), 102, "siaga", NOW)
    people.add(office.db, "Tanpa Telegram", (Role.ADMIN,), None, "siaga", NOW)
    right = office.disk(GUARD.path)
    office.edit(GUARD.path, "rusak [[")
    office.edit("jaga.toml", office.disk("jaga.toml") + "# catatan\n")
    office.tick()
    assert office.tools.knowledge.guard.rules, "the running service does not look"
    again = Taught(office.folder)
    assert len(again.tools.knowledge.guard.rules) == len(office.tools.knowledge.guard.rules)
    assert [one.file for one in changes(again)] == ["jaga.toml"], "the right one holds"
    assert "what the files said before goes on holding" in caplog.text
    told = rows(again.db, "SELECT text FROM notice WHERE kind = 'personal' AND chat_id = 102")
    assert len(told) == 1 and "guard/aturan.toml" in told[0]["text"]
    rule = put(
        GUARD,
        right,
        "",
        '[[rule]]\nid = "uji_glopar"\nkind = "lain"\neffect = "stop"\n'
        'reason = "Kata itu tidak dipakai."\npatterns = ["glopar"]',
    )
    again.teach(GUARD.path, rule)
    assert again.disk(GUARD.path) == rule, "saving on the page mends the file"
    assert again.tools.knowledge.guard.findings("Ada glopar.")[0].rule == "uji_glopar"
    again.close()


def test_a_file_that_vanished_holds_on(office: Taught) -> None:
    (office.folder / "data" / "jaga.toml").unlink()
    assert knowing.notice(office.db, office.tools.library, NOW) == {  # type: ignore[arg-type]
        "jaga.toml": words.CANNOT_BE_READ
    }
    (office.folder / "data" / "templates" / "terima_kasih.toml").write_bytes(b"\xff\xfe")
    again = Taught(office.folder)
    assert any(one.id.startswith("terima") for one in again.tools.knowledge.templates)
    again.close()


def test_without_rows_a_broken_file_is_told_at_the_start(office: Taught, tmp_path: Path) -> None:
    fresh = tmp_path / "baru"
    shutil.copytree(office.folder / "data", fresh / "data")
    shutil.copytree(office.folder / "models", fresh / "models")
    (fresh / "data" / "opd.toml").write_text("[[")
    with pytest.raises(ConfigError, match=r"opd\.toml"):
        Taught(fresh)


def test_a_file_of_another_office_is_not_there(office: Taught) -> None:
    with office.db.atomic():
        office.db.conn.execute("DELETE FROM knowledge_change WHERE file = 'jaga.toml'")
    (office.folder / "data" / "jaga.toml").unlink()
    assert office.propose("jaga.toml", "x") == Answer(words.NO_FILE)


def test_another_process_takes_over_what_was_changed(office: Taught) -> None:
    other = Taught(office.folder)
    text = office.disk(TEMPLATES.path).replace("gratis.", "bebas biaya.", 1)
    assert text != office.disk(TEMPLATES.path)
    office.teach(TEMPLATES.path, text)
    assert knowing.take_over(other.db, other.tools)
    assert other.tools.knowledge.templates == office.tools.knowledge.templates
    assert not knowing.take_over(other.db, other.tools)
    other.close()


def _changed_elsewhere(office: Taught) -> None:
    """Another process changed a rule of the guard."""
    with office.db.atomic():
        office.db.conn.execute(
            "INSERT INTO knowledge_change (file, before, after, person, why, at, state) "
            "SELECT file, after, after || '# catatan', 'Budi', '', 0, 'done' "
            "FROM knowledge_change WHERE file = 'guard/aturan.toml'"
        )


def test_what_cannot_be_taken_over_is_told_and_the_old_holds(
    office: Taught, caplog: pytest.LogCaptureFixture
) -> None:
    guard = office.tools.knowledge.guard
    office.edit("lapor.toml", "tanpa isi\n")
    _changed_elsewhere(office)
    assert knowing.follow(office.db, office.tools, NOW) == 0
    assert office.tools.knowledge.guard is guard
    assert "lapor.toml" in caplog.text


def test_word_lists_that_nobody_changed_are_not_read_again(office: Taught) -> None:
    guard, words_before = office.tools.knowledge.guard, office.tools.words.stems("Jalannya rusak")
    office.tools.library.parts({})  # type: ignore[union-attr]
    office.edit("lexicon/stems.tsv", "tanpa kolom\n")  # would be refused
    _changed_elsewhere(office)
    assert knowing.follow(office.db, office.tools, NOW) == 1
    assert office.tools.knowledge.guard is not guard
    assert office.tools.words.stems("Jalannya rusak") == words_before


def test_a_file_that_cannot_be_written_leaves_everything(
    office: Taught, caplog: pytest.LogCaptureFixture
) -> None:
    made = office.proposal("jaga.toml", office.disk("jaga.toml") + "# catatan\n")
    (office.folder / "data" / ".jaga.toml.part").mkdir()
    assert office.apply(made) == Answer(words.CANNOT_BE_WRITTEN)
    assert [one.state for one in changes(office)] == [DROPPED]
    assert office.disk("jaga.toml") == made.before
    (office.folder / "data" / ".jaga.toml.part").rmdir()
    assert office.apply(office.proposal("jaga.toml", made.after)).done


def test_a_new_model_on_the_disk_reads_with_the_newest_words(office: Taught) -> None:
    office.hear()
    office.teach(SLANG.path, office.with_slang())
    office.settle()
    (one,) = changes(office)
    models = office.folder / "models"
    shutil.copytree(models / MODEL, models / "uji-2")
    about = json.loads((models / "uji-2" / "model.json").read_text())
    (models / "uji-2" / "model.json").write_text(json.dumps(about | {"version": "uji-2"}))
    (models / "CURRENT").write_text(f"uji-2\n{MODEL}\n")
    again = Taught(office.folder)
    assert again.tools.classifier.version == f"{MODEL}~{one.id}"
    again.settle()
    assert again.tools.classifier.version == f"uji-2~{one.id}"
    assert again.issues()[NEWS] == FLOOD
    assert (models / "CURRENT").read_text().split() == ["uji-2", MODEL]
    again.close()


def test_words_that_became_wrong_are_trouble_of_their_version(office: Taught) -> None:
    """A newer Siaga may read word lists more strictly than the one that kept them."""
    known = knowledge_changes.texts(office.db)
    with pytest.raises(ModelError, match=r"2026-11-d~7: its words: .*line 1"):
        office.tools.library.classifier(  # type: ignore[union-attr]
            f"{MODEL}~7", {**known, SLANG.path: "tanpa kolom\n"}
        )


def test_every_comment_is_still_there(office: Taught) -> None:
    office.hear()
    office.teach(KEYWORDS.path, put(KEYWORDS, office.disk(KEYWORDS.path), "glopar", "1", FLOOD))
    office.settle()
    assert set(office.issues()) == set(SAID)
    assert office.issues()[NEWS] == FLOOD
