"""The demo: an invented week, the same every time, replayed once through the real pipeline."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor import app, running
from monitor.config import Settings, find_config, load_settings
from monitor.demo import people, replaying, scenario
from monitor.errors import ConfigError, PlatformError, Reason
from monitor.messages import demo as words
from monitor.platforms.base import Replier, ReplyState, Source
from monitor.records import (
    DraftState,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    wave_first,
)
from monitor.stage.clock import StageClock
from monitor.stage.site import ScriptedSite
from monitor.steps import views
from monitor.steps.tools import Tools
from monitor.store import audit, comments, crowds, drafts, incidents, predictions
from monitor.store.connection import rows
from tests.world import PROJECT

FOLDER = PROJECT / "data" / "demo"
HOUR = timedelta(hours=1)


@dataclass
class Week:
    """The replayed week and its store."""

    tools: Tools
    db: Database
    clock: StageClock

    def incident(self, topic: str) -> Incident:
        found = [*incidents.live(self.db), *incidents.ended(self.db, 99)]
        (only,) = [incident for incident in found if incident.topic == topic]
        return only


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """About ten seconds: the whole week, people included."""
    clock = StageClock(scenario.BEGIN)
    tools = replaying.build(tmp_path_factory.mktemp("demo"), clock)
    db = running.Service(tools, clock).open_db()
    app.prepare(db, tools.settings, tools.sources.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "chart_picture", drawn_at_each_level(views.chart_picture))
        replaying.replay(db, tools, clock)
    yield Week(tools, db, clock)
    db.close()


def drawn_at_each_level(real: Callable[..., bytes]) -> Callable[..., bytes]:
    """Keep the pictures of an incident's card: the replay throws its fifty edits away unseen."""
    drawn: dict[tuple[IncidentId, Level], bytes] = {}

    def picture(db: Database, tools: Tools, incident: Incident, now: datetime) -> bytes:
        key = (incident.id, incident.level)
        if key not in drawn:
            drawn[key] = real(db, tools, incident, now)
        return drawn[key]

    return picture


# The scenario.


def test_every_reading_gives_the_same_weeks() -> None:
    first, second = scenario.load(FOLDER), scenario.load(FOLDER)
    assert first == second
    assert set(first) == {scenario.NEWS, scenario.SOCIAL}


def test_comments_come_in_order_and_within_the_told_time() -> None:
    for name, said in scenario.load(FOLDER).items():
        times = [comment.created_at for comment in said]
        assert times == sorted(times)
        assert times[0] >= scenario.BEGIN - scenario.HISTORY
        assert times[-1] <= scenario.END
        assert {comment.source_id for comment in said} == {name}
    numbers = [c.external_id for said in scenario.load(FOLDER).values() for c in said]
    assert len(set(numbers)) == len(numbers)


def test_the_wave_is_forty_copies_by_thirty_one_accounts() -> None:
    (copied, *_) = (FOLDER / "wave.txt").read_text(encoding="utf-8").splitlines()
    wave = [c for c in scenario.load(FOLDER)[scenario.SOCIAL] if c.text == copied.strip()]
    assert (len(wave), len({comment.author_id for comment in wave})) == (40, 31)


def test_nobody_real_is_named() -> None:
    for comment in (c for said in scenario.load(FOLDER).values() for c in said):
        assert re.fullmatch(r"warga-\d+", comment.author_id or "")
        assert ".example/" in (comment.permalink or "")


@pytest.mark.parametrize("missing", ["posts.txt", "quiet.txt", "flood.txt", "wave.txt"])
def test_a_missing_file_of_the_scenario_is_named(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(FOLDER, folder)
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match=rf"demo: .*{missing}"):
        scenario.load(folder)


# The sites.


def site(outage: bool = False) -> ScriptedSite:
    """The social site on the first evening."""
    said = scenario.load(FOLDER)[scenario.SOCIAL]
    when = scenario.OUTAGE if outage else None
    return ScriptedSite(scenario.SOCIAL, said, lambda: scenario.BEGIN, when)


