"""RSS and Atom bytes -> :class:`~monitor.records.Comment`.

Layer 2, pure: parses bytes that somebody else fetched. A feed that declares entities is refused
before any parser sees it. Knows the shapes of Google News, Google Alerts and WordPress comment
feeds; HTML stays in the text, cleaning it is the business of ``monitor.text``.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import feedparser

from monitor.platforms.dates import written_date
from monitor.records import Comment, Kind, SourceId

PLATFORM = "feed"
MOST_ENTRIES = 500
_LONGEST_KEY = 300
_LONGEST_ARTICLE = 10_000
_TAIL_BYTES = 4_096
_WIB = ZoneInfo("Asia/Jakarta")

_TAG = re.compile(r"<[^>]*>")
_END = re.compile(rb"</(?:[a-z]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_EMPTY_END = re.compile(rb"<(?:rss|feed)\b[^>]*/>\s*\Z", re.IGNORECASE)
_COMMENT_GUID = re.compile(r"#comment-(\d+)")
_POST_GUID = re.compile(r"[?&](?:p|page_id)=(\d+)")
# WordPress puts this paragraph before a reply; the citizen never wrote it
_IN_REPLY_TO = re.compile(
    r'\A\s*<p>[^<]{0,80}<a [^>]*href="[^"]*#comment-(\d+)"[^>]*>[^<]*</a>[^<]{0,20}</p>\s*'
)
_COMMENT_TITLE = re.compile(
    r"\A(?:Comment on|Komentar (?:pada|di|untuk|tentang|atas)) (.+) (?:by|oleh) .+\Z", re.DOTALL
)

Entry = Mapping[str, Any]  # as feedparser names things; read only below, by the getters


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's title and its entries, newest first as the feed gave them."""

    title: str
    entries: tuple[Entry, ...]


def indonesian_date(text: str) -> tuple[int, ...] | None:
    """A date handler of feedparser: "Sen, 04 Mei 2026 10:00:00 WIB" -> nine numbers in UTC.

    English dates with a known zone come out right here too; without any zone, it is read as WIB.
    """
    at = written_date(text, _WIB)
    return None if at is None else tuple(at.utctimetuple())


feedparser.registerDateHandler(indonesian_date)


def parse_feed(body: bytes, content_type: str, address: str) -> ParsedFeed:
    """Parse a feed.

    Raises:
        ValueError: with the cause: it declares entities, is cut off, or is no feed at all.
    """
    plain = body.replace(b"\0", b"")  # UTF-16 must not hide what is looked for
    if b"<!ENTITY" in plain.upper():
        raise ValueError("declares XML entities: refused")
    tail = plain[-_TAIL_BYTES:]
    headers = {"content-type": content_type, "content-location": address}
    # a stream, never bytes: feedparser takes short bytes for the name of a file and opens it
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not parsed.get("version"):
        raise ValueError("no RSS or Atom feed (a web page?)")
    if not (_END.search(tail) or _EMPTY_END.search(tail)):
        raise ValueError("the feed is cut off")
    # plain dictionaries: feedparser's own invent an "updated" that the feed does not have
    entries = tuple(dict(entry) for entry in parsed.entries[:MOST_ENTRIES])
    return ParsedFeed(_text(parsed.feed.get("title")), entries)


def comment_from_entry(
    entry: Entry, source_id: SourceId, feed_title: str, own_names: frozenset[str], now: datetime
) -> Comment | None:
    """The record of one entry; None when it has neither words nor a title.

    An entry without a date, or with one in the future, is taken as written ``now``.
    """
    guid = _COMMENT_GUID.search(str(entry.get("id") or entry.get("link") or ""))
    if guid is not None or "thr_in-reply-to" in entry:
        return _citizen(entry, source_id, own_names, now)
    return _article(entry, source_id, feed_title, own_names, now)


def entry_key(entry: Entry) -> str:
    """What the entry is known by: its id, else its link, else a hash of its title and date."""
    key = str(entry.get("id") or entry.get("link") or "")
    if key and len(key) <= _LONGEST_KEY:
        return key
    rest = key or f"{entry.get('title', '')}\x1f{entry.get('published', '')}{_body(entry)}"
    return "h-" + hashlib.blake2b(rest.encode("utf-8", "replace"), digest_size=12).hexdigest()


def real_link(link: str) -> str:
    """The address behind a Google Alerts redirect; any other link as it is."""
    parts = urlsplit(link)
    if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
        wrapped = parse_qs(parts.query)
        for name in ("url", "q"):
            if wrapped.get(name, [""])[0].startswith(("http://", "https://")):
                return wrapped[name][0]
    return link


