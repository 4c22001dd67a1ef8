"""WordPress: logging in, finding the API, and what a comment becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import Reason
from monitor.platforms import wordpress_rows
from monitor.records import Kind, Visibility
from tests.fakes.polling import Reader, connect, refused
from tests.fakes.wordpress import PASSWORD, START, FakeWordPress


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as fake:
        yield fake


# ---- check


def test_a_moderator_is_healthy(site: FakeWordPress) -> None:
    health = connect(site).check()
    assert (health.ok, health.identity) == (True, "Moderator at Situs Contoh")


def test_the_public_is_healthy_and_told_what_it_misses(site: FakeWordPress) -> None:
    health = connect(site, "").check()
    assert health.ok
    assert "no replies" in health.detail


@pytest.mark.parametrize("user", ["writer", "reader"])
def test_an_account_that_cannot_moderate_is_not_healthy(site: FakeWordPress, user: str) -> None:
    health = connect(site, user).check()
    assert not health.ok
    assert "Editor" in health.detail


def test_a_wrong_password_is_noticed_although_lists_answer(site: FakeWordPress) -> None:
    error = refused(connect(site, password="salah").check)
    assert (error.reason, error.permanent) == (Reason.AUTH, True)
    assert "wrong or was revoked" in str(error)


def test_a_site_without_https_says_so() -> None:
    with FakeWordPress(https=False) as site:
        error = refused(connect(site).check)
        assert error.reason is Reason.AUTH
        assert "https" in str(error)


def test_other_failures_of_the_login_stay_what_they_are(site: FakeWordPress) -> None:
    site.fault("/users/me", status=500)
    assert refused(connect(site).check).reason is Reason.UNREACHABLE


@pytest.mark.parametrize("body", ['{"id": "x", "capabilities": {}}', '{"id": 1}', "[]"])
def test_a_strange_account_is_a_bad_answer(site: FakeWordPress, body: str) -> None:
    site.fault("/users/me", status=200, body=body)
    assert refused(connect(site).check).reason is Reason.BAD_ANSWER


def test_a_site_without_a_name_is_called_by_its_host(site: FakeWordPress) -> None:
    site.fault("/", status=200, body="{}")
    assert connect(site, "").check().identity.startswith("127.0.0.1")


def test_the_name_and_platform_are_those_of_the_settings(site: FakeWordPress) -> None:
    source = connect(site)
    assert (source.id, source.platform) == ("mmc", "wordpress")
    assert PASSWORD not in repr(source._settings)
    source.close()


# ---- finding the API


@pytest.mark.parametrize(
    "link",
    [
        "",
        None,
        '<http://lain.example/wp-json/>; rel="https://api.w.org/"',
        '<http://lain.example:pintu/>; rel="https://api.w.org/"',
        "<http://lain.example/>; rel=shortlink",
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_the_api_is_found_whatever_the_link_header(plain: bool, link: str | None) -> None:
    """And the password never goes to another host."""
    with FakeWordPress(plain=plain) as site:
        site.link_header = link
        number = site.add_comment()
        reader = Reader(connect(site))
        reader.poll()
        assert reader.kept.keys() == {str(number)}


def test_the_root_is_looked_for_again_when_permalinks_change(site: FakeWordPress) -> None:
    site.add_comment()
    reader = Reader(connect(site, ""))
    reader.poll()
    site.plain = True
    refused(reader.poll)
    reader.poll()
    assert site.asked[-1].route == "/wp/v2/comments"


# ---- what a comment becomes


def test_a_comment_is_read_as_it_was_typed(site: FakeWordPress) -> None:
    at = START + timedelta(minutes=3)
    number = site.add_comment('Jalan "rusak" <b>parah</b> & gelap', at=at, name="Budi & Ani")
    reader = Reader(connect(site))
    reader.poll()
    comment = reader.kept[str(number)]
    assert comment.text == 'Jalan "rusak" <b>parah</b> & gelap'
    assert (comment.created_at, comment.created_at.tzinfo) == (at, UTC)
    assert comment.author_name == "Budi & Ani"
    assert (comment.author_id, comment.author_is_owner) == (None, False)
    assert comment.post_title == "Jalan “provinsi” diperbaiki"
    assert comment.post_url == f"{site.url}/berita-1/"
    assert comment.permalink == f"{site.url}/berita-1/#comment-{number}"
    assert (comment.kind, comment.thread_id, comment.parent_id) == (Kind.COMMENT, "1", None)
    assert comment.reply_ref is not None
    assert comment.reply_block is None


def test_mail_and_ip_addresses_are_dropped(site: FakeWordPress) -> None:
    site.add_comment()
    reader = Reader(connect(site))
    reader.poll()
    assert "example.test" not in repr(reader.kept)
    assert "192.0.2.7" not in repr(reader.kept)
    asked = [a.params["_fields"] for a in site.asked if a.route == "/wp/v2/comments"]
    assert all("author_email" not in fields and "content" in fields for fields in asked)


def test_the_public_reads_rendered_text_and_cannot_answer(site: FakeWordPress) -> None:
    number = site.add_comment("Air 'mati' lagi")
    site.add_comment(status="hold")
    reader = Reader(connect(site, ""))
    reader.poll()
    comment = reader.kept[str(number)]
    assert comment.text == "<p>Air &#8217;mati&#8217; lagi</p>\n"
    assert (comment.reply_ref, comment.reply_block) == (None, "no_password")
    assert reader.kept.keys() == {str(number)}


def test_a_reply_knows_its_parent_and_its_thread(site: FakeWordPress) -> None:
    top = site.add_comment()
    below = site.add_comment("sama", parent=top)
    deep = site.add_comment("iya", parent=below)
    orphan = site.add_comment("lama", parent=777)
    reader = Reader(connect(site))
    reader.poll()
    shown = {
        n: (reader.kept[str(n)].parent_id, reader.kept[str(n)].thread_id)
        for n in (below, deep, orphan)
    }
    assert shown == {
        below: (str(top), str(top)),
        deep: (str(below), str(top)),
        orphan: ("777", "777"),
    }
    assert reader.kept[str(deep)].kind is Kind.REPLY


def test_held_comments_are_read_and_cannot_be_answered(site: FakeWordPress) -> None:
    number = site.add_comment(status="hold")
    reader = Reader(connect(site))
    reader.poll()
    comment = reader.kept[str(number)]
    assert comment.visibility is Visibility.HELD
    assert (comment.reply_ref, comment.reply_block) == (None, "held")


def test_a_closed_article_cannot_be_answered(site: FakeWordPress) -> None:
    number = site.add_comment(post=6)
    reader = Reader(connect(site))
    reader.poll()
    assert reader.kept[str(number)].reply_block == "closed"


def test_the_office_is_known_by_account_and_not_by_a_guests_name(site: FakeWordPress) -> None:
    own = site.add_comment("Kami cek", user=2, name="Moderator")
    named = site.add_comment("Kami juga", user=4, name="Diskominfo Contoh")
    guest = site.add_comment("Saya admin", user=0, name="Diskominfo Contoh")
    reader = Reader(connect(site, own_names=frozenset({"diskominfo CONTOH"})))
    reader.poll()
    owners = {n: reader.kept[str(n)].author_is_owner for n in (own, named, guest)}
    assert owners == {own: True, named: True, guest: False}
    assert reader.kept[str(own)].reply_block == "own"


@pytest.mark.parametrize("last", [205, 1205])
def test_an_administrator_learns_who_else_is_staff(site: FakeWordPress, last: int) -> None:
    for extra in range(100, last):
        site.users[f"u{extra}"] = type(site.users["writer"])(extra, "x", "author", {"read": True})
    staff = site.add_comment("Dari redaksi", user=204, name="Redaksi")
    citizen = site.add_comment("Halo", user=4, name="Pembaca")
    reader = Reader(connect(site, "admin"))
    reader.poll()
    assert reader.kept[str(staff)].author_is_owner
    assert not reader.kept[str(citizen)].author_is_owner


def test_headlines_are_asked_once_for_posts_and_pages(site: FakeWordPress) -> None:
    for post in (1, 5, 9, 1, 8):
        site.add_comment(f"untuk {post}", post=post)
    reader = Reader(connect(site))
    reader.poll()
    reader.poll()
    asked = [a.params["include"] for a in site.asked if a.route in ("/wp/v2/posts", "/wp/v2/pages")]
    assert asked == ["1,5,8,9", "8,9"]
    titles = {c.post_id: c.post_title for c in reader.kept.values()}
    assert (titles["9"], titles["8"]) == ("Kontak", None)


def test_many_headlines_do_not_fill_the_memory(
    site: FakeWordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.wordpress._MOST_ARTICLES", 0)
    site.add_comment()
    reader = Reader(connect(site))
    reader.poll()
    reader.poll()
    assert len([a for a in site.asked if a.route == "/wp/v2/posts"]) == 2


def test_a_comment_without_an_article_is_kept(site: FakeWordPress) -> None:
    number = site.add_comment(post=0)
    reader = Reader(connect(site))
    reader.poll()
    assert (reader.kept[str(number)].post_id, reader.kept[str(number)].post_title) == (None, None)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("post-trashed", Visibility.TRASHED), ("invented", Visibility.UNKNOWN)],
)
def test_every_status_has_a_visibility(status: str, shown: Visibility) -> None:
    item = {"id": 1, "post": 1, "parent": 0, "author": 0, "date_gmt": "2026-11-20T01:00:00"}
    row = wordpress_rows.row_from_json({**item, "content": {"raw": "x"}, "status": status})
    assert wordpress_rows.visibility_of(row) is shown


GOOD = {
    "id": 1, "post": 1, "parent": 0, "author": 0, "author_name": "Warga", "link": "",
    "date": "2026-11-20T08:00:00", "date_gmt": "2026-11-20T01:00:00", "status": "approved",
    "content": {"rendered": "<p>x</p>"},
}  # fmt: skip


def test_a_missing_utc_date_falls_back_to_the_sites_time() -> None:
    row = wordpress_rows.row_from_json({**GOOD, "date_gmt": None})
    assert row.created_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        7,
        {**GOOD, "id": "1"},
        {**GOOD, "id": True},
        {**GOOD, "parent": -1},
        {**GOOD, "content": "x"},
        {**GOOD, "content": {"rendered": None}},
        {**GOOD, "date": None, "date_gmt": None},
        {**GOOD, "date_gmt": "0000-00-00T00:00:00"},
    ],
)
def test_a_strange_comment_fails_its_page(site: FakeWordPress, item: object) -> None:
    site.fault("/wp/v2/comments", status=200, body=json.dumps([GOOD, item]))
    assert refused(Reader(connect(site)).poll).reason is Reason.BAD_ANSWER


@pytest.mark.parametrize(
    "item", [7, {"id": 1}, {"id": 1, "title": {}}, {"title": {"rendered": "x"}}]
)
def test_a_strange_article_fails_its_page(site: FakeWordPress, item: object) -> None:
    site.add_comment()
    site.fault("/wp/v2/posts", status=200, body=json.dumps([item]))
    assert refused(Reader(connect(site)).poll).reason is Reason.BAD_ANSWER


def test_a_list_that_is_no_list_fails(site: FakeWordPress) -> None:
    site.fault("/wp/v2/comments", status=200, body="{}")
    assert refused(Reader(connect(site)).poll).reason is Reason.BAD_ANSWER