def test_a_scripted_site_is_a_source_and_a_replier() -> None:
    source: Source = site()
    replier: Replier = site()
    assert source.id == scenario.SOCIAL and source.platform == "demo"
    assert source.check().ok
    assert replier.target("tidak ada") is None


def test_its_pages_hold_what_was_written_until_then_and_no_more() -> None:
    pages = list(site().collect(None, scenario.BEGIN))
    read = [comment for page in pages for comment in page.comments]
    assert read
    assert max(comment.created_at for comment in read) <= scenario.BEGIN
    assert len(pages) == -(-len(read) // 100)
    first = pages[0].covered_from
    assert first is not None and first < read[0].created_at
    later = list(site().collect(pages[-1].cursor, scenario.BEGIN + 24 * HOUR))
    more = [comment for page in later for comment in page.comments]
    assert more and not set(more) & set(read)
    assert later[0].covered_from is None
    assert list(site().collect(later[-1].cursor, scenario.BEGIN + 24 * HOUR)) == []


def test_in_its_outage_it_does_not_answer() -> None:
    begin, end = scenario.OUTAGE
    down = site(outage=True)
    for at in (begin, end - timedelta(seconds=1)):
        with pytest.raises(PlatformError) as caught:
            list(down.collect("0", at))
        assert caught.value.reason is Reason.UNREACHABLE
    assert list(down.collect("0", end))
    assert list(down.collect("0", begin - timedelta(seconds=1)))


def test_a_reply_stands_under_its_comment_and_is_read_back_as_the_offices_own() -> None:
    scripted = site()
    target = next(iter(scripted.collect(None, scenario.BEGIN))).comments[-1]
    ref = str(target.reply_ref)
    assert scripted.find_own_reply(ref, "Terima kasih.") is None
    posted = scripted.reply(ref, "Terima kasih.")
    assert posted.state is ReplyState.PUBLISHED
    assert scripted.find_own_reply(ref, "Terima kasih.") == posted
    read = [c for page in scripted.collect("0", scenario.BEGIN) for c in page.comments]
    (own,) = [comment for comment in read if comment.author_is_owner]
    assert (own.parent_id, own.text, own.reply_ref) == (target.external_id, "Terima kasih.", None)
    with pytest.raises(PlatformError) as caught:
        scripted.reply("tidak ada", "Terima kasih.")
    assert caught.value.reason is Reason.GONE


def test_a_reply_after_the_last_comment_comes_last() -> None:
    said = scenario.load(FOLDER)[scenario.NEWS]
    late = ScriptedSite(scenario.NEWS, said, lambda: scenario.END + 9 * HOUR)
    late.reply(str(said[0].reply_ref), "Terima kasih.")
    *_, last = late.collect(None, scenario.END + 10 * HOUR)
    assert last.comments[-1].author_is_owner


def test_the_clock_of_the_demo_stands_until_it_is_released() -> None:
    clock = StageClock(scenario.BEGIN)
    assert clock() == clock() == scenario.BEGIN
    clock.release()
    assert scenario.BEGIN <= clock() < scenario.BEGIN + HOUR


# The replayed week.


def test_the_flood_and_the_hospital_open_and_nothing_else(week: Week) -> None:
    opened = rows(week.db, "SELECT topic FROM incident ORDER BY opened_at")
    issues = [row["topic"] for row in opened if wave_first(row["topic"]) is None]
    assert issues == ["banjir_bencana", "kesehatan"]


def test_both_are_seen_within_hours_of_their_first_word(week: Week) -> None:
    flood, hospital = week.incident("banjir_bencana"), week.incident("kesehatan")
    assert scenario.FLOOD_AT <= flood.opened_at <= scenario.FLOOD_AT + 2 * HOUR
    assert scenario.HOSPITAL_AT <= hospital.opened_at <= scenario.HOSPITAL_AT + 2 * HOUR
    assert flood.peak.rank >= Level.SIAGA.rank
    assert flood.holder == people.ON_DUTY.name
    assert flood.state is IncidentState.RESOLVED
    assert (hospital.state, hospital.holder) == (IncidentState.OPEN, None)


def test_the_two_quiet_weeks_raise_nothing(week: Week) -> None:
    first = min(week.incident(topic).opened_at for topic in ("banjir_bencana", "kesehatan"))
    assert first >= scenario.FLOOD_AT
    assert comments.total(week.db) > comments.count_live(week.db) > 100


def test_the_copy_paste_wave_has_one_card_of_its_own_and_opens_no_issue(week: Week) -> None:
    (wave,) = crowds.waves(week.db, scenario.WAVE_AT - HOUR, 5)
    assert (wave.comments, wave.people) == (40, 31)
    began = rows(week.db, "SELECT topic, opened_at, peak, state FROM incident")
    near = [row for row in began if abs(row["opened_at"] - scenario.WAVE_AT.timestamp()) < 5 * 3600]
    (own,) = near
    assert wave_first(own["topic"]) == wave.first.stored.id
    assert (own["peak"], own["state"]) == ("siaga", "resolved")


def test_exactly_two_replies_were_posted_one_of_them_rewritten_and_one_rejected(
    week: Week,
) -> None:
    posted = drafts.in_state(week.db, [DraftState.POSTED])
    assert len(posted) == 2
    assert [draft.text == draft.suggested for draft in posted] == [True, False]
    assert posted[1].text == words.EDITED_REPLY
    # The flood is at Awas, so two signed.
    assert {draft.decided_by for draft in posted} == {f"{people.ADMIN.name}, {people.SECOND.name}"}
    assert len(drafts.in_state(week.db, [DraftState.REJECTED])) == 1
    own = [reply for found in week.tools.sources.values() for reply in found.replies]  # type: ignore[attr-defined]
    assert sorted(reply.text for reply in own) == sorted(draft.text for draft in posted)
    read_back = rows(week.db, "SELECT count(*) AS n FROM comment WHERE own = 1")
    assert read_back == [{"n": 2}]


def test_one_label_was_given_and_the_audit_trail_is_whole(week: Week) -> None:
    (label,) = predictions.labels(week.db)
    assert (label.person, label.value) == (people.TRAINER.name, "netral")
    assert audit.broken_at(week.db) is None


def test_the_outage_was_seen_and_healed(week: Week) -> None:
    events = incidents.events(week.db, week.incident("banjir_bencana").id)
    assert EventKind.CALMED in {event.kind for event in events}
    blind = rows(week.db, "SELECT error FROM source")
    assert {row["error"] for row in blind} == {None}


def test_people_who_press_again_change_nothing(week: Week) -> None:
    before = rows(week.db, "SELECT count(*) AS n FROM audit")
    people.press(week.db, week.tools, scenario.END)
    assert rows(week.db, "SELECT count(*) AS n FROM audit") == before


def test_the_summary_tells_the_week(week: Week) -> None:
    told = words.summary(replaying._summary(week.db, week.tools))
    assert "Banjir & bencana: puncak " in told
    assert "Kesehatan: puncak " in told
    assert "40 komentar dari 31 akun dengan teks yang sama" in told
    assert "Balasan: 2 terkirim setelah disetujui, 1 ditolak" in told
    assert "Label diperbaiki: 1" in told
    assert "Satu sumber sempat mati 2 jam" in told


def test_the_demo_has_no_token_no_real_source_and_places_of_its_own(week: Week) -> None:
    settings = week.tools.settings
    base: Settings = load_settings(find_config(None))
    assert settings.telegram.token is None
    assert settings.sources == {}
    assert settings.models == base.models.resolve()
    assert settings.office.province == "muara_selasih"
