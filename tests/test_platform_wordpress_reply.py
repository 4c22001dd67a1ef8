"""WordPress: answering once, in public, and knowing whether it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Reason
from monitor.platforms import wordpress_rows
from monitor.platforms.answer import Answer
from monitor.platforms.base import ReplyState, content_hash
from monitor.platforms.wordpress_errors import error_code
from monitor.records import Visibility
from tests.fakes.polling import Reader, connect, ref_of, refused
from tests.fakes.wordpress import FakeWordPress


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as fake:
        yield fake


# ---- target and reply


def test_the_target_is_read_again_with_the_same_hash(site: FakeWordPress) -> None:
    number = site.add_comment("Kapan selesai?")
    source = connect(site)
    reader = Reader(source)
    reader.poll()
    comment = reader.kept[str(number)]
    again = source.target(comment.reply_ref or "")
    assert again is not None
    assert content_hash(again) == content_hash(comment)
    site.edit(number, "Kapan selesai?!")
    changed = source.target(comment.reply_ref or "")
    assert changed is not None
    assert content_hash(changed) != content_hash(comment)


def test_a_deleted_target_is_none_and_a_trashed_one_says_so(site: FakeWordPress) -> None:
    gone, trashed = site.add_comment(), site.add_comment("b", status="trash")
    ref = ref_of(site, gone)
    site.delete(gone)
    source = connect(site)
    assert source.target(ref) is None
    shown = source.target(ref_of(site, trashed))
    assert shown is not None
    assert shown.visibility is Visibility.TRASHED


def test_a_target_that_a_weak_account_may_not_see_is_none(site: FakeWordPress) -> None:
    number = site.add_comment(status="hold")
    assert connect(site, "writer").target(ref_of(site, number)) is None


def test_a_revoked_password_is_not_a_missing_target(site: FakeWordPress) -> None:
    number = site.add_comment()
    source = connect(site)
    Reader(source).poll()
    del site.users["moderator"]
    assert refused(lambda: source.target(ref_of(site, number))).reason is Reason.AUTH


def test_a_reply_stands_in_public_below_its_comment(site: FakeWordPress) -> None:
    number = site.add_comment()
    posted = connect(site).reply(ref_of(site, number), "Terima kasih, sudah kami teruskan.")
    (written,) = site.replies(number)
    assert posted.state is ReplyState.PUBLISHED
    assert posted.external_id == str(written.id)
    assert posted.permalink == f"{site.url}/berita-1/#comment-{written.id}"
    assert (written.user, written.post) == (2, 1)


def test_html_in_a_reply_is_escaped(site: FakeWordPress) -> None:
    number = site.add_comment()
    text = ' <script>alert("x")</script> & baris\n\ndua '
    connect(site).reply(ref_of(site, number), text)
    (written,) = site.replies(number)
    assert written.raw == '&lt;script&gt;alert("x")&lt;/script&gt; &amp; baris\n\ndua'


def test_a_reply_that_waits_for_moderation_is_held(site: FakeWordPress) -> None:
    number = site.add_comment()
    assert connect(site, "writer").reply(ref_of(site, number), "Baik").state is ReplyState.HELD


def test_a_parent_that_is_gone_held_or_elsewhere_is_checked_first(site: FakeWordPress) -> None:
    held = site.add_comment(status="hold")
    trashed = site.add_comment("b", status="trash")
    public = site.add_comment("c")
    source = connect(site)
    cases = {
        wordpress_rows.reply_ref(1, 999): Reason.GONE,
        ref_of(site, trashed): Reason.GONE,
        ref_of(site, held): Reason.NOT_ALLOWED,
        wordpress_rows.reply_ref(5, public): Reason.NOT_ALLOWED,
    }
    for ref, reason in cases.items():
        assert refused(lambda ref=ref: source.reply(ref, "Baik")).reason is reason  # type: ignore[misc]
    assert not [a for a in site.asked if a.method == "POST"]


@pytest.mark.parametrize("ref", ["", "[]", '{"post": 1}', '{"comment": "x", "post": 1}'])
def test_a_foreign_reply_address_is_refused(site: FakeWordPress, ref: str) -> None:
    source = connect(site)
    for act in (lambda: source.reply(ref, "x"), lambda: source.target(ref)):
        assert refused(act).reason is Reason.NOT_ALLOWED


def test_without_a_password_or_words_nothing_is_sent(site: FakeWordPress) -> None:
    number = site.add_comment()
    ref = ref_of(site, number)
    assert refused(lambda: connect(site, "").reply(ref, "x")).reason is Reason.PERMISSION
    assert refused(lambda: connect(site).reply(ref, "  ")).reason is Reason.NOT_ALLOWED
    assert site.asked == []


def test_a_duplicate_that_is_ours_counts_as_posted(site: FakeWordPress) -> None:
    number = site.add_comment()
    source = connect(site)
    first = source.reply(ref_of(site, number), "Sudah kami cek.")
    assert source.reply(ref_of(site, number), "Sudah kami cek.") == first
    assert len(site.replies(number)) == 1


@pytest.mark.parametrize("list_fails", [False, True])
def test_a_duplicate_that_cannot_be_found_stays_a_duplicate(
    site: FakeWordPress, list_fails: bool
) -> None:
    number = site.add_comment()
    site.fault("/comments", method="POST", status=409, code="comment_duplicate")
    if list_fails:
        site.fault("/comments$", method="GET", status=500)
    error = refused(lambda: connect(site).reply(ref_of(site, number), "x"))
    assert error.reason is Reason.DUPLICATE


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (400, "comment_flood", Reason.RATE, False),
        (403, "rest_comment_closed", Reason.NOT_ALLOWED, True),
        (403, "rest_comment_trash_post", Reason.NOT_ALLOWED, True),
        (403, "rest_comment_invalid_post_id", Reason.NOT_ALLOWED, True),
        (400, "rest_comment_content_invalid", Reason.NOT_ALLOWED, True),
        (400, "comment_content_column_length", Reason.NOT_ALLOWED, True),
        (401, "rest_comment_login_required", Reason.AUTH, True),
        (403, "rest_forbidden", Reason.PERMISSION, True),
        (410, "rest_already_trashed", Reason.GONE, True),
        (404, "rest_no_route", Reason.NOT_ALLOWED, True),
        (400, "rest_invalid_param", Reason.NOT_ALLOWED, False),
        (429, "Too Many!", Reason.RATE, False),
        (500, "comment_duplicate", Reason.UNSURE, False),
        (502, "rest_no_route", Reason.UNSURE, False),
    ],
)
def test_each_refusal_of_a_reply_has_its_reason(
    site: FakeWordPress, status: int, code: str, reason: Reason, permanent: bool
) -> None:
    number = site.add_comment()
    site.fault("/comments", method="POST", status=status, code=code)
    error = refused(lambda: connect(site).reply(ref_of(site, number), "Baik"))
    assert (error.reason, error.permanent) == (reason, permanent)
    if code == "comment_flood":
        assert error.retry_after == timedelta(seconds=15)


def test_a_flood_and_a_closed_article_are_refused_by_the_site_itself(site: FakeWordPress) -> None:
    number, closed = site.add_comment(), site.add_comment("b", post=6)
    source = connect(site)
    assert refused(lambda: source.reply(ref_of(site, closed), "x")).reason is Reason.NOT_ALLOWED
    long = "x" * 70_000
    assert refused(lambda: source.reply(ref_of(site, number), long)).reason is Reason.NOT_ALLOWED
    site.flood = True
    assert refused(lambda: source.reply(ref_of(site, number), "x")).reason is Reason.RATE


@pytest.mark.parametrize("body", ["html", "[]", "3", "\x80"])
def test_a_refusal_without_a_code_is_judged_by_its_status(site: FakeWordPress, body: str) -> None:
    number = site.add_comment()
    site.fault("/comments", method="POST", status=403, body=body)
    error = refused(lambda: connect(site).reply(ref_of(site, number), "Baik"))
    assert error.reason is Reason.PERMISSION


@pytest.mark.parametrize("mode", ["after", "cut"])
def test_a_lost_answer_is_unsure_and_the_read_back_finds_the_reply(
    site: FakeWordPress, mode: str
) -> None:
    number = site.add_comment()
    source = connect(site)
    site.fault("/comments", method="POST", mode=mode)
    text = 'Kami "cek" <besok>... ya?'
    assert refused(lambda: source.reply(ref_of(site, number), text)).reason is Reason.UNSURE
    found = source.find_own_reply(ref_of(site, number), text)
    assert found is not None
    assert found.external_id == str(site.replies(number)[0].id)
    assert len(site.replies(number)) == 1


def test_a_line_cut_before_the_post_is_unsure_and_nothing_is_found(site: FakeWordPress) -> None:
    number = site.add_comment()
    source = connect(site)
    site.fault("/comments", method="POST", mode="drop")
    assert refused(lambda: source.reply(ref_of(site, number), "x")).reason is Reason.UNSURE
    assert source.find_own_reply(ref_of(site, number), "x") is None


def test_a_new_comment_without_an_id_is_unsure(site: FakeWordPress) -> None:
    number = site.add_comment()
    site.fault("/comments", method="POST", status=201, body='{"status": "approved"}')
    error = refused(lambda: connect(site).reply(ref_of(site, number), "x"))
    assert error.reason is Reason.UNSURE


def test_the_read_back_knows_our_words_and_only_ours(site: FakeWordPress) -> None:
    number = site.add_comment()
    site.add_comment("Baik", parent=number, user=0, name="Moderator")
    site.add_comment("Baik", parent=number, user=2, status="trash")
    site.add_comment("Lain", parent=number, user=2)
    source = connect(site)
    assert source.find_own_reply(ref_of(site, number), "Baik") is None
    ours = site.add_comment("Baik", parent=number, user=2, status="spam")
    found = source.find_own_reply(ref_of(site, number), " Baik ")
    assert found is not None
    assert (found.external_id, found.state) == (str(ours), ReplyState.HELD)


def test_the_read_back_turns_pages(site: FakeWordPress) -> None:
    number = site.add_comment()
    ours = site.add_comment("Baik", parent=number, user=2)
    for n in range(100):
        site.add_comment(f"k{n}", parent=number)
    found = connect(site).find_own_reply(ref_of(site, number), "Baik")
    assert found is not None
    assert found.external_id == str(ours)


def test_the_read_back_ends_on_an_endless_thread(
    site: FakeWordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.wordpress._MOST_ANSWER_PAGES", 1)
    number = site.add_comment()
    for n in range(101):
        site.add_comment(f"k{n}", parent=number)
    assert connect(site).find_own_reply(ref_of(site, number), "Baik") is None


@given(st.text(max_size=60))
def test_our_words_are_recognised_in_their_rendered_form(text: str) -> None:
    sent = wordpress_rows.escape_reply(text)
    shown = "<p>" + sent.replace("...", "&#8230;").replace("\n\n", "</p>\n<p>") + "</p>\n"
    assert wordpress_rows.same_words(shown) == wordpress_rows.same_words(sent)


def test_the_code_of_an_unreadable_refusal_is_empty() -> None:
    for body in (b"[" * 100_000, b"{", b"[]", b'{"code": 3}', b'{"code": "Se Kret"}'):
        assert error_code(Answer(400, httpx.Headers(), body, "x")) == ""