def _citizen(
    entry: Entry, source_id: SourceId, own_names: frozenset[str], now: datetime
) -> Comment | None:
    """A comment of a WordPress comments feed; below whom it stands is told in Atom, or in words."""
    key, body = entry_key(entry), _body(entry)
    above = _COMMENT_GUID.search(str(_dict(entry, "thr_in-reply-to").get("ref") or ""))
    told = _IN_REPLY_TO.match(body)
    text = body[told.end() :] if told else body
    if not text.strip():
        return None
    parent = above or told
    post = _POST_GUID.search(key)
    title = _COMMENT_TITLE.match(_text(entry.get("title")))
    author = _text(entry.get("author")) or None
    at, edited = _written(entry, now)
    link = str(entry.get("link") or "")
    return Comment(
        source_id=source_id,
        platform=PLATFORM,
        external_id=key,
        text=text,
        created_at=at,
        kind=Kind.REPLY if parent else Kind.COMMENT,
        parent_id=_COMMENT_GUID.sub(f"#comment-{parent[1]}", key) if parent else None,
        post_id=post[1] if post else None,
        post_title=title[1] if title else None,
        post_url=link.partition("#")[0] or None,
        author_name=author,
        author_is_owner=_is_own(author, own_names),
        edited_at=edited,
        permalink=link or None,
        reply_block="feed",
        raw=_raw(entry),
    )


def _article(
    entry: Entry, source_id: SourceId, feed_title: str, own_names: frozenset[str], now: datetime
) -> Comment | None:
    """A news item. Google News allows headline and link only; its summary repeats the headline."""
    given = str(entry.get("link") or "")
    link = real_link(given)
    google_news = urlsplit(link).hostname == "news.google.com"
    headline, publisher = _headline(entry, split=google_news)
    body = "" if google_news else str(entry.get("summary") or _body(entry))[:_LONGEST_ARTICLE]
    text = "\n".join(part for part in (headline, body) if part.strip())
    if not text:
        return None
    if not publisher:
        publisher = (urlsplit(link).hostname if link != given else _text(entry.get("author"))) or ""
    publisher = publisher or feed_title
    at, edited = _written(entry, now)
    return Comment(
        source_id=source_id,
        platform=PLATFORM,
        external_id=entry_key(entry),
        text=text,
        created_at=at,
        kind=Kind.ARTICLE,
        post_title=headline or None,
        post_url=link or None,
        author_name=publisher or None,
        author_is_owner=_is_own(publisher, own_names),
        edited_at=edited,
        permalink=link or None,
        reply_block="feed",
        raw=_raw(entry),
    )


def _headline(entry: Entry, *, split: bool) -> tuple[str, str]:
    """``(headline, publisher)``; the publisher is "" unless the feed names one per entry."""
    title = _text(entry.get("title"))
    if _dict(entry, "title_detail").get("type") == "text/html":
        title = html.unescape(_TAG.sub("", title)).strip()
    publisher = _text(_dict(entry, "source").get("title"))
    if publisher and title.endswith(f" - {publisher}"):
        return title.removesuffix(f" - {publisher}").rstrip(), publisher
    if split and not publisher and " - " in title:
        headline, _, publisher = title.rpartition(" - ")
        return headline.strip(), publisher.strip()
    return title, publisher


def _written(entry: Entry, now: datetime) -> tuple[datetime, datetime | None]:
    published = _instant(entry.get("published_parsed"))
    updated = _instant(entry.get("updated_parsed"))
    at = min(published or updated or now, now)
    edited = updated is not None and published is not None and published < updated <= now
    return at, updated if edited else None


def _instant(parts: object) -> datetime | None:
    if not isinstance(parts, struct_time | tuple):
        return None
    try:
        year, month, day, hour, minute, second = parts[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _body(entry: Entry) -> str:
    for content in entry.get("content") or ():
        if content.get("value"):
            return str(content["value"])
    return str(entry.get("summary") or "")


def _text(value: object) -> str:
    return " ".join(str(value or "").split())


def _dict(entry: Entry, key: str) -> Mapping[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def _is_own(name: str | None, own_names: frozenset[str]) -> bool:
    return name is not None and name.casefold() in own_names


def _raw(entry: Entry) -> str:
    kept = {
        key: str(entry[key])[:_LONGEST_KEY] for key in ("id", "link", "published") if key in entry
    }
    return json.dumps(kept)
