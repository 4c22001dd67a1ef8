"""Every call to YouTube and every answer of its fake, against Google's own description of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery import answer_problems, call_problems
from tests.youtube_desk import YouTubeDesk, youtube

QUERY = "Pemprov Contoh"
USED = {
    ("GET", "/channels"),
    ("GET", "/commentThreads"),
    ("GET", "/comments"),
    ("GET", "/videos"),
    ("GET", "/search"),
    ("POST", "/comments"),
    ("POST", "/comments/setModerationStatus"),
}


def test_every_call_and_answer_is_as_google_describes_it(tmp_path: Path) -> None:
    with youtube(tmp_path, queries=(QUERY,)) as desk:
        _used_whole(desk)
        used = {(call.method, call.path) for call in desk.fake.calls} - {("POST", "/token")}
        assert used == USED
        assert desk.fake.checks > 10, "answers were looked at; problems end up in violations"


def _used_whole(desk: YouTubeDesk) -> None:
    """Everything that the connector can do, once."""
    video = desk.fake.video_elsewhere(f"Kritik {QUERY}")
    desk.fake.say("sebutan", post=video)
    top = desk.fake.say("induk")
    for n in range(9):
        desk.fake.say(f"balasan {n}", parent=top)
    desk.fake.say("ditahan", state="held")
    desk.connected.source.check()
    desk.poll()
    desk.recheck()
    connected, ref = desk.connected, desk.ref_of(top)
    assert connected.replier is not None and connected.moderator is not None
    connected.replier.reply(ref, "Terima kasih.")
    connected.moderator.hide(ref, hidden=True)


@pytest.mark.parametrize(
    ("verb", "path", "lists", "body", "problem"),
    [
        ("GET", "commentThread", {}, None, "no such method"),
        ("GET", "comments", {"parentId": ["x"]}, None, "part: missing"),
        ("GET", "comments", {"part": ["id"], "since": ["x"]}, None, "no such parameter"),
        ("GET", "comments", {"part": ["id"], "maxResults": ["101"]}, None, "out of range"),
        ("GET", "comments", {"part": ["id"], "maxResults": ["x"]}, None, "no integer"),
        ("GET", "comments", {"part": ["id"], "textFormat": ["text"]}, None, "not one of"),
        ("GET", "comments", {"part": ["id,"]}, None, "empty"),
        ("GET", "comments", {"part": ["id"], "parentId": ["a", "b"]}, None, "given twice"),
        ("GET", "channels", {"part": ["id"], "mine": ["yes"]}, None, "no boolean"),
        ("GET", "search", {"part": ["id"], "publishedAfter": ["2026"]}, None, "no instant"),
        ("GET", "search", {"part": ["id"]}, {"q": "x"}, "takes no body"),
        ("POST", "comments", {"part": ["id"]}, {"snippet": {"parent": "x"}}, "no such property"),
        ("POST", "comments", {"part": ["id"]}, {"snippet": {"parentId": 1}}, "where a string"),
        ("POST", "comments", {"part": ["id"]}, None, "no object"),
    ],
)
def test_the_description_finds_a_wrong_call(
    verb: str, path: str, lists: dict[str, list[str]], body: object, problem: str
) -> None:
    found = list(call_problems(verb, path, lists, body))
    assert len(found) == 1 and problem in found[0]


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("comments", {"items": {}}, "no list"),
        ("comments", {"items": [{"snippet": {"likeCount": "3"}}]}, "where a integer"),
        ("comments", {"items": [{"snippet": {"likeCount": -1}}]}, "no uint32"),
        ("comments", {"items": [{"snippet": {"likeCount": True}}]}, "where a integer"),
        ("comments", {"items": [{"snippet": {"publishedAt": "now"}}]}, "no instant"),
        ("comments", {"items": [{"snippet": {"moderationStatus": "ok"}}]}, "not one of"),
        ("channels", {"items": [{"statistics": {"viewCount": "many"}}]}, "no uint64"),
    ],
)
def test_the_description_finds_a_wrong_answer(path: str, body: object, problem: str) -> None:
    found = list(answer_problems("GET", path, body))
    assert len(found) == 1 and problem in found[0]
    assert list(answer_problems("POST", "comments/setModerationStatus", {"a": 1}))
