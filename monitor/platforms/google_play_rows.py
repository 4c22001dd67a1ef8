"""From Google Play's reviews to comments: the citizen's words, and the office's answer below them.

Layer 2, pure. Facts: androidpublisher v3, ``Review`` (discovery document of 26 Oct 2026). A review
has one time only, that of its last change; a reviewer has one review of an app, so the review's id
stands for the account that Google does not name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from monitor.platforms import fields as read
from monitor.records import Comment, Kind, SourceId
from monitor.text.clean import clean

NAME: Final = "google_play"
ANSWER: Final = ":developer"  # behind a review's id: the office's answer to it
ANSWERED: Final = "answered"
_STORE: Final = "https://play.google.com/store/apps/details?id="  # uncertain: &reviewId= below it


@dataclass(frozen=True, slots=True)
class App:
    """The app whose reviews these are."""

    source_id: SourceId
    package: str

    @property
    def url(self) -> str:
        """Its page in the store."""
        return _STORE + quote(self.package, safe="")


def review_of(row: Mapping[str, Any], app: App) -> Comment | None:
    """The citizen's words; None when there are none.

    Raises:
        ValueError: it has no id or no time.
    """
    said = _entry(row, "userComment")
    if not said:
        return None
    number = read.name_of(row, "reviewId")
    answered = bool(_entry(row, "developerComment"))
    stars = read.count(said, "starRating")
    return Comment(
        source_id=app.source_id,
        platform=NAME,
        external_id=number,
        # title and words, parted by a tab
        text=clean(read.text(said, "text").replace("\t", "\n")),
        created_at=_changed_at(said),
        kind=Kind.REVIEW,
        thread_id=number,
        post_id=app.package,
        post_url=app.url,
        author_id=number,
        author_name=read.maybe(row, "authorName"),
        like_count=read.count(said, "thumbsUpCount"),
        reply_count=int(answered),
        rating=None if stars is None or not 1 <= stars <= 5 else float(stars),
        permalink=link(app, number),
        reply_ref=None if answered else number,
        reply_block=ANSWERED if answered else None,
        raw=_raw(said),
    )


def answer_of(row: Mapping[str, Any], app: App) -> Comment | None:
    """The office's answer; None without one.

    Raises:
        ValueError: it has no id or no time.
    """
    said = _entry(row, "developerComment")
    if not said:
        return None
    number = read.name_of(row, "reviewId")
    return Comment(
        source_id=app.source_id,
        platform=NAME,
        external_id=number + ANSWER,
        text=clean(read.text(said, "text")),
        created_at=_changed_at(said),
        kind=Kind.REPLY,
        parent_id=number,
        thread_id=number,
        post_id=app.package,
        post_url=app.url,
        author_is_owner=True,
        permalink=link(app, number),
    )


def both(rows: list[dict[str, Any]], app: App) -> tuple[Comment, ...]:
    """All comments of reviews, a review before its answer."""
    where = f"source {app.source_id}"
    found = read.each(rows, lambda row: review_of(row, app), where)
    answers = read.each(rows, lambda row: answer_of(row, app), where)
    return (*found, *answers)


def changed_at(rows: list[dict[str, Any]]) -> Iterator[datetime]:
    """The instants that the list is ordered by."""
    for row in rows:
        said = _entry(row, "userComment")
        at = read.maybe_instant(read.inner(said, "lastModified"), "seconds")
        if at is not None:
            yield at


def _entry(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The newest entry of a kind; {} without one."""
    found = [read.inner(one, kind) for one in read.objects(row, "comments")]
    return next((one for one in reversed(found) if one), {})


def _changed_at(said: Mapping[str, Any]) -> datetime:
    return read.instant(read.inner(said, "lastModified"), "seconds")


def link(app: App, number: str) -> str:
    """The address of a review."""
    return f"{app.url}&reviewId={quote(number, safe='')}"


def _raw(said: Mapping[str, Any]) -> str:
    kept = {
        "language": read.maybe(said, "reviewerLanguage"),
        "app_version": read.maybe(said, "appVersionName"),
    }
    return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)
