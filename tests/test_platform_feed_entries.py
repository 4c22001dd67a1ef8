"""Feeds: what an item of news or a comment becomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.platforms.feed_entries import (
    comment_from_entry,
    entry_key,
    real_link,
)
from monitor.records import Kind, SourceId
from tests.fakes.feed import FakeFeed
from tests.fakes.feed_reading import ATOM, NOW, connect, one, read, rss


@pytest.fixture
def site() -> Iterator[FakeFeed]:
    with FakeFeed() as fake:
        yield fake


# ---- news


def test_a_news_item_is_an_article(site: FakeFeed) -> None:
    site.add("a1", NOW - timedelta(hours=1), "Jalan rusak", "<p>Warga mengeluh</p>")
    (page,) = connect(site).collect(None, NOW)
    (comment,) = page.comments
    assert comment.kind is Kind.ARTICLE
    assert comment.text == "Jalan rusak\n<p>Warga mengeluh</p>"
    assert (comment.external_id, comment.source_id, comment.platform) == ("a1", "kabar", "feed")
    assert (comment.post_title, comment.post_url) == ("Jalan rusak", "https://kabar.example/a1")
    assert comment.author_name == "Kabar Contoh"
    assert comment.created_at == NOW - timedelta(hours=1)
    assert (comment.reply_ref, comment.reply_block) == (None, "feed")
    assert page.covered_from == comment.created_at


def test_the_health_of_a_feed_is_its_title_and_size(site: FakeFeed) -> None:
    site.add("a", NOW)
    source = connect(site)
    health = source.check()
    assert (health.ok, health.identity, health.detail) == (True, "Kabar Contoh", "1 items")
    assert (source.id, source.platform) == ("kabar", "feed")
    site.body = b'<rss version="2.0"><channel></channel></rss>'
    assert source.check().identity.startswith("127.0.0.1")
    source.close()


def test_items_come_oldest_first_and_once(site: FakeFeed) -> None:
    site.add("b", NOW - timedelta(hours=1))
    site.add("a", NOW - timedelta(hours=2))
    site.add("a", NOW - timedelta(hours=2), "diulang")
    assert [c.external_id for c in read(site).comments] == ["a", "b"]


def test_google_news_keeps_headline_and_publisher_only(site: FakeFeed) -> None:
    link = "<link>https://news.google.com/rss/articles/CBMi</link><guid>CBMi</guid>"
    summary = "<description>&lt;a href='x'&gt;Banjir - di kota&lt;/a&gt;</description>"
    source = '<source url="https://media.example">Media Contoh</source>'
    item = f"<item><title>Banjir - di kota - Media Contoh</title>{link}{summary}"
    comment = one(site, rss(f"{item}{source}</item>"))
    assert (comment.text, comment.author_name) == ("Banjir - di kota", "Media Contoh")
    comment = one(site, rss(f"{item}</item>"))
    assert (comment.text, comment.author_name) == ("Banjir - di kota", "Media Contoh")
    comment = one(site, rss(f"<item><title>Tanpa penerbit</title>{link}</item>"))
    assert (comment.text, comment.author_name) == ("Tanpa penerbit", "Kabar")


def test_a_google_alert_is_unwrapped(site: FakeFeed) -> None:
    link = "https://www.google.com/url?rct=j&amp;url=https://media.example/x%3Fa%3D1&amp;ct=ga"
    comment = one(
        site,
        ATOM.format(
            "<entry><id>tag:google.com,2013:googlealerts/feed:7</id>"
            '<title type="html">Jalan &lt;b&gt;rusak&lt;/b&gt; &amp;amp; gelap</title>'
            f'<link href="{link}"/><published>2026-11-22T01:00:00Z</published>'
            "<updated>2026-11-22T02:00:00Z</updated>"
            '<content type="html">Warga &lt;b&gt;protes&lt;/b&gt;</content></entry>'
        ),
    )
    assert comment.permalink == "https://media.example/x?a=1"
    assert comment.author_name == "media.example"
    assert comment.text == "Jalan rusak & gelap\nWarga <b>protes</b>"
    assert comment.edited_at == datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("link", "real"),
    [
        ("https://www.google.co.id/url?q=https://a.example/", "https://a.example/"),
        (
            "https://www.google.com/url?url=javascript:x",
            "https://www.google.com/url?url=javascript:x",
        ),
        ("https://www.google.com/search?url=https://a.example/", None),
        ("https://a.example/url?url=https://b.example/", None),
        ("", None),
    ],
)
def test_only_google_redirects_are_unwrapped(link: str, real: str | None) -> None:
    assert real_link(link) == (real or link)


def test_the_offices_own_articles_are_known(site: FakeFeed) -> None:
    item = "<item><title>Siaran pers</title><author>MMC Contoh</author></item>"
    assert one(site, rss(item), own_names=frozenset({"mmc contoh"})).author_is_owner
    assert not one(site, rss(item)).author_is_owner


def test_the_key_is_id_then_link_then_a_stable_hash(site: FakeFeed) -> None:
    assert entry_key({"id": "x", "link": "y"}) == "x"
    assert entry_key({"link": "y"}) == "y"
    nameless = {"title": "Judul", "published": "2026"}
    assert entry_key(nameless) == entry_key(dict(nameless))
    assert entry_key(nameless) != entry_key({**nameless, "title": "Lain"})
    assert entry_key({"id": "x" * 1000}).startswith("h-")


def test_an_item_without_words_is_left_out(site: FakeFeed) -> None:
    site.body = rss("<item><guid>a</guid></item><item><title>Ada</title></item>").encode()
    assert [c.text for c in read(site).comments] == ["Ada"]


def test_full_text_stands_in_for_a_missing_summary(site: FakeFeed) -> None:
    item = (
        '<item><title>J</title><content:encoded xmlns:content="http://purl.org/rss/1.0/modules/'
        'content/"><![CDATA[<p>isi</p>]]></content:encoded></item>'
    )
    assert "isi" in one(site, rss(item)).text


def test_undated_and_future_items_are_taken_as_written_now(site: FakeFeed) -> None:
    site.add("a", NOW + timedelta(days=3))
    site.add("b", NOW, date="entah kapan")
    assert [c.created_at for c in read(site).comments] == [NOW, NOW]


def test_an_impossible_date_is_no_date() -> None:
    entry = {"title": "x", "published_parsed": (2026, 13, 1, 0, 0, 0, 0, 0, 0)}
    comment = comment_from_entry(entry, SourceId("kabar"), "", frozenset(), NOW)
    assert comment is not None
    assert comment.created_at == NOW


# ---- comments of WordPress

COMMENT = (
    "<entry><title>{title}</title><author><name>Warga</name></author>"
    '<link href="https://situs.example/berita/#comment-12"/>'
    "<id>https://situs.example/?p=7#comment-12</id><published>2026-11-22T01:00:00Z</published>"
    '<content type="html"><![CDATA[{text}]]></content>{below}</entry>'
)


def test_a_comments_feed_gives_comments_with_post_and_title(site: FakeFeed) -> None:
    below = '<thr:in-reply-to ref="https://situs.example/?p=7" href="x"/>'
    entry = COMMENT.format(
        title="Comment on Jalan by ways by Warga", text="<p>Gelap</p>", below=below
    )
    comment = one(site, ATOM.format(entry))
    assert (comment.kind, comment.parent_id) == (Kind.COMMENT, None)
    assert (comment.post_id, comment.post_title) == ("7", "Jalan by ways")
    assert comment.text == "<p>Gelap</p>"
    assert comment.post_url == "https://situs.example/berita/"
    assert comment.permalink == "https://situs.example/berita/#comment-12"
    assert comment.author_name == "Warga"


def test_a_reply_in_an_atom_feed_names_its_parent(site: FakeFeed) -> None:
    below = '<thr:in-reply-to ref="https://situs.example/?p=7#comment-9" href="x"/>'
    entry = COMMENT.format(title="Komentar pada Jalan oleh Warga", text="Setuju", below=below)
    comment = one(site, ATOM.format(entry))
    assert comment.kind is Kind.REPLY
    assert comment.parent_id == "https://situs.example/?p=7#comment-9"
    assert comment.post_title == "Jalan"


def test_the_line_that_wordpress_puts_before_a_reply_is_not_the_citizens(site: FakeFeed) -> None:
    text = (
        '<p>In reply to <a href="https://situs.example/berita/#comment-9">Ani</a>.</p>\n'
        "<p>Setuju</p>"
    )
    comment = one(site, ATOM.format(COMMENT.format(title="By: Warga", text=text, below="")))
    assert comment.text == "<p>Setuju</p>"
    assert comment.parent_id == "https://situs.example/?p=7#comment-9"
    assert comment.post_title is None


def test_a_comment_without_words_is_left_out(site: FakeFeed) -> None:
    site.body = ATOM.format(COMMENT.format(title="x", text=" ", below="")).encode()
    assert read(site).comments == ()


def test_a_threaded_entry_of_another_program_is_a_comment(site: FakeFeed) -> None:
    entry = (
        "<entry><id>tag:x,1</id><title>t</title><summary>isi</summary>"
        '<thr:in-reply-to ref="tag:x,0"/></entry>'
    )
    comment = one(site, ATOM.format(entry))
    assert (comment.kind, comment.post_id, comment.parent_id) == (Kind.COMMENT, None, None)
